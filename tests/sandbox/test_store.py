"""The process that keeps the runs: MLflow's own handlers on a database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.clouds import AZURE_CLOUD
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.names import TENANT_ID
from azmlflow.sandbox.store import Store, StoreFailed, _search_path, store_of
from azmlflow.sandbox.world import Workspace, new_workspace

from tests.sandbox.made import a_world, body
from tests.truth.child import needs

pytestmark = needs("mlflow", "flask", "sqlalchemy", "alembic")
SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"


def a_workspace(name: str) -> Workspace:
    return new_workspace(WorkspaceRef(SUBSCRIPTION, "rg", name), "westeurope", TENANT_ID, AZURE_CLOUD)


def ask(store: Store, workspace: Workspace, endpoint: str, **asked: Any) -> Response:
    headers = {"content-type": "application/json"}
    sent = json.dumps(asked).encode()
    return store.call(workspace, Request("POST", "", f"/api/2.0/mlflow/{endpoint}", "", headers, sent))


def names(store: Store, workspace: Workspace) -> list[str]:
    found = body(ask(store, workspace, "experiments/search", max_results=100))["experiments"]
    return sorted(each["name"] for each in found)


def test_each_workspace_has_runs_of_its_own(store: Store):
    one, other = a_workspace("one"), a_workspace("other")
    assert ask(store, one, "experiments/create", name="churn").status == 200
    assert names(store, one) == ["Default", "churn"]
    assert names(store, other) == ["Default"]


def test_a_workspace_of_the_same_names_in_a_new_world_begins_empty(store: Store):
    ask(store, a_workspace("again"), "experiments/create", name="churn")
    assert names(store, a_workspace("again")) == ["Default"]


def test_it_answers_as_mlflow_does(store: Store):
    workspace = a_workspace("answers")
    refused = ask(store, workspace, "runs/create", experiment_id="77")
    assert refused.status == 404
    assert body(refused)["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert refused.headers["Content-Type"] == "application/json"
    text = 'ünïcode \U0001f3c3 \\ "quoted"\n'
    created = body(ask(store, workspace, "experiments/create", name=text))["experiment_id"]
    query = f"experiment_id={created}"
    found = store.call(workspace, Request("GET", "", "/api/2.0/mlflow/experiments/get", query))
    assert body(found)["experiment"]["name"] == text


def test_what_is_no_endpoint_of_version_2_is_not_there(store: Store):
    for path in ("/version", "/health", "/api/3.0/mlflow/traces/search", "/ajax-api/2.0/mlflow/runs/search"):
        assert store.call(a_workspace("paths"), Request("POST", "", path)).status == 404


def test_it_knows_of_which_workspace_it_was_asked(store: Store):
    asked, unasked = a_workspace("asked"), a_workspace("unasked")
    names(store, asked)
    assert store.has(asked)
    assert not store.has(unasked)


def test_a_store_that_is_not_asked_starts_nothing(tmp_path: Path):
    world = a_world(tmp_path)
    assert store_of(world) is store_of(world)
    world.backstage.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_says_that_its_process_has_ended_and_leaves_nothing(tmp_path: Path):
    others = _children(os.getpid(), "store_process")
    store = Store(tmp_path / "store")
    store.start()
    pid = _new_child(os.getpid(), others)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(StoreFailed, match="has ended"):
        names(store, a_workspace("ended"))
    store.close()
    store.close()
    assert not (tmp_path / "store").exists()
    assert pid not in _children(os.getpid(), "store_process")
    with pytest.raises(StoreFailed, match="closed"):
        names(store, a_workspace("closed"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_it_does_not_outlive_whoever_started_it(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from azmlflow.sandbox.store import Store; "
        "store = Store(Path(sys.argv[1])); store.start(); print('started', flush=True); time.sleep(600)"
    )
    server = Path(__file__).parents[2] / "server"
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(server)}
    ) as owner:
        owner.stdout.readline()
        pid = _new_child(owner.pid, ())
        process = os.pidfd_open(pid)
        owner.kill()
    import select

    ended, _, _ = select.select([process], [], [], 30)
    os.close(process)
    assert ended


def _children(parent: int, word: str) -> list[int]:
    """Return the processes that a process has started and whose command line holds a word, in order."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            line = (stat.parent / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if int(fields[1]) == parent and word in line:
            found.append(int(stat.parent.name))
    return sorted(found)


def test_the_users_own_modules_have_no_say_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ours" / "azmlflow").mkdir(parents=True)
    (tmp_path / "ours" / "azmlflow" / "__init__.py").touch()
    folders = [str(tmp_path / name) for name in ("work", "theirs", "ours", "site-packages")]
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders[1:3]))
    monkeypatch.setattr(sys, "path", ["", *folders])
    assert _search_path() == folders[2:]


def _new_child(parent: int, others: Iterable[int]) -> int:
    """Return the store's process; the kernel's list may leave one out while another child ends, so it is read again."""
    end = time.monotonic() + 30
    while not (found := {*_children(parent, "store_process")}.difference(others)):
        assert time.monotonic() < end
        os.sched_yield()
    (pid,) = found
    return pid
