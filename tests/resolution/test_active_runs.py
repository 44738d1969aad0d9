"""Which run is active at each call, what a new process inherits, and which store a call talks to."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.tracking import tracking_at

from tests.resolution.projects import notebook, resolved

MARK = "mlflow.set_experiment"


def script(tmp_path: Path, body: str) -> ScriptResolution:
    return resolved(tmp_path, {"train.py": f"import os\nimport mlflow\n{body}"})


BODIES = {
    "in the body of with": ("with mlflow.start_run():\n    {mark}\n{mark}\n", [True, False]),
    "with as, in a function": (
        "def train():\n    with mlflow.start_run() as run:\n        {mark}\n    {mark}\ntrain()\n{mark}\n",
        [True, False, False],
    ),
    "the body is the end of a function": (
        "def train():\n    with mlflow.start_run():\n        mlflow.log_metric('a', 1)\ntrain()\n{mark}\n",
        [False],
    ),
    "a function that is called in the body": (
        "def prepare():\n    {mark}\nwith mlflow.start_run():\n    prepare()\nprepare()\n",
        [True, False],
    ),
    "several items, and another with inside": (
        "with (\n    mlflow.start_run(),\n    open('a') as file,\n):\n    with lock:\n        {mark}\n",
        [True],
    ),
    "another with in the same line of its block": (
        "with mlflow.start_run():\n    pass\nwith lock:\n    {mark}\n",
        [False],
    ),
    "until end_run": ("mlflow.start_run()\n{mark}\nmlflow.end_run()\n{mark}\n", [True, False]),
    "end_run in a branch": ("run = mlflow.start_run()\nif run:\n    mlflow.end_run()\n{mark}\n", [False]),
    "logging begins one": ("{mark}\nmlflow.log_param('a', 1)\n{mark}\n", [False, True]),
    "logging in the body begins none": (
        "with mlflow.start_run():\n    mlflow.log_param('a', 1)\n{mark}\n",
        [False],
    ),
    "evaluation and projects leave none": (
        "mlflow.evaluate(1)\nmlflow.models.evaluate(1)\nmlflow.run('.')\n{mark}\n",
        [False],
    ),
    "autolog and reading begin none": ("mlflow.autolog()\nmlflow.search_runs()\n{mark}\n", [False]),
    "a nested run ends, the outer one lasts": (
        "with mlflow.start_run():\n    with mlflow.start_run(nested=True):\n        {mark}\n    {mark}\n{mark}\n",
        [True, True, False],
    ),
    "a method that nothing calls": (
        "class Trainer:\n    def fit(self):\n        with mlflow.start_run() as self.run:\n            {mark}\n        {mark}\n",
        [True, False],
    ),
}


@pytest.mark.parametrize(("body", "active"), BODIES.values(), ids=BODIES)
def test_a_run_lasts_as_long_as_in_python(tmp_path: Path, body: str, active: list[bool]):
    found = script(tmp_path, body.format(mark=f"{MARK}('a')"))
    assert [event.run is not None for event in found.all(EventKind.SET_EXPERIMENT)] == active


def test_a_run_lasts_over_the_cells_of_a_notebook(tmp_path: Path):
    cells = ["import mlflow\nmlflow.start_run()", f"{MARK}('a')", "mlflow.end_run()", f"{MARK}('b')"]
    found = resolved(tmp_path, {"train.ipynb": notebook(cells)})
    runs = [event.run for event in found.all(EventKind.SET_EXPERIMENT)]
    assert [run.cell if run else None for run in runs] == [0, None]


def test_a_body_ends_with_its_cell(tmp_path: Path):
    cells = ["import mlflow\nwith mlflow.start_run():\n    pass", f"import os\nwith lock:\n    {MARK}('a')"]
    found = resolved(tmp_path, {"train.ipynb": notebook(cells)})
    assert [event.run for event in found.all(EventKind.SET_EXPERIMENT)] == [None]


@pytest.mark.parametrize(
    "imported",
    ["import os", "import os.path", "import sys, os", "try:\n    import os\nexcept ImportError:\n    pass"],
)
def test_the_environment_is_known_however_os_is_imported(tmp_path: Path, imported: str):
    source = (
        f"{imported}\n\nimport mlflow\n\nos.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\nmlflow.start_run()\n"
    )
    found = resolved(tmp_path, {"train.py": source})
    (write,) = found.all(EventKind.WRITE_VARIABLE)
    assert write.name == "MLFLOW_EXPERIMENT_NAME"
    assert found.file.text.slice(write.location.span) == "os.environ['MLFLOW_EXPERIMENT_NAME']"


@pytest.mark.parametrize("code", ["import os as system", "from os import environ as env, environ"])
def test_other_names_for_the_environment(tmp_path: Path, code: str):
    name = "system.environ" if " as system" in code else "env"
    source = f"{code}\n\nimport mlflow\n\n{name}['MLFLOW_RUN_ID'] = 'a'\nmlflow.start_run()\n"
    (write,) = resolved(tmp_path, {"train.py": source}).all(EventKind.WRITE_VARIABLE)
    assert write.name == "MLFLOW_RUN_ID"


def test_a_new_process_inherits_the_name_as_it_is_then(tmp_path: Path):
    body = (
        "import subprocess\n"
        "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'a'\nsubprocess.run(['python', 'b.py'])\n"
        "os.environ['MLFLOW_EXPERIMENT_NAME'] = 'b'\nos.system('python b.py')\n"
        "del os.environ['MLFLOW_EXPERIMENT_NAME']\nsubprocess.Popen('python b.py')\n"
    )
    results = [event.result for event in script(tmp_path, body).all(EventKind.LAUNCH)]
    assert [result.text if isinstance(result, Known) else None for result in results] == ["a", "b", None]


def test_each_call_talks_to_the_store_of_its_moment(tmp_path: Path):
    body = (
        f"{MARK}('a')\nmlflow.set_tracking_uri('databricks')\n{MARK}('b')\n"
        f"mlflow.set_tracking_uri('sqlite:///runs.db')\n{MARK}('c')\nmlflow.set_tracking_uri(None)\n{MARK}('d')\n"
    )
    found = script(tmp_path, body)
    kinds = [tracking_at(found, event).kind for event in found.all(EventKind.SET_EXPERIMENT)]
    assert kinds == [None, UriKind.databricks, UriKind.local_database, UriKind.local_database]


def test_a_script_without_a_call_talks_to_one_store(tmp_path: Path):
    found = script(tmp_path, f"{MARK}('a')\nmlflow.log_metric('a', 1)\n")
    (event,) = found.all(EventKind.SET_EXPERIMENT)
    assert tracking_at(found, event) is found.tracking
