"""What a terminal feels: a cold check of a whole tree, and the small commands."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


def seconds(command: list[str], folder: Path) -> float:
    """Return how long a command takes, whatever its verdict."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    elapsed = time.perf_counter() - started
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.decode(errors='replace')[-500:]}")
    return elapsed


def peak_memory(command: list[str], folder: Path) -> float | None:
    """Return the largest resident size of a command in mebibytes (None where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    seconds(command, folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(before, after) / 1024
