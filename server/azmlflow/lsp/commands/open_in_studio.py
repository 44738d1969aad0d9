"""`azmlflow.openInStudio`: the address of the workspace in the studio, shown where the editor can and is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from azmlflow.lsp import background
from azmlflow.lsp.commands.base import Arguments, Refused, path_of

if TYPE_CHECKING:
    from pathlib import Path

    from azmlflow.azure.workspace import WorkspaceRef
    from azmlflow.lsp.session import Session
    from azmlflow.workspace.snapshot import Snapshot


class _Found(NamedTuple):
    url: str
    workspace: WorkspaceRef


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return {"url", "workspace": its three names, "shown": whether the editor has shown it}.

    Arguments: the URI of a document or folder, none or null for the first folder of the workspace; and {"show": true} to
    have the editor open it. Refused when nothing there names a workspace. Nothing is asked of Azure.
    """
    uri, show = _read(arguments)
    path = path_of(session, uri, "look for a workspace in")
    await session.settled(path)
    snapshot = session.store.snapshot
    found = await background.in_thread(lambda: _look(snapshot, path))
    shown = show and session.capabilities.show_document and await _shown(session, found.url)
    return {"url": found.url, "workspace": found.workspace._asdict(), "shown": shown}


def _read(arguments: Arguments) -> tuple[str | None, bool]:
    uri, options = (*arguments, None, None)[:2]
    show = (options or {}).get("show", False) if isinstance(options, Mapping | None) else None
    if len(arguments) > 2 or not isinstance(uri, str | None) or not isinstance(show, bool):
        raise JsonRpcInvalidParams('Expected the URI of a document or a folder, and perhaps {"show": true}.')
    return uri, show


def _look(snapshot: Snapshot, path: Path) -> _Found:
    from azmlflow.azure.clouds import AZURE_CLOUD, cloud_named
    from azmlflow.azure.studio import studio_address
    from azmlflow.azure.tracking_uri import parse_tracking_uri
    from azmlflow.azure.variables import AZURE_TENANT_ID, AZUREML_CURRENT_CLOUD
    from azmlflow.resolution.connection import connection_of

    connection = connection_of(snapshot, path)
    if connection.workspace is None:
        problem = connection.problem
        raise Refused(f"There is no workspace to open. {problem.message if problem else ''}".rstrip())
    parsed = parse_tracking_uri(connection.uri or "")
    named = cloud_named(connection.environ.get(AZUREML_CURRENT_CLOUD, ""))
    cloud = (parsed.cloud if parsed else None) or named or AZURE_CLOUD
    url = studio_address(connection.workspace, cloud, connection.environ.get(AZURE_TENANT_ID))
    if url is None:
        raise Refused(f"Azure Machine Learning has no studio in {cloud.name}.")
    return _Found(url, connection.workspace)


async def _shown(session: Session, url: str) -> bool:
    params = types.ShowDocumentParams(url, external=True)
    try:
        return (await session.server.window_show_document_async(params)).success
    except JsonRpcException:
        return False
