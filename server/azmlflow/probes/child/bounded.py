"""Calls that may not take for ever: what does not end in time is left behind, in a thread that nobody waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Result = TypeVar("Result")


class TookTooLong(Exception):
    """The call did not end in time; it may still be going on."""


def bounded(seconds: float, function: Callable[[], Result]) -> Result:
    """Return what the function returns, or raise what it raises; TookTooLong after so many seconds."""
    return next(iter(bounded_iterator(seconds, lambda: iter([function()]))))


def bounded_iterator(seconds: float, make: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    """Yield what an iterator yields as it comes; TookTooLong when it is not at its end after so many seconds."""
    from time import monotonic

    arrived: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            for item in make():
                arrived.put(("item", item))
            arrived.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            arrived.put(("error", error))

    threading.Thread(target=work, daemon=True).start()
    end = monotonic() + seconds
    while True:
        try:
            kind, value = arrived.get(timeout=max(0.0, end - monotonic()))
        except queue.Empty:
            raise TookTooLong from None
        if kind == "end":
            return
        if kind == "error":
            raise value
        yield value
