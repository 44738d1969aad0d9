"""A script or notebook as statements with their lines: what fixes that add or move code are worked out on."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import Block, PythonFacts
from azmlflow.parsing.python.relevance import Relevance
from azmlflow.rules.source import indentation

if TYPE_CHECKING:
    from azmlflow.workspace.snapshot import SourceFile

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ImportStatement = (ast.Import, ast.ImportFrom)


class Site(NamedTuple):
    """A line of a script (`cell` is None) or of a notebook's cell."""

    cell: int | None
    line: int


class Unit(NamedTuple):
    """A script, or one cell of a notebook: its text, its statements, and the lines on which magics stand."""

    cell: int | None
    text: Text
    body: tuple[ast.stmt, ...]
    magics: frozenset[int] = frozenset()

    def holds(self, node: ast.stmt, sites: Iterable[Site]) -> bool:
        """Tell whether one of the sites lies within a statement of this unit."""
        return any(s.cell == self.cell and first_line(node) <= s.line <= last_line(node) for s in sites)

    def stands_alone(self, node: ast.stmt) -> bool:
        """Tell whether nothing but white space stands before a statement on its line."""
        line = first_line(node)
        column = min([node.col_offset, *(d.col_offset - 1 for d in _decorators(node))])
        return len(indentation(self.text, line)) == column


def units_of(file: SourceFile) -> tuple[Unit, ...]:
    """Return the units of a file in order; a block that does not parse has no statements."""
    if isinstance(file.facts, PythonFacts):
        return (Unit(None, file.text, tuple(_statements(file.facts))),)
    if not isinstance(file.facts, NotebookFacts):
        return ()
    return tuple(
        Unit(
            cell.index,
            cell.text,
            tuple(_statements(facts)),
            frozenset(line for m in cell.magics for line in range(m.span.line, m.span.end_line + 1)),
        )
        for cell, facts in file.facts.python_cells()
    )


def _statements(facts: PythonFacts) -> Iterator[ast.stmt]:
    """Yield the statements of the top level; of functions and classes that cannot matter only their outline."""
    relevance = facts.derived.get("relevance")
    chosen = (
        set(relevance.chosen[0]) if isinstance(relevance, Relevance) and len(relevance.chosen) == 1 else None
    )
    for index, (line, block) in enumerate(facts.placed()):
        if block.defines is not None and chosen is not None and index not in chosen:
            yield _outline(block, line)
            continue
        tree = _parsed(block.text)
        yield from ast.increment_lineno(tree, line).body if tree is not None else ()


def _outline(block: Block, line: int) -> ast.stmt:
    """Return a definition without its body, standing where the real one does."""
    lines = block.text.splitlines()
    while len(lines) > 1 and lines[-1].lstrip()[:1] in ("", "#"):
        lines.pop()
    nothing = ast.arguments([], [], None, [], [], None, [])
    node = ast.FunctionDef(block.defines or "", nothing, [ast.Pass()], [])
    node.lineno, node.end_lineno = line + 1, line + len(lines)
    node.col_offset, node.end_col_offset = 0, len(lines[-1].encode("utf-8", "replace"))
    return node


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def first_line(node: ast.stmt) -> int:
    """Return the line on which a statement begins, decorators included; lines count from 0."""
    return min([node.lineno, *(d.lineno for d in _decorators(node))]) - 1


def _decorators(node: ast.stmt) -> list[ast.expr]:
    return node.decorator_list if isinstance(node, Definition) else []


def last_line(node: ast.stmt) -> int:
    """Return the line on which a statement ends."""
    return (node.end_lineno or node.lineno) - 1


def line_before(body: Sequence[ast.stmt], index: int) -> int:
    """Return the line at which something can be inserted before a statement, and before all that shares its line."""
    line = first_line(body[index])
    while index and last_line(body[index - 1]) >= line:
        index -= 1
        line = first_line(body[index])
    return line


def line_after(body: Sequence[ast.stmt], index: int) -> int:
    """Return the line at which something can be inserted after a statement, and after all that shares its line."""
    end = last_line(body[index])
    while index + 1 < len(body) and first_line(body[index + 1]) <= end:
        index += 1
        end = last_line(body[index])
    return end + 1


def code_points(text: Text, line: int, byte: int) -> int:
    """Return the column in code points of a byte column, which is how `ast` counts."""
    return len(text.line(line).encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "ignore"))


def end_of(text: Text, node: ast.alias | ast.expr | ast.stmt) -> Span:
    """Return the empty span behind a node."""
    line = (node.end_lineno or node.lineno) - 1
    return Span.at(line, code_points(text, line, node.end_col_offset or node.col_offset))


def names_read(node: ast.AST) -> set[str]:
    """Return the names that an expression or statement reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def mentioning(units: Iterable[Unit], names: Iterable[str]) -> Iterator[tuple[Unit, ast.stmt]]:
    """Yield the statements of the top level whose text holds one of some names; few of a large file are looked into."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    for unit in units:
        if not pattern.search(unit.text.value):
            continue
        for node in unit.body:
            start = unit.text.offset(first_line(node), 0)
            if pattern.search(unit.text.value, start, unit.text.offset(last_line(node) + 1, 0)):
                yield unit, node
