"""A PATH with nothing on it but what the extension needs to install its server: a Python, and a uv that can be held up."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.vscode.driver.machine import ROOT

WRAPPER = """#!/bin/sh
# Waits for the file that lets a stage begin; without a network, has no packages either.
case "$*" in
  *editor.txt*) gate={folder}/editor ;;
  *complete.txt*) gate={folder}/complete ;;
  *) gate= ;;
esac
while [ -n "$gate" ] && [ ! -e "$gate" ]; do /bin/sleep 0.05; done
[ -e {folder}/network ] || export UV_CACHE_DIR={folder}/empty
exec {uv} "$@"
"""


BASE = getattr(sys, "_base_executable", sys.executable)
"""The Python that .venv was made with: uv's cache holds what fits it."""


def lacking() -> str | None:
    """Return why nothing could be installed without a network, None when uv's cache has all of it."""
    uv = Path(sys.executable).with_name("uv")
    lock = ROOT / "requirements" / "complete.txt"
    question = ["pip", "install", "--dry-run", "--offline", "--no-deps", "--require-hashes"]
    with tempfile.TemporaryDirectory() as empty:
        command = [uv, *question, "--target", empty, "--python", BASE, "-r", lock]
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode == 0 and "Would download" not in tried.stderr:
        return None
    return "uv's cache lacks packages of requirements/complete.txt: uv did not set up .venv on this machine."


class Tools:
    """The folder that is the whole PATH. uv takes packages from the cache that setting up the checkout has filled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = folder / "bin"
        self._bin.mkdir(parents=True)
        self._uv = Path(sys.executable).with_name("uv")
        (self._bin / "python3").symlink_to(BASE)
        wrapper = self._bin / "uv"
        wrapper.write_text(WRAPPER.format(folder=folder, uv=self._uv), encoding="utf-8")
        wrapper.chmod(0o755)

    def allow(self, *what: str) -> None:
        """Let a stage of the installation begin (`editor`, `complete`), or give it a `network`."""
        for name in what:
            (self._folder / name).touch()

    def hold(self, stage: str) -> None:
        """Let a stage wait that has not begun."""
        (self._folder / stage).unlink()

    def variables(self) -> dict[str, str]:
        """Return the environment in which this PATH is all there is, and no index of packages can be reached."""
        cache = subprocess.run([self._uv, "cache", "dir"], capture_output=True, text=True, check=True)
        own = {name: value for name, value in os.environ.items() if name.startswith("UV_INDEX")}
        return {
            **own,
            "PATH": str(self._bin),
            "UV_CACHE_DIR": cache.stdout.strip(),
            "UV_OFFLINE": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_RETRIES": "0",
        }
