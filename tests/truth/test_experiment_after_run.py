"""What set_experiment does while MLflow 3.15 has a run active, and in a process that was given a run to continue."""

import pytest

from tests.truth.child import needs, run_child

pytestmark = needs("mlflow")

START = """
import mlflow
mlflow.set_tracking_uri(Path("store").absolute().as_uri())
client = mlflow.MlflowClient()

def experiment(run_id):
    return client.get_experiment(client.get_run(run_id).info.experiment_id).name
"""

SCRIPT = (
    START
    + """
mlflow.set_experiment("a")
with mlflow.start_run() as outer:
    mlflow.set_experiment("b")
    mlflow.log_metric("m", 1)
    with mlflow.start_run(nested=True) as inner:
        pass
facts["run with set_experiment in it"] = experiment(outer.info.run_id)
facts["nested run begun after it"] = experiment(inner.info.run_id)
with mlflow.start_run() as later:
    pass
facts["later run"] = experiment(later.info.run_id)

mlflow.set_experiment("a")
mlflow.log_param("p", 1)
implicit = mlflow.active_run()
mlflow.set_experiment("b")
mlflow.log_metric("m", 1)
facts["run that logging began"] = experiment(implicit.info.run_id)
facts["same run still"] = mlflow.active_run().info.run_id == implicit.info.run_id
facts["start_run while that is active"] = attempt(mlflow.start_run)
mlflow.end_run()
"""
)

IN_JOB = (
    START
    + """
given = client.create_run(client.create_experiment("of-the-job"))
def in_job(name, log):
    mlflow.set_tracking_uri(Path("store").absolute().as_uri())
    os.environ["MLFLOW_RUN_ID"] = given.info.run_id
    os.environ["MLFLOW_EXPERIMENT_ID"] = given.info.experiment_id
    mlflow.set_experiment(name)
    outcome = attempt(log)
    mlflow.end_run()
    return outcome

facts["same name"] = in_job("of-the-job", lambda: mlflow.start_run().info.run_id == given.info.run_id)
facts["start_run"] = in_job("of-the-script", mlflow.start_run)
facts["log_metric"] = in_job("of-the-script", lambda: mlflow.log_metric("m", 1))

os.environ["MLFLOW_RUN_ID"] = given.info.run_id
mlflow.set_experiment("of-the-job")
with mlflow.start_run():
    mlflow.set_experiment("of-the-script")
    facts["logging in the run"] = attempt(mlflow.log_metric, "m", 2)
with mlflow.start_run() as second:
    facts["second run"] = experiment(second.info.run_id)
os.environ["MLFLOW_RUN_ID"] = given.info.run_id
del os.environ["MLFLOW_RUN_ID"]
with mlflow.start_run() as own:
    facts["without the variable"] = experiment(own.info.run_id)
"""
)

LAUNCH = (
    START
    + """
def inherits(**changes):
    '''The variables of a child that would be started now.'''
    return {**os.environ, "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri(), **changes}

client.create_experiment("inherited")
os.environ["MLFLOW_EXPERIMENT_NAME"] = "inherited"
facts["before"] = inherits()
mlflow.set_experiment("chosen")
facts["after"] = inherits()
facts["name agrees"] = inherits(MLFLOW_EXPERIMENT_NAME="chosen")
del os.environ["MLFLOW_EXPERIMENT_NAME"]
facts["name gone"] = inherits()
os.environ["MLFLOW_EXPERIMENT_NAME"] = "never-made"
facts["name of no experiment"] = inherits()
"""
)
CHILD = """
import mlflow
def experiment():
    with mlflow.start_run() as run:
        return mlflow.MlflowClient().get_experiment(run.info.experiment_id).name
facts["experiment"] = attempt(experiment)
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return run_child(tmp_path_factory.mktemp("after"), SCRIPT, MLFLOW_ALLOW_FILE_STORE="true")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    return run_child(tmp_path_factory.mktemp("job"), IN_JOB, MLFLOW_ALLOW_FILE_STORE="true")


@pytest.fixture(scope="module")
def launch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("launch")
    inherited = run_child(folder, LAUNCH, MLFLOW_ALLOW_FILE_STORE="true")
    return {
        name: run_child(folder, CHILD, **variables)["experiment"] for name, variables in inherited.items()
    }


def test_an_active_run_stays_where_it_is(facts):
    """set_experiment moves neither a run begun by start_run nor one that logging began."""
    assert facts["run with set_experiment in it"] == "a"
    assert facts["run that logging began"] == "a"
    assert facts["same run still"]


def test_runs_begun_afterwards_go_to_the_other_experiment(facts):
    """So does a nested run, which then is in another experiment than its parent."""
    assert facts["nested run begun after it"] == "b"
    assert facts["later run"] == "b"


def test_a_run_that_logging_began_is_in_the_way(facts):
    """start_run fails while a run that logging began is active."""
    assert "is already active" in facts["start_run while that is active"]


def test_in_a_job_another_experiment_makes_the_run_fail(job):
    """With the job's MLFLOW_RUN_ID in the environment, starting a run and logging both fail."""
    assert job["same name"] == "True"
    for call in ("start_run", "log_metric"):
        assert "active experiment ID does not match environment run ID" in job[call]


def test_in_a_job_nothing_fails_once_the_run_has_begun(job):
    """The variable is used up by the first run; without it there is nothing to disagree with."""
    assert job["logging in the run"] == "None"
    assert job["second run"] == "of-the-script"
    assert job["without the variable"] == "of-the-script"


def test_a_child_process_inherits_a_name_and_an_id_that_disagree(launch):
    """It fails as long as MLFLOW_EXPERIMENT_NAME names another experiment that exists."""
    assert launch["before"] == "inherited"
    assert "does not match the experiment id" in launch["after"]
    assert launch["name agrees"] == "chosen"
    assert launch["name gone"] == "chosen"
    assert launch["name of no experiment"] == "never-made"
