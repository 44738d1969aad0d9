"""The server that the extension installs for itself: without a network, with one, and for a second window."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.vscode.conftest import NewProfile, Open, Shot
from tests.vscode.driver import projects
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.server import Server
from tests.vscode.driver.tools import Tools
from tests.vscode.driver.waiting import until


def test_the_extension_installs_its_own_server(
    window: Open, shot: Shot, project: Path, here: Machine, new_profile: NewProfile, tools: Tools
) -> None:
    """Findings come as soon as the first stage is there; the second window takes what the first has installed."""
    profile = new_profile()
    folder = projects.example("quickstart", project)
    with Server(here, profile, tools.variables()) as server:
        tools.allow("editor")
        editor = window(folder, "train.py", server=server)
        message = editor.notification("could not reach the package index")
        editor.status("stopped").wait_for()
        shot(editor, "install-offline")

        tools.hold("editor")
        tools.allow("network")
        message.get_by_role("button", name="Retry").click()
        editor.status("installing").wait_for()
        editor.notification("Installing the azmlflow server")
        shot(editor, "installing")
        tools.allow("editor")
        expect(editor.squiggles("warning")).to_have_count(1)
        editor.status("ws-churn: not tested").wait_for()
        (running,) = server.language_servers()
        assert str(profile.storage) in running.command
        assert not list(profile.storage.rglob("azure/ai/ml")), "the second stage is not to be waited for"
        shot(editor, "installed-first-stage")

        tools.allow("complete")
        until(lambda: list(profile.storage.rglob("azure/ai/ml")), "the second stage was not installed")
        second = window(folder, "train.py", server=server)
        expect(second.squiggles("warning")).to_have_count(1)
        assert len(server.language_servers()) == 2
        environments = {re.sub(r"/bin/.*", "", each.command) for each in server.language_servers()}
        assert len(environments) == 1
