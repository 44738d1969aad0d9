"""Waiting for what is not on a page: a file, a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0


def until(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Return what `look` finds as soon as it finds something; AssertionError after some seconds.

    Only for what Playwright cannot wait for; while this waits, no event of a page is handled.
    """
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.05)
