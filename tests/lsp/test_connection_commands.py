"""The commands that test a connection: what they take and return, and that they end when they are told to, with all they started."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp import stand_in
from tests.lsp.conftest import CANARY, Start
from tests.lsp.editor import Editor, capabilities_of
from tests.lsp.test_status import SCRIPT, of_tests, save, sent, states, status
from tests.probes.processes import is_running, wait_until_gone

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the interpreter is a script with a first line"
)

PATIENCE = 120.0
"""Seconds for a test with the real SDKs, which take their time to be imported."""
ATTEMPTS = 5
"""How often something may be too slow because the machine is busy with something else."""
HANGS = "hang()"


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "train.py").write_text(SCRIPT)
    return workspace


class Test:
    """A test under way, asked for by a client that can cancel the request."""

    __test__ = False

    def __init__(self, editor: Editor, *arguments: Any, token: str | None = None) -> None:
        params = types.ExecuteCommandParams("azmlflow.testConnection", list(arguments), token)
        self.id = f"request {id(self)}"
        self._future = editor.protocol.send_request(types.WORKSPACE_EXECUTE_COMMAND, params, msg_id=self.id)

    async def answer(self, patience: float = 20.0) -> Any:
        return await asyncio.wait_for(asyncio.wrap_future(self._future), patience)


async def hanging(editor: Editor, project: Path, **options: Any) -> tuple[Test, list[int]]:
    """Begin a test that hangs; return it with its processes."""
    before = len(of_tests(editor))
    folder = project / ".venv" / "bin"
    (folder / "pids").unlink(missing_ok=True)
    test = Test(editor, (project / "train.py").as_uri(), **options)
    await editor.until(lambda: len(of_tests(editor)) > before)
    while not ((folder / "pids").exists() and (folder / "pids").read_text().count(" ")):
        await asyncio.sleep(0)
    pids = stand_in.pids_in(folder)
    assert all(map(is_running, pids))
    return test, pids


def seconds_until_gone(*pids: int) -> float:
    started = time.monotonic()
    wait_until_gone(*pids)
    return time.monotonic() - started


def progress(editor: Editor) -> list[dict[str, Any]]:
    return sent(editor, "$/progress")


def cancel_request(editor: Editor, test: Test) -> None:
    editor.cancel_request(types.CancelParams(test.id))


def cancel_progress(editor: Editor, test: Test) -> None:
    token = progress(editor)[-1]["token"]
    editor.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))


@pytest.mark.parametrize(
    ("cancel", "token"), [(cancel_request, None), (cancel_progress, None), (cancel_progress, "mine")]
)
async def test_cancelling_ends_the_test_and_all_its_processes_at_once(
    start: Start, project: Path, cancel: Callable[[Editor, Test], None], token: str | None
) -> None:
    stand_in.install(project, HANGS)
    editor = await start()
    took = []
    for number in range(ATTEMPTS):
        test, pids = await hanging(editor, project, token=token and f"{token} {number}")
        await editor.until(
            lambda: progress(editor) and progress(editor)[-1]["value"]["kind"] == "report", "progress"
        )
        cancel(editor, test)
        await asyncio.sleep(0)  # the message leaves
        took.append(seconds_until_gone(*pids))
        if cancel is cancel_request:
            with pytest.raises(JsonRpcException, match="cancel"):
                await test.answer()
        else:
            answer = await test.answer()
            assert answer["summary"]["message"] == "The test was cancelled."
            assert {o["outcome"] for o in answer["outcomes"][1:-1]} == {"not-reached"}
        await editor.until(lambda: status(editor)["headline"] == "The test was cancelled.")
        assert status(editor)["state"] == "unknown"
        if took[-1] < 0.2:
            break
    assert min(took) < 0.2
    shown = progress(editor)
    assert shown[0]["value"] == {
        "kind": "begin",
        "title": "Testing the connection of train.py",
        "cancellable": True,
        "percentage": 0,
    }
    assert shown[1]["value"]["message"] == "the sign-in: AzureCliCredential"
    assert shown[-1]["value"]["kind"] == "end"
    assert token is None or shown[0]["token"] == "mine 0"
    assert editor.server_abilities.execute_command_provider.work_done_progress is True


async def test_a_test_of_another_script_that_is_cancelled_takes_nothing_away(
    start: Start, project: Path
) -> None:
    stand_in.install(project, "healthy() if 'ws-contoso' in request['uri'] else hang()")
    (project / "train.py").write_text(SCRIPT.replace("ws-contoso", "ws-other"))
    (project / "connected.py").write_text(SCRIPT)
    editor = await start()
    await editor.run("azmlflow.testConnection", (project / "connected.py").as_uri())
    connected = status(editor)
    test, _ = await hanging(editor, project)
    assert (status(editor)["state"], status(editor)["workspace"]) == ("checking", "ws-other")
    cancel_progress(editor, test)
    assert (await test.answer())["summary"]["message"] == "The test was cancelled."
    await editor.until(lambda: status(editor)["state"] != "checking")
    assert {**status(editor), "uri": connected["uri"]} == connected


async def test_a_later_test_takes_the_place_of_an_earlier_one(start: Start, project: Path) -> None:
    stand_in.install(project, "hang() if not (HERE / 'pids').exists() else healthy()")
    (project / "other.py").write_text(SCRIPT)
    editor = await start()
    first, pids = await hanging(editor, project)
    answer = await editor.run("azmlflow.testConnection", (project / "other.py").as_uri())
    assert answer["summary"]["outcome"] == "ok"
    assert not any(map(is_running, pids))
    assert (await first.answer())["summary"]["message"] == "The test was cancelled."
    assert states(editor) == ["checking", "connected"]


async def test_a_cancelled_test_leaves_what_was_known(start: Start, project: Path) -> None:
    stand_in.install(project, "healthy() if not (HERE / 'go').exists() else hang()")
    editor = await start("minimal")
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri())
    connected = status(editor)
    (project / ".venv" / "bin" / "go").touch()
    test, _ = await hanging(editor, project)
    cancel_request(editor, test)
    await editor.until(lambda: states(editor) == ["checking", "connected", "checking", "connected"])
    assert status(editor) == connected
    assert progress(editor) == []


async def end(editor: Editor) -> None:
    assert await editor.end() == 0


async def kill(editor: Editor) -> None:
    editor.process.kill()
    await editor.process.wait()


async def hang_up(editor: Editor) -> None:
    assert editor.process.stdin
    editor.process.stdin.close()
    await asyncio.wait_for(editor.process.wait(), 20)


@pytest.mark.parametrize("leave", [end, kill, hang_up])
async def test_no_process_outlives_the_server(
    project: Path, tmp_path: Path, leave: Callable[[Editor], Awaitable[None]]
) -> None:
    stand_in.install(project, HANGS)
    editor = Editor()
    editor.set_configuration({"azmlflow": {}})
    await editor.start(home=tmp_path)
    await editor.begin(capabilities_of("visual_studio_code"), [project])
    _, pids = await hanging(editor, project)
    await leave(editor)
    wait_until_gone(*pids)
    assert "Traceback" not in editor.stderr
    if leave is not end:
        await editor.stop()


async def test_nothing_is_started_in_a_workspace_that_is_not_trusted(start: Start, project: Path) -> None:
    stand_in.install(project, "open(HERE / 'started', 'w'); healthy()")
    editor = await start(introduce=False)
    await editor.begin(
        capabilities_of("visual_studio_code"), [project], initialization_options={"trusted": False}
    )
    for command in ("azmlflow.testConnection", "azmlflow.testAuthentication"):
        with pytest.raises(JsonRpcException, match="not trusted"):
            await editor.run(command, (project / "train.py").as_uri())
    assert of_tests(editor) == []
    assert not (project / ".venv" / "bin" / "started").exists()


async def test_wrong_arguments_are_told(start: Start, workspace: Path) -> None:
    editor = await start()
    for arguments, message in (
        ((1,), "Expected the URI"),
        ((None, {}, {}), "Expected the URI"),
        ((None, {"onyl": ["token"]}), "no option 'onyl'"),
        ((None, {"only": ["tokens"]}), "no step 'tokens'"),
        ((None, {"only": "token"}), "'only' is not of the right type"),
        ((None, {"timeout": 0}), "'timeout' is not of the right type"),
        ((None, {"timeout": True}), "'timeout' is not of the right type"),
        ((None, {"write": "yes"}), "'write' is not of the right type"),
        (("untitled:a",), "nothing on this machine's disk to test"),
    ):
        with pytest.raises(JsonRpcException, match=message):
            await editor.run("azmlflow.testConnection", *arguments)
    assert of_tests(editor) == []


async def test_the_options_reach_the_probe(start: Start, project: Path) -> None:
    stand_in.install(project, "json.dump(request, open(HERE / 'request', 'w')); healthy()")
    editor = await start()
    options = {"only": ["credential"], "link": "AzureCliCredential", "allowInteractive": True, "write": True}
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri(), options)
    request = json.loads((project / ".venv" / "bin" / "request").read_text())
    assert (request["link"], request["may_interact"]) == ("AzureCliCredential", True)
    assert request["steps"] == [
        "configuration",
        "packages",
        "chain",
        "credential",
        "token",
        "experiments",
        "write",
    ]
    with pytest.raises(JsonRpcException, match="writes nothing"):
        await editor.run("azmlflow.testAuthentication", (project / "train.py").as_uri(), {"write": True})


async def test_a_test_is_not_repeated_with_what_needs_the_user(start: Start, project: Path) -> None:
    stand_in.install(project, "json.dump(request, open(HERE / 'request', 'w')); healthy()")
    editor = await start()
    options = {"allowInteractive": True, "write": True, "timeout": 60}
    await editor.run("azmlflow.testConnection", (project / "train.py").as_uri(), options)
    save(editor, project / "train.py", SCRIPT.replace("ws-contoso", "ws-other"))
    await editor.until(
        lambda: states(editor) == ["checking", "connected", "unknown", "checking", "connected"]
    )
    request = json.loads((project / ".venv" / "bin" / "request").read_text())
    assert request["may_interact"] is False
    assert "write" not in request["steps"]


async def test_time_that_is_over_is_told(start: Start, project: Path) -> None:
    stand_in.install(project, HANGS)
    editor = await start()
    answer = await editor.run("azmlflow.testConnection", (project / "train.py").as_uri(), {"timeout": 0.5})
    assert answer["summary"]["code"] == "TIMEOUT"
    assert status(editor)["state"] == "failed"


async def test_the_real_thing_against_azure_in_a_box(start: Start, workspace: Path) -> None:
    """A wrong secret, put right on disk, connects; what the workspace says of itself then makes the repair exact."""
    script, dotenv = workspace / "train.py", workspace / ".env"
    with AzureBox() as box:
        (workspace / "config.json").write_text(json.dumps(box.workspace._asdict()))
        script.write_text(
            "import mlflow\nfrom dotenv import load_dotenv\n\nload_dotenv()\nwith mlflow.start_run():\n    pass\n"
        )
        ids = f"AZURE_TENANT_ID={box.tenant_id}\nAZURE_CLIENT_ID={box.client_id}\n"
        dotenv.write_text(f"{ids}AZURE_CLIENT_SECRET={CANARY}\n")
        variables = {**box.environment("none", keep_credentials=True), "AZUREML_CURRENT_CLOUD": "AzureCloud"}
        editor = await start(settings={"interpreter": sys.executable}, variables=variables)
        editor.open(script.as_uri(), script.read_text())

        test = Test(editor, script.as_uri(), {"only": ["workspace", "experiments"]})
        answer = await test.answer(PATIENCE)
        assert answer["summary"]["code"] == "AADSTS7000215"
        assert (status(editor)["state"], status(editor)["workspace"]) == (
            "failed",
            box.workspace.workspace_name,
        )

        save(editor, dotenv, f"{ids}AZURE_CLIENT_SECRET={box.client_secret}\n")
        await editor.until(lambda: states(editor)[-1] == "connected", patience=PATIENCE)
        assert states(editor) == ["checking", "failed", "unknown", "checking", "connected"]
        assert status(editor)["identity"] == f"application {box.client_id[:8]}…"

        line = types.Range(types.Position(4, 5), types.Position(4, 5))
        titles = [action.title for action in await editor.actions(script.as_uri(), line, ["quickfix"])]
        assert any(
            re.match("Write out the tracking URI that the connection test of .* found", t) for t in titles
        )
        assert box.client_secret not in "\n".join(editor.wire) + editor.stderr
