"""`textDocument/didChange`: a keystroke. No file, network or process is touched between here and the diagnostics."""

from __future__ import annotations

import logging

from lsprotocol import types

from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)


def handle(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Bring a document to its next version and check it."""
    document = session.documents.texts.get(params.text_document.uri)
    if document is None:
        log.debug("A change to a document that is not open was left out.")
        return
    changed = session.documents.change(document, params.text_document.version, params.content_changes)
    if session.held.holds(document.path):
        session.store.change(document.path, document.text.value, document.version, changed)
        session.diagnostics.changed(document.path)
        session.around.look_soon(document.path)
