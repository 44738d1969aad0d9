"""Tells which workspace each folder is aimed at, as long as nothing of it was tested; looked at in a thread, never on a keystroke."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Final

from azmlflow.lsp import background

if TYPE_CHECKING:
    from pathlib import Path

    from azmlflow.lsp.connection_status import Status
    from azmlflow.lsp.session import Session
    from azmlflow.workspace.snapshot import Snapshot

DEBOUNCE: Final = 0.5
REST: Final = 5
"""How many times as long as looking took one waits before looking again: a large project takes a second."""


class Aims:
    """Looks when the files were read, and again when files on disk or the folders have changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._soon: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._took = 0.0

    def look_soon(self) -> None:
        """Look once nothing has changed for a moment."""
        if self._soon:
            self._soon.cancel()
        pause = max(DEBOUNCE, REST * self._took)
        self._soon = background.spawn_later(pause, self._look)

    async def _look(self) -> None:
        async with self._turn:
            started = monotonic()
            for folder in tuple(self._session.folders):
                if self._session.is_tested(folder):
                    continue
                snapshot = self._session.store.snapshot
                status = await background.in_thread(lambda: _status_of(snapshot, folder))  # noqa: B023 - awaited
                if folder in self._session.folders and not self._session.is_tested(folder):
                    self._session.statuses.tell(folder, status)
            self._took = monotonic() - started


def _status_of(snapshot: Snapshot, folder: Path) -> Status:
    from azmlflow.lsp.connection_status import Status
    from azmlflow.resolution.connection import aim_of

    aim = aim_of(snapshot, folder)
    return Status("unknown", f"Not tested yet: {aim.says}", aim.workspace)
