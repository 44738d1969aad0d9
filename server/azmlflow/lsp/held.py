"""Keeps the workspace in step with what is open in the editor: what reads files does so off the event loop, in turn."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from azmlflow.lsp import background

if TYPE_CHECKING:
    from azmlflow.lsp.documents import Document, Notebook
    from azmlflow.lsp.session import Session

# Names of kinds, since this file is imported before the client has its first answer.
_KINDS: Final = {
    "python": "PYTHON",
    "dotenv": "DOTENV",
    "shellscript": "SHELL",
    "pip-requirements": "REQUIREMENTS",
}
"""What a language of the editor means to us, where it says more than the name of the file."""


class Held:
    """Which open documents the workspace has in place of their files.

    To take a document or let it go may read other files. Until that is done its edits are only collected, and the
    workspace is given the newest text at the end; after that an edit goes straight to the workspace.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held: set[Path] = set()
        self._pending: dict[Path, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    def holds(self, path: Path) -> bool:
        """Tell whether edits of a document can go straight to the workspace."""
        return path in self._held

    def reconcile(self, path: Path) -> None:
        """Let the workspace learn of a document that was opened, opened anew, or closed."""
        self._held.discard(path)
        self._pending[path] = background.spawn(self._reconcile(path))

    async def settled(self, path: Path) -> None:
        """Return once the workspace knows a document as the editor has it."""
        while (task := self._pending.get(path)) is not None:
            await asyncio.wait({task})

    async def _reconcile(self, path: Path) -> None:
        this, documents = asyncio.current_task(), self._session.documents
        try:
            async with self._turn:
                if notebook := documents.notebooks.get(path):
                    await self._take_notebook(notebook)
                elif document := documents.at(path):
                    await self._take(document)
                else:
                    await self._let_go(path)
        finally:
            if self._pending.get(path) is this:
                del self._pending[path]
        self._session.diagnostics.changed(path)
        self._session.around.look_soon(path)

    async def _let_go(self, path: Path) -> None:
        """Let the file on disk count again; what the editor held and did not save may have had a part in the aim."""
        store = self._session.store
        before = store.snapshot.files.get(path)
        await background.in_thread(partial(store.close, path))
        after = store.snapshot.files.get(path)
        if before and (after is None or before.text.value != after.text.value):
            self._session.aims.look_soon()

    async def _take(self, document: Document) -> None:
        from azmlflow.workspace.snapshot import FileKind

        store, path, version = self._session.store, document.path, document.version
        kind = FileKind[_KINDS[document.language]] if document.language in _KINDS else None
        await background.in_thread(partial(store.open, path, document.text.value, version, kind))
        if self._session.documents.at(path) is document:
            if document.version != version:
                store.change(path, document.text.value, document.version)
            self._held.add(path)

    async def _take_notebook(self, notebook: Notebook) -> None:
        documents, store, version = self._session.documents, self._session.store, notebook.version
        await background.in_thread(
            partial(store.open_notebook, notebook.path, documents.sources(notebook), version)
        )
        if documents.notebooks.get(notebook.path) is notebook:
            if notebook.version != version:
                store.change_notebook_structure(notebook.path, documents.sources(notebook), notebook.version)
            self._held.add(notebook.path)
