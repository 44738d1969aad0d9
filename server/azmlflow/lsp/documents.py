"""The documents and notebooks that are open in the editor, with their text as the editor has it.

pygls keeps documents too, but splits lines also where the protocol does not (a form feed, U+2028), so that every
position after one would be off, and splits and joins the whole text at each keystroke.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from lsprotocol import types

from azmlflow.lsp import changes, convert, uris
from azmlflow.parsing.base import Text

if TYPE_CHECKING:
    from azmlflow.parsing.python.document import ChangedLines
    from azmlflow.workspace.documents import EditorCell


@dataclass(slots=True)
class Document:
    """An open text document, or one cell of an open notebook."""

    uri: str
    path: Path
    language: str
    version: int
    text: Text
    kind: Literal["code", "markdown"] = "code"
    """What a notebook's cell holds."""


@dataclass(slots=True)
class Notebook:
    """An open notebook: the URIs of all its cells in order."""

    uri: str
    path: Path
    version: int
    cells: list[str] = field(default_factory=list)


class Place(NamedTuple):
    """What a URI means to us: a file, and the index of the cell when it is a notebook's."""

    path: Path
    cell: int | None


class Documents:
    """Everything open, by URI as the client writes it; one path is open once."""

    def __init__(self, encoding: convert.Encoding | str, folder: Path) -> None:
        self.encoding = encoding
        self.folder = folder
        """Where a document that was never saved would be run."""
        self.texts: dict[str, Document] = {}
        self.cells: dict[str, Document] = {}
        self.notebooks: dict[Path, Notebook] = {}
        self._by_path: dict[Path, str] = {}

    def open(self, item: types.TextDocumentItem) -> Document | None:
        """Keep a document, replacing one of the same URI; None when it is nothing we could know (`git:`, `output:`)."""
        path = self.path_of(item.uri, item.language_id)
        if path is None:
            return None
        document = Document(item.uri, path, item.language_id, item.version, Text(item.text))
        self.texts[item.uri] = document
        self._by_path[path] = item.uri
        return document

    def change(
        self, document: Document, version: int, events: Sequence[types.TextDocumentContentChangeEvent]
    ) -> ChangedLines | None:
        """Bring a document or cell to its next version and return which lines changed."""
        document.text, changed = changes.apply(document.text, events, self.encoding)
        document.version = version
        return changed

    def close(self, uri: str) -> Document | None:
        """Forget a document and return it; None when it was not open."""
        document = self.texts.pop(uri, None)
        if document and self._by_path.get(document.path) == uri:
            del self._by_path[document.path]
        return document

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> Notebook | None:
        """Keep a notebook and its cells; None when it is nothing we could know."""
        item = params.notebook_document
        path = self.path_of(item.uri, item.notebook_type)
        if path is None:
            return None
        notebook = Notebook(item.uri, path, item.version)
        self.notebooks[path] = notebook
        self._splice(notebook, 0, 0, item.cells, params.cell_text_documents)
        return notebook

    def restructure(self, notebook: Notebook, change: types.NotebookDocumentCellChanges) -> list[str]:
        """Add, remove, move or turn cells, and return the URIs of those that are gone."""
        structure = change.structure
        if structure:
            array = structure.array
            self._splice(
                notebook, array.start, array.delete_count, array.cells or (), structure.did_open or ()
            )
        self._set_kinds(change.data or ())
        gone = [item.uri for item in (structure.did_close if structure else None) or ()]
        gone = [uri for uri in gone if uri in self.cells and uri not in notebook.cells]
        for uri in gone:
            del self.cells[uri]
        return gone

    def _splice(
        self,
        notebook: Notebook,
        start: int,
        removed: int,
        cells: Sequence[types.NotebookCell],
        opened: Sequence[types.TextDocumentItem],
    ) -> None:
        notebook.cells[start : start + removed] = [cell.document for cell in cells]
        for item in opened:
            self.cells[item.uri] = Document(
                item.uri, notebook.path, item.language_id, item.version, Text(item.text)
            )
        self._set_kinds(cells)

    def _set_kinds(self, cells: Sequence[types.NotebookCell]) -> None:
        for cell in cells:
            if cell.document in self.cells:
                self.cells[cell.document].kind = (
                    "code" if cell.kind is types.NotebookCellKind.Code else "markdown"
                )

    def sources(self, notebook: Notebook) -> list[EditorCell]:
        """Return every cell of a notebook in order, as the workspace takes them."""
        from azmlflow.workspace.documents import EditorCell

        held = (self.cells.get(uri) for uri in notebook.cells)
        return [EditorCell(c.kind, c.text.value, c.language) if c else EditorCell("raw", "") for c in held]

    def close_notebook(self, uri: str) -> Notebook | None:
        """Forget a notebook and its cells and return it; None when it was not open."""
        notebook = self.notebook(uri)
        if notebook:
            del self.notebooks[notebook.path]
            for cell in notebook.cells:
                self.cells.pop(cell, None)
        return notebook

    def notebook(self, uri: str) -> Notebook | None:
        """Return an open notebook."""
        return next((notebook for notebook in self.notebooks.values() if notebook.uri == uri), None)

    def at(self, path: Path) -> Document | None:
        """Return the open document of a path."""
        return self.texts.get(self._by_path.get(path, ""))

    def get(self, uri: str) -> Document | None:
        """Return an open document or cell."""
        return self.texts.get(uri) or self.cells.get(uri)

    def path_at(self, uri: str) -> Path | None:
        """Return the path of an open document, or of the notebook that an open cell is of."""
        document = self.get(uri)
        return document.path if document else None

    def place_of(self, uri: str) -> Place | None:
        """Return the file, and cell, that an open document is."""
        document = self.get(uri)
        if document is None:
            return None
        notebook = self.notebooks.get(document.path) if uri in self.cells else None
        return Place(document.path, notebook.cells.index(uri) if notebook and uri in notebook.cells else None)

    def uri_of(self, path: Path, cell: int | None = None) -> str:
        """Return how the client writes a file's URI, or its cell's; for what is not open, our own way."""
        notebook = self.notebooks.get(path)
        if notebook is None:
            return self._by_path.get(path) or uris.to_uri(path)
        if cell is None or cell >= len(notebook.cells):
            return notebook.uri
        return notebook.cells[cell]

    def file_uri_of(self, path: Path) -> str:
        """Return a `file:` URI for a path as the client writes it; of what was never saved, that of its folder."""
        uri = self.uri_of(path)
        return uri if uri.startswith("file:") else uris.to_uri(path.parent)

    def text_of(self, path: Path, cell: int | None) -> Text | None:
        """Return the text of an open document, whose lines are found already; None for what is not open."""
        document = self.get(self.uri_of(path, cell))
        return document.text if document else None

    def paths(self) -> Iterator[Path]:
        """Yield the path of everything open."""
        yield from dict.fromkeys(document.path for document in self.texts.values())
        yield from self.notebooks

    def path_of(self, uri: str, language: str) -> Path | None:
        """Return the path of a document about to be opened, one never saved included."""
        return uris.to_path(uri) or uris.untitled_path(uri, language, self.folder)
