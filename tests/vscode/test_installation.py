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

NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
"""A proxy that is not there: what asks for something outside this machine gets no answer."""


def test_the_extension_installs_its_own_server(
    window: Open, shot: Shot, project: Path, here: Machine, new_profile: NewProfile, tools: Tools
) -> None:
    """Findings come as soon as the first stage is there; the second window takes what the first has installed.

    A folder of something else, which only happens to have a config.json, is left in peace.
    """
    profile = new_profile()
    folder = projects.example("quickstart", project)
    shop = project / "webshop"
    shop.mkdir()
    (shop / "config.json").write_text('{"port": 8080}', encoding="utf-8")
    (shop / "index.html").write_text("<p>Shop</p>\n", encoding="utf-8")
    with Server(here, profile, {**tools.variables(), **NOWHERE}) as server:
        tools.allow("editor")
        elsewhere = window(shop, "index.html", server=server)
        elsewhere.command("azmlflow: Show Logs")
        elsewhere.log_is_shown("azmlflow")
        expect(elsewhere.status()).to_have_count(0)
        expect(elsewhere.page.locator(".notification-list-item")).to_have_count(0)
        assert not profile.storage.exists()
        assert "Looking for the server" not in profile.log
        shot(elsewhere, "elsewhere")

        editor = window(folder, "train.py", server=server)
        message = editor.notification("could not reach the package index")
        editor.status("stopped").wait_for()
        shot(editor, "install-offline")

        tools.hold("editor")
        tools.allow("network")
        message.get_by_role("button", name="Retry").click()
        editor.status("installing").wait_for()
        installing = editor.notification("Installing the azmlflow server")
        shot(editor, "installing")
        installing.get_by_role("button", name="Cancel").click()
        editor.status("stopped").wait_for()
        until(lambda: not server.children("uv"), "the installation goes on")
        assert not list((profile.storage / "servers").iterdir())

        editor.command("azmlflow: Restart Server")
        editor.status("installing").wait_for()
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
        second.command("azmlflow: Test Connection")
        second.status("ws-churn: offline").wait_for()
        expect(second.status()).to_have_class(re.compile("warning-kind"))
        shot(second, "status-offline")
