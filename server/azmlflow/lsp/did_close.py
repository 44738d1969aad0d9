"""`textDocument/didClose`: the file on disk counts again, and the document's diagnostics go."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp.session import Session


def handle(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """Close a document; a second close, or one of a document never opened, does nothing."""
    document = session.documents.close(params.text_document.uri)
    if document:
        session.diagnostics.close(document.path, [document.uri])
        session.held.reconcile(document.path)
