"""Shows that something takes longer than a moment, where the client can show it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import background

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

_MOMENT: Final = 1.0
_STEP: Final = 0.5

Count = Callable[[int, int], None]


async def in_thread(session: Session, title: str, function: Callable[[Count], None]) -> None:
    """Run a function in a thread; it is given what to call with (done, in all), from that thread."""
    counted = [0, 0]

    def count(done: int, total: int) -> None:
        counted[:] = done, total

    show = background.spawn(_show(session, title, counted)) if session.capabilities.progress else None
    try:
        await background.in_thread(partial(function, count))
    finally:
        if show:
            show.cancel()


async def _show(session: Session, title: str, counted: list[int]) -> None:
    await asyncio.sleep(_MOMENT)
    token, progress = str(uuid.uuid4()), session.server.work_done_progress
    await progress.create_async(token)
    progress.begin(token, types.WorkDoneProgressBegin(title, percentage=0))
    try:
        while True:
            done, total = counted
            report = types.WorkDoneProgressReport(
                message=f"{done} of {total} files", percentage=100 * done // max(total, 1)
            )
            progress.report(token, report)
            await asyncio.sleep(_STEP)
    finally:
        progress.end(token, types.WorkDoneProgressEnd())
