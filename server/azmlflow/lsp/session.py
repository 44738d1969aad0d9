"""What the server knows while one client is connected: its abilities, its documents, the workspace, the findings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azmlflow.lsp import background
from azmlflow.lsp.aims import Aims
from azmlflow.lsp.around import Around
from azmlflow.lsp.diagnostics import Diagnostics
from azmlflow.lsp.documents import Documents
from azmlflow.lsp.held import Held
from azmlflow.lsp.settings import Configuration
from azmlflow.lsp.statuses import Statuses
from azmlflow.lsp.watch import Watch
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.store import Store

if TYPE_CHECKING:
    from lsprotocol import types

    from azmlflow.lsp.capabilities import Capabilities
    from azmlflow.lsp.connections import Connections
    from azmlflow.lsp.server import Server
    from azmlflow.rules.selection import Selection


class Session:
    """One connection; everything here is touched on the event loop only."""

    def __init__(
        self,
        server: Server,
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
        self.aims = Aims(self)
        self.statuses = Statuses(self)
        self.trusted = trusted
        """Whether the user trusts the workspace: else no file outside its folders is looked at."""
        self.configuration: dict[Path | None, Configuration] = {}
        """The editor's settings for each folder; None holds what lies in none of them."""
        self.ready = asyncio.Event()
        """Set once the workspace is read and the settings are known: no finding is shown before, so none flashes."""
        self._store: Store | None = None
        self._connections: Connections | None = None
        self._is_ended = False

    @property
    def store(self) -> Store:
        """Return the workspace; it is made when first asked for."""
        if self._store is None:
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

    def is_tested(self, folder: Path) -> bool:
        """Tell whether something in a folder was tested, or is being tested: its status is then what came of that."""
        return self._connections is not None and self._connections.speak_for(folder)

    def notify(self, method: str, parameters: dict[str, Any]) -> None:
        """Send a notification of ours, as long as the client wants any."""
        if not self._is_ended:
            self.server.protocol.notify(method, parameters)

    def end(self) -> None:
        """End what is under way, for the client is about to leave."""
        if self._connections is not None:
            self._connections.end()
        background.end()
        self._is_ended = True

    def change_folders(self, gone: Iterable[Path], new: Iterable[Path]) -> None:
        """Note which folders the workspace has now, and forget what was found out about those that are gone."""
        lost = set(gone)
        for folder in lost:
            self.statuses.forget(folder)
            if self._connections is not None:
                self._connections.forget(folder)
        left = [folder for folder in self.folders if folder not in lost]
        self.folders = [*dict.fromkeys([*left, *new])]
        self.documents.folder = self.folders[0] if self.folders else Path.cwd()

    def folder_of(self, path: Path) -> Path | None:
        """Return the innermost folder of the workspace that holds a path, None when it lies in none."""
        inside = (folder for folder in self.folders if path.is_relative_to(folder))
        return max(inside, key=lambda folder: len(folder.parts), default=None)

    def resolution(self, path: Path) -> Resolution | None:
        """Return what is known about a file now, or None when it is not one of ours."""
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
