"""Every place where a tracking URI is written out, in files of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.uris import uri_literals
from azmlflow.resolution.written import STAND_IN, UriLiteral
from azmlflow.workspace.load import load

NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in (
            ["import mlflow\n", "mlflow.set_tracking_uri('azureml://a')"],
            ["%env MLFLOW_TRACKING_URI = azureml://{region}/b\n", "%env OTHER=azureml://c"],
            ["%%bash\n", "export MLFLOW_TRACKING_URI='azureml://d'\n", "python x.py"],
        )
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 4,
}


def literals(folder: Path, name: str, text: str) -> list[UriLiteral]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    snapshot = load([folder], {}).snapshot
    return list(uri_literals(Resolution(snapshot, snapshot.files[path])))


def told(found: list[UriLiteral]) -> list[tuple[str, str, str]]:
    return [(literal.text, literal.use, literal.source.slice(literal.location.span)) for literal in found]


CODE = {
    "mlflow.set_tracking_uri('u')": [("u", "tracking", "'u'")],
    "mlflow.set_registry_uri(uri='u')": [("u", "registry", "'u'")],
    "mlflow.MlflowClient('u', 'v')": [("v", "registry", "'v'"), ("u", "tracking", "'u'")],
    "mlflow.tracking.MlflowClient(registry_uri='v')": [("v", "registry", "'v'")],
    "os.environ['MLFLOW_TRACKING_URI'] = 'u'": [("u", "tracking", "'u'")],
    "os.environ.setdefault('MLFLOW_REGISTRY_URI', 'u')": [("u", "registry", "'u'")],
    "os.environ.update(MLFLOW_TRACKING_URI='u')": [("u", "tracking", "'u'")],
    "os.environ['OTHER'] = 'u'": [],
    "U = 'u'\nmlflow.set_tracking_uri(U)\nmlflow.set_tracking_uri(U)": [("u", "tracking", "'u'")],
    "def f():\n    mlflow.set_tracking_uri('u')": [("u", "tracking", "'u'")],
    "mlflow.set_tracking_uri(os.getenv('X', 'u'))": [("u", "tracking", "'u'")],
    "mlflow.set_tracking_uri('u' if x() else 'v')": [("u", "tracking", "'u'"), ("v", "tracking", "'v'")],
    "mlflow.set_tracking_uri('a' + 'b')": [("ab", "tracking", "'a' + 'b'")],
    "mlflow.set_tracking_uri(f'a{x()}b')": [(f"a{STAND_IN}b", "tracking", "f'a{x()}b'")],
    "X = 'x'\nmlflow.set_tracking_uri(f'a{X}b')": [("axb", "tracking", "f'a{X}b'")],
    "mlflow.set_tracking_uri(' u '.strip())": [],
    "mlflow.set_tracking_uri(x())": [],
    "mlflow.set_tracking_uri(None)": [],
    "log.set_tracking_uri('u')": [],
}


@pytest.mark.parametrize("code", CODE)
def test_code(code: str, tmp_path: Path) -> None:
    assert told(literals(tmp_path, "train.py", f"import os\nimport mlflow\n{code}\n")) == CODE[code]


FILES = {
    ".env": ("A=1\nMLFLOW_TRACKING_URI = 'u' # x\nMLFLOW_REGISTRY_URI=\n", [("u", "tracking", "'u'")]),
    "x.env": ("MLFLOW_TRACKING_URI=a${B}c\n", [(f"a{STAND_IN}c", "tracking", "a${B}c")]),
    "a.yml": ("mlflow:\n  MLFLOW_REGISTRY_URI: u\n", [("u", "registry", "u")]),
    "b.yml": ("- MLFLOW_TRACKING_URI=u\n- x: {name: MLFLOW_TRACKING_URI, value: 'v'}\n", [
        ("u", "tracking", "MLFLOW_TRACKING_URI=u"), ("v", "tracking", "'v'"),
    ]),
    "c.yml": ("MLFLOW_TRACKING_URI: 7\nOTHER: MLFLOW_TRACKING_URI\n", []),
    ".vscode/launch.json": ('{"configurations": [{"env": {"MLFLOW_TRACKING_URI": "${env:X}"}}]}', [
        (STAND_IN, "tracking", '"${env:X}"'),
    ]),
    "run.sh": ("MLFLOW_TRACKING_URI=\"u$X\" python t.py\nexport MLFLOW_TRACKING_URI=$(az ml x)\n", [
        (f"u{STAND_IN}", "tracking", '"u$X"'),
    ]),
    "run.ps1": ("$env:MLFLOW_TRACKING_URI = 'u'\n", [("u", "tracking", "'u'")]),
    "run2.sh": ("set X=1\nset MLFLOW_TRACKING_URI=u\n", [("u", "tracking", "u")]),
    "n.ipynb": (json.dumps(NOTEBOOK), [
        ("azureml://a", "tracking", "'azureml://a'"),
        (f"azureml://{STAND_IN}/b", "tracking", "azureml://{region}/b"),
        ("azureml://d", "tracking", "'azureml://d'"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, tmp_path: Path) -> None:
    text, expected = FILES[name]
    assert told(literals(tmp_path, name, text)) == expected


def test_a_form_and_a_job_are_told_apart(tmp_path: Path) -> None:
    (form,) = literals(tmp_path, ".env.example", "MLFLOW_TRACKING_URI=u\n")
    job = "command: python x.py\nenvironment: azureml:x\nenvironment_variables:\n  MLFLOW_TRACKING_URI: u\n"
    (overwritten,) = literals(tmp_path, "job.yml", job)
    assert form.template
    assert overwritten.overwritten


def test_a_uri_in_another_module_is_the_users_and_one_in_an_environment_file_that_files(
    tmp_path: Path,
) -> None:
    (tmp_path / "settings.py").write_text("URI = 'u'\n", encoding="utf-8")
    (tmp_path / ".env").write_text("MLFLOW_TRACKING_URI=v\n", encoding="utf-8")
    code = (
        "import os\nimport mlflow\nfrom dotenv import load_dotenv\nfrom settings import URI\nload_dotenv()\n"
        "mlflow.set_registry_uri(URI)\nmlflow.set_tracking_uri(os.environ['MLFLOW_TRACKING_URI'])\n"
    )
    (found,) = literals(tmp_path, "train.py", code)
    assert (found.text, found.location.path) == ("u", tmp_path / "settings.py")
    assert found.event is not None
    assert found.event.location.path == tmp_path / "train.py"


@pytest.mark.parametrize(
    ("code", "start", "end", "covered"),
    [
        ("'abcdef'", 2, 4, "cd"),
        ("'abc' 'def'", 2, 4, "c' 'd"),
        ("f'ab{x()}cd'", 2 + len(STAND_IN), 4 + len(STAND_IN), "cd"),
        ("f'ab{x()}cd'", 2, 2 + len(STAND_IN), "f'ab{x()}cd'"),
        ("'ab\\u0063def'", 3, 6, "def"),
        ("'ab\\u0063de'", 1, 3, "'ab\\u0063de'"),
        ("'é\\x61é'", 0, 1, "'é\\x61é'"),
    ],
)
def test_where_a_stretch_of_the_text_stands(
    code: str, start: int, end: int, covered: str, tmp_path: Path
) -> None:
    (found,) = literals(tmp_path, "train.py", f"import mlflow\nmlflow.set_tracking_uri({code})\n")
    assert found.source.slice(found.span(start, end).span) == covered


@pytest.mark.parametrize(
    ("code", "repaired", "edits"),
    [
        ("'abc'", "abX", [("abc", "abX")]),
        ("'ab' 'cd'", "aXcYd", [("b", "X"), ("", "Y")]),
        ("'ab' 'cd'", "aXd", []),
        ("'ab' f'{x()}c'", f"Xb{STAND_IN}cY", [("a", "X"), ("", "Y")]),
        ("f'a{x()}b'", "ab", []),
        ("'a\\x62'", "ac", [("'a\\x62'", '"ac"')]),
        ("'a\\x62'", 'a"c', []),
        ("f'a{x()}b'", f"{STAND_IN}b", [("a", "")]),
    ],
)
def test_the_edits_that_put_a_text_right(
    code: str, repaired: str, edits: list[tuple[str, str]], tmp_path: Path
) -> None:
    (found,) = literals(tmp_path, "train.py", f"import mlflow\nmlflow.set_tracking_uri({code})\n")
    made = found.edits(repaired)
    assert [(found.source.slice(location.span), text) for location, text in made] == edits
