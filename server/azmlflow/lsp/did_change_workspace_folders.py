"""`workspace/didChangeWorkspaceFolders`: folders come to the workspace and go from it."""

from __future__ import annotations

from functools import partial

from lsprotocol import types

from azmlflow.lsp import background, configuration, uris
from azmlflow.lsp.session import Session


async def handle(session: Session, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Read the new folders, forget the old ones, and look at every open document again."""
    await session.ready.wait()
    gone = [path for folder in params.event.removed if (path := uris.to_path(folder.uri))]
    new = [path for folder in params.event.added if (path := uris.to_path(folder.uri))]
    session.change_folders(gone, new)
    for path in gone:
        await background.in_thread(partial(session.store.remove_root, path))
    for path in new:
        await background.in_thread(partial(session.store.add_root, path))
    await configuration.fetch(session)
    session.watch.follow()
    await session.diagnostics.refresh_all()
    session.aims.look_soon()
