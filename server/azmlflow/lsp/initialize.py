"""`initialize`: who the client is and what it can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from azmlflow.lsp import background, capabilities, document_diagnostic, garbage, parent, uris
from azmlflow.lsp.session import Session

if TYPE_CHECKING:
    from azmlflow.lsp.server import Server


def handle(server: Server, params: types.InitializeParams) -> None:
    """Begin the session; pygls answers with the abilities of the server."""
    client = capabilities.resolve(params.capabilities)
    encoding = server.workspace.position_encoding or types.PositionEncodingKind.Utf16
    server.session = Session(server, client, encoding, _folders(params), _trusted(params))
    background.spawn(garbage.begin(server.session.ready))
    if client.pull_diagnostics:
        server.offer(types.TEXT_DOCUMENT_DIAGNOSTIC, document_diagnostic.handle, document_diagnostic.OPTIONS)
    if params.process_id is not None:
        background.spawn(parent.end_with(params.process_id))


def _trusted(params: types.InitializeParams) -> bool:
    """Tell whether the user trusts the workspace; an editor that says nothing of it knows no such thing."""
    options = params.initialization_options
    return not (isinstance(options, dict) and options.get("trusted") is False)


def _folders(params: types.InitializeParams) -> list[Path]:
    """Return the workspace's folders, newest way of saying them first; there may be none."""
    if params.workspace_folders is not None:
        said = [folder.uri for folder in params.workspace_folders]
    else:
        said = [params.root_uri] if params.root_uri else []
    folders = [path for uri in said if (path := uris.to_path(uri))]
    return folders or ([Path(params.root_path)] if params.root_path and not said else [])
