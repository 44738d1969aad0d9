"""The main job's proof: each repair of a script that would log nowhere makes its run land in the right workspace.

The repairs are those that the engine really offers, applied with the code that the terminal and the editors use. The
repaired file is run with the unmodified packages; the run is read back from the store of a box that knew nothing before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD, AZURE_US_GOVERNMENT, Cloud
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.store import store_of
from azmlflow.workspace.learned import Learned

from tests.dryrun.project import BEGIN, NOW, PRINCIPAL, Project, config, landed, reference, uri
from tests.sandbox.worker import Worker
from tests.truth.child import needs

pytestmark = needs("mlflow", "azureml.mlflow", "azure.ai.ml", "flask", "sqlalchemy", "alembic", "trustme")

EXAMPLES = Path(__file__).parents[2] / "examples"
TRACKING = ("AZM101", "AZM314")
BARE = """\
import mlflow

with mlflow.start_run(run_name="line"):
    mlflow.log_metric("loss", 0.25)
"""
MAIN = '''\
"""Trains."""

import argparse

import mlflow


def train(rate: float) -> None:
    mlflow.log_metric("loss", rate)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.25)
    arguments = parser.parse_args()
    with mlflow.start_run(run_name="line"):
        train(arguments.rate)


if __name__ == "__main__":
    main()
'''
UNNAMED = "import mlflow\n\nmlflow.log_metric('loss', 0.25)\n"
OWN_CLIENT = f"""\
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

workspace = MLClient(
    DefaultAzureCredential(),
    "{reference("x").subscription_id}",
    "rg-contoso",
    "NAME",
)

{BARE.removeprefix("import mlflow").lstrip()}"""
NOTEBOOK = [
    {"markdown": "# A look"},
    "%pip install mlflow-skinny",
    "import mlflow",
    BARE.removeprefix("import mlflow").lstrip(),
]


class Shape(NamedTuple):
    """A project; NAME in its files stands for its workspace. `forms` are the beginnings of the titles offered."""

    name: str
    files: dict[str, Any]
    forms: tuple[str, ...]
    opened: str = "train.py"
    region: str = "northeurope"
    learned: bool = False


SHAPES = (
    Shape("config", {"train.py": BARE, "config.json": "CONFIG"}, ("Take",)),
    Shape("main", {"train.py": MAIN, "config.json": "CONFIG"}, ("Take",)),
    Shape("unnamed", {"train.py": UNNAMED, "config.json": "CONFIG"}, ("Take",)),
    Shape("above", {"src/train.py": BARE, ".azureml/config.json": "CONFIG"}, ("Take",), "src/train.py"),
    Shape(
        "target",
        {"train.py": BARE, "azmlflow.toml": 'target = "conf/config.json"\n', "conf/config.json": "CONFIG"},
        ("Take",),
    ),
    Shape("notebook", {"look.ipynb": NOTEBOOK, "config.json": "CONFIG"}, ("Take",), "look.ipynb"),
    Shape("own", {"train.py": OWN_CLIENT, "config.json": "CONFIG"}, ("Set",)),
    Shape(
        "documented",
        {"train.py": BARE, "config.json": "CONFIG", "README.md": "The URI is `URI`.\n"},
        ("Take", "Write out", "Add MLFLOW_TRACKING_URI to .env"),
    ),
    Shape(
        "appended",
        {"train.py": MAIN, "config.json": "CONFIG", "README.md": "URI\n", ".env": "COLOUR=red"},
        ("Take", "Write out", "Add MLFLOW_TRACKING_URI to .env"),
    ),
    Shape(
        "learned",
        {"train.py": BARE, "config.json": "CONFIG"},
        ("Take", "Write out", "Add MLFLOW_TRACKING_URI to .env"),
        learned=True,
    ),
    Shape(
        "unloaded",
        {"train.py": BARE, ".env": "MLFLOW_TRACKING_URI=URI\n"},
        ("Load MLFLOW_TRACKING_URI from .env", "Take", "Write out"),
    ),
    Shape(
        "unloaded-notebook",
        {"look.ipynb": NOTEBOOK, ".env": "MLFLOW_TRACKING_URI=URI\n"},
        ("Load MLFLOW_TRACKING_URI from .env", "Take", "Write out"),
        "look.ipynb",
    ),
)
FORMS = [pytest.param(shape, form, id=f"{shape.name}: {form}") for shape in SHAPES for form in shape.forms]


@pytest.fixture(scope="module")
def box() -> Iterator[AzureBox]:
    with AzureBox("dry-run") as box:
        store_of(box.world).start()
        yield box


@pytest.fixture(scope="module")
def worker(box: AzureBox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    variables = box.environment("imds", base={}, keep_credentials=True)
    with Worker(tmp_path_factory.mktemp("worker"), variables) as worker:
        worker.run(BEGIN, timeout=100)
        yield worker


def project_of(shape: Shape, folder: Path, name: str) -> Project:
    said = {"NAME": name, "URI": uri(name), "CONFIG": config(name)}

    def filled(content: Any) -> Any:
        if isinstance(content, list):
            return [filled(each) for each in content]
        if isinstance(content, dict):
            return {key: filled(value) for key, value in content.items()}
        for word in ("NAME", "CONFIG"):
            content = content.replace(word, said[word])
        return (
            content.replace("=URI", f"={said['URI']}")
            .replace("`URI`", said["URI"])
            .replace("URI\n", f"{said['URI']}\n")
        )

    files = {path: filled(content) for path, content in shape.files.items()}
    learned = [Learned(reference(name), uri(name), "northeurope", NOW)] if shape.learned else []
    return Project(folder, files, shape.opened, learned)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_these_and_no_other_repairs_are_offered(shape: Shape, tmp_path: Path):
    """Whoever adds a form of repair adds it here, so that it is proved."""
    titles = project_of(shape, tmp_path, "ws-offer").titles(*TRACKING)
    assert len(titles) == len(shape.forms), titles
    assert all(title.startswith(form) for title, form in zip(titles, shape.forms, strict=True)), titles


@pytest.mark.parametrize(("shape", "form"), FORMS)
def test_each_repair_makes_the_run_land_in_the_workspace(
    shape: Shape, form: str, tmp_path: Path, box: AzureBox, worker: Worker
):
    name = f"ws-{shape.name}-{form.split()[0]}".lower()
    project = project_of(shape, tmp_path, name)
    (title,) = (title for title in project.titles(*TRACKING) if title.startswith(form))
    project.repair(title, *TRACKING)
    assert project.findings(*TRACKING) == []
    project.run(worker)
    ((run,), region) = landed(box, name)
    assert (run.experiment, run.status, dict(run.metrics)) == ("Default", "FINISHED", {"loss": 0.25})
    asks_azure = form in ("Take", "Set")
    assert region == ("westeurope" if asks_azure else "northeurope")
    assert not list(tmp_path.rglob("mlflow.db"))
    assert not list(tmp_path.rglob("mlruns"))


SKINNY = {
    ".venv/pyvenv.cfg": "home = /usr/bin\nversion = 3.11.7\n",
    ".venv/bin/python": "",
    **{
        f".venv/lib/python3.11/site-packages/{name}.dist-info/METADATA": ""
        for name in ("mlflow_skinny-3.15.0", "azureml_mlflow-1.62.0.post6")
    },
}
"""An environment in which mlflow-skinny has no database to open."""


def test_what_an_environment_without_a_store_is_offered_lands_too(
    tmp_path: Path, box: AzureBox, worker: Worker
):
    files = {"train.py": BARE, "config.json": config("ws-skinny"), **SKINNY}
    project = Project(tmp_path, files, "train.py")
    (title,) = project.titles("AZM604")
    project.repair(title, "AZM604")
    assert project.findings("AZM604", *TRACKING) == []
    project.run(worker)
    ((run,), _) = landed(box, "ws-skinny")
    assert dict(run.metrics) == {"loss": 0.25}


SOVEREIGN = """\
import mlflow

mlflow.set_tracking_uri(URI)
with mlflow.start_run(run_name="line") as run:
    mlflow.log_metric("loss", 0.25)
    mlflow.log_text("hello", "notes/a.txt")
print("read back:", mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/a.txt"))
"""


@pytest.mark.parametrize(
    ("cloud", "region"), [(AZURE_CHINA_CLOUD, "chinaeast2"), (AZURE_US_GOVERNMENT, "usgovvirginia")]
)
def test_a_run_and_its_artifacts_land_in_a_cloud_of_their_own(
    cloud: Cloud, region: str, tmp_path: Path, box: AzureBox, worker: Worker
):
    name = f"ws-{region}"
    place = f"azureml://{region}.{cloud.tracking_host_suffix}/mlflow/v2.0{reference(name).arm_id}"
    project = Project(tmp_path, {"train.py": SOVEREIGN.replace("URI", repr(place))}, "train.py")
    own = {"AZUREML_CURRENT_CLOUD": cloud.name, "AZURE_AUTHORITY_HOST": f"https://{cloud.login_host}"}
    asked = len(box.journal)
    assert "read back: hello" in project.run(worker, {**PRINCIPAL, **own})
    ((run,), found) = landed(box, name)
    assert (found, dict(run.metrics), dict(run.artifacts)) == (region, {"loss": 0.25}, {"notes/a.txt": 5})
    hosts = {exchange.host for exchange in box.journal.all()[asked:]}
    assert cloud.login_host in hosts
    assert not hosts & {AZURE_CLOUD.login_host, AZURE_CLOUD.arm_host}


def test_a_bare_script_that_is_not_repaired_logs_on_this_machine(
    tmp_path: Path, box: AzureBox, worker: Worker
):
    """Without this the others would prove nothing."""
    project = project_of(SHAPES[0], tmp_path, "ws-never")
    assert [finding.code for finding in project.findings("AZM101")] == ["AZM101"]
    project.run(worker)
    assert (tmp_path / "mlflow.db").exists()
    with pytest.raises(AssertionError, match="nothing was asked of ws-never"):
        landed(box, "ws-never")


def test_credentials_that_were_not_loaded_are_the_ones_that_sign_in(
    tmp_path: Path, box: AzureBox, worker: Worker
):
    script = BARE.replace(
        "import mlflow\n", f"import mlflow\n\nmlflow.set_tracking_uri({uri('ws-secret')!r})\n", 1
    )
    inside = {**PRINCIPAL, "AZURE_CLIENT_ID": "1cc0b1c2-0000-4000-8000-00000000000c"}
    dotenv = "".join(f"{key}={value}\n" for key, value in inside.items())
    project = Project(tmp_path, {"train.py": script, ".env": dotenv, ".gitignore": ".env\n"}, "train.py")
    assert project.titles("AZM314") == ["Load the credentials from .env (load_dotenv)"]
    project.repair("Load the credentials from .env (load_dotenv)", "AZM314")
    project.run(worker, {})
    ((run,), _) = landed(box, "ws-secret")
    assert dict(run.metrics) == {"loss": 0.25}
    assert any(f"client_id={inside['AZURE_CLIENT_ID']}" in exchange.sent for exchange in box.journal)


EXPERIMENTS = (
    ("Set the experiment to churn_model", {"churn_model.py": BARE, "config.json": "CONFIG"}, "churn_model"),
    ("Set the experiment to churn_model", {"churn_model.py": MAIN, "config.json": "CONFIG"}, "churn_model"),
    (
        "Add MLFLOW_EXPERIMENT_NAME to .env",
        {"churn_model.py": BARE, ".env": "MLFLOW_TRACKING_URI=URI\n"},
        "churn_model",
    ),
)


@pytest.mark.parametrize(
    ("title", "files", "experiment"), EXPERIMENTS, ids=["set", "set in main", "variable"]
)
def test_each_repair_of_the_experiment_makes_the_run_land_in_it(
    title: str,
    files: dict[str, Any],
    experiment: str,
    tmp_path: Path,
    box: AzureBox,
    worker: Worker,
    request: Any,
):
    name = f"ws-experiment-{request.node.callspec.id}".replace(" ", "-")
    shape = Shape("experiment", files, (), "churn_model.py")
    project = project_of(shape, tmp_path, name)
    project.repair(project.titles(*TRACKING)[0], *TRACKING)
    assert title in project.titles("AZM201")
    project.repair(title, "AZM201")
    assert project.findings("AZM201", *TRACKING) == []
    project.run(worker)
    ((run,), _) = landed(box, name)
    assert (run.experiment, dict(run.metrics)) == (experiment, {"loss": 0.25})


@pytest.mark.parametrize(("opened", "runs"), [("train.py", 1), ("explore.ipynb", 3), ("evaluate.py", 1)])
def test_the_quickstart_lands_in_its_workspace(
    opened: str, runs: int, tmp_path: Path, box: AzureBox, worker: Worker
):
    folder = tmp_path / "quickstart"
    shutil.copytree(EXAMPLES / "quickstart", folder)
    project = Project(folder, {}, opened)
    before = (
        len(landed(box, "ws-churn")[0]) if any(each.path.count("ws-churn") for each in box.journal) else 0
    )
    codes = ("AZM102",) if opened == "evaluate.py" else ("AZM101",)
    project.repair(project.titles(*codes)[0], *codes)
    project.run(worker)
    found, _ = landed(box, "ws-churn")
    assert len(found) - before == runs
    expected = {
        "evaluate.py": ("churn", "r2"),
        "train.py": ("Default", "loss"),
        "explore.ipynb": ("Default", "loss"),
    }
    assert all(run.status == "FINISHED" for run in found)
    assert {(run.experiment, *run.metrics) for run in found[before:]} == {expected[opened]}
    assert not (folder / "mlflow.db").exists()
