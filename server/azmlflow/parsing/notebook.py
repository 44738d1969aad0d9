"""Notebooks: the JSON of Jupyter, nbformat 3 and 4, becomes cells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.cells import Cell as Cell
from azmlflow.parsing.cells import CellKind, make_cell
from azmlflow.parsing.cells import parse_cell_source as parse_cell_source
from azmlflow.parsing.databricks import split_databricks as split_databricks
from azmlflow.parsing.magics import Magic as Magic
from azmlflow.parsing.magics import shell_lines
from azmlflow.parsing.notebook_json import cells_of, joined, source_key
from azmlflow.parsing.notebook_json import render_notebook as render_notebook

if TYPE_CHECKING:
    from azmlflow.parsing.python.document import PythonFacts
    from azmlflow.parsing.shell import ShellFacts

MAX_CELLS: Final = 20_000
MAX_CONTAINERS: Final = 2_000_000
KINDS: Final[dict[object, CellKind]] = {"code": "code", "raw": "raw"}
PYTHON: Final = frozenset(("python", "ipython", "python3", "pyspark", "synapse_pyspark"))
TOP: Final = Span.at(0)
CONFLICT: Final = ("<<<<<<<", "=======", ">>>>>>>")


class NotebookFacts(NamedTuple):
    """A notebook. `kernel` is the kernelspec's name, `language` its language in lower case."""

    cells: tuple[Cell, ...]
    kernel: str | None
    language: str | None
    databricks: bool
    nbformat: int | None
    problems: tuple[Problem, ...]

    def python_cells(self) -> Iterator[tuple[Cell, PythonFacts]]:
        """Yield the cells that hold Python with their facts, in order."""
        return (
            (cell, cell.facts) for cell in self.cells if cell.kind == "code" and cell.language == "python"
        )


def parse_notebook(text: Text) -> NotebookFacts:
    """Return the cells of a notebook's JSON; of broken JSON none, and a problem."""
    try:
        value = _loaded(text.value)
    except (ValueError, RecursionError) as error:
        return _failed(_json_problem(error, text))
    if not isinstance(value, dict):
        return _failed(Problem("this is no notebook: its JSON is no object", TOP))
    metadata = _dict(value.get("metadata"))
    spec = _dict(metadata.get("kernelspec"))
    info = _dict(metadata.get("language_info"))
    language = _lower(spec.get("language")) or _lower(info.get("name"))
    databricks = any("databricks" in key for key in metadata)
    runs = "python" if language is None or language in PYTHON else language
    found = cells_of(value)
    cells = tuple(_cell(index, cell, runs, databricks) for index, cell in enumerate(found[:MAX_CELLS]))
    problems = (
        () if "cells" in value or "worksheets" in value else (Problem("this notebook has no cells", TOP),)
    )
    kernel, nbformat = spec.get("name"), value.get("nbformat")
    return NotebookFacts(
        cells,
        kernel if isinstance(kernel, str) else None,
        language,
        databricks,
        nbformat if isinstance(nbformat, int) else None,
        problems,
    )


def cell_shell(cell: Cell) -> Iterator[ShellFacts]:
    """Yield what a cell's shell lines say, or the whole cell of a shell script; spans are the cell's."""
    from azmlflow.parsing.shell import parse_shell

    if cell.kind == "code" and cell.language in ("bash", "powershell", "cmd"):
        yield parse_shell(cell.body)
    for magic in shell_lines(cell.magics):
        line, column = magic.arguments_span[:2]
        yield parse_shell(Text(" " * column + cell.source.slice(magic.arguments_span)), line)


def cell_outputs(text: Text) -> Iterator[tuple[int, str]]:
    """Yield (index, text) of each text that a notebook's cells have put out; images are left out."""
    try:
        value = _loaded(text.value)
    except (ValueError, RecursionError):
        return
    for index, cell in enumerate(cells_of(value)):
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            yield from ((index, part) for part in _output_texts(_dict(output)) if part)


def _output_texts(output: dict[str, Any]) -> Iterator[str]:
    yield joined(output.get("text"))
    yield joined(output.get("traceback"))
    for kind, data in _dict(output.get("data")).items():
        if kind.startswith(("text/", "application/json")):
            yield joined(data)


def _loaded(value: str) -> Any:
    if value.count("[") + value.count("{") > MAX_CONTAINERS:
        raise ValueError("too large")
    return json.loads(value.removeprefix("\ufeff"))


def _cell(index: int, cell: dict[str, Any], language: str, databricks: bool) -> Cell:
    kind = KINDS.get(cell.get("cell_type"), "markdown")
    metadata = _dict(cell.get("metadata"))
    own = _lower(_dict(metadata.get("vscode")).get("languageId")) or _lower(
        _dict(metadata.get("microsoft")).get("language")
    )
    if kind == "code" and own is not None:
        language = "python" if own in PYTHON else own
    id_ = cell.get("id")
    source = joined(cell.get(source_key(cell)))
    return make_cell(index, kind, source, language, databricks, id_ if isinstance(id_, str) else None)


def _failed(problem: Problem) -> NotebookFacts:
    return NotebookFacts((), None, None, False, None, (problem,))


def _json_problem(error: Exception, text: Text) -> Problem:
    if not text.value.strip():
        return Problem("the notebook is empty: save it from an editor, or delete it", TOP)
    if not isinstance(error, json.JSONDecodeError):
        return Problem("this notebook's JSON is nested or numbered beyond reason: it is not read", TOP)
    line = text.position(min(error.pos, len(text.value)))[0]
    span = Span(line, 0, line, len(text.line(line)))
    if text.line(line).startswith(CONFLICT):
        return Problem("a merge conflict is left in this notebook: resolve it", span)
    return Problem("this notebook's JSON is broken here: mend it, or restore the file", span)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _lower(value: object) -> str | None:
    return value.lower() if isinstance(value, str) and value else None
