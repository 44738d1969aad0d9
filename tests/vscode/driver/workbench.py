"""What a user sees and does in a window of VS Code."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

from playwright.sync_api import FloatRect, FrameLocator, Locator, Page, TimeoutError, expect

from tests.vscode.driver.pickers import Pickers, Words
from tests.vscode.driver.server import Server
from tests.vscode.driver.waiting import PATIENCE

STATUS = "azmlflow.azmlflow.azmlflow.status"
"""The name of our item of the status bar in the page: publisher, extension, item."""

EDITOR = ":is(.editor-instance, .notebookOverlay) .monaco-editor"


THEMES = {
    "Dark Modern": "vscode-dark",
    "Dark High Contrast": "vscode-high-contrast",
    "Light High Contrast": "vscode-high-contrast-light",
    "Light Modern": "vscode-light",
}
"""The colours of the workbench as they are named in its picker, and the class that a webview has with them; the last is usual."""


class Workbench(Pickers):
    """A window of VS Code in a page."""

    def __init__(self, page: Page, server: Server) -> None:
        super().__init__(page)
        self.server = server

    # ---- files ----

    def open(self, path: Path, file: str | None = None) -> Workbench:
        """Open a folder, or the workspace of a .code-workspace file, and a file in it; wait until that is seen."""
        folder = path.parent if path.suffix == ".code-workspace" else path
        at_once = file is not None and not file.endswith(
            ".ipynb"
        )  # which would be opened as the JSON that it is
        address = self.server.address(path, folder / file if file and at_once else None)
        self.page.goto(address, wait_until="domcontentloaded")
        self._folders_are_shown()
        if file:
            (self.is_open if at_once else self.open_file)(file)
        return self

    def _folders_are_shown(self) -> None:
        """Wait until the explorer has its folders.

        In a browser VS Code misses, once in some forty loads of a .code-workspace, that it has read its folders, and
        shows none until the page is loaded again.
        """
        rows = self.page.locator(".explorer-folders-view .monaco-list-row").first
        none = self.page.get_by_text("You have not yet added a folder to the workspace.")
        for _ in range(2):
            rows.or_(none).first.wait_for(timeout=60_000)
            try:
                rows.wait_for(timeout=10_000)
                break
            except TimeoutError:
                self.page.reload(wait_until="domcontentloaded")
        rows.wait_for(timeout=60_000)

    def open_nothing(self) -> Workbench:
        """Open a window without a folder."""
        self.page.goto(self.server.address(None), wait_until="domcontentloaded")
        self.page.locator(".statusbar-item").first.wait_for(timeout=60_000)
        return self

    def open_file(self, name: str) -> None:
        """Open a file by its name, as with Ctrl+P, and wait for its text."""
        self.press("Control+P")
        self.type_into_picker(name)
        self.row_named(Path(name).name).click()
        self.is_open(name)

    def is_open(self, name: str) -> None:
        """Wait until a file is in front, with its text."""
        self.tab(Path(name).name).wait_for()
        self.page.locator(f"{EDITOR} .view-line").filter(visible=True).first.wait_for()

    def tab(self, name: str) -> Locator:
        """The tab of the editor with which the user works."""
        return self.page.locator(".editor-group-container.active .tab.active", has_text=name)

    def go_to_tab(self, name: str) -> None:
        """Go back to an editor that is open, by a click on its tab."""
        self.page.locator(".tab", has_text=name).first.click()
        self.is_open(name)

    def save(self) -> None:
        """Save the file that is edited, and wait until that is done."""
        self.focus_editor()
        self.press("Control+S")
        self.page.locator(".editor-group-container.active .tab.active.dirty").wait_for(state="detached")

    # ---- the editor ----

    def squiggles(self, kind: str = "warning") -> Locator:
        """The wavy lines of a severity: error, warning, info or hint."""
        return self.page.locator(f"{EDITOR} .squiggly-{kind}")

    def line(self, text: Words) -> Locator:
        """A line of the editor with some text in it; a run of spaces in the editor is not spaces in the page."""
        return self.page.locator(f"{EDITOR} .view-line").filter(has_text=text)

    def focus_editor(self) -> None:
        """Bring the cursor into the editor."""
        self.command("View: Focus Active Editor Group")
        self.page.locator(".monaco-editor.focused").first.wait_for()

    def hover(self, target: Locator) -> Locator:
        """Rest the pointer on something in the editor and return what pops up."""
        box = target.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 6, box["y"] + box["height"] / 2, steps=4)
        shown = self.page.locator(".monaco-hover:not(.hidden) .hover-contents").first
        shown.wait_for()
        return shown

    # ---- problems and their fixes ----

    def problems(self) -> Locator:
        """The rows of the Problems panel, which is opened."""
        panel = self.page.locator(".markers-panel")
        if not panel.is_visible():
            self.page.locator('[id="status.problems"] a').click()
        panel.wait_for()
        return panel.locator(".monaco-list-row")

    def no_problems(self) -> None:
        """Wait until the Problems panel, which is open, has nothing to tell."""
        self.page.locator(".markers-panel", has_text="No problems have been detected").wait_for()

    def go_to_problem(self, text: Words) -> None:
        """Go to where a problem is, by a double click on its row, and wait for the cursor there.

        A key that is pressed before the cursor has come is lost.
        """
        row = self.problems().filter(has_text=text).first
        place = re.search(r"\[Ln (\d+), Col", row.inner_text())
        assert place, row.inner_text()
        row.dblclick()
        self.page.locator(f"{EDITOR}.focused").wait_for()
        if not self.page.locator(".notebookOverlay").is_visible():  # a notebook has no line in the status bar
            expect(self.page.locator('[id="status.editor.selection"]')).to_contain_text(f"Ln {place[1]},")

    def bulb(self) -> Locator:
        """The light bulb of the line with the cursor."""
        found = f"{EDITOR} .lightBulbWidget, {EDITOR} [class*='codicon-gutter-lightbulb']"
        return self.page.locator(found).filter(visible=True).first

    def fixes(self) -> Locator:
        """The rows of the menu of fixes, which a click on the light bulb opens.

        About once in thirty starts VS Code shows no bulb although it has been told of the fixes; Ctrl+. opens the menu then.
        """
        try:
            self.bulb().click(timeout=10_000)
        except TimeoutError:
            self.press("Control+.")
        rows = self.page.locator(".action-widget .monaco-list-row")
        rows.first.wait_for()
        return rows

    def quick_fix(self, title: Words) -> None:
        """Press Ctrl+. where the cursor is and choose from the menu; pressed again when it came before the focus."""
        end = time.monotonic() + PATIENCE
        rows = self.page.locator(".action-widget .monaco-list-row").filter(has_text=title)
        while True:
            self.press("Control+.")
            try:
                rows.first.wait_for(timeout=5000)
            except TimeoutError:
                if time.monotonic() > end:
                    raise
            else:
                return self.pick_fix(title)

    def pick_fix(self, title: Words) -> None:
        """Choose from the menu of fixes, which is open."""
        row = self.page.locator(".action-widget .monaco-list-row").filter(has_text=title).first
        row.wait_for()
        box = row.bounding_box()
        assert box
        # Something lies over the menu until the pointer moves, so that a click on the bulb is not one on the menu too.
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
        self.page.locator(".context-view-pointerBlock").wait_for(state="detached")
        row.click()

    def fix(self, title: Words) -> None:
        """Open the menu of fixes and choose from it."""
        self.fixes()
        self.pick_fix(title)

    # ---- the status bar, notifications, dialogs ----

    def status(self, text: Words | None = None) -> Locator:
        """Our item of the status bar, once it holds a text."""
        item = self.page.locator(f'[id="{STATUS}"]')
        return item.filter(has_text=text) if text is not None else item

    def spoken_status(self) -> Locator:
        """The part of our item that says in `aria-label` what a screen reader is told."""
        return self.status().locator("[aria-label]").first

    def language_status(self) -> Locator:
        """The braces beside the language; `aria-label` has what our entry says, when there is no other."""
        return self.page.locator('[id="status.languageStatus"]')

    def notification(self, text: Words) -> Locator:
        """Wait for a notification and return it, with its buttons.

        Newer VS Codes do not show it by itself in a window that they think nobody looks at: there the bell is pressed.
        """
        found = self.page.locator(".notification-list-item").filter(has_text=text)
        try:
            found.first.wait_for(timeout=10_000)
        except TimeoutError:
            self.command("Notifications: Show Notifications")
            found.first.wait_for()
        return found.first

    def theme(self, name: str) -> None:
        """Choose the colours, for this window and those that come, and wait until the webview in front has them."""
        self.command("Preferences: Color Theme")
        self.type_into_picker(name)
        self.row_named(name).click()
        self.webview().locator(f"body.{THEMES[name]}").wait_for()

    def trust_address(self, address: str) -> None:
        """Let pages of an address be opened without a question, which VS Code asks in no test."""
        self.command("Manage Trusted Domains")
        self.tab("Trusted Domains").wait_for()
        self.focus_editor()
        self.press("Control+A")
        self.page.keyboard.insert_text(json.dumps([address]))
        self.save()

    # ---- webviews, logs, terminals, notebooks ----

    def webview(self) -> FrameLocator:
        """The page inside the webview that is in front."""
        return self.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame")

    def report(self, state: str) -> FrameLocator:
        """The report of a connection test, once it is in a state: running, ok, failed or stopped."""
        page = self.webview()
        page.locator(f"#report[data-state={state}]").wait_for()
        return page

    def page_of_text(self, title: str) -> Locator:
        """The lines of a page of text that a command shows, once it is in front."""
        self.tab(title).wait_for()
        return self.page.locator(".editor-group-container.active .editor-instance .view-lines").first

    def output(self, channel: str) -> Locator:
        """Show an output channel and return its lines, of which the page has those on the screen."""
        self.command("Output: Show Output Channels...")
        self.page.get_by_placeholder("Select Output Channel").wait_for()
        self.row_named(channel).click()
        return self.page.locator(
            ".output-view .view-line, .pane-body.output .view-line, .panel .monaco-editor .view-line"
        )

    def log_is_shown(self, channel: str) -> None:
        """Wait until an output channel, which something else than `output` opens, is in front."""
        expect(self.page.locator(".part.panel select").filter(has_text=channel).first).to_have_value(channel)

    def terminal(self) -> Locator:
        """What is on the screen of the terminal in front."""
        return self.page.locator(".terminal-wrapper.active .xterm-rows")

    # ---- the whole window ----

    def find(self, text: Words) -> Locator:
        """Wait for something to be seen with a text, in the workbench or in a webview, and return it."""
        end = time.monotonic() + PATIENCE
        # The editor writes its spaces as ones that do not break.
        words = re.compile(re.escape(text).replace("\\ ", r"\s")) if isinstance(text, str) else text
        while True:
            for frame in self.page.frames:
                found = frame.get_by_text(words).filter(visible=True)
                if found.count():
                    return found.first
            assert time.monotonic() < end, f"nowhere to be seen: {text}"
            self.page.wait_for_timeout(50)

    def everything(self) -> str:
        """Return all the text in the page and in its webviews, hidden or not, and what a screen reader is told."""
        read = "document.documentElement.outerHTML"
        return "\n".join(frame.evaluate(read) for frame in self.page.frames if not frame.is_detached())

    def screenshot(self, path: Path, part: FloatRect | None = None) -> None:
        """Take a picture of the window, or of a part of it, once nothing in it moves."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, clip=part, animations="disabled", caret="hide")
