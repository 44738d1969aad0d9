"""`notebookDocument/didOpen`: the notebook takes the place of the file on disk, and its cells are checked."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp.session import Session

# Without a filter on the cells' language the client sends all of them, so that our count of them is the file's.
SYNC = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook(types.NotebookDocumentFilterNotebookType("jupyter-notebook"))]
)


def handle(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    """Open a notebook; what is no file of ours is ignored."""
    notebook = session.documents.open_notebook(params)
    if notebook:
        session.held.reconcile(notebook.path)
