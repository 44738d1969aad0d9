"""Code actions that write a custom role with the permissions that MLflow needs in the workspace of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import background, edits

if TYPE_CHECKING:
    from azmlflow.azure.workspace import WorkspaceRef
    from azmlflow.lsp.session import Session
    from azmlflow.parsing.base import Span
    from azmlflow.resolution.resolve import Resolution

KIND: Final = "source.createRole.azmlflow"


async def role_actions(
    session: Session, resolution: Resolution, cell: int | None, span: Span
) -> list[types.CodeAction]:
    """Return the actions for a workspace config, and for the place where a script names its workspace.

    None for a file that is there already, and for a client that cannot create files.
    """
    workspace = _workspace(resolution, cell, span)
    if workspace is None or not session.capabilities.create_files:
        return []
    return await background.in_thread(lambda: list(_actions(session, resolution, workspace)))


def _workspace(resolution: Resolution, cell: int | None, span: Span) -> WorkspaceRef | None:
    from azmlflow.resolution.configs import read_candidate
    from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind

    file = resolution.file
    if file.kind is FileKind.WORKSPACE_CONFIG:
        return read_candidate(resolution.snapshot, file.path).workspace
    script = resolution.script if file.kind in SCRIPT_KINDS else None
    setter = script.tracking.setter if script else None
    if script is None or setter is None or setter.location[:2] != (file.path, cell):
        return None
    place = setter.location.span
    return script.tracking.workspace if place.line <= span.line <= place.end_line else None


def _actions(session: Session, resolution: Resolution, workspace: WorkspaceRef) -> Iterator[types.CodeAction]:
    from azmlflow.azure import permissions
    from azmlflow.parsing.base import Span
    from azmlflow.rules.base import Edit, in_file

    for name, text, kind in (
        (permissions.JSON_FILE, permissions.role_json(workspace), "JSON"),
        (permissions.BICEP_FILE, permissions.role_bicep(workspace), "Bicep"),
    ):
        path = resolution.file.path.parent / name
        if not path.exists():
            edit = edits.to_workspace_edit(session, (Edit(in_file(path, Span.at(0)), text, create=True),))
            yield types.CodeAction(f"Create a role definition for MLflow ({kind})", KIND, edit=edit)
