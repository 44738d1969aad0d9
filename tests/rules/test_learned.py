"""What a connection test learned makes repairs exact for a day, is marked in them, and adds no finding."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.explain import explain_json
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Fix
from azmlflow.workspace.learned import HOLDS_FOR, Learned, learned_of
from azmlflow.workspace.snapshot import Snapshot

from tests.rules.harness import NOW, Case, World

REF = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg-contoso", "ws-contoso")
NAMES = {"subscription_id": REF[0], "resource_group": REF[1], "workspace_name": REF[2]}
URI = f"azureml://5b1d.workspace.westeurope.api.azureml.ms/mlflow/v1.0{REF.arm_id}"
ELSEWHERE = f"azureml://northeurope.api.azureml.ms/mlflow/v2.0{REF.arm_id}"
SCRIPT = "import mlflow\n\nwith mlflow.start_run():\n    mlflow.log_metric('loss', 0.1)\n"
ASKS = """\
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
mlflow.set_tracking_uri(ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri)
with mlflow.start_run():
    mlflow.log_metric('loss', 0.1)
"""
FILES = {"train.py": SCRIPT, "config.json": json.dumps(NAMES)}
MARK = "the connection test of 2026-06-15 11:05 UTC found"


def learned(age: timedelta = timedelta(minutes=55), workspace: WorkspaceRef = REF) -> Learned:
    found = learned_of(workspace, URI.replace(REF.arm_id, workspace.arm_id), "westeurope", NOW - age)
    assert found is not None
    return found


def world(root: Path, files: dict[str, str] = FILES) -> World:
    return World(Case("AZM101", "learned", files, "train.py"), root)


def fixes(project: World, snapshot: Snapshot) -> list[Fix]:
    (finding,) = project.check(snapshot)
    return list(finding.fixes())


def test_the_literal_and_the_env_file_are_offered_with_the_learned_uri(tmp_path: Path) -> None:
    project = world(tmp_path)
    snapshot = project.snapshot()
    assert [fix.title for fix in fixes(project, snapshot)] == [
        "Take the tracking URI from the workspace ws-contoso (MLClient)"
    ]
    snapshot = replace(snapshot, learned=(learned(),))
    _, literal, dotenv = fixes(project, snapshot)
    assert literal.title == f"Write out the tracking URI that {MARK}"
    assert not literal.safe
    assert dotenv.title.endswith(f"load it (load_dotenv), as {MARK} it")
    assert project.apply(snapshot, dotenv)[".env"] == f"MLFLOW_TRACKING_URI={URI}\n"
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / ".env").unlink()
    changed = project.apply(snapshot, literal)["train.py"]
    assert URI in changed
    assert project.check(replace(project.snapshot(), learned=(learned(),))) == ()


@pytest.mark.parametrize(
    ("age", "offered"),
    [(timedelta(0), True), (HOLDS_FOR - timedelta(seconds=1), True), (HOLDS_FOR, False)],
)
def test_what_is_older_than_a_day_is_not_used(tmp_path: Path, age: timedelta, offered: bool) -> None:
    project = world(tmp_path)
    snapshot = replace(project.snapshot(), learned=(learned(age),))
    assert (len(fixes(project, snapshot)) == 3) is offered


def test_without_a_time_nothing_learned_is_used(tmp_path: Path) -> None:
    project = world(tmp_path)
    snapshot = replace(project.snapshot(), surroundings=None, learned=(learned(),))
    assert len(fixes(project, snapshot)) == 1


def test_what_the_project_writes_itself_comes_first(tmp_path: Path) -> None:
    project = world(tmp_path, {**FILES, "other.py": f"URI = '{ELSEWHERE}'  # for mlflow\n"})
    literal = fixes(project, replace(project.snapshot(), learned=(learned(),)))[1]
    assert literal.title == "Write out the tracking URI that the project uses elsewhere"


def test_what_was_learned_of_another_workspace_is_not_used(tmp_path: Path) -> None:
    project = world(tmp_path)
    other = learned(workspace=REF._replace(workspace_name="ws-other"))
    assert len(fixes(project, replace(project.snapshot(), learned=(other,)))) == 1
    same = learned(workspace=REF._replace(resource_group="RG-CONTOSO"))
    assert len(fixes(project, replace(project.snapshot(), learned=(same,)))) == 3


@pytest.mark.parametrize("text", [SCRIPT, ASKS])
def test_no_finding_comes_or_goes(tmp_path: Path, text: str) -> None:
    project = world(tmp_path, {**FILES, "train.py": text})
    snapshot = project.snapshot()

    def told(snapshot: Snapshot) -> list[tuple[str, str]]:
        return [(finding.code, finding.message) for finding in project.check_all(snapshot)]

    assert told(replace(snapshot, learned=(learned(),))) == told(snapshot)


@pytest.mark.parametrize(
    "uri",
    [
        URI.replace("azureml.ms", "azureml.example"),
        URI.replace("ws-contoso", "ws-other"),
        f"{URI}\nEVIL=1",
        f"{URI}?a='b'",
        URI.replace("azureml://", "https://"),
        "",
    ],
)
def test_an_answer_that_cannot_be_the_workspaces_uri_is_not_learned(uri: str) -> None:
    assert learned_of(REF, URI, "westeurope", NOW) is not None
    assert learned_of(REF, uri, "westeurope", NOW) is None


def test_explain_says_the_true_uri_of_a_workspace_that_the_code_asks(tmp_path: Path) -> None:
    project = world(tmp_path, {**FILES, "train.py": ASKS})
    snapshot = project.snapshot()

    def story(snapshot: Snapshot) -> dict:
        return explain_json(Resolution(snapshot, snapshot.files[tmp_path / "train.py"]))

    before = story(snapshot)
    assert before["tracking"]["value"] is None
    assert before["cloud"]["status"] == "unknown"
    after = story(replace(snapshot, learned=(learned(),)))
    assert after["tracking"]["value"] == URI
    assert after["tracking"]["because"][0] == {
        "path": None,
        "cell": None,
        "line": None,
        "what": f"{MARK} this URI of the workspace",
    }
    assert after["tracking"]["because"][1:] == before["tracking"]["because"]
    assert after["cloud"]["value"] == "AzureCloud"
    assert story(replace(snapshot, learned=(learned(HOLDS_FOR),))) == before
