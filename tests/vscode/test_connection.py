"""The connection test in the editor: the status bar and the report, from the first click to every way it can end."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest
from azmlflow.sandbox import entra_tokens
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import expect

from tests.vscode.conftest import Open, Shot
from tests.vscode.driver import azure, machine, projects
from tests.vscode.driver.contrast import too_pale
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import THEMES, Workbench

IS_SEEN = """() => {
  const [top, heading, cause] = ['#top', '#steps > [data-outcome=failed] > h2', '[data-cause]'].map(
    place => document.querySelector(place).getBoundingClientRect()
  );
  return top.bottom <= heading.top && heading.bottom <= cause.top && cause.bottom <= innerHeight;
}"""
"""Tells whether what failed lies with the heading of its step between what stays on top and the lower edge."""


def test_the_status_goes_through_its_states(
    window: Open, shot: Shot, project: Path, box: AzureBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not tested, testing, connected; failed when the secret is wrong; expired when the token is."""
    folder = projects.example("connected", project)
    editor = window(folder, "train.py")
    editor.status("ws-churn: not tested").wait_for()
    shot(editor, "status-unknown")
    set_status_bar(folder, "never")
    expect(editor.status()).to_have_count(0)
    expect(editor.language_status()).to_have_attribute("aria-label", re.compile("ws-churn, not tested"))
    set_status_bar(folder, "always")
    editor.status("ws-churn: not tested").wait_for()

    editor.command("azmlflow: Test Connection")
    editor.status("ws-churn: testing").wait_for()
    report = editor.report("running")
    expect(report.locator("#action-cancel")).to_be_visible()
    report.locator("li[data-step]").nth(2).wait_for()
    shot(editor, "status-checking")
    report = editor.report("ok")
    editor.status(re.compile(r"^\s*ws-churn(?!:)")).wait_for()
    expect(editor.language_status()).to_have_attribute("aria-label", re.compile("ws-churn, connected"))
    expect(editor.spoken_status()).to_have_attribute("aria-label", re.compile("ws-churn, connected"))
    expect(report.locator("#message")).to_contain_text("Connected to workspace ws-churn")
    steps = report.locator("#report li[data-step]")
    expect(steps.and_(report.locator("[data-outcome=failed]"))).to_have_count(0)
    expect(report.locator("[data-step=experiments][data-outcome=ok]")).to_have_count(1)
    expect(report.get_by_role("status")).to_have_text(re.compile("^Passed. Connected to workspace ws-churn"))
    shot(editor, "status-connected")

    azure.play(box, "wrong-secret")
    report.locator("#action-testAgain").click()
    report = editor.report("failed")
    editor.status("ws-churn: failed").wait_for()
    expect(editor.status()).to_have_class(re.compile("error-kind"))
    expect(report.locator("[data-cause=true]")).to_contain_text("AADSTS7000215")
    expect(report.get_by_role("status")).to_have_text(re.compile("^Failed. Stopped at"))
    assert report.locator("#report").evaluate(IS_SEEN)
    shot(editor, "status-failed")
    for name in THEMES:
        editor.theme(name)
        assert not too_pale(report.locator("#report")), name
    if machine.is_compiled("node-pty"):
        report.get_by_role("button", name="Type in Terminal").click()
        expect(editor.terminal()).to_contain_text("az ad app credential reset")
        shot(editor, "status-failed-terminal")

    azure.play(box, "healthy")
    monkeypatch.setattr(entra_tokens, "LIFETIME", 5)
    report.locator("#action-testAgain").click()
    editor.status("ws-churn: expired").wait_for()
    expect(editor.status()).to_have_class(re.compile("warning-kind"))
    editor.status().click()
    menu = editor.row("Test Connection")
    expect(menu.first).to_be_visible()
    shot(editor, "status-expired-menu")
    editor.press("Escape")
    a_test_that_nobody_asked_for_ends_with_its_server(editor, folder / "train.py", box)


def a_test_that_nobody_asked_for_ends_with_its_server(editor: Workbench, script: Path, box: AzureBox) -> None:
    azure.play(box, "silent")
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('"churn"', '"churn-2"'), encoding="utf-8")
    report = editor.report("running")
    until(lambda: probes(editor), "the server makes no test by itself")
    expect(report.locator("#action-cancel")).to_have_count(0)
    (running,) = editor.server.language_servers()
    os.kill(running.pid, signal.SIGKILL)
    expect(editor.report("stopped").locator("#message")).to_contain_text("The test was cancelled.")


def set_status_bar(folder: Path, when: str) -> None:
    """Write into the settings of a folder when the status is shown."""
    settings = folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"azmlflow.statusBar": when}), encoding="utf-8")


def test_a_test_that_hangs_is_cancelled(window: Open, shot: Shot, project: Path, box: AzureBox) -> None:
    azure.play(box, "silent")
    folder = projects.example("connected", project)
    by_code = (folder / "train.py").read_text(encoding="utf-8")
    by_code = by_code.replace("DefaultAzureCredential", "DeviceCodeCredential")
    (folder / "by_code.py").write_text(by_code, encoding="utf-8")
    editor = window(folder, "train.py")
    editor.status("ws-churn: not tested").wait_for()
    editor.command("azmlflow: Test Connection")
    report = editor.report("running")
    until(lambda: probes(editor), "no process makes the test")
    report.locator("li[data-step=packages]").first.wait_for()
    shot(editor, "cancel-running")

    report.locator("#action-cancel").click()
    report = editor.report("stopped")
    expect(report.locator("#message")).to_contain_text("The test was cancelled.")
    editor.status("ws-churn: not tested").wait_for()
    until(lambda: not probes(editor), "the process of the test was left behind")
    expect(report.locator("#action-testAgain")).to_be_visible()
    shot(editor, "cancelled")

    azure.play(box, "healthy")
    editor.go_to_tab("train.py")
    editor.open_file("by_code.py")
    a_sign_in_is_waited_for_until_the_notification_is_cancelled(editor, box, shot)
    the_studio_is_opened(editor)


def a_sign_in_is_waited_for_until_the_notification_is_cancelled(
    editor: Workbench, box: AzureBox, shot: Shot
) -> None:
    """The code's credential needs a user: Azure is asked for the code only where a sign-in is allowed."""
    editor.command("azmlflow: Test Connection, Allowing Sign-in")
    report = editor.report("running")
    expect(report.locator("#doing")).to_contain_text("DeviceCodeCredential")
    until(
        lambda: [each for each in box.journal if "devicecode" in each.path], "Azure is not asked for a code"
    )
    shot(editor, "sign-in")
    editor.notification("Connection of by_code.py").get_by_role("button", name="Cancel").click()
    expect(editor.report("stopped").locator("#message")).to_contain_text("The test was cancelled.")
    until(lambda: not probes(editor), "the process of the test was left behind")


def the_studio_is_opened(editor: Workbench) -> None:
    """In the browser, at the address of the workspace: a page stands for it."""
    studio = "https://ml.azure.com"
    editor.trust_address(studio)
    editor.page.context.route(f"{studio}/**", lambda route: route.fulfill(body="The studio."))
    editor.go_to_tab("by_code.py")
    with editor.page.expect_popup() as opened:
        editor.command("azmlflow: Open in Studio")
    address = opened.value.url
    assert address.startswith(f"{studio}/?wsid=/subscriptions/{azure.CHURN.subscription_id}/")
    assert "/workspaces/ws-churn&tid=" in address
    opened.value.close()


def probes(editor: Workbench) -> list[str]:
    """Return the processes that make connection tests."""
    return [each.command for each in editor.server.children("probes", "child")]
