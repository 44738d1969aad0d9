"""Who runs a file: every way in which a job finds its script, and the other reasons to leave a file alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.resolution.jobs import job_index
from azmlflow.resolution.model import Platform, Running

from tests.resolution.projects import COMMAND, LOGS, PIPELINE, kernel, notebook, resolved, snapshot_of

SDK = "from azure.ai.ml import command\n\n"
V1 = "from azureml.core import ScriptRunConfig\n\n"


def running(tmp_path: Path, files: dict[str, str], name: str | None = None) -> Running:
    return resolved(tmp_path, files, name).running


def where(found: Running) -> list[tuple[str, str]]:
    return [(b.what, b.location.path.name) for b in found.because if b.location]


JOBS = {
    "a folder and a command": ("src/main.py", f"{COMMAND}code: src\ncommand: python main.py --lr 0.1\n"),
    "the last slash and the dot": ("src/main.py", f"{COMMAND}code: ./src/\ncommand: python ./main.py\n"),
    "a folder above": (
        "src/main.py",
        ("jobs/a/b/job.yml", f"{COMMAND}code: ../../../src\ncommand: python main.py\n"),
    ),
    "a module": ("pkg/train.py", f"{COMMAND}code: .\ncommand: python -m pkg.train\n"),
    "a package's __main__": ("pkg/__main__.py", f"{COMMAND}code: .\ncommand: python -m pkg\n"),
    "the file itself": ("src/train.py", f"{COMMAND}code: ./src/train.py\ncommand: python train.py\n"),
    "after cd": ("src/pkg/__main__.py", f"{COMMAND}code: .\ncommand: cd src && python -m pkg\n"),
    "behind other commands": (
        "src/main.py",
        f"{COMMAND}code: src\ncommand: >-\n  pip install -r requirements.txt &&\n  python main.py\n",
    ),
    "several lines": ("src/main.py", f"{COMMAND}code: src\ncommand: |\n  set -e\n  python main.py\n"),
    "a launcher": ("src/main.py", f"{COMMAND}code: src\ncommand: torchrun --nproc_per_node 4 main.py\n"),
    "optional arguments": (
        "src/main.py",
        f"{COMMAND}code: src\ncommand: python main.py $[[--opt ${{{{inputs.x}}}}]] --data ${{{{inputs.data}}}}\n",
    ),
    "the old form of code": (
        "src/main.py",
        f"{COMMAND}code:\n  local_path: src\ncommand: python main.py\n",
    ),
    "other capitals in the schema": (
        "src/main.py",
        "$schema: http://azureml/sdk-2-0/CommandJob.json\ncode: src\ncommand: python main.py\n",
    ),
    "no schema": (
        "src/main.py",
        "type: command\ncode: src\ncommand: python main.py\nenvironment: azureml:env@latest\ncompute: azureml:cpu\n",
    ),
    "the step of a pipeline": (
        "src/main.py",
        f"{PIPELINE}jobs:\n  train:\n    type: command\n    code: ./src\n    command: python main.py\n",
    ),
    "a component inside a step": (
        "src/main.py",
        f"{PIPELINE}jobs:\n  train:\n    component:\n      type: command\n      code: ./src\n      command: python main.py\n",
    ),
    "a component": (
        "src/main.py",
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
        "type: command\ncode: ./src\ncommand: python main.py\n",
    ),
    "a sweep": (
        "src/main.py",
        "$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json\n"
        "trial:\n  code: src\n  command: python main.py --lr ${{search_space.lr}}\n",
    ),
    "a parallel step": (
        "src/score_batch.py",
        f"{PIPELINE}jobs:\n  score:\n    type: parallel\n    task:\n      type: run_function\n      code: ./src\n"
        "      entry_script: score_batch.py\n",
    ),
    "spark": (
        "src/wrangle.py",
        "$schema: https://azuremlschemas.azureedge.net/latest/sparkJob.schema.json\n"
        "code: ./src\nentry:\n  file: wrangle.py\n",
    ),
}


@pytest.mark.parametrize(("script", "yaml"), JOBS.values(), ids=JOBS)
def test_a_job_finds_its_script(tmp_path: Path, script: str, yaml: str | tuple[str, str]):
    path, text = ("job.yml", yaml) if isinstance(yaml, str) else yaml
    found = running(tmp_path, {script: LOGS, path: text})
    assert found.platform is Platform.JOB
    assert where(found) == [("Azure ML runs it in this job", path.rpartition("/")[2])]


def test_papermill_and_nbconvert_run_notebooks(tmp_path: Path):
    files = {
        "src/train.ipynb": notebook([LOGS]),
        "src/eval.ipynb": notebook([LOGS]),
        "a.yml": f"{COMMAND}code: src\ncommand: papermill train.ipynb out.ipynb -k python3\n",
        "b.yml": f"{COMMAND}code: src\ncommand: jupyter nbconvert --execute eval.ipynb\n",
    }
    assert running(tmp_path, files, "src/train.ipynb").platform is Platform.JOB
    assert running(tmp_path, files, "src/eval.ipynb").platform is Platform.JOB


def test_a_shell_script_runs_the_script(tmp_path: Path):
    files = {
        "src/main.py": LOGS,
        "src/run.sh": "#!/bin/bash\npip install mlflow\npython main.py\n",
        "job.yml": f"{COMMAND}code: src\ncommand: bash run.sh\n",
    }
    assert running(tmp_path, files).platform is Platform.JOB


def test_a_step_that_names_a_component_file(tmp_path: Path):
    component = "name: train\ntype: command\ncode: ./train\ncommand: python main.py\n"
    files = {
        "components/train/main.py": LOGS,
        "components/train.yml": component,
        "pipeline.yml": f"{PIPELINE}jobs:\n  train:\n    component: file:./components/train.yml\n",
    }
    found = running(tmp_path, files)
    assert (found.platform, where(found)[0][1]) == (Platform.JOB, "train.yml")


def test_the_job_says_where_its_command_stands(tmp_path: Path):
    files = {"src/main.py": LOGS, "job.yml": f"{COMMAND}code: src\ncommand: python main.py\n"}
    (run,) = resolved(tmp_path, files).jobs
    assert (run.by.span.line, run.by.span.column) == (2, 9)
    assert run.document is not None


NO_JOBS = {
    "another script of the folder, after cd": f"{COMMAND}code: .\ncommand: cd src && python other.py\n",
    "GitHub Actions": "on: push\njobs:\n  train:\n    steps:\n      - run: python src/main.py # mlflow\n",
    "docker compose": "services:\n  train:\n    command: python src/main.py\n    image: mlflow\n",
    "code from a registry": f"{COMMAND}code: azureml:code:1\ncommand: python src/main.py\n",
    "code that is a list": f"{COMMAND}code: [src]\ncommand: python main.py\n",
    "YAML that is broken": f"{COMMAND}code: src\n  command: [python main.py\n",
    "a document that is a list": "- code: src\n  command: python main.py # mlflow\n",
    "nothing": "",
}


@pytest.mark.parametrize("yaml", NO_JOBS.values(), ids=NO_JOBS)
def test_what_runs_no_script(tmp_path: Path, yaml: str):
    script = resolved(tmp_path, {"src/main.py": LOGS, "job.yml": yaml})
    assert script.running.platform in (Platform.OUTSIDE, Platform.UPLOADED)
    assert script.jobs == ()


SUBMITTED = {
    "command()": SDK + "job = command(code='./src', command='python main.py --n ${{inputs.n}}')\n",
    "command() with names": SDK
    + "CODE = 'src'\nLINE = 'python main.py'\njob = command(code=CODE, command=LINE)\n",
    "command() in a function": SDK
    + "def submit():\n    return command(code='src', command='python main.py')\n",
    "azure.ai.ml as a module": "from azure.ai import ml\n\njob = ml.command(code='src', command='python main.py')\n",
    "spark()": "from azure.ai.ml import spark\n\njob = spark(code='src', entry={'file': 'main.py'})\n",
    "ScriptRunConfig": V1 + "config = ScriptRunConfig(source_directory='src', script='main.py')\n",
    "PythonScriptStep": (
        "from azureml.pipeline.steps import PythonScriptStep\n\n"
        "step = PythonScriptStep(script_name='main.py', source_directory='./src')\n"
    ),
    "CommandJob": (
        "from azure.ai.ml.entities import CommandJob\n\njob = CommandJob(code='src', command='python main.py')\n"
    ),
    "ParallelRunConfig": (
        "from azureml.pipeline.steps import ParallelRunConfig\n\n"
        "config = ParallelRunConfig(source_directory='src', entry_script='main.py')\n"
    ),
}


@pytest.mark.parametrize("code", SUBMITTED.values(), ids=SUBMITTED)
def test_code_submits_a_script(tmp_path: Path, code: str):
    found = running(tmp_path, {"src/main.py": LOGS, "submit.py": code})
    assert found.platform is Platform.JOB
    assert where(found) == [("Azure ML runs it in this job", "submit.py")]


def test_a_notebook_submits_a_script(tmp_path: Path):
    cells = ["from azure.ai.ml import command", "job = command(code='./src', command='python main.py')"]
    found = running(tmp_path, {"src/main.py": LOGS, "submit.ipynb": notebook(cells)})
    assert found.platform is Platform.JOB
    assert found.because[0].location is not None
    assert found.because[0].location.cell == 1


def test_a_notebook_writes_the_script_it_submits(tmp_path: Path):
    cells = [
        "%%writefile src/main.py\n" + LOGS,
        "from azure.ai.ml import command\njob = command(code=folder, command=line)",
    ]
    assert running(tmp_path, {"src/main.py": LOGS, "submit.ipynb": notebook(cells)}).platform is Platform.JOB


def test_a_notebook_that_writes_a_script_and_submits_nothing(tmp_path: Path):
    cells = ["%%writefile src/main.py\n" + LOGS, "!python src/main.py"]
    assert (
        running(tmp_path, {"src/main.py": LOGS, "write.ipynb": notebook(cells)}).platform is Platform.OUTSIDE
    )


def test_paths_of_a_submission_may_count_from_the_root(tmp_path: Path):
    code = SDK + "job = command(code='src', command='python main.py')\n"
    assert running(tmp_path, {"src/main.py": LOGS, "jobs/submit.py": code}).platform is Platform.JOB


def test_a_call_of_the_same_name_submits_nothing(tmp_path: Path):
    code = "import mlflow\nfrom click import command\n\njob = command(code='src', command='python main.py')\n"
    assert running(tmp_path, {"src/main.py": LOGS, "submit.py": code}).platform is Platform.OUTSIDE


def test_files_that_a_job_uploads_are_told_from_those_it_runs(tmp_path: Path):
    files = {
        "src/other.py": LOGS,
        "src/main.py": LOGS,
        "job.yml": f"{COMMAND}code: src\ncommand: python main.py\n",
    }
    found = running(tmp_path, files)
    assert (found.platform, where(found)) == (
        Platform.UPLOADED,
        [("this job uploads the folder src", "job.yml")],
    )


def test_a_command_that_is_computed_may_run_anything_beside_it(tmp_path: Path):
    code = SDK + "import sys\n\njob = command(code='src', command=sys.argv[1])\n"
    assert running(tmp_path, {"src/main.py": LOGS, "submit.py": code}).platform is Platform.UPLOADED


KERNELS = {
    "python310-sdkv2": Platform.COMPUTE_INSTANCE,
    "python38-azureml": Platform.COMPUTE_INSTANCE,
    "synapse_pyspark": Platform.SYNAPSE,
    "python3": Platform.OUTSIDE,
    "conda-env-mine-py": Platform.OUTSIDE,
}


@pytest.mark.parametrize(("name", "platform"), KERNELS.items())
def test_a_kernel_tells_the_host(tmp_path: Path, name: str, platform: Platform):
    found = running(tmp_path, {"train.ipynb": notebook([LOGS], **kernel(name))})
    assert found.platform is platform
    assert len(found.because) == (platform is not Platform.OUTSIDE)


def test_databricks_exports(tmp_path: Path):
    source = "# Databricks notebook source\n" + LOGS
    exported = notebook([LOGS], **{"application/vnd.databricks.v1+notebook": {"language": "python"}})
    assert running(tmp_path, {"a.py": source}).platform is Platform.DATABRICKS
    assert (
        running(tmp_path, {"b.py": "\ufeff" + source.replace("\n", "\r\n")}).platform is Platform.DATABRICKS
    )
    assert running(tmp_path, {"c.ipynb": exported}).platform is Platform.DATABRICKS
    assert running(tmp_path, {"d.py": LOGS + "# Databricks notebook source\n"}).platform is Platform.OUTSIDE


def test_an_entry_point_of_an_mlproject(tmp_path: Path):
    project = "name: churn\nentry_points:\n  main:\n    command: python train.py --depth {depth}\n"
    files = {"train.py": LOGS, "report.py": LOGS, "MLproject": project}
    found = running(tmp_path, files)
    assert (found.platform, where(found)[0][1]) == (Platform.MLPROJECT, "MLproject")
    assert running(tmp_path, files, "report.py").platform is Platform.OUTSIDE


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("tests/train.py", Platform.TEST),
        ("src/tests/unit/train.py", Platform.TEST),
        ("test_train.py", Platform.TEST),
        ("train_test.py", Platform.TEST),
        ("conftest.py", Platform.TEST),
        ("latest/train.py", Platform.OUTSIDE),
        ("protest_train.py", Platform.OUTSIDE),
        ("train_test_split.py", Platform.OUTSIDE),
    ],
)
def test_tests_are_told_by_their_names(tmp_path: Path, name: str, platform: Platform):
    assert running(tmp_path, {name: LOGS}).platform is platform


def test_a_project_may_lie_in_a_folder_called_tests(tmp_path: Path):
    assert running(tmp_path / "tests" / "project", {"train.py": LOGS}).platform is Platform.OUTSIDE


def test_a_scoring_script(tmp_path: Path):
    score = "import mlflow\n\ndef init():\n    global model\n    model = mlflow.load_model('m')\n\ndef run(data):\n    mlflow.log_metric('rows', 1)\n"
    assert running(tmp_path, {"score.py": score}).platform is Platform.SCORING
    only_run = "import mlflow\n\ndef run():\n    mlflow.log_metric('rows', 1)\n\nrun()\n"
    assert running(tmp_path, {"train.py": only_run}).platform is Platform.OUTSIDE


IMPORTS = {
    "import steps": "steps.py",
    "from steps import begin": "steps.py",
    "from . import steps": "steps.py",
    "import lib.steps as s": "lib/steps.py",
    "from lib import steps": "lib/steps.py",
    "from lib.steps import *": "lib/steps.py",
}


@pytest.mark.parametrize(("statement", "module"), IMPORTS.items())
def test_a_module_that_another_file_imports(tmp_path: Path, statement: str, module: str):
    found = running(tmp_path, {module: LOGS, "train.py": f"import mlflow\n{statement}\n"})
    assert found.platform is Platform.IMPORTED
    assert [b.what for b in found.because] == ["train.py imports it"]


def test_a_module_that_can_be_started_too(tmp_path: Path):
    steps = "import mlflow\n\nif __name__ == '__main__':\n    mlflow.log_metric('a', 1)\n"
    files = {"steps.py": steps, "train.py": "import mlflow\nimport steps\n"}
    assert running(tmp_path, files).platform is Platform.OUTSIDE


def test_a_module_of_that_name_elsewhere_is_not_meant(tmp_path: Path):
    files = {"other/json.py": LOGS, "train.py": "import json\nimport mlflow\n"}
    assert running(tmp_path, files).platform is Platform.OUTSIDE


def test_a_file_in_which_nothing_runs_is_a_library(tmp_path: Path):
    library = "import mlflow\n\ndef log(value):\n    mlflow.log_metric('value', value)\n"
    assert running(tmp_path, {"steps.py": library}).platform is Platform.LIBRARY


def test_a_script_that_a_job_runs_stays_one_when_it_is_imported(tmp_path: Path):
    files = {
        "src/main.py": LOGS,
        "src/again.py": "import main\nimport mlflow\n",
        "job.yml": f"{COMMAND}code: src\ncommand: python main.py\n",
    }
    assert running(tmp_path, files).platform is Platform.JOB


def test_the_index_is_kept_until_something_submits_anew(tmp_path: Path):
    files = {"src/main.py": LOGS, "job.yml": f"{COMMAND}code: src\ncommand: python main.py\n"}
    snapshot = snapshot_of(tmp_path, files)
    index = job_index(snapshot)
    assert job_index(snapshot) is index
    assert job_index(snapshot.without_file(tmp_path / "job.yml")).runs == {}
