"""What an editor holds in place of files: open documents and notebooks, parsed anew only where an edit touched them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from azmlflow.parsing.base import Text
from azmlflow.workspace.classify import provisional_kind
from azmlflow.workspace.read import Refused, file_of, guarded, limit_of, too_large
from azmlflow.workspace.skim import Skim, skim_notebook, skim_python
from azmlflow.workspace.snapshot import FileKind, SourceFile

if TYPE_CHECKING:
    from azmlflow.parsing.cells import Cell
    from azmlflow.parsing.notebook import NotebookFacts
    from azmlflow.parsing.python.document import ChangedLines, PythonFacts


class EditorCell(NamedTuple):
    """A cell as the editor holds it; `language` is its document's language, None for that of the notebook."""

    kind: Literal["code", "markdown", "raw"]
    text: str
    language: str | None = None


class Opened(NamedTuple):
    """An open document. `file` is None when its content is none of our business, or when `refused` says why."""

    file: SourceFile | None
    skim: Skim | None = None
    kind: FileKind | None = None
    cells: tuple[EditorCell, ...] = ()
    refused: str | None = None
    in_cells: bool = False
    """It is held cell by cell, not as its JSON."""


def opened_text(
    path: Path, text: str, version: int, kind: FileKind | None, package: tuple[str, ...]
) -> Opened:
    """Parse a document from its beginning; `kind` overrides what its name suggests."""
    kind = kind or provisional_kind(path.name, path.parent.name)
    if kind is None:
        return Opened(None)
    if len(text) > limit_of(kind):
        return Opened(None, None, kind, refused=too_large(limit_of(kind)))
    try:
        file = file_of(path, kind, Text(text), version=version)
    except Refused as refused:
        return Opened(None, None, kind, refused=str(refused))
    return Opened(file, _skim(kind, text, package), kind)


def changed_text(
    path: Path,
    previous: Opened | None,
    text: str,
    version: int,
    changed: ChangedLines | None,
    package: tuple[str, ...],
) -> Opened:
    """Parse a document after an edit; of Python only the lines that `changed` names, when it is given."""
    before = previous.file if previous else None
    if previous is None or before is None or before.kind is not FileKind.PYTHON:
        return opened_text(path, text, version, previous.kind if previous else None, package)
    from azmlflow.parsing.python.document import PythonFacts, parse_python

    known = before.facts if isinstance(before.facts, PythonFacts) else None
    try:
        facts = guarded(lambda: parse_python(Text(text), known, changed))
    except Refused as refused:
        return Opened(None, None, FileKind.PYTHON, refused=str(refused))
    file = replace(before, text=Text(text), facts=facts, problems=(), version=version)
    skim = previous.skim if _imports_alike(facts) else _skim(FileKind.PYTHON, text, package)
    return Opened(file, skim, FileKind.PYTHON)


def _imports_alike(facts: PythonFacts) -> bool:
    """Tell whether the edit that made these facts touched no statement with an import."""
    edited = facts.edited
    return edited is not None and not any(
        "import" in block.text for block in (*edited.removed, *edited.fresh)
    )


def opened_notebook(
    path: Path,
    cells: Sequence[EditorCell],
    version: int,
    before: SourceFile | None,
    kernel: str | None,
    language: str | None,
    package: tuple[str, ...],
) -> Opened:
    """Parse the cells of a notebook; statements that `before` shares with them are not read again.

    `before` is the notebook as it was known: it lends its JSON (for the outputs) and whatever the editor leaves unsaid.
    """
    facts = _facts_of(before)
    kernel, language = kernel or facts.kernel, language.lower() if language else facts.language
    known = {cell.source.value: cell for cell in facts.cells}
    made = tuple(_cell(index, cell, language, facts.databricks, known) for index, cell in enumerate(cells))
    facts = facts._replace(cells=made, kernel=kernel, language=language, problems=())
    text = before.text if before else Text("")
    return _notebook(SourceFile(path, FileKind.NOTEBOOK, text, facts, (), version), tuple(cells), package)


def above_file(document: Opened, file: SourceFile | None) -> Opened:
    """Return an open notebook that knows the JSON (for the outputs) as it is on disk now."""
    if document.file is None or document.file.kind is not FileKind.NOTEBOOK or not document.in_cells:
        return document
    facts = _facts_of(document.file)._replace(nbformat=_facts_of(file).nbformat)
    return document._replace(file=replace(document.file, text=file.text if file else Text(""), facts=facts))


def changed_cell(previous: Opened, index: int, text: str, version: int, package: tuple[str, ...]) -> Opened:
    """Parse one cell of an open notebook after an edit; an index beyond the last changes nothing."""
    if previous.file is None or not 0 <= index < len(previous.cells):
        return previous
    facts = _facts_of(previous.file)
    held = previous.cells[index]._replace(text=text)
    cell = _cell(index, held, facts.language, facts.databricks, {text: facts.cells[index]})
    cells = (*previous.cells[:index], held, *previous.cells[index + 1 :])
    facts = facts._replace(cells=(*facts.cells[:index], cell, *facts.cells[index + 1 :]))
    return _notebook(replace(previous.file, facts=facts, version=version), cells, package)


def _notebook(file: SourceFile, cells: tuple[EditorCell, ...], package: tuple[str, ...]) -> Opened:
    code = "\n".join(cell.text for cell in cells if cell.kind == "code")
    return Opened(
        file, skim_python(code.encode("utf-8", "replace"), package), FileKind.NOTEBOOK, cells, in_cells=True
    )


def _facts_of(file: SourceFile | None) -> NotebookFacts:
    from azmlflow.parsing.notebook import NotebookFacts

    if file is not None and isinstance(file.facts, NotebookFacts):
        return file.facts
    return NotebookFacts((), None, None, False, None, ())


def _cell(
    index: int, held: EditorCell, language: str | None, databricks: bool, known: dict[str, Cell]
) -> Cell:
    from azmlflow.parsing.cells import make_cell
    from azmlflow.parsing.notebook import PYTHON

    runs = (held.language or language or "python").lower()
    before = known.get(held.text)
    id_ = before.id if before else None
    cell = make_cell(index, held.kind, held.text, "python" if runs in PYTHON else runs, databricks, id_)
    if before is not None:
        cell.reuse(before)
    return cell


def _skim(kind: FileKind, text: str, package: tuple[str, ...]) -> Skim | None:
    data = text.encode("utf-8", "replace")
    if kind is FileKind.NOTEBOOK:
        return skim_notebook(data, package)
    return skim_python(data, package) if kind is FileKind.PYTHON else None
