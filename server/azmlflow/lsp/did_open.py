"""`textDocument/didOpen`: the document takes the place of the file on disk, and is checked."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp.session import Session


def handle(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Open a document; what is no file of ours is ignored."""
    document = session.documents.open(params.text_document)
    if document:
        session.held.reconcile(document.path)
