"""A fix becomes an edit of the workspace in the form that the client understands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from azmlflow.lsp import convert_finding

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.rules.base import Edit

Change = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


def to_workspace_edit(session: Session, edits: Iterable[Edit]) -> types.WorkspaceEdit | None:
    """Return the edits for the client, or None when it could not apply them: a notebook's cells that are not open.

    They name the version of each document, so that a client refuses them once the user has typed on.
    """
    by_document: dict[str, list[types.TextEdit]] = {}
    created: list[str] = []
    for edit in edits:
        if not _is_reachable(session, edit):
            return None
        uri = session.documents.uri_of(edit.location.path, edit.location.cell)
        by_document.setdefault(uri, []).append(_text_edit(session, edit))
        created += [uri] if edit.create else []
    if not session.capabilities.versioned_edits:
        return types.WorkspaceEdit(changes=by_document)
    changes: list[Change] = []
    if session.capabilities.create_files:
        changes += [types.CreateFile(uri) for uri in created]
    changes += [_document_edit(session, uri, text_edits) for uri, text_edits in by_document.items()]
    return types.WorkspaceEdit(document_changes=changes)


def _is_reachable(session: Session, edit: Edit) -> bool:
    """Tell whether the client has a document for the edit: it knows an open notebook only by its cells."""
    path, cell, _ = edit.location
    return (path in session.documents.notebooks) == (cell is not None)


def _text_edit(session: Session, edit: Edit) -> types.TextEdit:
    from azmlflow.rules.source import text_at

    if edit.create:
        start = types.Position(0, 0)
        return types.TextEdit(types.Range(start, start), edit.text)
    text = text_at(session.store.snapshot, edit.location)
    new = edit.text.replace("\r\n", "\n")
    if text and text.newline != "\n":
        new = new.replace("\n", text.newline)
    return types.TextEdit(convert_finding.to_range(session, edit.location), new)


def _document_edit(session: Session, uri: str, text_edits: list[types.TextEdit]) -> types.TextDocumentEdit:
    document = session.documents.get(uri)
    identifier = types.OptionalVersionedTextDocumentIdentifier(uri, document.version if document else None)
    return types.TextDocumentEdit(identifier, text_edits)
