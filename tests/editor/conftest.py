"""An environment in which an editor finds azmlflow and nothing of anybody's settings, and an Azure to ask."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.editor.driven import ROOT


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which an editor finds `azmlflow` on PATH, the example, and no settings of anybody."""
    shutil.copytree(ROOT / "examples" / "quickstart", tmp_path / "quickstart")
    program = tmp_path / "bin" / "azmlflow"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT / "server"}" exec "{sys.executable}" -m azmlflow "$@"\n'
    )
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "AZMLFLOW_FILE": str(tmp_path / "quickstart" / "train.py"),
        "AZMLFLOW_SEEN": str(tmp_path / "seen.json"),
    }


@pytest.fixture(scope="module")
def box() -> Iterator[AzureBox]:
    """An Azure in which all is well."""
    with AzureBox() as box:
        yield box


@pytest.fixture
def signed_in(environ: dict[str, str], box: AzureBox) -> dict[str, str]:
    """Return the environment of an editor whose script logs to the workspace of the box, as a service principal."""
    Path(environ["AZMLFLOW_FILE"]).write_text("import mlflow\nmlflow.start_run()\n", encoding="utf-8")
    return box.environment("secret", base=environ | {"VIRTUAL_ENV": sys.prefix})
