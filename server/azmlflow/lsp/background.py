"""Slow work beside the event loop: threads that nobody waits for at the end, and tasks whose faults are logged."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from weakref import WeakSet

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_running: set[asyncio.Task[None]] = set()
_ending: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


async def in_thread(function: Callable[[], Result]) -> Result:
    """Run a function in a thread of its own and return its result or raise what it raises.

    The thread is a daemon: reading a large workspace does not keep the server from ending.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            _deliver(loop, done, partial(done.set_exception, error))
        else:
            _deliver(loop, done, partial(done.set_result, result))

    threading.Thread(target=run, daemon=True).start()
    return await done


def _deliver(loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any], deliver: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(lambda: None if done.done() else deliver())
    except RuntimeError:  # the loop has ended, and with it whoever waited
        log.debug("A background thread outlived the event loop.")


def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task on the event loop; its fault becomes a line in the log."""
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


def spawn_later(seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.TimerHandle:
    """Start a task on the event loop after so many seconds, unless the loop is about to end then."""
    loop = asyncio.get_running_loop()

    def start() -> None:
        if loop not in _ending:
            spawn(work())

    return loop.call_later(seconds, start)


def end() -> None:
    """Start nothing later from here on: a task that begins while the event loop ends is torn off in its midst."""
    _ending.add(asyncio.get_running_loop())


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("Background work failed.", exc_info=error)
