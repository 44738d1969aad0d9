"""Keeps in the workspace what is around its files: certificates, interpreters, what git tracks. Looked at in a thread."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final

from azmlflow.lsp import background

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.workspace.snapshot import Snapshot
    from azmlflow.workspace.surroundings import Surroundings, Terms

log = logging.getLogger(__name__)

DEBOUNCE: Final = 0.5


class Around:
    """Looks again when something changed that decides what there is to look at, never on a keystroke itself."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._soon: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()

    async def look(self) -> None:
        """Look now, and look at the open documents again where that makes a difference."""
        store = self._session.store
        async with self._turn:
            terms = self._terms(store.snapshot.roots)
            seen = await background.in_thread(lambda: _look(store.snapshot, terms))
            changed = store.surround(seen)
        if changed and self._session.ready.is_set():
            self._session.watch.follow()
            self._session.diagnostics.refresh_soon(store.opened)

    def look_soon(self, path: Path) -> None:
        """Look once nothing has changed for a moment, if what a document says can decide what there is to look at."""
        if self._decides(path):
            if self._soon:
                self._soon.cancel()
            self._soon = asyncio.get_running_loop().call_later(
                DEBOUNCE, lambda: background.spawn(self.look())
            )

    def _decides(self, path: Path) -> bool:
        from azmlflow.resolution.wanted import TELLING
        from azmlflow.workspace.layers import LAYER_KINDS
        from azmlflow.workspace.texts import mentions

        file = self._session.store.snapshot.files.get(path)
        if file is None:
            return False
        return file.kind in LAYER_KINDS or mentions(file, TELLING)

    def _terms(self, roots: tuple[Path, ...]) -> Terms:
        from azmlflow.workspace.surroundings import Terms

        chosen = {root: self._session.configuration_of(root).interpreter for root in roots}
        interpreters = {root: path for root, path in chosen.items() if path}
        return Terms(datetime.now(timezone.utc), self._session.trusted, roots, os.environ, interpreters)


def _look(snapshot: Snapshot, terms: Terms) -> Surroundings:
    from azmlflow.resolution.wanted import wanted
    from azmlflow.workspace.surroundings import look

    return look(wanted(snapshot), terms)
