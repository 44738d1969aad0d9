"""What this machine has of what the tests need: the VS Code that was installed for them, node, a Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
WORKBENCH = Path(os.environ.get("AZMLFLOW_WORKBENCH") or HERE / "workbench")
"""The folder that workbench/install.py has filled; the variable names another one, with another release of VS Code."""

CODE = WORKBENCH / "node_modules" / "code-server" / "lib" / "vscode"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Machine(NamedTuple):
    """The programs: `code` is the script that node runs."""

    node: str
    code: Path
    chromium: str


def look() -> Machine | str:
    """Return what is needed, or a sentence that says what is missing and how it comes here."""
    if not sys.platform.startswith("linux"):
        return "The tests in VS Code run on Linux only: its server is built for the system by npm."
    code = CODE / "out" / "server-main.js"
    if not code.is_file():
        return "VS Code is not installed in tests/vscode/workbench: `python3 dev.py setup --editors` does it."
    ripgrep = CODE / "node_modules" / "@vscode" / "ripgrep"
    if ripgrep.is_dir() and not (ripgrep / "bin" / "rg").is_file():
        return "VS Code finds no files without ripgrep: install it, then `python3 dev.py setup --editors`."
    chromium = find_chromium()
    if not chromium:
        return f"No Chromium was found ({', '.join(BROWSERS)} on PATH, or its path in AZMLFLOW_CHROMIUM)."
    node = find_node()
    return Machine(node, code, chromium) if node else "node is not on PATH."


def find_node() -> str | None:
    """Return the node that came with this VS Code from npm, else the machine's."""
    own = next(WORKBENCH.glob("node_modules/node-*/bin/node"), None)
    return str(own) if own else shutil.which("node")


def find_chromium() -> str | None:
    """Return the browser: the one that the environment names, the machine's, or one that Playwright has installed."""
    named = os.environ.get("AZMLFLOW_CHROMIUM")
    if named:
        return shutil.which(named)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def keeps_logs() -> bool:
    """Tell whether VS Code's module for log files was compiled: without it output channels stay empty."""
    return is_compiled("@vscode/spdlog")


def is_compiled(module: str) -> bool:
    """Tell whether a module was compiled here, or came so."""
    folder = CODE / "node_modules" / module
    return any(folder.glob("build/Release/*.node")) or any(folder.glob("prebuilds/*"))
