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
    from azmlflow.workspace.snapshot import Snapshot, SourceFile
    from azmlflow.workspace.surroundings import Surroundings, Terms

log = logging.getLogger(__name__)

DEBOUNCE: Final = 0.5


class Around:
    """Looks again when something changed that decides what there is to look at, never on a keystroke itself."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._soon: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._changed: set[Path] = set()
        self._begun = False
        self._times: dict[Path, float] = {}
        """When packages were last installed into each folder."""

    async def look(self) -> None:
        """Look now, and look at the open documents again where that makes a difference."""
        store = self._session.store
        async with self._turn:
            terms = self.terms()
            seen = await background.in_thread(lambda: _look(store.snapshot, terms))
            changed = store.surround(seen)
            await background.in_thread(lambda: self._packages_changed(store.snapshot))
        if changed and self._session.ready.is_set():
            self._session.watch.follow()
            self._session.diagnostics.refresh_soon(store.opened)

    def begin(self) -> None:
        """Look for the first time, a moment after the first findings: those are not to wait for it."""
        self._begun = True
        self._schedule()

    def look_soon(self, path: Path) -> None:
        """Look once nothing has changed for a moment, if a document that changed decides what there is to look at.

        Packages that were installed meanwhile are noticed then too: watching their folders would cost every client.
        """
        self._changed.add(path)
        if self._begun:
            self._schedule()

    def _schedule(self) -> None:
        if self._soon:
            self._soon.cancel()
        self._soon = background.spawn_later(DEBOUNCE, self._look_if_it_matters)

    async def _look_if_it_matters(self) -> None:
        snapshot = self._session.store.snapshot
        if snapshot.surroundings is None:
            await self.look()
            return
        files = [file for path in self._changed if (file := snapshot.files.get(path))]
        self._changed.clear()
        if await background.in_thread(lambda: any(map(_decides, files)) or self._packages_changed(snapshot)):
            await self.look()

    def _packages_changed(self, snapshot: Snapshot) -> bool:
        """Tell whether the folders of installed packages have changed since the last time; touches the disk."""
        around = snapshot.surroundings
        found = around.interpreters.values() if around else ()
        times = {folder: _time_of(folder) for interpreter in found for folder in interpreter.site_packages}
        before, self._times = self._times, times
        return any(before.get(folder, time) != time for folder, time in times.items())

    def terms(self) -> Terms:
        """Return on which terms one may look now."""
        from azmlflow.workspace.surroundings import Terms

        roots = self._session.store.snapshot.roots
        chosen = {root: self._session.configuration_of(root).interpreter for root in roots}
        interpreters = {root: path for root, path in chosen.items() if path}
        return Terms(datetime.now(timezone.utc), self._session.trusted, roots, os.environ, interpreters)


def _decides(file: SourceFile) -> bool:
    """Tell whether what a file says can decide what there is to look at."""
    from azmlflow.resolution.wanted import TELLING
    from azmlflow.workspace.layers import LAYER_KINDS
    from azmlflow.workspace.texts import mentions

    return file.kind in LAYER_KINDS or mentions(file, TELLING)


def _time_of(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _look(snapshot: Snapshot, terms: Terms) -> Surroundings:
    from azmlflow.resolution.wanted import wanted
    from azmlflow.workspace.surroundings import look

    return look(wanted(snapshot), terms)
