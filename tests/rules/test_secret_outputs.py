"""Secrets in the outputs of a notebook: found in the file, cleared without touching the rest, unknown while it is open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import secret_in_source
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Finding
from azmlflow.workspace.documents import EditorCell
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.store import Store

SECRET = "can8Q~canary-secret-0123456789.abcdefg"


def cell(source: str, *texts: str) -> dict[str, object]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": [text]} for text in texts]
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {"tags": ["é"]},
        "outputs": outputs,
        "source": [source],
    }


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# outputs"]},
        cell("import mlflow", "nothing to see"),
        cell("print(secret)", "\n", f"a\n{SECRET}\n", f"again {SECRET}\n"),
        cell("mlflow.start_run()", "<ActiveRun>"),
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def found(snapshot: Snapshot, path: Path) -> list[Finding]:
    return list(secret_in_source.check(Resolution(snapshot, snapshot.files[path])))


@pytest.mark.parametrize(
    "text", [json.dumps(NOTEBOOK), json.dumps(NOTEBOOK, indent=1), json.dumps(NOTEBOOK, indent=2)]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_outputs_of_the_one_cell_are_cleared(tmp_path, text, newline, mark):
    path = tmp_path / "login.ipynb"
    path.write_bytes((mark + text.replace("\n", newline)).encode())
    snapshot = load([tmp_path], {}).snapshot
    findings = found(snapshot, path)
    assert len(findings) == 2
    assert {finding.message.partition(":")[0] for finding in findings} == {
        "a client secret stands in an output of cell 3"
    }
    (fix,) = findings[0].fixes()
    assert not fix.safe
    cleared = apply_fixes(snapshot, [fix]).texts[path]
    after = json.loads(cleared.removeprefix("\ufeff"))
    assert after["cells"][2].pop("outputs") == []
    before = json.loads(json.dumps(NOTEBOOK))
    del before["cells"][2]["outputs"]
    assert after == before
    assert SECRET not in cleared


def test_the_outputs_of_a_notebook_that_the_editor_holds_are_not_known(tmp_path):
    path = tmp_path / "login.ipynb"
    path.write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    store = Store([tmp_path], {})
    store.load()
    assert len(found(store.snapshot, path)) == 2
    store.open_notebook(path, [EditorCell("code", "import mlflow"), EditorCell("code", f"x = '{SECRET}'")], 1)
    (finding,) = found(store.snapshot, path)
    assert finding.location.cell == 1
    store.close(path)
    assert len(found(store.snapshot, path)) == 2
