"""The one store of what was found in each open document; pushed or pulled, as the client is able."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lsprotocol import types

from azmlflow.lsp import background, convert_finding
from azmlflow.lsp.checked import Checked
from azmlflow.rules.engine import check_file

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)

DEBOUNCE: Final = 0.2


class Told(NamedTuple):
    """What the client was last told of one document."""

    version: int | None
    result_id: str
    diagnostics: Sequence[types.Diagnostic]


class Diagnostics:
    """Checks open documents and tells the client; everything is computed at once on the loop, so nothing is stale."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._checked: dict[Path, Checked] = {}
        self._told: dict[str, Told] = {}
        self._answers = 0
        self._stale: set[Path] = set()
        self._soon: asyncio.TimerHandle | None = None

    def check(self, path: Path) -> Checked | None:
        """Return the findings of an open file as it is now; None for one that is not ours."""
        known = self._checked.get(path)
        if known and known.resolution.snapshot is self._session.store.snapshot:
            return known
        resolution = self._session.resolution(path)
        if resolution is None:
            self._checked.pop(path, None)
            return None
        checked = Checked(resolution, check_file(resolution, self._session.selection(resolution)))
        self._checked[path] = checked
        return checked

    def changed(self, path: Path) -> None:
        """Tell of a document that has just been opened, changed or closed, and soon of those that depend on it."""
        if not self._session.ready.is_set():
            return
        if not self._session.capabilities.pull_diagnostics and self._session.held.holds(path):
            self._publish(path)
        others = self._session.store.dependents(path) - {path}
        if others:
            self.refresh_soon(others)

    def refresh_soon(self, paths: Iterable[Path]) -> None:
        """Look at open documents again once nothing has changed for a moment."""
        self._stale.update(paths)
        if self._soon:
            self._soon.cancel()
        self._soon = background.spawn_later(DEBOUNCE, self.refresh)

    async def refresh(self) -> None:
        """Look at the documents that await it again, and tell of those where something is different."""
        pull, changed = self._session.capabilities.pull_diagnostics, False
        while self._stale:
            path = self._stale.pop()
            if not self._session.held.holds(path):  # closed, or about to be checked when the workspace has it
                continue
            if pull:
                changed = changed or any(
                    self._is_news(uri, found) for uri, found in self._by_uri(path).items()
                )
            else:
                self._publish(path)
            await asyncio.sleep(0)  # let keystrokes through between two documents
        if changed:
            self._session.server.workspace_diagnostic_refresh(None)

    async def refresh_all(self) -> None:
        """Look at every open document again now."""
        self._stale.update(self._session.documents.paths())
        await self.refresh()

    def reconfigured(self) -> None:
        """Forget every finding: other rules may be wanted now."""
        self._checked.clear()

    def close(self, path: Path, uris: Sequence[str]) -> None:
        """Forget a closed document, or all cells of a closed notebook."""
        self._checked.pop(path, None)
        self.forget(uris)

    def forget(self, uris: Sequence[str]) -> None:
        """Take the diagnostics of documents that are gone from the screen."""
        for uri in uris:
            told = self._told.pop(uri, None)
            if told and told.diagnostics and not self._session.capabilities.pull_diagnostics:
                self._send(uri, told.version, [])

    def answer(self, uri: str, previous: str | None) -> types.DocumentDiagnosticReport:
        """Return the diagnostics of one document for a client that asked for them."""
        place = self._session.documents.place_of(uri)
        found = self._by_uri(place.path).get(uri, []) if place else []
        told = self._told.get(uri)
        if told and told.result_id == previous and told.diagnostics == found:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=previous)
        result_id = self._remember(uri, found)
        return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=result_id)

    def _publish(self, path: Path) -> None:
        for uri, found in self._by_uri(path).items():
            document, told = self._session.documents.get(uri), self._told.get(uri)
            version = document.version if document else None
            if told is None or told.version != version or told.diagnostics != found:
                self._remember(uri, found)
                self._send(uri, version, found)

    def _send(self, uri: str, version: int | None, found: Sequence[types.Diagnostic]) -> None:
        self._session.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=found)
        )

    def _remember(self, uri: str, found: Sequence[types.Diagnostic]) -> str:
        document = self._session.documents.get(uri)
        self._answers += 1
        self._told[uri] = Told(document.version if document else None, str(self._answers), found)
        return str(self._answers)

    def _is_news(self, uri: str, found: Sequence[types.Diagnostic]) -> bool:
        told = self._told.get(uri)
        return told is not None and told.diagnostics != found

    def _by_uri(self, path: Path) -> dict[str, list[types.Diagnostic]]:
        """Return the diagnostics of a file by document: a notebook's stand in its cells."""
        documents, checked = self._session.documents, self.check(path)
        notebook = documents.notebooks.get(path)
        uris = notebook.cells if notebook else [documents.uri_of(path)]
        found: dict[str, list[types.Diagnostic]] = {uri: [] for uri in uris}
        for finding in checked.findings if checked else ():
            uri, diagnostic = convert_finding.to_diagnostic(self._session, finding)
            found.setdefault(uri, []).append(diagnostic)
        return found
