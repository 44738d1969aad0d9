"""The MLflow API of a workspace as the unmodified packages see it, in a child process that is steered by variables only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.landed import Landed, read_back
from azmlflow.sandbox.report import report_on
from azmlflow.sandbox.store import store_of

from tests.sandbox.worker import Worker
from tests.truth.child import needs

pytestmark = needs("mlflow", "azureml.mlflow", "azure.ai.ml", "flask", "sqlalchemy", "alembic", "trustme")

MODELS = "MLflow 3's logged models (log_model, and autolog where it logs models)"
BEGIN = """
import mlflow, sys
from pathlib import Path
from mlflow.models import Model

class Flavor:
    '''The least that Model.log asks of a flavor: a module that saves something.'''
    @staticmethod
    def save_model(path, mlflow_model, **kwargs):
        Path(path).mkdir(parents=True, exist_ok=True)
        Path(path, "weights.bin").write_bytes(b"0" * 1000)
        mlflow_model.add_flavor("own", data="weights.bin")
        mlflow_model.save(str(Path(path, "MLmodel")))

shared.update(mlflow=mlflow, Model=Model, Flavor=Flavor, Path=Path, client=mlflow.MlflowClient())
"""
LOGGED = """
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="first") as run:
    facts["run_id"] = run.info.run_id
    facts["artifact_uri"] = run.info.artifact_uri
    mlflow.log_params({"lr": 0.1, "depth": 3})
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metric("later", 7.5, synchronous=False).wait()
    mlflow.set_tag("team", "forecast")
    Path("plots").mkdir()
    Path("plots/a.txt").write_text("one")
    Path("plots/b c.txt").write_text("zwei")
    mlflow.log_artifacts("plots", "plots")
    mlflow.log_dict({"a": 1}, "d/x.json")
    mlflow.log_text("x" * 3_000_000, "big.txt")
    Flavor.save_model("saved", Model())
    mlflow.log_artifacts("saved", "model")
    facts["listed"] = attempt(client.list_artifacts, run.info.run_id, "plots")
    facts["top"] = sorted((f.path, f.is_dir) for f in client.list_artifacts(run.info.run_id))
    Path("got").mkdir()
    folder = client.download_artifacts(run.info.run_id, "", "got")
    facts["one"] = Path(client.download_artifacts(run.info.run_id, "plots/b c.txt")).read_text()
    facts["got"] = {str(p.relative_to(folder)): p.stat().st_size for p in sorted(Path(folder).rglob("*")) if p.is_file()}
    facts["history"] = [m.value for m in client.get_metric_history(run.info.run_id, "loss")]
    facts["again"] = attempt(mlflow.log_dict, {"a": 2}, "d/x.json")
    facts["none"] = attempt(client.download_artifacts, run.info.run_id, "missing")
source = run.info.artifact_uri + "/model"
client.create_registered_model("churn-model")
version = client.create_model_version("churn-model", source, run.info.run_id)
facts["version"] = [version.name, str(version.version), version.source]
facts["models"] = [model.name for model in client.search_registered_models()]
"""
REFUSED = """
import json
with mlflow.start_run(run_name="second") as run:
    facts["many"] = attempt(mlflow.log_params, {f"p{n}": n for n in range(201)})
    facts["kept"] = len(client.get_run(run.info.run_id).data.params)
    facts["log_model"] = attempt(Model.log, "model", Flavor)
    facts["register"] = attempt(mlflow.register_model, f"runs:/{run.info.run_id}/model", "other")
    with mlflow.start_span("step"):
        pass
    values = [mlflow.entities.Metric("loss", 0.5, 1, step) for step in range(251)]
    facts["values"] = attempt(client.log_batch, run.info.run_id, values)
mlflow.flush_trace_async_logging(terminate=True)
facts["slash"] = [attempt(mlflow.set_experiment, "team/churn") for _ in range(2)]
"""


class Story:
    """What the child saw, and what the box has kept."""

    def __init__(self, facts: dict[str, Any], landed: Landed, box: AzureBox) -> None:
        self.facts = facts
        self.landed = landed
        self.runs = {run.name: run for run in landed.runs}
        self.box = box


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("child")
    with AzureBox() as box, Worker(folder, box.environment("secret")) as worker:
        store_of(box.world).start()
        worker.run(BEGIN)
        facts = worker.run(LOGGED) | worker.run(REFUSED)
        (landed,) = read_back(box.world)
        yield Story(facts, landed, box)


def test_a_run_lands_with_all_that_was_logged(story: Story):
    run = story.runs["first"]
    assert run.run_id == story.facts["run_id"]
    assert (run.experiment, run.status) == ("churn", "FINISHED")
    assert dict(run.metrics) == {"loss": pytest.approx(1 / 3), "later": 7.5}
    assert dict(run.parameters) == {"lr": "0.1", "depth": "3"}
    assert dict(run.tags) == {"team": "forecast"}
    assert dict(run.artifacts) == {
        "big.txt": 3_000_000,
        "d/x.json": 12,
        "model/MLmodel": run.artifacts["model/MLmodel"],
        "model/weights.bin": 1000,
        "plots/a.txt": 3,
        "plots/b c.txt": 4,
    }
    assert story.facts["history"] == [1, 0.5, pytest.approx(1 / 3)]


def test_its_artifacts_are_in_the_workspace_and_come_back(story: Story):
    assert story.facts["artifact_uri"].startswith(f"{story.box.workspace_uri}/experiments/")
    assert story.facts["top"] == [["big.txt", False], ["d", True], ["model", True], ["plots", True]]
    assert story.facts["got"] == dict(story.runs["first"].artifacts)
    assert story.facts["one"] == "zwei"
    assert "Failed to download artifacts from path 'missing'" in story.facts["none"]


def test_artifacts_below_a_path_cannot_be_listed_by_mlflow_3(story: Story):
    """It looks for a logged model of that name, and does not do without; to download is no matter."""
    end = "/api/2.0/mlflow/logged-models/search failed with error code 404 != 200. Response body: ''"
    assert story.facts["listed"] == f"MlflowException: API request to endpoint {end}"


def test_a_model_is_registered(story: Story):
    assert story.facts["version"] == ["churn-model", "1", f"{story.facts['artifact_uri']}/model"]
    assert story.facts["models"] == ["churn-model"]
    assert [(m.name, m.version, m.run_id) for m in story.landed.models] == [
        ("churn-model", "1", story.facts["run_id"])
    ]


def test_an_artifact_is_not_overwritten(story: Story):
    name = f"ExperimentRun/dcid.{story.facts['run_id']}/d/x.json"
    assert (
        story.facts["again"] == f"Exception: UserError: Resource Conflict: ArtifactId {name} already exists."
    )


def test_more_than_200_parameters_are_refused(story: Story):
    said = story.facts["many"]
    assert said.startswith(
        "RestException: INVALID_PARAMETER_VALUE: Response: {'Error': {'Code': 'ValidationError'"
    )
    assert "A field of the entity is over the size limit. FieldName=Parameters, Limit=200, Size=201." in said
    assert story.facts["kept"] == 200
    assert "FieldName=MetricV2Dto.Value/Count, Limit=250, Size=251." in story.facts["values"]


def test_logging_a_model_says_what_it_says_in_azure(story: Story):
    """The text of https://github.com/Azure/azure-sdk-for-python/issues/44896."""
    end = "failed with error code 404 != 200. Response body: ''"
    assert (
        story.facts["log_model"]
        == f"MlflowException: API request to endpoint /api/2.0/mlflow/logged-models {end}"
    )
    assert story.facts["register"].startswith(
        "MlflowException: API request to endpoint /api/2.0/mlflow/logged-models"
    )
    assert story.facts["register"].endswith(end)
    assert story.runs["second"].status == "FINISHED"


def test_an_experiment_with_a_slash_is_not_found_the_second_time(story: Story):
    """MLflow takes it for a race with another process and returns nothing: in a new process runs go to Default."""
    first, second = story.facts["slash"]
    assert first.startswith("<Experiment")
    assert second == "None"


def test_the_report_says_what_was_refused_and_who_it_was(story: Story):
    report = report_on(story.box.world, story.box.journal)
    assert report.refused[MODELS] == 1
    assert report.refused["traces (MLflow tracing)"] >= 1
    assert any("FieldName=Parameters" in what for what in report.refused)
    assert any("Resource Conflict" in what for what in report.refused)
    assert report.in_vain[MODELS] >= 2
    assert any("the experiment team/churn" in what for what in report.in_vain)
    assert {(each.kind, each.client_id) for each in report.sign_ins} == {("secret", story.box.client_id)}
    assert report.unknown_hosts == {}
    assert story.box.client_secret not in json.dumps([list(exchange) for exchange in story.box.journal])


def test_nothing_that_is_only_logged_is_refused(story: Story):
    """A plain script must not be blamed: MLflow asks for nothing of its own that a workspace lacks."""
    first, second = (i for i, each in enumerate(story.box.journal) if each.path.endswith("/runs/create"))
    notes = {each.note for each in story.box.journal.all()[first:second] if each.note}
    expected = ("Resource Conflict", "MLflow 3's logged models", "Could not find artifact")
    assert [note for note in notes if not any(part in note for part in expected)] == []


def test_the_box_and_its_store_leave_nothing(tmp_path: Path):
    with AzureBox() as box:
        folder = box.folder
        assert folder.is_dir()
    assert not folder.exists()
