"""What the report offers to do about a failure, done: in the terminal, which is the user's too, and in the script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import FrameLocator, Locator, expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import azure, machine, projects
from tests.vscode.driver.workbench import Workbench

PIP = """import pathlib, sys
pathlib.Path("pip.txt").write_text(" ".join([sys.executable, *sys.argv[1:]]), encoding="utf-8")
print("That went well.")
"""
"""In the place of pip, so that nothing is asked of a package index."""


@pytest.fixture
def folder(project: Path) -> Path:
    """The quickstart with a .venv in which nothing is installed."""
    folder = projects.example("quickstart", project)
    (folder / ".venv").unlink()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (packages,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (packages / "pip").mkdir()
    (packages / "pip" / "__main__.py").write_text(PIP, encoding="utf-8")
    return folder


def test_what_is_advised_is_done_where_it_helps(
    window: Open, shot: Shot, folder: Path, box: AzureBox
) -> None:
    """The packages go into the Python that was tested; no command is typed behind another; the script is repaired."""
    azure.play(box, "wrong-secret")
    editor = window(folder, "train.py")
    editor.status("ws-churn: not tested").wait_for()
    editor.command("azmlflow: Test Connection")
    report = editor.report("failed")
    shot(editor, "remedies")
    packages = report.locator("#steps > [data-step=packages]")
    expect(packages.locator("> .message")).to_contain_text("lacks azureml-mlflow")
    if machine.is_compiled("node-pty"):
        the_terminal_takes_one_command_at_a_time(editor, report, shot, folder)

    report.get_by_role("button", name="Insert Tracking").click()
    expect(editor.line("mlflow.set_tracking_uri(")).to_have_count(1)
    shot(editor, "remedies-inserted")


def the_terminal_takes_one_command_at_a_time(
    editor: Workbench, report: FrameLocator, shot: Shot, folder: Path
) -> None:
    typing = report.get_by_role("button", name="Type in Terminal").first
    typing.click()
    expect(editor.terminal()).to_contain_text("az ad app credential reset")
    typing.click()
    expect(terminals(editor)).to_have_count(2)
    report.get_by_role("button", name="Run in Terminal").first.click()
    expect(terminals(editor)).to_have_count(3)
    expect(editor.terminal()).to_contain_text("That went well.")
    python, *arguments = (folder / "pip.txt").read_text(encoding="utf-8").split()
    assert Path(python).parent == folder / ".venv" / "bin"
    assert arguments[:2] == ["install", "azureml-mlflow"]
    expect(report.locator("#hint")).to_contain_text("pip install azureml-mlflow")
    shot(editor, "remedies-terminal")
    running = report.get_by_role("button", name="Run in Terminal").first
    running.click()
    expect(report.locator("#hint")).to_be_visible()
    expect(terminals(editor)).to_have_count(3)
    editor.command("azmlflow: Try It in the Sandbox")
    editor.status(re.compile("sandbox")).wait_for()
    running.click()
    expect(terminals(editor)).to_have_count(4)


def terminals(editor: Workbench) -> Locator:
    """The rows of the list of terminals, which is there when there are several."""
    return editor.page.locator(".terminal-tabs-entry")
