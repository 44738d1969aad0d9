"""What the server knows while one client is connected: its abilities, its documents, the workspace, the findings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from azmlflow.lsp.around import Around
from azmlflow.lsp.diagnostics import Diagnostics
from azmlflow.lsp.documents import Documents
from azmlflow.lsp.held import Held
from azmlflow.lsp.settings import Configuration
from azmlflow.lsp.watch import Watch

if TYPE_CHECKING:
    from lsprotocol import types
    from pygls.lsp.server import LanguageServer

    from azmlflow.lsp.capabilities import Capabilities
    from azmlflow.lsp.connections import Connections
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.selection import Selection
    from azmlflow.workspace.store import Store


class Session:
    """One connection; everything here is touched on the event loop only."""

    def __init__(
        self,
        server: LanguageServer,
        capabilities: Capabilities,
        encoding: types.PositionEncodingKind | str,
        folders: Iterable[Path],
        trusted: bool = True,
    ) -> None:
        self.server = server
        self.capabilities = capabilities
        self.folders = list(folders)
        self.documents = Documents(encoding, self.folders[0] if self.folders else Path.cwd())
        self.diagnostics = Diagnostics(self)
        self.held = Held(self)
        self.watch = Watch(self)
        self.around = Around(self)
        self.trusted = trusted
        """Whether the user trusts the workspace: else no file outside its folders is looked at."""
        self.configuration: dict[Path | None, Configuration] = {}
        """The editor's settings for each folder; None holds what lies in none of them."""
        self.ready = asyncio.Event()
        """Set once the workspace is read and the settings are known: no finding is shown before, so none flashes."""
        self._store: Store | None = None
        self._connections: Connections | None = None

    @property
    def store(self) -> Store:
        """Return the workspace; it is made, and its parsers are imported, when first asked for."""
        if self._store is None:
            from azmlflow.workspace.store import Store

            self._store = Store(tuple(self.folders), environ=dict(os.environ), trusted=self.trusted)
        return self._store

    @property
    def connections(self) -> Connections:
        """Return the connection tests; what makes them is imported when the user asks for the first."""
        if self._connections is None:
            from azmlflow.lsp.connections import Connections

            self._connections = Connections(self)
        return self._connections

    def connections_may_differ(self, changed: Iterable[Path]) -> None:
        """Let connections be tested again that were tested and rest on files that changed, or on the settings."""
        if self._connections is not None:
            self._connections.changed(changed)

    def end(self) -> None:
        """End what is under way, for the client is about to leave."""
        if self._connections is not None:
            self._connections.end()

    def change_folders(self, gone: Iterable[Path], new: Iterable[Path]) -> None:
        """Note which folders the workspace has now."""
        left = [folder for folder in self.folders if folder not in set(gone)]
        self.folders = [*dict.fromkeys([*left, *new])]
        self.documents.folder = self.folders[0] if self.folders else Path.cwd()

    def resolution(self, path: Path) -> Resolution | None:
        """Return what is known about a file now, or None when it is not one of ours."""
        from azmlflow.resolution.resolve import Resolution

        snapshot = self.store.snapshot
        file = snapshot.files.get(path)
        return Resolution(snapshot, file) if file else None

    def selection(self, resolution: Resolution) -> Selection:
        """Return which rules report on a file: what the project says, then what the editor says."""
        from azmlflow.rules.selection import Selection

        editor = self.configuration_of(resolution.file.path)
        return Selection.of(
            resolution.settings,
            select=editor.select or None,
            ignore=editor.ignore,
            persona=None if editor.persona == "project" else editor.persona,
        )

    async def settled(self, path: Path | None) -> None:
        """Return once findings can be shown: the workspace is known, and a document as the editor has it."""
        await self.ready.wait()
        if path:
            await self.held.settled(path)

    def configuration_of(self, path: Path) -> Configuration:
        """Return the editor's settings for a file: those of the innermost folder that holds it."""
        inside = [folder for folder in self.configuration if folder and path.is_relative_to(folder)]
        innermost = max(inside, key=lambda folder: len(folder.parts), default=None)
        return self.configuration.get(innermost, Configuration())
