"""`workspace/didChangeWatchedFiles`: files changed on disk, seen by the client's watcher."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp import uris
from azmlflow.lsp.session import Session


async def handle(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """Read the files again; an open one counts as the editor has it."""
    await session.watch.changed({path for event in params.changes if (path := uris.to_path(event.uri))})
