"""The parts of a dry run's report that need no run: local stores, and the page."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.clouds import AZURE_CLOUD
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.cli import local_stores
from azmlflow.cli.env_files import unkept
from azmlflow.cli.local_stores import LocalRun
from azmlflow.cli.output.dry_run_json import is_wrong, report_json
from azmlflow.cli.output.landing import MOST_RUNS, page_of
from azmlflow.cli.supervise import Ended
from azmlflow.cli.terminal import Painter
from azmlflow.sandbox.kept import Seen
from azmlflow.sandbox.landed import Landed, Run
from azmlflow.sandbox.report import Report
from azmlflow.sandbox.world import Workspace


def file_store(folder: Path, *runs: str) -> None:
    """Write runs as MLflow's file store does."""
    for run in runs:
        (folder / "0" / run).mkdir(parents=True)
        (folder / "0" / run / "meta.yaml").write_text(
            f"experiment_id: '0'\nrun_id: {run}\nrun_name: name of {run}\nstart_time: 7\n"
        )
    (folder / "0" / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")


def database(path: Path, *runs: str) -> None:
    """Add runs to a database with the columns of MLflow's that are read."""
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE IF NOT EXISTS runs (run_uuid, name, experiment_id, start_time)")
        made.execute("CREATE TABLE IF NOT EXISTS experiments (experiment_id, name)")
        made.executemany("INSERT INTO runs VALUES (?, 'a name', 1, 0)", [(run,) for run in runs])
        made.execute("INSERT INTO experiments VALUES (1, 'churn')")
        made.commit()


def changes(
    folder: Path, before: dict[Path, local_stores.Runs], after: dict[Path, local_stores.Runs]
) -> dict[str, local_stores.Change]:
    found = local_stores.compare(before, after, folder, since=5)
    return {Path(os.path.relpath(change.path, folder)).as_posix(): change for change in found}


def test_new_runs_in_any_kind_of_local_store_are_found(tmp_path: Path):
    database(tmp_path / "mlflow.db", "old")
    (tmp_path / "a" / "b" / "c" / "d").mkdir(parents=True)
    (tmp_path / "node_modules").mkdir()
    environ = {"MLFLOW_TRACKING_URI": "sqlite:///named.db"}
    before = local_stores.look(tmp_path, environ)
    database(tmp_path / "mlflow.db", "new")
    database(tmp_path / "named.db", "other")
    database(tmp_path / "custom", "no name tells it")
    with closing(sqlite3.connect(tmp_path / "not-mlflow.db")) as made:
        made.execute("CREATE TABLE runs (distance)")
        made.commit()
    database(tmp_path / "node_modules" / "mlflow.db", "not looked at")
    database(tmp_path / "a" / "b" / "c" / "d" / "mlflow.db", "deep")
    file_store(tmp_path / "a" / "b" / "c" / "mlruns", "r1", "r2")
    file_store(tmp_path / "my_store", "r3")
    found = changes(tmp_path, before, local_stores.look(tmp_path, environ))
    assert set(found) == {"mlflow.db", "named.db", "custom", "a/b/c/d/mlflow.db", "a/b/c/mlruns", "my_store"}
    assert (found["mlflow.db"].is_new, found["mlflow.db"].runs) == (
        False,
        (LocalRun("new", "a name", "churn"),),
    )
    assert found["named.db"].is_new
    assert sorted(found["a/b/c/mlruns"].runs)[0] == LocalRun("r1", "name of r1", "Default", 7)


def test_of_a_store_elsewhere_only_what_has_begun_since_is_new(tmp_path: Path):
    """Only the command's own tracking URI tells that there is one, so that nobody has looked at it before."""
    folder = tmp_path / "work"
    folder.mkdir()
    file_store(tmp_path / "store", "since")
    database(tmp_path / "other.db", "before")
    uris = (f"sqlite:///{tmp_path}/other.db", "../store", "http://localhost:5000")
    found = changes(folder, {}, local_stores.look(folder, {}, uris))
    assert {name: (each.is_new, len(each.runs)) for name, each in found.items()} == {"../store": (True, 1)}


def test_a_registered_model_is_no_run(tmp_path: Path):
    store = tmp_path / "mlruns"
    (store / "models" / "churn" / "version-1").mkdir(parents=True)
    (store / "models" / "churn" / "meta.yaml").write_text("name: churn\ndescription: ''\n")
    (store / "models" / "churn" / "version-1" / "meta.yaml").write_text("name: churn\nrun_id: r1\n")
    file_store(store, "r1")
    assert list(local_stores.look(tmp_path, {})[store]) == ["r1"]


def test_a_store_that_is_only_there_is_no_change(tmp_path: Path):
    database(tmp_path / "mlflow.db", "old")
    file_store(tmp_path / "mlruns", "r1")
    before = local_stores.look(tmp_path, {})
    assert changes(tmp_path, before, local_stores.look(tmp_path, {})) == {}


@pytest.mark.parametrize("content", [b"", b"no database at all, but of some length" * 100])
def test_a_file_that_is_no_database_has_no_runs(tmp_path: Path, content: bytes):
    (tmp_path / "mlflow.db").write_bytes(content)
    (change,) = changes(tmp_path, {}, local_stores.look(tmp_path, {})).values()
    assert change.runs == ()


@pytest.mark.parametrize(
    "uri", ["", "azureml://x/y", "http://127.0.0.1:5000", "sqlite://", "file:../other", "../other"]
)
def test_only_a_local_uri_names_a_store(tmp_path: Path, uri: str):
    file_store(tmp_path / "other", "r1")
    (tmp_path / "work").mkdir()
    found = local_stores.look(tmp_path / "work", {"MLFLOW_TRACKING_URI": uri})
    assert [path.name for path in found if path.name == "other"] == (
        ["other"] if uri.endswith("other") else []
    )


def a_run(name: str, **more: Any) -> dict[str, Any]:
    empty = {"metrics": {}, "parameters": {}, "tags": {}, "artifacts": [], "deleted": False}
    return {"run_id": "r", "name": name, "status": "FINISHED", **empty, **more}


def a_report(*runs: dict[str, Any], **more: Any) -> dict[str, Any]:
    workspace = {
        "subscription_id": "s", "resource_group": "g", "workspace_name": "w", "region": "westeurope",
        "region_is_known": True, "experiments": [{"name": "churn", "runs": list(runs)}] if runs else [],
        "models": [{"name": "m", "version": "3", "source": "", "run_id": "r"}],
    }  # fmt: skip
    report = {
        "tool": "azmlflow 1.0.0", "command": ["python", "train.py"],
        "ended": {"status": 0, "because": "ended", "seconds": 1.0}, "workspaces": [workspace], "local": [], "refused": [],
        "in_vain": [], "limits": [], "unknown": [], "sign_ins": [], "would_try": [], "past": [],
        "elsewhere": [], "failed": "", "requests": 1, "hosts": {"refused": {}, "distrusted": [], "here": [], "direct": []},
    }  # fmt: skip
    return {**report, **more}


def page(report: dict[str, Any]) -> str:
    return "\n".join(page_of(report, Painter(False)))


def test_names_cannot_move_the_cursor():
    evil = "\x1b[2Jgone\r\u202e"
    text = page(
        a_report(
            a_run(evil, parameters={evil: evil}),
            unknown=[evil],
            past=[{"what": evil, "file": evil}],
            hosts={"refused": {evil: 1}, "distrusted": [evil], "here": [evil], "direct": [evil]},
        )
    )
    assert "\x1b" not in text
    assert "\r" not in text
    assert "\u202e" not in text
    assert "gone" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-1.7976931348623157e308, "-Infinity"),  # as MLflow's store keeps it
        (0.25, 0.25),
    ],
)
def test_a_metric_that_is_no_number_is_a_word_in_json(value: float, shown: float | str):
    run = Run("r", "n", "FINISHED", "churn", {"loss": value}, {}, {}, {})
    landed = Landed(
        Workspace(WorkspaceRef("s", "g", "w"), "r", "t", AZURE_CLOUD, "i", "a", "s"), (), (run,), ()
    )
    report = Report((landed,), (), {}, {}, (), {}, (), frozenset(), ())
    found = report_json(
        ["python", "--token", "canary"], Path("/work"), Ended(0, "ended", 1.0), report, [], [], [], Seen()
    )
    assert found["command"] == ["python", "--token", "******"]
    assert found["workspaces"][0]["experiments"][0]["runs"][0]["metrics"] == {"loss": shown}
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert f"loss = {shown}" in page(found)


def test_a_long_list_is_cut_and_says_so():
    runs = [a_run(f"run {n}", metrics={f"m{i}": i for i in range(30)}) for n in range(MOST_RUNS + 5)]
    text = page(a_report(*runs))
    assert f"{MOST_RUNS + 5} runs would have landed in Azure Machine Learning." in text
    assert "... and 5 more (--format json has all)" in text
    assert "and 18 more" in text
    assert "model m, version 3, from run r" in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"ended": {"status": -15, "because": "timed out", "seconds": 9.0}}, "The command was ended by --timeout after 9.0 s"),
        ({"ended": {"status": -2, "because": "interrupted", "seconds": 9.0}}, "The command was interrupted after 9.0 s"),
        ({"ended": {"status": -9, "because": "ended", "seconds": 9.0}}, "The command failed: it was ended by signal 9"),
        ({"failed": "It has ended."}, "The sandbox failed, so that what landed in workspaces is not known. It has ended."),
        ({"past": [{"what": "NO_PROXY", "file": ""}]}, "NO_PROXY was changed while the command ran and led past the sandbox"),
        ({"past": [{"what": "IDENTITY_ENDPOINT", "file": ".env"}]}, ".env sets it: take it out there for the dry run."),
        ({"past": [{"what": "https_proxy", "file": "a/.env"}]}, "dry run, or load the file without override=True."),
        ({"past": [{"what": "management.azure.com", "file": ""}]}, "The code wanted to reach management.azure.com without"),
        ({"refused": [{"what": "x.", "count": 3}]}, "A workspace would have refused 3 times: x."),
        ({"local": [{"path": "mlflow.db", "new": True, "runs": [{"run_id": "r", "name": "n", "experiment": "e"}]}]},
         "1 run went to the local store mlflow.db and not to a workspace. `azmlflow explain train.py` says why."),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_a_line_and_a_status(more: dict[str, Any], says: str):
    report = a_report(a_run("n"), **more)
    assert is_wrong(report)
    assert says in page(report).replace("\n      ", " ")


def test_what_is_only_noted_is_not_wrong():
    notes = {
        "in_vain": [{"what": "the experiment a/b", "count": 2}],
        "limits": ["1001 characters in the value of a tag: Azure documents a limit of 1000"],
        "unknown": ["the run r1"],
        "elsewhere": ["http://localhost:5000"],
        "local": [{"path": "mlflow.db", "new": True, "runs": []}],
        "sign_ins": [{"kind": "federated", "tenant": "t", "client_id": "c", "stand_in": False, "times": 1}],
        "hosts": {
            "refused": {"example.com": 2},
            "distrusted": ["management.azure.com"],
            "here": ["127.0.0.1:5000"],
            "direct": ["10.0.0.5:5432"],
        },
    }
    report = a_report(a_run("n"), **notes)
    assert not is_wrong(report)
    text = page(report).replace("\n    ", " ")
    for part in (
        "Looked for the experiment a/b (2 times)",
        "One run has 1001 characters in the value of a tag: Azure documents a limit of 1000.",
        "Asked for the run r1, which a dry run does not have",
        "Wanted to reach example.com (2 times): refused",
        "Used the tracking URI http://localhost:5000, which is neither a workspace's nor a local store's",
        "Reached 127.0.0.1:5000 on this machine, which is no part of the sandbox",
        "Reached 10.0.0.5:5432 without a proxy, past the sandbox",
        "Did not trust the sandbox's certificate for management.azure.com",
        "Signed in with the federated token (workload identity) of application c in tenant t.",
    ):
        assert part in text
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize(
    ("command", "is_refused"),
    [
        (["python", "-I", "train.py"], True),
        (["/usr/bin/python3.11", "-W", "ignore", "-uE", "train.py"], True),
        (["python", "-W", "Ignore", "train.py", "-I"], False),
        (["python", "-m", "train", "-S"], False),
        (["ls", "-I"], False),
    ],
)
def test_a_python_that_nothing_keeps_is_not_let_near_an_env_file_with_proxies(
    tmp_path: Path, command: list[str], is_refused: bool
):
    (tmp_path / "src").mkdir()
    assert unkept(command, tmp_path / "src") is None
    (tmp_path / ".env").write_text("NO_PROXY=*\n")
    why = unkept(command, tmp_path / "src")
    assert (why is not None) is is_refused
    assert why is None or "/.env sets NO_PROXY, and nothing keeps a Python with -I, -E or -S" in why
