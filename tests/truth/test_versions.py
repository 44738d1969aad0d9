"""What the installed packages require of each other and do without each other, held against the table of versions."""

from __future__ import annotations

from importlib.metadata import requires as required_by
from importlib.metadata import version
from pathlib import Path

import pytest
from azmlflow.azure.versions import CLASHES, LOGGED_MODELS, PLUGIN, SDK, SKINNY, admits, clashes, requires
from packaging.requirements import Requirement

from tests.truth.child import needs, run_child, run_child_anew

pytestmark = needs("mlflow", "azureml.mlflow", "azure.ai.ml")

URI = (
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-1111-1111-1111-111111111111"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
WITHOUT_PLUGIN = """
import importlib.metadata
real = importlib.metadata.entry_points
def without_azureml(**kwargs):
    return importlib.metadata.EntryPoints(e for e in real(**kwargs) if e.name != "azureml")
importlib.metadata.entry_points = without_azureml
"""
WITHOUT_SQLALCHEMY = """
from importlib.machinery import PathFinder
real = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: None if name.partition(".")[0] == "sqlalchemy" else real(name, *rest)
"""


@pytest.mark.parametrize("package", [PLUGIN, SDK])
def test_the_table_has_the_upper_bounds_of_the_installed_release(package: str) -> None:
    known = requires(package, version(package))
    assert known is not None, (
        f"{package} {version(package)} is newer than the table: dev.py refresh-versions --write"
    )
    stated = {r.name: str(r.specifier) for r in map(Requirement, required_by(package) or ()) if not r.marker}

    assert known
    for name, specifier in known.items():
        assert stated[name] == specifier


def test_the_installed_packages_work_together() -> None:
    names = (PLUGIN, SDK, SKINNY, "marshmallow", "protobuf")

    assert not list(clashes({name: version(name) for name in names}))


def test_the_plugin_takes_what_mlflow_hands_to_its_artifact_builder(tmp_path: Path) -> None:
    facts = run_child(
        tmp_path,
        f"""
import mlflow
from mlflow.tracking._tracking_service.client import TrackingServiceClient
from types import SimpleNamespace as Object
mlflow.set_tracking_uri({URI!r})
run = Object(info=Object(artifact_uri="azureml://experiments/e/runs/r/artifacts", run_id="r", experiment_id="1"))
client = TrackingServiceClient({URI!r})
client.get_run = lambda run_id: run
facts["now"] = attempt(client._get_artifact_repo, "r")

import azureml.mlflow.entry_point_loaders as loaders
from mlflow.store.artifact import artifact_repository_registry as registry
def older(artifact_uri=None):
    return None
registry._artifact_repository_registry._registry["azureml"] = older
facts["older"] = attempt(client._get_artifact_repo, "another")
""",
        AZUREML_CURRENT_CLOUD="AzureCloud",
    )
    pair = next(clash for clash in CLASHES if clash.first == PLUGIN and "tracking_uri" in clash.error)

    assert facts["now"].startswith("AzureMLflowArtifactRepository(")
    assert "got an unexpected keyword argument 'tracking_uri'" in facts["older"]
    assert admits(pair.second_versions, version(SKINNY))
    assert not admits(pair.first_versions, version(PLUGIN))


def test_without_the_plugin_mlflow_does_not_know_the_scheme_and_does_not_name_the_package(
    tmp_path: Path,
) -> None:
    facts = run_child_anew(
        tmp_path,
        f"""{WITHOUT_PLUGIN}
import mlflow
mlflow.set_tracking_uri({URI!r})
facts["set"] = mlflow.get_tracking_uri()
facts["start"] = attempt(mlflow.start_run)
facts["experiment"] = attempt(mlflow.set_experiment, "e")
""",
    )

    assert facts["set"] == URI
    for said in (facts["start"], facts["experiment"]):
        assert said.startswith("UnsupportedModelRegistryStoreURIException")
        assert "got unsupported URI 'azureml://" in said
        assert PLUGIN not in said


def test_skinny_alone_has_no_default_store(tmp_path: Path) -> None:
    facts = run_child_anew(
        tmp_path,
        f"""{WITHOUT_SQLALCHEMY}
import mlflow
facts["default"] = mlflow.get_tracking_uri()
facts["start"] = attempt(mlflow.start_run)
facts["experiment"] = attempt(mlflow.set_experiment, "e")
facts["files"] = sorted(path.name for path in Path.cwd().iterdir())
""",
    )

    assert facts["default"].startswith("sqlite:///")
    for said in (facts["start"], facts["experiment"]):
        assert said.startswith("UnsupportedModelRegistryStoreURIException")
        assert "sqlite:///" in said
    assert facts["files"] == ["home"]


def test_mlflow_3_asks_for_a_logged_model_before_it_logs_one(tmp_path: Path) -> None:
    facts = run_child(
        tmp_path,
        """
import mlflow
from mlflow.models import Model
from mlflow.tracking._tracking_service.client import TrackingServiceClient
asked = []
def refuse_model(self, *args, **kwargs):
    asked.append("logged-models")
    raise RuntimeError("404")
TrackingServiceClient.create_logged_model = refuse_model
class Flavor:
    @staticmethod
    def save_model(path, mlflow_model, **kwargs):
        asked.append("saved")
mlflow.set_tracking_uri("sqlite:///" + str(Path.cwd() / "home" / "runs.db"))
with mlflow.start_run():
    facts["said"] = attempt(Model.log, None, name="model", flavor=Flavor)
facts["asked"] = asked
""",
    )

    assert admits(LOGGED_MODELS.second_versions, version(SKINNY))
    assert facts["asked"] == ["logged-models"], facts["said"]
