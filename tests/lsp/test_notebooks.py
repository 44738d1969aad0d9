"""Notebooks: each cell shows its own findings."""

from __future__ import annotations

import json

import pytest_asyncio
from lsprotocol import types

from tests.lsp.editor import Editor, assignments, capabilities_of

CODE, PROSE = types.NotebookCellKind.Code, types.NotebookCellKind.Markup


class Notebook:
    """A notebook in the editor."""

    def __init__(self, editor: Editor, uri: str) -> None:
        self.editor, self.uri, self.version = editor, uri, 1
        self.identifier = types.NotebookDocumentIdentifier(uri)

    def cell(self, name: str) -> str:
        return self.uri.replace("file:", "vscode-notebook-cell:") + f"#{name}"

    def item(self, name: str, text: str) -> types.TextDocumentItem:
        self.editor.texts[self.cell(name)], self.editor.versions[self.cell(name)] = text, 1
        return types.TextDocumentItem(self.cell(name), "python", 1, text)

    def open(self, *cells: tuple[str, types.NotebookCellKind, str]) -> None:
        listed = [types.NotebookCell(kind, self.cell(name)) for name, kind, _ in cells]
        document = types.NotebookDocument(self.uri, "jupyter-notebook", 1, listed)
        items = [self.item(name, text) for name, _, text in cells]
        self.editor.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, items))

    def change(self, **change: object) -> None:
        self.version += 1
        identifier = types.VersionedNotebookDocumentIdentifier(self.version, self.uri)
        cells = types.NotebookDocumentCellChanges(**change)  # type: ignore[arg-type]
        self.editor.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(identifier, types.NotebookDocumentChangeEvent(cells=cells))
        )

    def write(self, name: str, text: str) -> None:
        uri = self.cell(name)
        self.editor.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.editor.versions[uri], uri)
        event = types.TextDocumentContentChangeWholeDocument(text)
        self.change(text_content=[types.NotebookDocumentCellContentChanges(document, [event])])

    def close(self, *names: str) -> None:
        gone = [types.TextDocumentIdentifier(self.cell(name)) for name in names]
        self.editor.notebook_document_did_close(types.DidCloseNotebookDocumentParams(self.identifier, gone))


@pytest_asyncio.fixture(params=["pulling", "visual_studio_code"])
async def notebook(request, start, workspace) -> Notebook:
    """Return a notebook of three cells, the last with a finding, in an editor that can pull and in one that cannot."""
    client = capabilities_of(request.param)
    client.notebook_document = types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )
    editor = await start(client)
    notebook = Notebook(editor, (workspace / "train.ipynb").as_uri())
    notebook.open(("a", CODE, "import mlflow\n"), ("b", PROSE, "# Training"), ("c", CODE, assignments()))
    return notebook


async def test_a_finding_stands_in_its_cell(notebook: Notebook):
    editor = notebook.editor
    (diagnostic,) = await editor.diagnostics_of(notebook.cell("c"))
    assert (diagnostic.code, diagnostic.range.start) == ("AZM111", types.Position(2, 0))
    assert await editor.codes_of(notebook.cell("a")) == []
    assert await editor.codes_of(notebook.cell("b")) == []


async def test_the_findings_follow_what_is_typed_in_a_cell(notebook: Notebook):
    editor = notebook.editor
    notebook.write("c", "import mlflow\n")
    assert await editor.codes_of(notebook.cell("c")) == []
    notebook.write("a", assignments())
    assert await editor.codes_of(notebook.cell("a")) == ["AZM111"]


async def test_the_findings_move_with_their_cell(notebook: Notebook):
    editor = notebook.editor
    first = types.NotebookCell(CODE, notebook.cell("new"))
    notebook.change(
        structure=types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(0, 0, [first]), did_open=[notebook.item("new", "x = 1\n")]
        )
    )
    assert await editor.codes_of(notebook.cell("new")) == []
    assert await editor.codes_of(notebook.cell("c")) == ["AZM111"]
    (action, *_) = await editor.actions(
        notebook.cell("c"), types.Range(types.Position(2, 0), types.Position(2, 0)), ["quickfix"]
    )
    notebook.write("c", editor.outcome_of(action.edit)[notebook.cell("c")])
    assert await editor.codes_of(notebook.cell("c")) == []


async def test_a_cell_that_is_removed_takes_its_findings_with_it(notebook: Notebook):
    editor = notebook.editor
    assert await editor.codes_of(notebook.cell("c")) == ["AZM111"]
    notebook.change(
        structure=types.NotebookDocumentCellChangeStructure(
            types.NotebookCellArrayChange(2, 1), did_close=[types.TextDocumentIdentifier(notebook.cell("c"))]
        )
    )
    await editor.until_codes(notebook.cell("c"), [])


async def test_code_that_becomes_prose_has_no_findings(notebook: Notebook):
    editor = notebook.editor
    assert await editor.codes_of(notebook.cell("c")) == ["AZM111"]
    notebook.change(data=[types.NotebookCell(PROSE, notebook.cell("c"))])
    await editor.until_codes(notebook.cell("c"), [])


async def test_a_closed_notebook_has_no_findings(notebook: Notebook):
    editor = notebook.editor
    assert await editor.codes_of(notebook.cell("c")) == ["AZM111"]
    notebook.close("a", "b", "c")
    notebook.close("a", "b", "c")
    await editor.until_codes(notebook.cell("c"), [])


async def test_a_notebook_open_as_text_names_the_cell(start, workspace):
    editor = await start("neovim")
    common: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [common | {"id": "a", "source": "x = 1"}, common | {"id": "b", "source": assignments()}]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    uri = (workspace / "raw.ipynb").as_uri()
    editor.open(uri, text, "json")
    (diagnostic,) = await editor.diagnostics_of(uri)
    assert diagnostic.message.startswith("cell 2: mlflow.set_tracking_uri is assigned")
    assert diagnostic.range.start == types.Position(0, 0)
    assert await editor.actions(uri, diagnostic.range, ["quickfix"]) == []


async def test_hover_and_fix_all_work_in_a_cell(notebook: Notebook):
    editor, uri = notebook.editor, notebook.cell("c")
    await editor.diagnostics_of(uri)
    hover = await editor.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(2, 3))
    )
    assert "AZM111" in str(hover)
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    (action,) = await editor.actions(uri, whole, ["source.fixAll"])
    notebook.write("c", editor.outcome_of(action.edit)[uri])
    assert await editor.codes_of(uri) == []
    assert await editor.actions(notebook.cell("a"), whole, ["source.fixAll"]) == []
