"""Workspaces that are not one trusted folder: one that is not trusted, and one of several folders."""

from __future__ import annotations

import json
import re
from pathlib import Path

from azmlflow.sandbox import names
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import expect

from tests.vscode.conftest import PROGRAM, NewProfile, Open, Shot
from tests.vscode.driver import azure, projects
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.server import Server


def test_a_workspace_that_is_not_trusted_is_checked_and_runs_nothing(
    window: Open, shot: Shot, project: Path, box: AzureBox, here: Machine, new_profile: NewProfile
) -> None:
    """Then it is trusted, and the test can be made."""
    profile = new_profile(
        user={"security.workspace.trust.enabled": True}, machine={"azmlflow.server.path": PROGRAM}
    )
    with Server(here, profile, azure.variables(box, "secret")) as server:
        editor = window(projects.example("quickstart", project), "train.py", server=server)
        expect(editor.squiggles("warning")).to_have_count(1)
        editor.status("restricted").wait_for()
        shot(editor, "untrusted")

        editor.command("azmlflow: Test Connection")
        refusal = editor.notification("Trust the workspace first")
        assert not server.children("probes", "child")
        shot(editor, "untrusted-refused")
        refusal.get_by_role("button", name="Manage Trust").click()
        editor.page.get_by_role("button", name="Trust", exact=True).click()
        editor.status("ws-churn: not tested").wait_for()


def test_each_of_several_folders_has_its_own_status(
    window: Open, shot: Shot, project: Path, box: AzureBox
) -> None:
    """A test in one folder says nothing of the workspace of the other."""
    projects.example("connected", project)
    (project / "forecast").mkdir()
    (project / "forecast" / "config.json").write_text(json.dumps(names.WORKSPACE._asdict()), encoding="utf-8")
    (project / "forecast" / "fit.py").write_text("import mlflow\n\nmlflow.start_run()\n", encoding="utf-8")
    both = project / "both.code-workspace"
    folders = [{"path": "connected"}, {"path": "forecast"}]
    both.write_text(json.dumps({"folders": folders}), encoding="utf-8")

    editor = window(both)
    editor.open_file("fit.py")
    editor.status("ws-sandbox: not tested").wait_for()
    expect(editor.problems().filter(has_text="not to the workspace ws-sandbox")).to_have_count(1)
    editor.open_file("sweep.py")
    editor.status("ws-churn: not tested").wait_for()
    editor.command("azmlflow: Test Authentication")
    report = editor.report("ok")
    expect(report.locator("#message")).to_contain_text("8c2e4f70")
    shot(editor, "multi-root")
    editor.open_file("fit.py")
    editor.status("ws-sandbox: not tested").wait_for()
    expect(editor.spoken_status()).to_have_attribute("aria-label", re.compile("ws-sandbox, not tested"))
