"""Where MLflow logs: which of a call, a variable and the default decides, as mlflow-skinny 3.15 has it."""

import pytest

from tests.truth.child import is_installed, needs, run_child, run_child_anew

pytestmark = needs("mlflow", "azureml.mlflow")

SCRIPT = """
sys.modules["sqlalchemy"] = None  # as where mlflow-skinny is installed alone
import mlflow

def uri():
    return mlflow.get_tracking_uri()

facts["cwd"] = os.getcwd()
facts["default"] = uri()
facts["run without store"] = attempt(mlflow.start_run)
facts["files without store"] = sorted(path.name for path in Path.cwd().iterdir())
Path("mlruns/0").mkdir(parents=True)
facts["mlruns without runs"] = uri()
Path("mlruns/abc").mkdir()
Path("mlruns/abc/meta.yaml").touch()
facts["mlruns with a named folder"] = uri()
Path("mlruns/0/meta.yaml").touch()
facts["mlruns with an experiment"] = uri()
facts["registry by default"] = mlflow.get_registry_uri()

os.environ["MLFLOW_TRACKING_URI"] = "http://late"
facts["variable set late"] = uri()
facts["registry follows the tracking variable"] = mlflow.get_registry_uri()
os.environ["MLFLOW_TRACKING_URI"] = ""
facts["empty variable"] = uri()

mlflow.set_tracking_uri("http://called")
facts["call"] = uri()
facts["variable after the call"] = os.environ["MLFLOW_TRACKING_URI"]
os.environ["MLFLOW_TRACKING_URI"] = "http://other"
facts["variable set after the call"] = uri()
facts["client without argument"] = mlflow.MlflowClient().tracking_uri
facts["client with argument"] = mlflow.MlflowClient("http://client").tracking_uri
facts["call after a client"] = uri()

os.environ["MLFLOW_REGISTRY_URI"] = "http://registry-variable"
facts["registry variable"] = mlflow.get_registry_uri()
mlflow.set_registry_uri("http://registry-call")
facts["registry call"] = mlflow.get_registry_uri()
facts["registry variable after the call"] = os.environ["MLFLOW_REGISTRY_URI"]
facts["tracking after a registry call"] = uri()

mlflow.set_tracking_uri("")
facts["empty call"] = uri()
facts["variable after an empty call"] = os.environ["MLFLOW_TRACKING_URI"]
facts["run after an empty call"] = attempt(mlflow.start_run)
mlflow.set_tracking_uri("./folder")
facts["run in a folder"] = attempt(mlflow.start_run)
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
facts["run in a folder that is allowed"] = attempt(mlflow.start_run)
mlflow.end_run()
mlflow.set_tracking_uri(Path("here"))
facts["path"] = uri()
mlflow.set_tracking_uri(None)
facts["call with None"] = uri()
facts["variable after None"] = os.environ.get("MLFLOW_TRACKING_URI")
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return run_child_anew(tmp_path_factory.mktemp("tracking"), SCRIPT)


def test_default(facts):
    """With nothing set MLflow takes sqlite in the working folder."""
    assert facts["default"].startswith("sqlite:///")
    assert facts["default"].endswith("/mlflow.db")


def test_default_with_an_old_folder(facts):
    """./mlruns is the default only where an experiment (digits/meta.yaml) lies in it already."""
    assert facts["mlruns without runs"] == facts["default"]
    assert facts["mlruns with a named folder"] == facts["default"]
    assert facts["mlruns with an experiment"].startswith("file:///")
    assert facts["mlruns with an experiment"].endswith("/mlruns")


def test_variable(facts):
    """MLFLOW_TRACKING_URI is read when it is needed, so setting it late works; empty counts as not set."""
    assert facts["variable set late"] == "http://late"
    assert facts["empty variable"] == facts["mlruns with an experiment"]


def test_call(facts):
    """set_tracking_uri wins over the variable, before and after, and writes it for child processes."""
    assert facts["call"] == "http://called"
    assert facts["variable after the call"] == "http://called"
    assert facts["variable set after the call"] == "http://called"


def test_empty_call(facts):
    """set_tracking_uri("") counts: it means the folder store, and the variable becomes empty."""
    assert facts["empty call"] == ""
    assert facts["variable after an empty call"] == ""


def test_call_with_a_path(facts):
    """A pathlib.Path becomes an absolute file: URI."""
    assert facts["path"].startswith("file:///")
    assert facts["path"].endswith("/here")


def test_call_with_none(facts):
    """set_tracking_uri(None) takes everything back, the variable too."""
    assert facts["call with None"] == facts["mlruns with an experiment"]
    assert facts["variable after None"] is None


def test_client(facts):
    """MlflowClient(uri) has its own target and changes none of the rest."""
    assert facts["client without argument"] == "http://called"
    assert facts["client with argument"] == "http://client"
    assert facts["call after a client"] == "http://called"


def test_registry(facts):
    """The registry is set_registry_uri, else MLFLOW_REGISTRY_URI, else what tracking is."""
    assert facts["registry by default"] == facts["mlruns with an experiment"]
    assert facts["registry follows the tracking variable"] == "http://late"
    assert facts["registry variable"] == "http://registry-variable"
    assert facts["registry call"] == "http://registry-call"
    assert facts["registry variable after the call"] == "http://registry-call"
    assert facts["tracking after a registry call"] == "http://called"


def test_skinny_has_no_default_store(facts):
    """mlflow-skinny without SQLAlchemy and without URI fails with an error about the model registry."""
    assert facts["run without store"].startswith("UnsupportedModelRegistryStoreURIException:")
    assert "got unsupported URI 'sqlite:///" in facts["run without store"]
    assert facts["files without store"] == ["home"]


def test_folders_are_refused_unless_allowed(facts):
    """A folder as tracking URI fails in MLflow 3.15, unless MLFLOW_ALLOW_FILE_STORE is true."""
    assert facts["run in a folder"].startswith("MlflowException: The filesystem tracking backend")
    assert facts["run after an empty call"] == facts["run in a folder"]
    assert facts["run in a folder that is allowed"].startswith("<ActiveRun")


@pytest.mark.skipif(not is_installed("sqlalchemy"), reason="not installed: sqlalchemy")
def test_the_default_store_is_a_file_where_the_process_started(tmp_path):
    """With SQLAlchemy and without URI a run goes to ./mlflow.db, silently."""
    script = """
import mlflow
facts["start_run"] = attempt(mlflow.start_run)
facts["files"] = sorted(path.name for path in Path.cwd().iterdir())
"""
    facts = run_child(tmp_path, script)
    assert facts["start_run"].startswith("<ActiveRun")
    assert "mlflow.db" in facts["files"]
