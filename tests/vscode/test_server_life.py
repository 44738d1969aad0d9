"""The language server dies, and comes back; dies again and again, and is left alone; and what its logs say."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import machine, projects
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import Workbench


def test_a_server_that_is_killed_comes_back_until_it_is_too_much(
    window: Open, shot: Shot, project: Path
) -> None:
    if not machine.keeps_logs():
        pytest.skip("VS Code keeps no logs here: g++ and make were not there when it was installed")
    editor = window(projects.example("quickstart", project), "train.py")
    editor.problems().filter(has_text="AZM101").wait_for()

    kill(editor, 1)
    until(lambda: starts(editor) == 2, "the server was not started again")
    expect(editor.squiggles("warning")).to_have_count(1)
    editor.go_to_problem("AZM101")
    editor.fix("Take the tracking URI from the workspace ws-churn")
    editor.no_problems()
    expect(editor.page.locator(".notification-list-item")).to_have_count(0)

    hang(editor, 2)
    editor.command("azmlflow: Copy Debug Information")
    editor.notification("gathering debug information").get_by_role("button", name="Cancel").click()
    editor.notification("The debug information was copied")
    copied = editor.page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"azmlflow doctor\n\s+no answer", copied)
    editor.command("azmlflow: Explain Where This Logs")
    editor.notification("looking where train.py logs")
    kill(editor, 2)
    message = editor.notification("stopped before it answered")
    message.get_by_role("button", name="Show Logs").click()
    editor.log_is_shown("azmlflow Server")

    for number in range(3, 6):
        kill(editor, number)
    message = editor.notification("crashed 5 times within 3 minutes")
    editor.status("stopped").wait_for()
    assert not editor.server.language_servers()
    shot(editor, "crashed")
    message.get_by_role("button", name="Restart").click()
    until(lambda: starts(editor) == 6, "the server was not started again")
    editor.status("ws-churn: not tested").wait_for()

    log = editor.output("azmlflow")
    log.filter(has_text="The server ended without being asked to").first.wait_for()
    shot(editor, "log")


def hang(editor: Workbench, number: int) -> None:
    """Stop the language server that is the one of that number for the window, once it answers: it no longer does."""
    until(lambda: starts(editor) == number, f"server number {number} does not run")
    (running,) = editor.server.language_servers()
    os.kill(running.pid, signal.SIGSTOP)


def kill(editor: Workbench, number: int) -> None:
    """Kill the language server that is the one of that number for the window, once it answers."""
    until(lambda: starts(editor) == number, f"server number {number} does not run")
    (running,) = editor.server.language_servers()
    os.kill(running.pid, signal.SIGKILL)


def starts(editor: Workbench) -> int:
    """Return how often the extension, in the window that was opened last, says that a server runs."""
    logs = editor.server.profile.logs.rglob("azmlflow.azmlflow/azmlflow.log")
    last = max(logs, key=lambda path: path.stat().st_mtime, default=None)
    return last.read_text(encoding="utf-8").count("The server runs") if last else 0
