"""The repairs of AZM101 and AZM314 on generated scripts and notebooks: they run, in the right order, and disturb nothing else."""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import parse_python
from azmlflow.parsing.python.relevance import relevant
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import dotenv_not_loaded, tracking_uri_missing
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Finding, Fix
from azmlflow.rules.insertion import find_spot
from azmlflow.rules.sheet import Site, first_line, last_line, units_of
from azmlflow.workspace.read import file_of
from azmlflow.workspace.skim import skim_notebook, skim_python
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path("/project").absolute()
SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
CONFIG = json.dumps({"subscription_id": SUBSCRIPTION, "resource_group": "rg", "workspace_name": "ws"})
URI = (
    f"azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
ELSEWHERE = f'URI = "{URI}"  # what mlflow shall use\n'


def source(path: Path, kind: FileKind, text: str) -> SourceFile:
    file = file_of(path, kind, Text(text))
    assert file is not None
    return file


def project(name: str, text: str, dotenv: str | None) -> Snapshot:
    """Return a project of one script, a workspace config, and a script that knows the URI."""
    notebook = name.endswith(".ipynb")
    kind = FileKind.NOTEBOOK if notebook else FileKind.PYTHON
    files = [
        source(ROOT / name, kind, text),
        source(ROOT / "config.json", FileKind.WORKSPACE_CONFIG, CONFIG),
        source(ROOT / "other.py", FileKind.PYTHON, ELSEWHERE),
    ]
    if dotenv is not None:
        files.append(source(ROOT / ".env", FileKind.DOTENV, dotenv))
    skim = skim_notebook if notebook else skim_python
    imports = {ROOT / name: skim(text.encode()).imports}
    return Snapshot((ROOT,), {file.path: file for file in files}, imports=imports)


def findings(snapshot: Snapshot, name: str) -> list[Finding]:
    resolution = Resolution(snapshot, snapshot.files[ROOT / name])
    return [*tracking_uri_missing.check(resolution), *dotenv_not_loaded.check(resolution)]


def applied(snapshot: Snapshot, name: str, fix: Fix) -> tuple[str, str | None]:
    """Return the script's and the environment file's text after a fix."""
    outcome = apply_fixes(snapshot, [fix])
    assert outcome.applied == (fix,)
    old = snapshot.files.get(ROOT / ".env")
    dotenv = outcome.texts.get(ROOT / ".env", old.text.value if old else None)
    return outcome.texts[ROOT / name], dotenv


class Stub:
    """Stands for any module, class or object; writes down what is called."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self._name, self._calls = name, calls

    def __getattr__(self, name: str) -> Stub:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(name, self._calls)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        if len(args) == 1 and callable(args[0]) and not isinstance(args[0], Stub):
            return args[0]  # a decorator
        self._calls.append(self._name)
        return self

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *args: object) -> None:
        return None

    def __iter__(self) -> Iterator[Stub]:
        return iter([self])


def run(sources: list[str]) -> list[str]:
    """Run Python with every import stubbed, and return what was called, in order."""
    calls: list[str] = []

    def fake_import(
        name: str, _globals: Any = None, _locals: Any = None, fromlist: Any = (), _level: int = 0
    ) -> Stub:
        return Stub(name if fromlist else name.partition(".")[0], calls)

    names: dict[str, Any] = {**vars(builtins), "__import__": fake_import}
    scope: dict[str, Any] = {"__builtins__": names, "__name__": "__main__", "get_ipython": lambda: None}
    for text in sources:
        body = ast.parse(text)
        body.body = [node for node in body.body if getattr(node, "module", "") != "__future__"]
        exec(compile(body, "script", "exec"), scope)
    return calls


def pythons(snapshot: Snapshot, name: str) -> list[str]:
    facts = snapshot.files[ROOT / name].facts
    if isinstance(facts, NotebookFacts):
        return [cell.python for cell, _ in facts.python_cells()]
    return [snapshot.files[ROOT / name].text.value]


STARTS = {"start_run", "log_metric", "set_experiment"}
SETS = {"set_tracking_uri", "load_dotenv"}


def assert_in_order(calls: list[str]) -> None:
    first_use = next(index for index, call in enumerate(calls) if call in STARTS)
    assert SETS & set(calls[:first_use]), calls
    assert calls.count("set_tracking_uri") <= 1, "it is set once"


HEADS = st.sampled_from(
    [
        "",
        "#!/usr/bin/env python\n",
        "# -*- coding: utf-8 -*-\n# Größe\n",
        '"""Trains."""\n',
        "'''Trains.\n\nMuch.\n'''\n\n",
    ]
)
FUTURES = st.sampled_from(
    ["", "from __future__ import annotations\n", "from __future__ import annotations\n\n"]
)
BEFORE = st.lists(
    st.sampled_from(
        [
            "import os\n",
            "import os, sys\n",
            "from pathlib import (\n    Path,\n    PurePath,\n)\n",
            "from azure.ai.ml import command\n",
            "from azure.ai.ml import (\n    command,\n    Input,  # both\n)\n",
            "from azure.identity import DefaultAzureCredential as Credential\n",
            "try:\n    import torch\nexcept ImportError:\n    torch = None\n",
            "from dotenv import load_dotenv\n",
            "import pandas as pd  # tables\n",
            "# a comment\n",
            "\n",
        ]
    ),
    max_size=4,
)
MLFLOW = st.sampled_from(
    [
        ("import mlflow\n", "mlflow."),
        ("import mlflow as mf\n", "mf."),
        ("import mlflow.sklearn\n", "mlflow."),
        ("from mlflow import start_run, log_metric, set_experiment\n", ""),
        ("try:\n    import mlflow\nexcept ImportError:\n    raise\n", "mlflow."),
    ]
)
AFTER = st.lists(
    st.sampled_from(
        [
            "from sklearn.linear_model import Ridge\n",
            "import zlib\n",
            "from .helpers import *  # noqa\n",
            "\n",
            "\n\n",
            "ml_client = 'taken'\n",
            "def MLClient():\n    return 1\n",
            "SIZE = (\n    1,\n    2,\n)\n",
            "text = '''\n# not a comment\nimport nothing\n'''\n",
            "class Settings:\n    name = 'x'\n",
            "load_dotenv = None\n",
        ]
    ),
    max_size=4,
)
USES = st.sampled_from(
    [
        "with {m}start_run():\n    {m}log_metric('a', 1)\n",
        "{m}set_experiment('e')\n# the run\nwith {m}start_run() as run:\n    {m}log_metric('a', 1)\n",
        "def main():\n    x = 1\n    # run it\n    with {m}start_run():\n        {m}log_metric('a', x)\n\nif __name__ == '__main__':\n    main()\n",
        "def train(x):\n    {m}log_metric('a', x)\n\ndef main():\n    '''Runs.'''\n    for x in range(2):\n        train(x)\n\nmain()\n",
        "def train(x):\n    {m}log_metric('a', x)\n\nif __name__ == '__main__':\n    train(1)\n    train(2)\n",
        "if True:\n    {m}log_metric('a', 1)\nelse:\n    pass\n",
        "if False:\n    pass\nelif True:\n    {m}log_metric('a', 1)\n",
        "for x in [1, 2]:\n    {m}log_metric('a', x)\n",
        "try:\n    {m}log_metric('a', 1)\nfinally:\n    pass\n",
        "class Trainer:\n    def fit(self):\n        with {m}start_run():\n            pass\n\nTrainer().fit()\n",
        "x = 1; {m}log_metric('a', x)\n",
        "if True: {m}log_metric('a', 1)\n",
        "def main(): {m}log_metric('a', 1)\n\nmain()\n",
        "def main():\n    def objective(x):\n        {m}log_metric('a', x)\n    objective(1)\n\nmain()\n",
        "value = [\n    {m}log_metric('a', 1),\n    2,\n]\n",
    ]
)
DOTENVS = st.sampled_from([None, "", "A=1", "A=1\n", f"MLFLOW_TRACKING_URI={URI}\n"])


@st.composite
def scripts(draw: st.DrawFn) -> str:
    statement, prefix = draw(MLFLOW)
    body = draw(USES).replace("{m}", prefix)
    body = body.replace("    ", draw(st.sampled_from(["    ", "  ", "\t"])))
    text = "".join([draw(HEADS), draw(FUTURES), *draw(BEFORE), statement, *draw(AFTER), body])
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


@st.composite
def notebooks(draw: st.DrawFn) -> str:
    """Return a notebook's JSON: imports and uses in one cell or several, magics before and between."""
    statement, prefix = draw(MLFLOW)
    magic = st.sampled_from(["", "%pip install mlflow\n", "%matplotlib inline\n\n", "!ls\n"])
    imports = draw(magic) + "".join(draw(BEFORE)) + statement
    uses = draw(st.sampled_from(["", "# train\n"])) + draw(USES).replace("{m}", prefix)
    between = draw(
        st.sampled_from(
            [[], ["x = 1\n"], ["import os\n%env A=1\n"], ["import dotenv\ndotenv.load_dotenv()\n"]]
        )
    )
    cells = [imports + draw(magic) + uses] if draw(st.booleans()) else [imports, *between, draw(magic) + uses]
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": cell.removesuffix("\n").splitlines(keepends=True),
        }
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def check_fixes(name: str, text: str, dotenv: str | None) -> None:
    snapshot = project(name, text, dotenv)
    found = findings(snapshot, name)
    loads = "load_dotenv()" in text
    if loads and (dotenv is None or URI in dotenv):
        return  # the variable is set, or perhaps
    assert len(found) == 1
    fixes = found[0].fixes()
    assert fixes
    for fix in fixes:
        new, new_dotenv = applied(snapshot, name, fix)
        after = project(name, new, new_dotenv)
        assert findings(after, name) == [], f"{fix.title}\n{new}"
        before_lines, after_lines = [_lines(pythons(s, name)) for s in (snapshot, after)]
        assert _is_kept(before_lines, after_lines), f"{fix.title}\n{new}"
        assert_in_order(run(pythons(after, name)))
        if not name.endswith(".ipynb") and "\r\n" in text:
            assert new.count("\n") == new.count("\r\n"), "one kind of line end"


def _lines(sources: list[str]) -> list[str]:
    return [line for text in sources for line in text.splitlines()]


ADDED = re.compile(r", (?:MLClient|DefaultAzureCredential|load_dotenv)(?: as \w+)?")


def _is_kept(before: list[str], after: list[str]) -> bool:
    """Tell whether every line is still there, in order; an import may have become longer."""
    remaining = iter(after)
    return all(any(line in (new, ADDED.sub("", new)) for new in remaining) for line in before)


@settings(max_examples=150, deadline=None)
@given(scripts(), DOTENVS)
def test_every_fix_of_a_script_runs_first_and_keeps_the_rest(text: str, dotenv: str | None) -> None:
    check_fixes("train.py", text, dotenv)


@settings(max_examples=100, deadline=None)
@given(notebooks(), DOTENVS)
def test_every_fix_of_a_notebook_runs_first_and_keeps_the_rest(text: str, dotenv: str | None) -> None:
    check_fixes("train.ipynb", text, dotenv)


@pytest.mark.parametrize(
    ("text", "sites", "line"),
    [
        ("import mlflow\nmlflow.start_run()\n", (1,), 1),
        ('"""Doc."""\nimport mlflow\n\n\nmlflow.start_run()\n', (4,), 2),
        ("import mlflow\nx = 1\nif x:\n    # why\n    mlflow.start_run()\n", (4,), 3),
        ("import mlflow\nx = 1\nwhile x:\n    mlflow.start_run()\n", (3,), 1),
        ("import mlflow\ndef f():\n    mlflow.start_run()\n", (2,), 2),
        ("import mlflow\ndef main():\n    a = 1\n    mlflow.start_run()\nmain()\n", (3,), 3),
        ("import mlflow\ndef main():\n    a = 1\n    mlflow.start_run()\nmain()\nmain()\n", (3,), 1),
        (
            "import mlflow\ntry:\n    mlflow.start_run()\nexcept Exception:\n    mlflow.start_run()\n",
            (2, 4),
            1,
        ),
        ("x = 1\n# %% a cell\nimport mlflow\n# %%\nmlflow.start_run()\n", (4,), 3),
    ],
)
def test_where_statements_go(text: str, sites: tuple[int, ...], line: int) -> None:
    file = source(ROOT / "train.py", FileKind.PYTHON, text)
    spot = find_spot(units_of(file), [Site(None, site) for site in sites])
    assert spot is not None
    assert spot.line == line


def test_no_spot_without_a_statement_that_parses() -> None:
    file = source(ROOT / "train.py", FileKind.PYTHON, "mlflow.start_run(\n")
    assert find_spot(units_of(file), [Site(None, 0)]) is None


def test_a_config_above_the_project_is_a_weak_sign() -> None:
    """A config in the home folder may be another project's, unless this one shows more."""
    snapshot = project("train.py", "import mlflow\nmlflow.start_run()\n", None)
    above = source(ROOT.parent / "config.json", FileKind.WORKSPACE_CONFIG, CONFIG)
    script = snapshot.files[ROOT / "train.py"]
    alone = Snapshot((ROOT,), {script.path: script, above.path: above}, imports=snapshot.imports)
    assert [finding.severity for finding in findings(alone, "train.py")] == ["information"]
    imports = {script.path: frozenset({"mlflow", "azure.ai.ml"})}
    more = Snapshot((ROOT,), {script.path: script, above.path: above}, imports=imports)
    assert [finding.severity for finding in findings(more, "train.py")] == ["warning"]


def test_an_outline_stands_where_the_definition_does() -> None:
    """Ensure that functions which are not looked into keep their lines, comments behind them left out."""
    source = (
        "import mlflow\n\n\ndef plain(a):\n    x = '''\n# text\n'''\n    return a\n    # inside\n\n# outside\n\n\n"
        "@decorated\nclass Other:\n    y = 'ü'\n\n\nmlflow.log_metric('a', 1)\n"
    )
    facts = parse_python(Text(source))
    relevant([facts], frozenset())
    file = SourceFile(Path("/train.py"), FileKind.PYTHON, Text(source), facts)
    body = units_of(file)[0].body
    real = ast.parse(source).body
    assert [(last_line(node), node.end_col_offset) for node in body] == [
        (last_line(node), node.end_col_offset) for node in real
    ]
    assert [first_line(node) for node in body] == [first_line(node) for node in real]
    assert [type(node) for node in body[1:3]] == [ast.FunctionDef, ast.FunctionDef]
