"""Workspaces that are not one trusted folder: one that is not trusted, and one of several folders."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from azmlflow.sandbox import names
from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import expect

from tests.vscode.conftest import PROGRAM, NewProfile, Open, Shot
from tests.vscode.driver import azure, machine, projects
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.server import Server
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import Workbench


def test_a_workspace_that_is_not_trusted_is_checked_and_runs_nothing(
    window: Open, shot: Shot, project: Path, box: AzureBox, here: Machine, new_profile: NewProfile
) -> None:
    """Then it is trusted, and the test can be made."""
    profile = new_profile(
        user={"security.workspace.trust.enabled": True}, machine={"azmlflow.server.path": PROGRAM}
    )
    folder = projects.example("quickstart", project)
    ran = plant(folder)
    with Server(here, profile, azure.variables(box, "secret")) as server:
        editor = window(folder, "train.py", server=server)
        expect(editor.squiggles("warning")).to_have_count(1)
        editor.status("restricted").wait_for()
        shot(editor, "untrusted")

        editor.command("azmlflow: Test Connection")
        refusal = editor.notification("Trust the workspace first")
        assert not server.children("probes", "child")
        assert not ran.exists()
        shot(editor, "untrusted-refused")
        refusal.get_by_role("button", name="Manage Trust").click()
        editor.page.get_by_role("button", name="Trust", exact=True).click()
        editor.status("ws-churn: not tested").wait_for()
        assert " lsp" in ran.read_text(encoding="utf-8")
        no_sandbox_and_no_server(editor, folder, shot)


def plant(folder: Path) -> Path:
    """Let the settings of a folder name programs in it; return the file in which these note how they were run.

    As a server the one waits as long as there is a file `hang`; as a sandbox it fails.
    """
    ran = folder / "ran"
    own = f"""case "$*" in
  lsp*) while [ -e {folder / "hang"} ]; do /bin/sleep 0.05; done ;;
  sandbox*) echo "azmlflow: there is no room for it." >&2; exit 1 ;;
esac
exec {PROGRAM} "$@"
"""
    for name, does in {"azmlflow": own, "python": f'exec {sys.executable} "$@"\n'}.items():
        program = folder / f"{name}.sh"
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {ran}\n{does}', encoding="utf-8")
        program.chmod(0o755)
    settings = {
        "azmlflow.server.path": "${workspaceFolder}/azmlflow.sh",
        "azmlflow.interpreter": str(folder / "python.sh"),
    }
    (folder / ".vscode").mkdir(exist_ok=True)
    (folder / ".vscode" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    return ran


def no_sandbox_and_no_server(editor: Workbench, folder: Path, shot: Shot) -> None:
    """What is told when the sandbox fails, and while the server does not come up."""
    editor.command("azmlflow: Try It in the Sandbox")
    message = editor.notification("there is no room for it")
    message.get_by_role("button", name="Show Logs").click()
    editor.log_is_shown("azmlflow")
    if machine.keeps_logs():
        said = "Sandbox: azmlflow: there is no room for it."
        until(lambda: said in editor.server.profile.log, "the log does not have what the sandbox said")
    shot(editor, "sandbox-failed")

    (folder / "hang").touch()
    editor.command("azmlflow: Restart Server")
    editor.status("starting").wait_for()
    editor.command("azmlflow: Copy Debug Information")
    editor.notification("The debug information was copied")
    assert "the server is starting" in editor.page.evaluate("navigator.clipboard.readText()")
    (folder / "hang").unlink()
    editor.status("ws-churn: not tested").wait_for()


def test_each_of_several_folders_has_its_own_status(
    window: Open, shot: Shot, project: Path, box: AzureBox
) -> None:
    """A test in one folder says nothing of the workspace of the other; nor does one of a file outside of both."""
    projects.example("connected", project)
    (project / "forecast").mkdir()
    (project / "forecast" / "config.json").write_text(json.dumps(names.WORKSPACE._asdict()), encoding="utf-8")
    (project / "forecast" / "fit.py").write_text("import mlflow\n\nmlflow.start_run()\n", encoding="utf-8")
    (project / "plain").mkdir()
    (project / "plain" / "notes.py").write_text("print(1)\n", encoding="utf-8")
    both = project / "both.code-workspace"
    folders = [{"path": "connected"}, {"path": "forecast"}, {"path": "plain"}]
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

    loose = projects.example("quickstart", project) / "evaluate.py"
    editor.open_file(str(loose))
    expect(editor.status()).to_have_count(0)
    editor.command("azmlflow: Test Authentication")
    editor.report("failed")
    editor.status("azmlflow: failed").wait_for()
    shot(editor, "outside")
    editor.open_file("notes.py")
    expect(editor.status()).to_have_count(0)
