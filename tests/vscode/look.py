"""Opens a folder in a real VS Code, does what the command line says, and takes pictures; see README.md beside it.

python -m tests.vscode.look examples/quickstart file=train.py see=AZM101 shot=out.png
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from azmlflow.sandbox.box import AzureBox
from playwright.sync_api import FloatRect

from tests.vscode.driver import azure, machine, projects, vsix
from tests.vscode.driver.browser import browser
from tests.vscode.driver.machine import Machine
from tests.vscode.driver.profile import Profile
from tests.vscode.driver.server import Server
from tests.vscode.driver.workbench import Workbench

PROGRAM = str(Path(sys.executable).with_name("azmlflow"))
THEMES = {"light": "Default Light Modern", "dark": "Default Dark Modern", "contrast": "Default High Contrast"}


def steps(window: Workbench) -> dict[str, Callable[[str], object]]:
    """Return what can be done in a window, by the word before the `=`."""
    return {
        "file": window.open_file,
        "command": window.command,
        "pick": window.pick,
        "type": window.type_into_picker,
        "press": window.press,
        "click": lambda text: window.find(text).click(),
        "see": window.find,
        "status": lambda text: window.status(text).wait_for(),
        "problem": window.go_to_problem,
        "fixes": lambda _: window.fixes(),
        "fix": window.fix,
        "hover": lambda kind: window.hover(window.squiggles(kind).first),
        "save": lambda _: window.save(),
        "menu": lambda _: window.status().click(),
        "notification": window.notification,
        "close": lambda _: window.command("Notifications: Clear All Notifications"),
        "log": lambda channel: window.output(channel).filter(has_text=":").first.wait_for(),
        "shot": lambda text: shoot(window, *text.split("@")),
    }


def shoot(window: Workbench, path: str, part: str | None = None) -> None:
    """Take a picture of the window, or of the part of it that `LEFT,TOP,WIDTHxHEIGHT` names."""
    x, y, width, height = map(int, re.split("[,x]", part)) if part else (0, 0, 0, 0)
    clip: FloatRect = {"x": x, "y": y, "width": width, "height": height}
    window.screenshot(Path(path).resolve(), clip if part else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 1 with a picture when a step could not be done."""
    options = command_line().parse_intermixed_args(arguments)
    found = machine.look()
    if isinstance(found, str):
        sys.exit(found)
    with opened(found, options) as window:
        for step in options.steps:
            kind, _, text = step.partition("=")
            print(f"{kind}: {text}", flush=True)
            try:
                steps(window)[kind](text)
            except Exception as error:  # noqa: BLE001 - whatever it was, its picture says more
                window.screenshot(Path("failed.png").resolve())
                print(f"That failed, see failed.png: {error}")
                return 1
        if options.stay:
            input(f"Until Enter: {window.page.url}\n")
    return 0


@contextmanager
def opened(found: Machine, options: argparse.Namespace) -> Iterator[Workbench]:
    """Yield a window with a copy of the folder, in which azmlflow is installed."""
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="azmlflow-vscode-")))
        profile = Profile(
            temporary / "profile",
            user={
                "workbench.colorTheme": THEMES[options.theme],
                "security.workspace.trust.enabled": options.ask_for_trust,
            },
            machine={} if options.find_server else {"azmlflow.server.path": PROGRAM},
        )
        profile.install(found, Path(options.vsix) if options.vsix else vsix.build(temporary))
        box = stack.enter_context(AzureBox(options.scenario))
        azure.play(box, options.scenario)
        server = stack.enter_context(Server(found, profile, azure.variables(box)))
        chromium = stack.enter_context(browser(found, profile))
        width, height = map(int, options.size.split("x"))
        page = stack.enter_context(chromium.page(width, height, options.scale))
        folder = Path(options.folder).resolve()
        yield Workbench(page, server).open(projects.copy(folder, temporary / folder.name))


def command_line() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.vscode.look", description=__doc__)
    parser.add_argument("folder", help="what is opened, as a copy")
    parser.add_argument(
        "steps", nargs="*", metavar="STEP", help="file= command= pick= type= press= click= see= ..."
    )
    parser.add_argument("--vsix", help="an extension that was built before")
    parser.add_argument("--scenario", default="healthy", help="what happens in the sandbox that plays Azure")
    parser.add_argument("--theme", default="light", choices=THEMES)
    parser.add_argument("--size", default="1280x800", metavar="WxH")
    parser.add_argument("--scale", type=int, default=1, help="how many dots a point of the screen has")
    parser.add_argument(
        "--ask-for-trust", action="store_true", help="the folder is not trusted from the start"
    )
    parser.add_argument(
        "--find-server", action="store_true", help="the extension looks for azmlflow by itself"
    )
    parser.add_argument(
        "--stay", action="store_true", help="leave all running, to look with a browser of your own"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
