"""Calls that may not take for ever: what does not end in time is left behind, in a thread that nobody waits for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, Final, TypeVar

from azmlflow.probes.outcome import Outcome, failed

Result = TypeVar("Result")

SILENT: Final = "Something on the way accepts the connection and stays silent, such as a proxy or a firewall."
"""What to think of a connection that is made and never answered."""


class TookTooLong(Exception):
    """The call did not end in time; it may still be going on."""


def bounded(seconds: float, function: Callable[[], Result]) -> Result:
    """Return what the function returns, or raise what it raises; TookTooLong after so many seconds."""
    return next(iter(bounded_iterator(seconds, lambda: iter([function()]))))


def bounded_iterator(seconds: float, make: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    """Yield what an iterator yields as it comes; TookTooLong when it is not at its end after so many seconds."""
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


def no_answer(step: str, limit: float, **more: Any) -> Outcome:
    """Return the failure of a step that was given up after so many seconds; `more` as for `failed`."""
    message = f"No answer within {limit:.0f} s."
    return failed(step, message, **{"code": "TIMEOUT", "advice": SILENT, **more})
