"""`notebookDocument/didClose`: the file on disk counts again, and the cells' diagnostics go."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp.session import Session


def handle(session: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    """Close a notebook; a second close does nothing."""
    notebook = session.documents.close_notebook(params.notebook_document.uri)
    if notebook:
        session.diagnostics.close(notebook.path, notebook.cells)
        session.held.reconcile(notebook.path)
