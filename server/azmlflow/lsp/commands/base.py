"""What the commands share: their arguments, the document they are about, and changes applied by the client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from azmlflow.lsp import edits, uris

if TYPE_CHECKING:
    from pathlib import Path

    from azmlflow.lsp.session import Session
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.base import Edit

Arguments = Sequence[Any]


class Refused(JsonRpcException):
    """A command that cannot be done; the message is for the user."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def strings(arguments: Arguments, *names: str) -> tuple[str, ...]:
    """Return the arguments, which must be so many strings; anything else is JsonRpcInvalidParams."""
    if len(arguments) != len(names) or not all(isinstance(argument, str) for argument in arguments):
        raise JsonRpcInvalidParams(f"Expected {len(names)} text(s): {', '.join(names)}.")
    return tuple(arguments)


def path_of(session: Session, uri: str | None, purpose: str) -> Path:
    """Return the path of a document or folder, without a URI the first folder of the workspace; Refused without any."""
    if uri is not None:
        path = session.documents.path_at(uri) or uris.to_path(uri)
    else:
        path = session.folders[0] if session.folders else None
    if path is None:
        raise Refused(f"There is nothing on this machine's disk to {purpose}: open a folder first.")
    return path


async def resolution_of(session: Session, uri: str) -> Resolution:
    """Return what is known about a document or file; Refused when it is none of ours."""
    await session.settled(session.documents.path_at(uri))
    path = session.documents.path_at(uri) or uris.to_path(uri)
    resolution = session.resolution(path) if path else None
    if resolution is None:
        raise Refused(
            f"{path.name if path else uri} is not a file that azmlflow knows: open a script or a notebook."
        )
    return resolution


async def apply(session: Session, title: str, changes: Sequence[Edit]) -> dict[str, Any]:
    """Let the client make a change; Refused when it cannot or does not."""
    edit = edits.to_workspace_edit(session, changes)
    if edit is None or not session.capabilities.apply_edit:
        raise Refused("This editor cannot apply the change: make it by hand.")
    result = await session.server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, title))
    if not result.applied:
        raise Refused(
            "The editor did not apply the change: the document may have changed meanwhile; try again."
        )
    return {"applied": True, "title": title}
