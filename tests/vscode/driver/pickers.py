"""The box on top of the window: the command palette, quick open, and whatever an extension asks there."""

from __future__ import annotations

import re
import time
from re import Pattern

from playwright.sync_api import Locator, Page, TimeoutError

from tests.vscode.driver.waiting import PATIENCE

Words = str | Pattern[str]


class Pickers:
    """The keyboard, and the box in which what is typed is looked for."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def picker(self) -> Locator:
        """The input box of the command palette, of quick open, and of whatever an extension asks there."""
        return self.page.locator('.quick-input-widget:not([style*="display: none"]) input[type="text"]')

    def type_into_picker(self, text: str) -> None:
        """Write into the input box that is open, or about to open."""
        self.picker().wait_for()
        self.picker().fill(text)

    def row(self, text: Words) -> Locator:
        """The rows of the picker that hold a text."""
        return self.page.locator(".quick-input-widget .monaco-list-row").filter(has_text=text)

    def row_named(self, name: str) -> Locator:
        """The first row of the picker whose label is just that."""
        label = self.page.locator(".label-name", has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
        return self.page.locator(".quick-input-widget .monaco-list-row").filter(has=label).first

    def pick(self, text: Words) -> None:
        """Click a row of the picker."""
        self.row(text).first.click()

    def answer(self, text: str, prompt: Words) -> None:
        """Answer a question of one line that has been asked, or is about to be."""
        self.page.locator(".quick-input-widget").filter(has_text=prompt).wait_for()
        self.type_into_picker(text)
        self.press("Enter")

    def palette(self, title: str) -> Locator:
        """Open the command palette, look for a command, and return its row: it is there when the command can be run.

        Opened again and again, for the palette does not notice a command that comes while it is open, and it closes
        by itself when something that was clicked earlier takes the focus late.
        """
        row = self.row_named(title)
        end = time.monotonic() + PATIENCE
        while True:
            self.press("F1")
            try:
                self.picker().fill(f">{title}", timeout=3000)
                row.wait_for(timeout=3000)
            except TimeoutError:
                if time.monotonic() > end:
                    raise
                self.press("Escape")
            else:
                return row

    def command(self, title: str) -> None:
        """Run a command of the palette by its title, such as 'azmlflow: Doctor'."""
        self.palette(title).click()
