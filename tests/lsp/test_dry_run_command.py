"""The command azmlflow.dryRun: what it returns, what it refuses, and that a cancelled one leaves nothing running."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import CANARY, Start
from tests.lsp.editor import Editor, capabilities_of
from tests.probes.processes import is_running, wait_until_gone
from tests.truth.child import needs

pytestmark = [
    needs("mlflow", "azureml.mlflow", "flask", "sqlalchemy", "alembic", "trustme"),
    pytest.mark.skipif(sys.platform == "win32", reason="the interpreter is a shell script"),
]
URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
    "/resourceGroups/rg-contoso/providers/Microsoft.MachineLearningServices/workspaces/ws-contoso"
)
SET_URI = f'mlflow.set_tracking_uri("{URI}")\n'
SCRIPT = f"""import mlflow
from pathlib import Path

{SET_URI}mlflow.set_experiment("churn")
print("AZURE_CLIENT_SECRET={CANARY}")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text(Path("data.txt").read_text(), "data.txt")
"""
STAYS = """import os, subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open("pids.new", "w") as pids:
    pids.write(f"{os.getpid()} {inner.pid} {os.getppid()}")
os.rename("pids.new", "pids")
time.sleep(600)
"""
PATIENCE = 100.0


@pytest.fixture
def project(workspace: Path) -> Path:
    """A project whose `.venv` is the interpreter of the tests, under another name."""
    folder = workspace / ".venv" / "bin"
    folder.mkdir(parents=True)
    (workspace / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (workspace / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\ntouch "{workspace}/was-used"\nexec {shlex.quote(sys.executable)} -W ignore "$@"\n'
    )
    python.chmod(0o755)
    return workspace


class DryRun:
    """A dry run under way, asked for by a client that can cancel the request."""

    def __init__(self, editor: Editor, path: Path) -> None:
        params = types.ExecuteCommandParams("azmlflow.dryRun", [path.as_uri()])
        self.id = f"request {id(self)}"
        self._future = editor.protocol.send_request(types.WORKSPACE_EXECUTE_COMMAND, params, msg_id=self.id)

    async def answer(self) -> Any:
        return await asyncio.wait_for(asyncio.wrap_future(self._future), PATIENCE)


async def opened(editor: Editor, path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    editor.open(path.as_uri(), text)
    await editor.diagnostics_of(path.as_uri())
    return path.as_uri()


async def test_it_tells_where_the_runs_of_a_script_would_land(start: Start, project: Path):
    """The script is one that logs nowhere until the command `insertTracking` has repaired it, with its first repair."""
    (project / "src").mkdir()
    with (project / ".env").open("a") as variables:
        variables.write(f"MLFLOW_TRACKING_URI={URI}\n")
    (project / "data.txt").write_text("from the project's own folder")
    editor = await start()
    uri = await opened(editor, project / "src" / "train.py", SCRIPT.replace(SET_URI, ""))
    await editor.run("azmlflow.insertTracking", uri)
    editor.apply(editor.applied[-1].edit)
    (project / "src" / "train.py").write_text(editor.texts[uri], encoding="utf-8")
    answer = await DryRun(editor, project / "src" / "train.py").answer()
    (workspace,) = answer["report"]["workspaces"]
    (experiment,) = workspace["experiments"]
    assert (workspace["workspace_name"], workspace["region"], experiment["name"]) == (
        "ws-contoso",
        "westeurope",
        "churn",
    )
    assert experiment["runs"][0]["artifacts"] == [{"path": "data.txt", "size": 29}]
    assert (project / "was-used").exists()
    assert answer["report"]["found"] is False
    assert "1 run would have landed in Azure Machine Learning." in answer["text"]
    how = f"Run with .venv/bin/python (from .venv), in {project.name}. It does not have mlflow and azureml-mlflow installed."
    assert answer["text"].splitlines()[-1] == how
    assert any(line.startswith("AZURE_CLIENT_SECRET=***") for line in answer["output"])
    shown = _progress(editor)
    assert shown[0]["title"] == "Dry run of train.py"
    assert shown[-1]["kind"] == "end"


@pytest.mark.parametrize("by", ["request", "progress", "death of the server", "death of the dry run"])
async def test_to_cancel_ends_the_script_and_all_that_it_started(start: Start, project: Path, by: str):
    editor = await start()
    await opened(editor, project / "stays.py", STAYS)
    run = DryRun(editor, project / "stays.py")
    await editor.until(lambda: _progress(editor), "progress")
    while not (project / "pids").exists():
        await asyncio.sleep(0.01)
    pids = [int(pid) for pid in (project / "pids").read_text().split()]
    assert all(map(is_running, pids))
    if by == "request":
        editor.cancel_request(types.CancelParams(run.id))
        with pytest.raises(JsonRpcException, match="cancel"):
            await run.answer()
    elif by == "progress":
        token = _tokens(editor)[-1]
        editor.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        answer = await run.answer()
        assert answer["report"]["ended"]["because"] == "terminated"
    elif by == "death of the server":
        await editor.kill()
    else:  # which is also how the server ends one that does not heed it
        os.killpg(pids[2], signal.SIGKILL)
        with pytest.raises(JsonRpcException, match="ended without a report"):
            await run.answer()
    await asyncio.get_running_loop().run_in_executor(None, wait_until_gone, *pids)


REFUSED = {
    "notes.md": ("# Notes", "notes.md is not a Python script"),
    "train.ipynb": ("{}", "train.ipynb is a notebook"),
    "gone.py": (None, "gone.py is not on the disk yet: save it first"),
    "train.py": ("changed", "train.py has changes that are not saved"),
}


async def test_what_cannot_be_run_is_refused_in_one_sentence(start: Start, workspace: Path):
    for name, (text, _) in REFUSED.items():
        if text is not None:
            (workspace / name).write_text(text, encoding="utf-8")
    editor = await start()
    for name in ("gone.py", "train.py"):
        editor.open((workspace / name).as_uri(), SCRIPT)
        await editor.diagnostics_of((workspace / name).as_uri())
    for name, (_, says) in REFUSED.items():
        with pytest.raises(JsonRpcException, match=says):
            await editor.run("azmlflow.dryRun", (workspace / name).as_uri())
    for uri in ("untitled:Untitled-1", "git:/train.py", "nonsense"):
        with pytest.raises(JsonRpcException, match="not a file on this machine's disk"):
            await editor.run("azmlflow.dryRun", uri)
    with pytest.raises(JsonRpcException, match="Expected 1"):
        await editor.run("azmlflow.dryRun")


async def test_nothing_is_run_in_an_untrusted_workspace(start: Start, project: Path):
    (project / "train.py").write_text(SCRIPT)
    editor = await start(introduce=False)
    await editor.begin(
        capabilities_of("visual_studio_code"), [project], initialization_options={"trusted": False}
    )
    with pytest.raises(JsonRpcException, match="Nothing is run in a workspace that is not trusted"):
        await editor.run("azmlflow.dryRun", (project / "train.py").as_uri())
    assert not (project / "was-used").exists()


async def test_a_missing_extra_is_named(start: Start, project: Path, tmp_path: Path):
    """A folder before the installed packages hides one of them."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['trustme'] = None\n")
    (project / "train.py").write_text(SCRIPT)
    server = Path(__file__).parents[2] / "server"
    editor = await start(variables={"PYTHONPATH": f"{hidden}{os.pathsep}{server}"})
    with pytest.raises(JsonRpcException, match=r"pip install 'azmlflow\[sandbox\]'"):
        await editor.run("azmlflow.dryRun", (project / "train.py").as_uri())


def _progress(editor: Editor) -> list[dict[str, Any]]:
    messages = (json.loads(line) for line in editor.wire if "$/progress" in line)
    return [message["params"]["value"] for message in messages if message.get("method") == "$/progress"]


def _tokens(editor: Editor) -> list[Any]:
    messages = (json.loads(line) for line in editor.wire if "$/progress" in line)
    return [message["params"]["token"] for message in messages if message.get("method") == "$/progress"]
