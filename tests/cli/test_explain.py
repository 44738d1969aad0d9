"""`azmlflow explain` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import azmlflow

URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-2222-3333-4444-555555555555"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
SCRIPT = f"""\
import mlflow

mlflow.set_tracking_uri(
    "{URI}"
)
mlflow.set_experiment("forecast")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "train.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_json_has_the_shape_of_the_contract(script: Path):
    done = azmlflow("explain", "train.py", "--format", "json", cwd=script.parent)
    assert (done.returncode, done.stderr) == (0, "")
    story = json.loads(done.stdout)
    assert (story["version"], story["path"]) == (1, "train.py")
    assert set(story) == {"version", "path", "running", "tracking", "experiment", "identity", "cloud"}
    for part in ("tracking", "experiment", "identity", "cloud"):
        assert {"value", "status", "reason", "because", "overrides"} <= set(story[part])
        assert story[part]["status"] in {"resolved", "local", "unknown"}
    tracking = story["tracking"]
    assert (tracking["value"], tracking["status"], tracking["source"]) == (URI, "resolved", "call")
    assert tracking["workspace"] == {
        "subscription_id": "11111111-2222-3333-4444-555555555555",
        "resource_group": "rg",
        "workspace_name": "ws",
    }
    assert {k: v for k, v in tracking["because"][0].items() if k != "what"} == {
        "path": "train.py",
        "cell": None,
        "line": 3,
    }
    assert (story["experiment"]["value"], story["experiment"]["status"]) == ("forecast", "resolved")
    assert story["cloud"]["value"] == "AzureCloud"


def test_text_tells_where_why_and_instead_of_what(script: Path):
    done = azmlflow("explain", "train.py", cwd=script.parent, MLFLOW_TRACKING_URI="http://localhost:5000")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    target = "the workspace ws (resource group rg, subscription 11111111-2222-3333-4444-555555555555)"
    assert f"Runs go to {target}." in lines
    assert any("because" in line and "(train.py:3)" in line for line in lines)
    assert "             | mlflow.set_tracking_uri(" in lines
    assert any("instead of" in line and "MLFLOW_TRACKING_URI" in line for line in lines)
    assert "Experiment: forecast." in lines
    assert lines[-1] == "Cloud: AzureCloud."


def test_a_line_says_what_happens_there(script: Path):
    done = azmlflow("explain", "train.py:8", cwd=script.parent)
    assert done.stdout.splitlines()[-2:] == ["Line 8:", "  mlflow.log_metric, in the run that line 7 starts"]
    done = azmlflow("explain", "train.py:1", cwd=script.parent)
    assert done.stdout.endswith("Line 1 does nothing to MLflow.\n")


def test_the_environment_counts(script: Path):
    script.write_text("import mlflow\nmlflow.autolog()\n", encoding="utf-8")
    done = azmlflow("explain", "train.py", "--format", "json", cwd=script.parent, MLFLOW_TRACKING_URI=URI)
    assert json.loads(done.stdout)["tracking"]["source"] == "variable"


def test_a_password_in_an_address_is_not_repeated(script: Path):
    script.write_text(
        "import mlflow\nmlflow.set_tracking_uri('http://me:canary-secret@host')\n", encoding="utf-8"
    )
    for form in ("text", "json"):
        done = azmlflow("explain", "train.py", "--format", form, cwd=script.parent)
        assert done.returncode == 0
        assert "canary-secret" not in done.stdout + done.stderr


def test_a_script_without_mlflow_logs_nothing(script: Path):
    script.write_text("print(1)\n", encoding="utf-8")
    done = azmlflow("explain", "train.py", cwd=script.parent)
    assert done.stdout == "train.py: it never mentions MLflow or Azure, so nothing of it is logged.\n"
    story = json.loads(azmlflow("explain", "train.py", "--format", "json", cwd=script.parent).stdout)
    assert story["tracking"]["status"] == "unknown"


@pytest.mark.parametrize("path", ["nowhere.py", ".", "config.json"])
def test_wrong_use_is_one_sentence_and_status_2(script: Path, path: str):
    (script.parent / "config.json").write_text(
        '{"subscription_id": "", "resource_group": "", "workspace_name": ""}'
    )
    done = azmlflow("explain", path, cwd=script.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
