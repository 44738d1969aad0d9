"""The .vsix of the checkout as it is now."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.vscode.driver.machine import ROOT

LEFT_OUT = (
    ".*",
    "node_modules",
    "build",
    "dist",
    "out",
    "__pycache__",
    "tests",
    "docs",
    "benchmarks",
    "*.vsix",
)


def build(folder: Path) -> Path:
    """Build the extension as `dev.py package` does, but in a folder of its own; RuntimeError when that fails.

    dist/ stays as it is: it may be what somebody is about to publish, or what another run of the tests is reading.
    """
    copy = folder / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    (copy / "client-ts" / "dist").mkdir(exist_ok=True)
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not on PATH.")
    for command in (
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"],
        [npm, "run", "build"],
        [sys.executable, "tools/package_extension.py"],
    ):
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return next((copy / "dist").glob("azmlflow-*.vsix"))
