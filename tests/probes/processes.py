"""What the tests know of processes on this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def is_running(pid: int) -> bool:
    """Tell whether a process is there and no zombie: whoever inherits it may be slow to bury it."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(*pids: int) -> None:
    end = time.monotonic() + 10
    while any(map(is_running, pids)):
        assert time.monotonic() < end, f"still running: {[pid for pid in pids if is_running(pid)]}"
        os.sched_yield()


def at_best(once: Callable[[], float], seconds: float) -> bool:
    """Tell whether something takes less time at least once in several tries: a busy machine may hold up any of them."""
    return any(once() < seconds for _ in range(5))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
