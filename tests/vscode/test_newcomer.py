"""The newcomer's walk: what the page of the extension says, step by step, from the .vsix to a connection that works."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.vscode.conftest import NewProfile, Open, Shot
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.server import Server
from tests.vscode.driver.tools import Tools
from tests.vscode.driver.waiting import until
from tests.vscode.driver.workbench import Workbench

MOST_SECONDS = 240


def test_a_newcomer_gets_to_a_connection_that_works(
    window: Open,
    shot: Shot,
    here: Machine,
    new_profile: NewProfile,
    tools: Tools,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> None:
    """No account, and nothing installed but a Python: not even the packages that the example itself would need."""
    tools.allow("network", "editor", "complete")
    profile = new_profile()
    with Server(here, profile, tools.variables()) as server:
        editor = window(None, server=server)
        begun = time.monotonic()

        editor.command("Welcome: Open Walkthrough...")
        editor.pick("Get Started with azmlflow")
        guide = editor.page.locator(".gettingStartedContainer")
        expect(guide.locator(".getting-started-step")).to_have_count(5)
        shot(editor, "walk-0-guide")
        guide.get_by_role("button", name="Open the Example", exact=True).click()
        editor.page.get_by_role("button", name="Put It Here").click()
        editor.is_open("train.py")
        expect(editor.squiggles("warning")).to_have_count(1)
        shot(editor, "walk-1-example")

        editor.squiggles("warning").click(force=True)
        editor.quick_fix("Take the tracking URI from the workspace")
        expect(editor.squiggles("warning")).to_have_count(0)
        editor.save()
        assert "set_tracking_uri" in (profile.home / "azmlflow-quickstart" / "train.py").read_text(
            encoding="utf-8"
        )
        shot(editor, "walk-2-fixed")

        editor.command("azmlflow: Try It in the Sandbox")
        editor.status(re.compile("sandbox.*ws-churn: not tested")).wait_for()
        editor.notification("This window now uses an Azure on this machine")
        shot(editor, "walk-3-sandbox")

        editor.command("azmlflow: Test Connection")
        report = editor.report("ok")
        expect(report.locator("#message")).to_contain_text("Connected to workspace ws-churn")
        expect(editor.spoken_status()).to_have_attribute("aria-label", re.compile("sandbox.*connected"))
        shot(editor, "walk-4-connected")
        taken = time.monotonic() - begun

        editor.command("azmlflow: Leave the Sandbox")
        editor.status(re.compile("^(?!.*sandbox).*ws-churn: not tested")).wait_for()

        settings = profile.home / "azmlflow-quickstart" / ".vscode" / "settings.json"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(json.dumps({"azmlflow.envFile": str(profile.home / "dev.env")}), encoding="utf-8")
        copied = until(lambda: copied_with(editor, "~/dev.env"), "the setting is not in what was copied")
        assert profile.home.name not in copied
    record_property("seconds", taken)
    request.config.get_terminal_writer().line(f"The walk took {taken:.0f} s.")
    assert taken < MOST_SECONDS


def copied_with(editor: Workbench, text: str) -> str | None:
    """Return the debug information once the server has heard of a setting, which a text in it tells."""
    editor.command("azmlflow: Copy Debug Information")
    editor.notification("The debug information was copied")
    copied: str = editor.page.evaluate("navigator.clipboard.readText()")
    return copied if text in copied else None
