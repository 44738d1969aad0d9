"""Runs the real `python -m azmlflow`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).parents[2] / "server"
KEPT = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "LANG")


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which nothing of the person who runs the tests has a say."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(SERVER), "PYTHONIOENCODING": "utf-8", **more}


def azmlflow(*arguments: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "azmlflow", *map(str, arguments)],
        cwd=cwd,
        env=environment(**environ),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
