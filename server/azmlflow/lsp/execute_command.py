"""`workspace/executeCommand`: what the editor's commands ask of the server, for every editor alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from azmlflow.lsp import background, edits, uris
from azmlflow.lsp.session import Session

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.base import Edit

Arguments = Sequence[Any]


class Refused(JsonRpcException):
    """A command that cannot be done; the message is for the user."""

    CODE = types.LSPErrorCodes.RequestFailed.value


async def explain(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return where the runs of a document would go, and why. Argument: the document's URI."""
    from azmlflow.resolution.explain import explain_json

    (uri,) = _strings(arguments, "the document's URI")
    await session.settled(session.documents.path_at(uri))
    return explain_json(_resolution(session, uri))


async def insert_tracking(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Apply the first repair of `tracking-uri-missing` to a document. Argument: the document's URI."""
    (uri,) = _strings(arguments, "the document's URI")
    await session.settled(session.documents.path_at(uri))
    resolution = _resolution(session, uri)
    checked = session.diagnostics.check(resolution.file.path)
    missing = [finding for finding in checked.findings if finding.code == "AZM101"] if checked else []
    repairs = await background.in_thread(
        lambda: [checked.repairs(finding) for finding in missing] if checked else []
    )
    fix = next((fix for repair in repairs for fix in repair.fixes), None)
    if fix is None:
        raise Refused(
            f"{resolution.file.path.name} needs no tracking URI to be inserted: azmlflow.explain says why."
        )
    return await _apply(session, fix.title, fix.edits)


async def create_workspace_config(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Write config.json. Arguments: a tracking URI or the address of the workspace, and the URI of a folder."""
    from azmlflow.rules.workspace_config_file import config_from_pasted

    address, folder_uri = _strings(
        arguments, "a tracking URI or the address of a workspace", "the folder's URI"
    )
    folder = uris.to_path(folder_uri)
    if folder is None:
        raise Refused("The folder is not on this machine's disk: open a folder first.")
    path = folder / "config.json"
    fix = config_from_pasted(address, path)
    if isinstance(fix, str):
        raise Refused(fix)
    if await background.in_thread(path.exists):
        raise Refused(f"{path} exists already: it is left as it is. Edit it, or remove it first.")
    return await _apply(session, fix.title, fix.edits)


def _strings(arguments: Arguments, *names: str) -> tuple[str, ...]:
    """Return the arguments, which must be so many strings."""
    if len(arguments) != len(names) or not all(isinstance(argument, str) for argument in arguments):
        raise JsonRpcInvalidParams(f"Expected {len(names)} text(s): {', '.join(names)}.")
    return tuple(arguments)


def _resolution(session: Session, uri: str) -> Resolution:
    place = session.documents.place_of(uri)
    path = place.path if place else uris.to_path(uri)
    resolution = session.resolution(path) if path else None
    if resolution is None:
        raise Refused(
            f"{path.name if path else uri} is not a file that azmlflow knows: open a script or a notebook."
        )
    return resolution


async def _apply(session: Session, title: str, changes: Sequence[Edit]) -> dict[str, Any]:
    edit = edits.to_workspace_edit(session, changes)
    if edit is None or not session.capabilities.apply_edit:
        raise Refused("This editor cannot apply the change: make it by hand.")
    result = await session.server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, title))
    if not result.applied:
        raise Refused(
            "The editor did not apply the change: the document may have changed meanwhile; try again."
        )
    return {"applied": True, "title": title}


COMMANDS: Final[dict[str, Callable[[Session, Arguments], Awaitable[dict[str, Any]]]]] = {
    "azmlflow.explain": explain,
    "azmlflow.insertTracking": insert_tracking,
    "azmlflow.createWorkspaceConfig": create_workspace_config,
}
