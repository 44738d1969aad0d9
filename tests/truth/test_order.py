"""What comes of set_tracking_uri when something went before it, in mlflow-skinny 3.15.

AZM105 says that a run which is still open, and an experiment that was set, are lost; and nothing of a run that has
ended, nor of autolog. Two folders stand for the default store and for the workspace.
"""

import pytest

from tests.truth.child import needs, run_child

pytestmark = needs("mlflow")

PREPARED = """
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow

before, after = Path("before").absolute().as_uri(), Path("after").absolute().as_uri()
os.environ["MLFLOW_TRACKING_URI"] = before

def metrics(uri):
    client = mlflow.MlflowClient(uri)
    ids = [experiment.experiment_id for experiment in client.search_experiments()]
    return sorted(name for run in client.search_runs(ids) for name in run.data.metrics)

def look():
    facts["before"], facts["after"] = metrics(before), metrics(after)

"""


@pytest.fixture
def run(tmp_path):
    return lambda script: run_child(tmp_path, PREPARED + script + "\nlook()\n")


def test_a_run_that_is_open_is_not_found_afterwards(run):
    """Every call that logs then fails, and so does the end of the run."""
    facts = run(
        """
mlflow.start_run()
mlflow.set_tracking_uri(after)
facts["log"] = attempt(mlflow.log_metric, "loss", 1)
facts["end"] = attempt(mlflow.end_run)
"""
    )
    assert facts["log"].startswith("MlflowException: Run '")
    assert facts["log"].endswith("not found")
    assert facts["end"] == facts["log"]
    assert facts["after"] == []


def test_a_with_statement_fails_likewise(run):
    facts = run(
        """
def train():
    with mlflow.start_run():
        mlflow.set_tracking_uri(after)

facts["train"] = attempt(train)
"""
    )
    assert facts["train"].startswith("MlflowException: Run '")


def test_a_run_that_logging_opened_is_lost_too(run):
    facts = run(
        """
mlflow.log_metric("early", 1)
mlflow.set_tracking_uri(after)
facts["log"] = attempt(mlflow.log_metric, "late", 1)
"""
    )
    assert facts["log"].startswith("MlflowException: Run '")
    assert facts["before"] == ["early"]
    assert facts["after"] == []


def test_an_experiment_that_was_set_is_not_found_afterwards(run):
    """set_experiment keeps the ID that the first store gave; the second store has no such experiment."""
    facts = run(
        """
mlflow.set_experiment("forecast")
mlflow.set_tracking_uri(after)
facts["start"] = attempt(mlflow.start_run)
mlflow.set_experiment("forecast")
facts["start again"] = attempt(mlflow.start_run)
"""
    )
    assert facts["start"].startswith("MlflowException: Could not find experiment with ID")
    assert facts["start again"].startswith("<ActiveRun")


def test_a_run_that_has_ended_is_no_hindrance(run):
    """Logging to one store and then to another is legitimate."""
    facts = run(
        """
with mlflow.start_run():
    mlflow.log_metric("local", 1)
mlflow.set_tracking_uri(after)
with mlflow.start_run():
    mlflow.log_metric("remote", 1)
"""
    )
    assert facts["before"] == ["local"]
    assert facts["after"] == ["remote"]


def test_autolog_may_come_first(run):
    facts = run(
        """
mlflow.autolog()
mlflow.set_tracking_uri(after)
with mlflow.start_run():
    mlflow.log_metric("remote", 1)
"""
    )
    assert facts["before"] == []
    assert facts["after"] == ["remote"]


def test_the_variable_is_no_better_than_the_call(run):
    """MLFLOW_TRACKING_URI is read at each call: setting it during a run loses the run as well."""
    facts = run(
        """
mlflow.start_run()
os.environ["MLFLOW_TRACKING_URI"] = after
facts["log"] = attempt(mlflow.log_metric, "loss", 1)
"""
    )
    assert facts["log"].startswith("MlflowException: Run '")
