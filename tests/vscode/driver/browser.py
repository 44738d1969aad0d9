"""The browser in which the workbench runs: nothing but this machine is within its reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error, Page, Route, ViewportSize, expect, sync_playwright

from tests.vscode.driver.machine import Machine
from tests.vscode.driver.profile import Profile
from tests.vscode.driver.waiting import PATIENCE

ELSEWHERE = re.compile(r"^(https?|wss?)://(?!127\.0\.0\.1[:/])")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@dataclass
class Browser:
    """A running Chromium."""

    chromium: Chromium
    left: list[str] = field(default_factory=list)
    """Addresses outside this machine that a page asked for, and did not get."""
    faults: list[str] = field(default_factory=list)
    """Errors that a page did not catch."""

    @contextmanager
    def page(self, width: int = 1280, height: int = 800, scale: int = 1) -> Iterator[Page]:
        """Yield an empty page that remembers nothing of other pages, and close it after.

        With a `scale` its screen has that many dots for each of its points.
        """
        viewport: ViewportSize = {"width": width, "height": height}
        context = self.chromium.new_context(viewport=viewport, device_scale_factor=scale)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.route(ELSEWHERE, self._refuse)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        try:
            yield page
        finally:
            leave(page)
            context.close()

    def _refuse(self, route: Route) -> None:
        self.left.append(route.request.url)
        route.abort()


def leave(page: Page) -> None:
    """Go away from the workbench as a user does, so that its extension host ends now and not in hours."""
    try:
        page.goto("about:blank")
    except Error:
        return


@contextmanager
def browser(machine: Machine, profile: Profile) -> Iterator[Browser]:
    """Yield a Chromium and end it after."""
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        environ: dict[str, str | float | bool] = {**profile.environ()}
        chromium = playwright.chromium.launch(
            executable_path=machine.chromium, headless=True, args=list(ARGUMENTS), env=environ
        )
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
