"""Which experiment a script's first run goes to, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.resolution.experiment import NOT_NAMED
from azmlflow.resolution.model import Answer

from tests.resolution.projects import COMMAND, LOGS, kernel, notebook, resolved

HEAD = "import os\nimport sys\n\nimport mlflow\nfrom dotenv import load_dotenv\n"
USE = "mlflow.log_metric('loss', 0.1)\n"


def answer(tmp_path: Path, body: str, more: dict[str, str] | None = None, **environ: str) -> Answer:
    return resolved(tmp_path, {"train.py": HEAD + body, **(more or {})}, environ=environ).experiment


KNOWN = {
    "nothing": (USE, "Default"),
    "a literal": ("mlflow.set_experiment('a')\n" + USE, "a"),
    "a keyword": ("mlflow.set_experiment(experiment_name='a')\n" + USE, "a"),
    "a constant that stands below a function": (
        "def begin():\n    mlflow.set_experiment(NAME)\nNAME = 'a'\nbegin()\n" + USE,
        "a",
    ),
    "an f-string of constants": ("TEAM = 'x'\nmlflow.set_experiment(f'{TEAM}-a')\n" + USE, "x-a"),
    "the last of several calls": ("mlflow.set_experiment('a')\nmlflow.set_experiment('b')\n" + USE, "b"),
    "a call after the first run": (USE + "mlflow.set_experiment('a')\n", "Default"),
    "an argument of a helper": ("def begin(name):\n    mlflow.set_experiment(name)\nbegin('a')\n" + USE, "a"),
    "a function that nothing calls": ("def begin():\n    mlflow.set_experiment('a')\n" + USE, "Default"),
    "a call before a variable": (
        "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'b'\nmlflow.set_experiment('a')\n" + USE,
        "a",
    ),
    "a call, and a variable set after it": (
        "mlflow.set_experiment('a')\nos.environ['MLFLOW_EXPERIMENT_NAME'] = 'b'\n" + USE,
        "a",
    ),
    "a variable that the code sets": ("os.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\n" + USE, "a"),
    "setdefault": ("os.environ.setdefault('MLFLOW_EXPERIMENT_NAME', 'a')\n" + USE, "a"),
    "update": ("os.environ.update(MLFLOW_EXPERIMENT_NAME='a')\n" + USE, "a"),
    "a variable that is deleted again": (
        "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\ndel os.environ['MLFLOW_EXPERIMENT_NAME']\n" + USE,
        "Default",
    ),
    "a variable that is set too late": (USE + "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\n", "Default"),
    "the name before the ID": (
        "os.environ['MLFLOW_EXPERIMENT_ID'] = '3'\nos.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\n" + USE,
        "a",
    ),
    "an ID alone": ("os.environ['MLFLOW_EXPERIMENT_ID'] = '3'\n" + USE, "3"),
    "the argument of start_run": ("mlflow.set_experiment('a')\nmlflow.start_run(experiment_id='3')\n", "3"),
    "None as the argument of start_run": (
        "mlflow.set_experiment('a')\nmlflow.start_run(run_id=None, experiment_id=None)\n",
        "a",
    ),
    "mlflow.run without a name": ("mlflow.set_experiment('a')\nmlflow.run('.', 'main')\n", "a"),
    "both branches": (
        "name = 'a' if len(sys.argv) > 1 else 'a'\nmlflow.set_experiment(name)\n" + USE,
        "a",
    ),
}


@pytest.mark.parametrize(("body", "value"), KNOWN.values(), ids=KNOWN)
def test_what_is_known(tmp_path: Path, body: str, value: str):
    found = answer(tmp_path, body)
    assert (found.status, found.value, found.reason) == ("resolved", value, None)
    assert (found.because == (NOT_NAMED,)) is (value == "Default")


UNKNOWN = {
    "an argument": ("mlflow.set_experiment(sys.argv[1])\n" + USE, "it is taken out of a collection"),
    "a parameter": (
        "def main(name):\n    mlflow.set_experiment(name)\n    mlflow.log_metric('a', 1)\nrun_it = 1\nfire.Fire(main)\n",
        "`name` is a parameter of main, and no call of it is seen",
    ),
    "an ID": ("mlflow.set_experiment(experiment_id='3')\n" + USE, "it is named by its ID"),
    "a branch": (
        "mlflow.set_experiment('a')\nif len(sys.argv) > 1:\n    mlflow.set_experiment('b')\n" + USE,
        "a branch decides which experiment it is",
    ),
    "a variable that nothing sets": (
        "mlflow.set_experiment(os.environ['OUR_EXPERIMENT'])\n" + USE,
        "OUR_EXPERIMENT is not set in any file of the project",
    ),
    "a branch that may set the variable": (
        "if len(sys.argv) > 1:\n    os.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\n" + USE,
        "a branch decides whether MLFLOW_EXPERIMENT_NAME is set",
    ),
    "a run that is continued": (
        "mlflow.set_experiment('a')\nmlflow.start_run(sys.argv[1])\n",
        "start_run continues a run, in whatever experiment that is",
    ),
    "the run of a project": (
        "mlflow.run('.', experiment_name='a')\n",
        "mlflow.run is given the experiment of the project's run",
    ),
    "a name of which a part is computed": (
        "mlflow.set_experiment(f'a-{sys.argv[1]}')\n" + USE,
        "its name is computed",
    ),
}


@pytest.mark.parametrize(("body", "reason"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_says_why(tmp_path: Path, body: str, reason: str):
    found = answer(tmp_path, body)
    assert (found.status, found.value, found.reason) == ("unknown", None, reason)


def test_an_environment_file_counts_when_it_is_loaded(tmp_path: Path):
    files = {".env": "MLFLOW_EXPERIMENT_NAME=a\n"}
    assert answer(tmp_path, USE, files).value == "Default"
    assert answer(tmp_path, "load_dotenv()\n" + USE, files).value == "a"
    assert answer(tmp_path, USE + "load_dotenv()\n", files).value == "Default"


def test_load_dotenv_leaves_alone_what_the_process_has(tmp_path: Path):
    files = {".env": "MLFLOW_EXPERIMENT_NAME=a\n"}
    assert answer(tmp_path, "load_dotenv()\n" + USE, files, MLFLOW_EXPERIMENT_NAME="b").value == "b"
    assert (
        answer(tmp_path, "load_dotenv(override=True)\n" + USE, files, MLFLOW_EXPERIMENT_NAME="b").value == "a"
    )


def test_the_chain_names_each_place(tmp_path: Path):
    helper = "import mlflow\n\ndef begin(name):\n    mlflow.set_experiment(name)\n"
    found = answer(
        tmp_path, "from helper import begin\nNAME = 'a'\nbegin(NAME)\n" + USE, {"helper.py": helper}
    )
    chain = [(b.what, b.location.path.name, b.location.span.line) for b in found.because if b.location]
    assert chain == [
        ("set_experiment is called", "helper.py", 3),
        ("`NAME` is assigned", "train.py", 6),
    ]


def test_what_an_earlier_call_named_is_overridden(tmp_path: Path):
    found = answer(tmp_path, "mlflow.set_experiment('a')\nmlflow.set_experiment('b')\n" + USE)
    assert [b.location.span.line for b in found.overrides if b.location] == [5]


def test_a_job_decides_unless_the_script_does(tmp_path: Path):
    job = {"job.yml": f"{COMMAND}code: .\ncommand: python train.py\nexperiment_name: of-the-job\n"}
    found = answer(tmp_path, USE, job)
    assert (found.status, found.reason) == ("unknown", "nothing names it here, and this is an Azure ML job")
    assert answer(tmp_path, "mlflow.set_experiment('a')\n" + USE, job).value == "a"


def test_who_imports_a_module_decides(tmp_path: Path):
    files = {"steps.py": LOGS, "train.py": "import mlflow\nimport steps\n"}
    assert resolved(tmp_path, files).experiment.status == "unknown"


def test_magics_set_the_variable(tmp_path: Path):
    cells = ["%env MLFLOW_EXPERIMENT_NAME=a\nimport mlflow", "mlflow.log_metric('loss', 0.1)"]
    assert resolved(tmp_path, {"a.ipynb": notebook(cells)}).experiment.value == "a"
    bare = notebook([LOGS], **kernel("python310-sdkv2"))
    assert resolved(tmp_path, {"b.ipynb": bare}).experiment.value == "Default"


@pytest.mark.parametrize("loaded", [True, False])
def test_a_script_that_only_names_an_experiment(tmp_path: Path, loaded: bool):
    body = "mlflow.set_experiment('a')\n" + ("mlflow.autolog()\n" if loaded else "")
    assert answer(tmp_path, body).value == "a"
