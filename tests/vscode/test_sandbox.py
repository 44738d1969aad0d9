"""The sandbox in the editor: started once, used by tests and terminals alike, and its end is told."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from azmlflow.sandbox import names
from playwright.sync_api import expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import machine, projects
from tests.vscode.driver.server import Process
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import Workbench

WHO = """import base64, json
from azure.identity import DefaultAzureCredential

token = DefaultAzureCredential().get_token("https://management.azure.com/.default").token
claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
print("signed in as", claims.get("upn") or claims["appid"])
"""
"""The real chain: says who it signs in as."""


def test_the_sandbox_is_one_from_its_start_to_its_end(window: Open, shot: Shot, project: Path) -> None:
    """The server has the variables of an application, which terminals keep; in the sandbox a user of az signs in."""
    folder = projects.example("connected", project)
    (folder / "who.py").write_text(WHO, encoding="utf-8")
    editor = window(folder, "train.py")
    editor.status("ws-churn: not tested").wait_for()
    for _ in range(2):
        editor.command("azmlflow: Try It in the Sandbox")
    editor.notification("This window now uses an Azure on this machine")
    assert len(boxes(editor)) == 1
    editor.command("azmlflow: Test Authentication")
    report = editor.report("ok")
    name, domain = names.USER_NAME.split("@")
    expect(report.locator("#message")).to_contain_text(f"{name[0]}…@{domain}")
    expect(report.locator("[data-key='credential/AzureCliCredential'][data-outcome=ok]")).to_have_count(1)
    if machine.is_compiled("node-pty"):
        terminals_sign_in_as_tests_do(editor)
        shot(editor, "sandbox-terminal")

    (box,) = boxes(editor)
    os.kill(box.pid, signal.SIGKILL)
    told = editor.notification("The sandbox has ended by itself")
    editor.status(re.compile("^(?!.*sandbox).*ws-churn: not tested")).wait_for()
    shot(editor, "sandbox-died")
    told.get_by_role("button", name="Start Again").click()
    editor.status(re.compile("sandbox.*ws-churn: not tested")).wait_for()
    assert len(boxes(editor)) == 1
    editor.command("azmlflow: Leave the Sandbox")
    editor.status(re.compile("^(?!.*sandbox).*ws-churn: not tested")).wait_for()
    until(lambda: not boxes(editor), "a sandbox was left behind")
    expect(editor.page.locator(".notification-list-item", has_text="ended by itself")).to_have_count(0)


def terminals_sign_in_as_tests_do(editor: Workbench) -> None:
    editor.command("Terminal: Create New Terminal")
    editor.page.locator(".terminal-wrapper.active .xterm-helper-textarea").wait_for()
    expect(editor.terminal()).to_contain_text("#")
    editor.page.keyboard.type(".venv/bin/python who.py")
    editor.press("Enter")
    expect(editor.terminal()).to_contain_text(f"signed in as {names.USER_NAME}")


def boxes(editor: Workbench) -> list[Process]:
    """Return the sandboxes that the extension has started, without what they start themselves."""
    return editor.server.children("azmlflow", "sandbox", "--until-stdin-closes")
