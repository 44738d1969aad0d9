"""Broken URIs inside every carrier: each fault is found at its own characters, and the fix cures it and rests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azmlflow.azure.tracking_uri import faults, repair
from azmlflow.parsing.base import Text
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Finding
from azmlflow.rules.engine import check_file
from azmlflow.rules.selection import Selection
from azmlflow.rules.source import slice_at
from azmlflow.workspace.read import file_of
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rules.harness import parses

ROOT = Path("/project").absolute()
HOST = "westeurope.api.azureml.ms"
GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
GOOD = f"azureml://{HOST}/mlflow/v2.0/subscriptions/{GUID}/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/ws-dev"
SELECTED = Selection(select=("AZM102", "AZM103", "AZM112", "AZM113"))

CHANGES = [
    ("resourceGroups", "resourcegroups"),
    ("resourceGroups", "resourceGroup"),
    ("Microsoft.MachineLearningServices", "microsoft.machinelearningservices"),
    ("azureml://", "azureml:/"),
    ("azureml://", "azureml:///"),
    ("azureml://", "https://"),
    ("azureml://", ""),
    ("/rg-ml", "//rg-ml"),
    ("rg-ml/", "rg-ml\u00a0/"),
    ("/providers/Microsoft.MachineLearningServices", ""),
    ("/workspaces/ws-dev", ""),
    (GUID, "<subscription>"),
    (HOST, "evil.example"),
    ("workspaces/ws-dev", "registries/shared"),
    ("/subscriptions", "/Subscriptions"),
    ("ws-dev", "ws-dev\u200b"),
]
broken = st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3, unique=True).map(
    lambda changes: _changed(GOOD, changes)
)


def _changed(text: str, changes: list[tuple[str, str]]) -> str:
    for old, new in changes:
        text = text.replace(old, new, 1)
    return text


def in_code(text: str) -> str:
    return f'import mlflow\n\nmlflow.set_tracking_uri("{text}")\n'


def behind_a_name(text: str) -> str:
    return f"import os\n\nURI = (\n    '{text[:40]}'\n    '{text[40:]}'  # é\n)\n\ndef f():\n    os.environ['MLFLOW_TRACKING_URI'] = URI\n"


def with_escapes(text: str) -> str:
    return f"import mlflow\nmlflow.set_tracking_uri({text!a})\n" if not text.isascii() else in_code(text)


def in_f_string(text: str) -> str:
    head, tail = text[:12], text[12:]
    return f"import mlflow, os\nuri = '{head}' + f'{tail}'\nmlflow.set_tracking_uri(uri)\n"


def in_cell(text: str) -> str:
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    sources = [
        ["import mlflow\n", f"mlflow.set_tracking_uri('{text}')"],
        [f"%env MLFLOW_TRACKING_URI={text}\n", "1"],
    ]
    return json.dumps(
        {
            "cells": [{**cell, "source": s} for s in sources],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
    )


CARRIERS = {
    "train.py": (FileKind.PYTHON, in_code),
    "named.py": (FileKind.PYTHON, behind_a_name),
    "escaped.py": (FileKind.PYTHON, with_escapes),
    "joined.py": (FileKind.PYTHON, in_f_string),
    "train.ipynb": (FileKind.NOTEBOOK, in_cell),
    ".env": (FileKind.DOTENV, lambda text: f"A=1\r\nexport MLFLOW_TRACKING_URI='{text}'\r\n"),
    "plain.env": (FileKind.DOTENV, lambda text: f"MLFLOW_TRACKING_URI={text}\n"),
    "compose.yml": (FileKind.YAML, lambda text: f"env:\n  mlflow: 1\n  MLFLOW_TRACKING_URI: '{text}'\n"),
    "list.yml": (
        FileKind.YAML,
        lambda text: f"env:\n  - {json.dumps('MLFLOW_TRACKING_URI=' + text, ensure_ascii=False)}\n",
    ),
    ".vscode/launch.json": (
        FileKind.EDITOR,
        lambda text: (
            f'{{"configurations": [{{"env": {{"MLFLOW_TRACKING_URI": {json.dumps(text)}}}}}]}} // azure\n'
        ),
    ),
    "run.sh": (FileKind.SHELL, lambda text: f"export MLFLOW_TRACKING_URI='{text}'\npython train.py\n"),
    "inline.sh": (FileKind.SHELL, lambda text: f'MLFLOW_TRACKING_URI="{text}" python train.py\n'),
}


def values_in(name: str, text: str) -> list[str]:
    """Return the values that a carrier gives to MLflow; some drop the white space around a value."""
    if name == "plain.env":
        return [text.strip()]
    return [text, text.strip()] if name == "train.ipynb" else [text]


def snapshot_of(name: str, kind: FileKind, text: str) -> tuple[Snapshot, SourceFile]:
    file = file_of(ROOT / name, kind, Text(text))
    assert file is not None
    return Snapshot((ROOT,), {file.path: file}), file


def found(snapshot: Snapshot, file: SourceFile) -> tuple[Finding, ...]:
    return check_file(Resolution(snapshot, file), SELECTED)


@pytest.mark.parametrize("name", CARRIERS)
@given(text=broken)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_fault_is_found_and_every_fix_cures(name: str, text: str) -> None:
    kind, write = CARRIERS[name]
    snapshot, file = snapshot_of(name, kind, write(text))
    expected = [fault for written in values_in(name, text) for fault in faults(written)]
    findings = found(snapshot, file)
    assert len(findings) == len(expected)
    assert all(slice_at(snapshot, finding.location) for finding in findings)
    certain = repair(values_in(name, text)[0])
    spelled = [f for f in findings if f.fixes() and "set_registry_uri" not in f.fixes()[0].title]
    if certain is None:
        assert not spelled
        return
    assert spelled or not expected
    _cures(name, kind, snapshot, findings)


def _cures(name: str, kind: FileKind, snapshot: Snapshot, findings: tuple[Finding, ...]) -> None:
    """Apply the first fix until none is left; each leaves a file that parses and fewer findings."""
    while findings:
        applied = apply_fixes(snapshot, findings[0].fixes()[:1])
        assert applied.applied
        text = applied.texts[ROOT / name]
        assert kind is FileKind.EDITOR or parses(name, text)
        snapshot, file = snapshot_of(name, kind, text)
        left = found(snapshot, file)
        assert len(left) < len(findings)
        findings = left


@pytest.mark.parametrize("name", CARRIERS)
def test_a_good_uri_is_left_alone(name: str) -> None:
    kind, write = CARRIERS[name]
    assert found(*snapshot_of(name, kind, write(GOOD))) == ()


@pytest.mark.parametrize(
    "name", [name for name, (kind, _) in CARRIERS.items() if kind is not FileKind.NOTEBOOK]
)
def test_the_fault_is_shown_at_its_characters(name: str) -> None:
    kind, write = CARRIERS[name]
    snapshot, file = snapshot_of(name, kind, write(_changed(GOOD, [CHANGES[0], CHANGES[2]])))
    shown = [slice_at(snapshot, finding.location) for finding in found(snapshot, file)]
    assert shown == ["resourcegroups", "microsoft.machinelearningservices"]
