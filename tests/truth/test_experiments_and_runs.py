"""Which experiment and run MLflow 3.15 logs to, with the folder store standing for any tracking server."""

import pytest

from tests.truth.child import is_installed, needs, run_child

pytestmark = needs("mlflow")

START = """
import mlflow
mlflow.set_tracking_uri(Path("first").absolute().as_uri())
client = mlflow.MlflowClient()

def started(**arguments):
    '''The name of the experiment in which start_run starts a run.'''
    try:
        with mlflow.start_run(**arguments) as run:
            return client.get_experiment(run.info.experiment_id).name
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def variables(**values):
    for name in ("MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID"):
        os.environ.pop(name, None)
    os.environ.update({f"MLFLOW_EXPERIMENT_{name.upper()}": value for name, value in values.items()})
"""

SCRIPT = (
    START
    + """
a, b = client.create_experiment("a"), client.create_experiment("b")
facts["nothing"] = started()
variables(id=b)
facts["id"] = started()
variables(name="a")
facts["name"] = started()
variables(name="a", id=a)
facts["name and its id"] = started()
variables(name="a", id=b)
facts["name and another id"] = started()
variables(name="new", id=b)
facts["new name and another id"] = started()
variables(id="99")
facts["unknown id"] = started()
variables(name="")
facts["empty name"] = started()

variables(name="a", id=b)
c = mlflow.set_experiment("c").experiment_id
facts["id written"] = os.environ["MLFLOW_EXPERIMENT_ID"] == c
facts["name left"] = os.environ["MLFLOW_EXPERIMENT_NAME"]
facts["set_experiment"] = started()
facts["experiment_id"] = started(experiment_id=b)
variables(name="a")
facts["name after set_experiment"] = started()
facts["neither"] = attempt(mlflow.set_experiment)
facts["both"] = attempt(mlflow.set_experiment, "c", experiment_id=c)
facts["set_experiment with nothing in it"] = attempt(mlflow.set_experiment, "")

with mlflow.start_run() as outer:
    mlflow.set_experiment("d")
    mlflow.log_metric("m", 1)
    facts["experiment of the run after set_experiment inside it"] = client.get_experiment(
        mlflow.active_run().info.experiment_id).name
    facts["metric of that run"] = client.get_run(outer.info.run_id).data.metrics
facts["next run"] = started()

variables()
d = mlflow.set_experiment("d")
with mlflow.start_run() as first:
    pass
os.environ["MLFLOW_RUN_ID"] = first.info.run_id
with mlflow.start_run() as again:
    facts["continued"] = again.info.run_id == first.info.run_id
    facts["variable after start_run"] = os.environ.get("MLFLOW_RUN_ID")
with mlflow.start_run() as other:
    facts["second start_run is new"] = other.info.run_id != first.info.run_id
mlflow.set_experiment("c")
os.environ["MLFLOW_RUN_ID"] = first.info.run_id
facts["set_experiment and a run of another"] = started()
facts["variable after the failure"] = os.environ.get("MLFLOW_RUN_ID")
os.environ["MLFLOW_RUN_ID"] = "0" * 32
facts["stale run"] = started()
facts["after a stale run"] = started()

mlflow.start_run()
facts["two runs"] = attempt(mlflow.start_run)
mlflow.end_run()

for call in ("log_metric", "set_tag"):
    getattr(mlflow, call)("k", 1)
    facts[f"{call} starts a run"] = mlflow.active_run() is not None
    mlflow.end_run()
mlflow.get_artifact_uri()
facts["get_artifact_uri starts a run"] = mlflow.active_run() is not None
mlflow.end_run()
mlflow.set_experiment_tag("k", "v")
mlflow.last_active_run()
mlflow.get_experiment_by_name("d")
mlflow.search_experiments()
facts["reading starts a run"] = mlflow.active_run() is not None

mlflow.set_experiment("only-here")
with_run = mlflow.start_run()
mlflow.set_tracking_uri(Path("second").absolute().as_uri())
facts["log_metric after the target changed"] = attempt(mlflow.log_metric, "m", 1)
facts["end_run after the target changed"] = attempt(mlflow.end_run)
facts["state of that run"] = client.get_run(with_run.info.run_id).info.status
facts["experiment set for another target"] = started()
"""
)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return run_child(tmp_path_factory.mktemp("runs"), SCRIPT, MLFLOW_ALLOW_FILE_STORE="true")


def test_nothing_means_default(facts):
    """Without experiment a run goes to Default."""
    assert facts["nothing"] == "Default"


def test_precedence(facts):
    """start_run(experiment_id=) > set_experiment > MLFLOW_EXPERIMENT_NAME > MLFLOW_EXPERIMENT_ID > Default."""
    assert facts["id"] == "b"
    assert facts["name"] == "a"
    assert facts["set_experiment"] == "c"
    assert facts["name after set_experiment"] == "c"
    assert facts["experiment_id"] == "b"


def test_name_and_id(facts):
    """NAME and ID that name different experiments fail; a NAME that does not exist is created, and ID ignored."""
    assert facts["name and its id"] == "a"
    assert "does not match the experiment id" in facts["name and another id"]
    assert facts["new name and another id"] == "new"


def test_unknown_id(facts):
    """An ID that does not exist fails."""
    assert "environment variable value `99` does not exist in the tracking server" in facts["unknown id"]


def test_empty_name(facts):
    """An empty MLFLOW_EXPERIMENT_NAME is not the same as none: start_run fails, as set_experiment("") does."""
    assert facts["empty name"] == "MlflowException: Invalid experiment name: ''"
    assert facts["set_experiment with nothing in it"] == "MlflowException: Invalid experiment name: ''"


def test_set_experiment_rewrites_the_id_and_leaves_the_name(facts):
    """After set_experiment a child process inherits a NAME and an ID that do not match."""
    assert facts["id written"]
    assert facts["name left"] == "a"


def test_set_experiment_takes_one_argument(facts):
    """set_experiment wants exactly one of name and id."""
    assert "exactly one of" in facts["neither"]
    assert "exactly one of" in facts["both"]


def test_set_experiment_inside_a_run(facts):
    """set_experiment in an active run does not move that run; only the next one goes there."""
    assert facts["experiment of the run after set_experiment inside it"] == "c"
    assert facts["metric of that run"] == {"m": 1.0}
    assert facts["next run"] == "d"


def test_run_id_is_used_once(facts):
    """MLFLOW_RUN_ID makes the first start_run continue that run and is then deleted."""
    assert facts["continued"]
    assert facts["variable after start_run"] is None
    assert facts["second start_run is new"]


def test_run_id_of_another_experiment(facts):
    """set_experiment to another experiment than that of MLFLOW_RUN_ID makes start_run fail, once."""
    assert (
        "active experiment ID does not match environment run ID"
        in facts["set_experiment and a run of another"]
    )
    assert facts["variable after the failure"] is None


def test_stale_run_id(facts):
    """A run id that does not exist fails, once: the variable is gone afterwards."""
    assert "not found" in facts["stale run"]
    assert facts["after a stale run"] == "c"


def test_one_run_at_a_time(facts):
    """A second start_run fails while a run is active."""
    assert "is already active" in facts["two runs"]


def test_what_starts_a_run(facts):
    """Logging starts a run when none is active, and so does get_artifact_uri; reading does not."""
    assert facts["log_metric starts a run"]
    assert facts["set_tag starts a run"]
    assert facts["get_artifact_uri starts a run"]
    assert not facts["reading starts a run"]


def test_target_changed_in_a_run(facts):
    """set_tracking_uri during a run does change where that run is looked for: logging and ending it then fail."""
    assert "not found" in facts["log_metric after the target changed"]
    assert "not found" in facts["end_run after the target changed"]
    assert facts["state of that run"] == "RUNNING"


def test_experiment_set_before_the_target(facts):
    """set_experiment before set_tracking_uri leaves the id of another server, and start_run fails."""
    assert "Could not find experiment with ID" in facts["experiment set for another target"]


LOG_MODEL = (
    START
    + """
class flavor:
    @staticmethod
    def save_model(path, mlflow_model, **arguments):
        Path(path).mkdir()
        mlflow_model.save(str(Path(path, "MLmodel")))

from mlflow.models import Model
facts["log_model"] = attempt(Model.log, None, flavor, name="m")
facts["run"] = mlflow.active_run() is not None or mlflow.last_active_run() is not None
facts["models"] = len(client.search_logged_models(["0"]))
"""
)


@pytest.mark.skipif(not is_installed("numpy"), reason="not installed: numpy")
def test_log_model_starts_no_run(tmp_path):
    """In MLflow 3 log_model without an active run logs a model to the experiment and starts no run."""
    facts = run_child(tmp_path, LOG_MODEL, MLFLOW_ALLOW_FILE_STORE="true")
    assert "ModelInfo" in facts["log_model"]
    assert facts["models"] == 1
    assert not facts["run"]
