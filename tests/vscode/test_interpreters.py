"""The interpreter that is selected in the editor: its azmlflow is the server, and connections are tested in it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import expect

from tests.vscode.conftest import NewProfile, Open
from tests.vscode.driver import azure, projects, stubs
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.server import Server
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import Workbench


@pytest.fixture
def pythons(tmp_path: Path) -> list[str]:
    """Two interpreters with azmlflow."""
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(sys.prefix)
    return [str(tmp_path / name / "bin" / "python") for name in ("one", "two")]


def test_the_selected_interpreter_is_used_and_a_change_of_it_followed(
    window: Open,
    project: Path,
    box: AzureBox,
    here: Machine,
    new_profile: NewProfile,
    pythons: list[str],
    tmp_path: Path,
) -> None:
    """Python Environments knows it, or the Python extension where the user leaves the choice to that.

    The settings of azmlflow come before both.
    """
    profile = new_profile()
    for stub in (stubs.PYTHON_ENVIRONMENTS, stubs.PYTHON_EXTENSION):
        profile.install(here, stubs.build(stub, tmp_path))
    variables = {**azure.variables(box, "secret"), stubs.SELECTED: pythons[0]}
    folder = projects.example("connected", project)
    with Server(here, profile, variables) as server:
        editor = window(folder, "train.py", server=server)
        follows(editor, stubs.PYTHON_ENVIRONMENTS, pythons)
        editor.command("azmlflow: Test Authentication")
        (probe,) = until(lambda: server.children("probes", "child"), "no process makes the test")
        assert probe.command.startswith(pythons[1])
        editor.report("ok")

        (folder / ".vscode").mkdir(exist_ok=True)
        settings = {
            "python.useEnvironmentsExtension": False,
            "azmlflow.interpreter": str(folder / ".venv" / "bin" / "python"),
            "azmlflow.envFile": "${workspaceFolder}/azure.env",
        }
        (folder / ".vscode" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        (folder / "azure.env").write_text("AZURE_CLIENT_ID=of-the-file\n", encoding="utf-8")
        follows(editor.open(folder, "train.py"), stubs.PYTHON_EXTENSION, pythons)
        editor.command("azmlflow: Doctor")
        page = editor.page_of_text("Doctor: train.py")
        expect(page).to_contain_text(re.compile(r"Python:\s\.venv/bin/python\s"))
        expect(page).to_contain_text("(azure.env:1)")


def follows(editor: Workbench, stub: stubs.Stub, pythons: list[str]) -> None:
    """See that the server is that of the first interpreter, and then of the second, when that is selected."""
    editor.status("ws-churn: not tested").wait_for()
    until(lambda: served_by(editor) == [pythons[0]], f"the server is not that of {pythons[0]}")
    editor.command(stub.select)
    editor.answer(pythons[1], "Path of the interpreter")
    until(lambda: served_by(editor) == [pythons[1]], f"the server is not that of {pythons[1]}")
    editor.status("ws-churn: not tested").wait_for()


def served_by(editor: Workbench) -> list[str]:
    """Return the interpreters of the language servers that run."""
    return [each.command.split(" ", 1)[0] for each in editor.server.language_servers()]
