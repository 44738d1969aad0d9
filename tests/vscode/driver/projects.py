"""Folders that a user opens: copies, so that what is repaired in them is not repaired in the checkout."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.vscode.driver.machine import ROOT


def copy(source: Path, target: Path) -> Path:
    """Copy a folder and give it this Python as its .venv, in which the connection is then tested."""
    ignored = shutil.ignore_patterns(".venv", "node_modules", ".git", "__pycache__")
    shutil.copytree(source, target, ignore=ignored)
    (target / ".venv").symlink_to(sys.prefix)
    return target


def example(name: str, target: Path) -> Path:
    """Copy one of the examples that come with the checkout."""
    return copy(ROOT / "examples" / name, target / name)
