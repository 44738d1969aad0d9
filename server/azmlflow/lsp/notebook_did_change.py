"""`notebookDocument/didChange`: a keystroke in a cell, or cells added, removed, moved or turned into prose."""

from __future__ import annotations

import logging

from lsprotocol import types

from azmlflow.lsp.documents import Document, Notebook
from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)


def handle(session: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    """Bring a notebook to its next version and check it."""
    notebook = session.documents.notebook(params.notebook_document.uri)
    cells = params.change.cells
    if notebook is None:
        log.debug("A change to a notebook that is not open was left out.")
        return
    notebook.version = params.notebook_document.version
    if cells is None:  # the notebook's metadata or the results of a cell: nothing that decides where runs go
        return
    restructured = bool(cells.structure or cells.data)
    if restructured:
        session.diagnostics.forget(session.documents.restructure(notebook, cells))
    edited = [cell for content in cells.text_content or () if (cell := _edit(session, notebook, content))]
    if not session.held.holds(notebook.path):
        return
    if restructured:
        session.store.change_notebook_structure(
            notebook.path, session.documents.sources(notebook), notebook.version
        )
    else:
        for cell in edited:
            index = notebook.cells.index(cell.uri)
            session.store.change_cell(notebook.path, index, cell.text.value, notebook.version)
    session.diagnostics.changed(notebook.path)


def _edit(
    session: Session, notebook: Notebook, content: types.NotebookDocumentCellContentChanges
) -> Document | None:
    cell = session.documents.cells.get(content.document.uri)
    if cell is None or cell.uri not in notebook.cells:
        log.debug("A change to a cell that is not open was left out.")
        return None
    session.documents.change(cell, content.document.version, content.changes)
    return cell
