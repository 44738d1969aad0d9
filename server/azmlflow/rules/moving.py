"""Moves a statement to before an earlier one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from azmlflow.parsing.base import Span
from azmlflow.rules.base import Edit
from azmlflow.rules.removal import Place, places_of, statement_edit
from azmlflow.rules.sheet import Definition, first_line, last_line, line_before, names_read, units_of
from azmlflow.rules.source import indentation
from azmlflow.workspace.snapshot import Location, SourceFile


def moved_before(file: SourceFile, earlier: Location, later: Location) -> tuple[Edit, ...]:
    """Return the edits that move the statement at `later` to before the one at `earlier`.

    The later one must stand in the body of the earlier, or follow it in the same body. None are returned when it
    needs a name that is bound in between, or binds one, or shares its line with another statement.
    """
    if earlier[:2] != later[:2]:
        return ()
    anchor, moved = places_of(units_of(file), earlier, later)
    removal = statement_edit(file, later)
    passed = _passed(anchor, moved) if anchor and moved else None
    if anchor is None or moved is None or removal is None or passed is None:
        return ()
    bound = {name for node in passed for name in _bound_in(node)}
    if not bound.isdisjoint(names_read(moved.statement)):
        return ()
    line = line_before(anchor.body, anchor.position)
    text = _written(moved, indentation(anchor.unit.text, line))
    return (Edit(later._replace(span=Span.at(line)), text), removal) if text else ()


def _passed(anchor: Place, moved: Place) -> Sequence[ast.AST] | None:
    """Return what the statement would then precede, None when the two do not stand as they must."""
    if anchor.body is moved.body:
        return anchor.body[anchor.position : moved.position] if anchor.position < moved.position else None
    statement = anchor.statement
    if isinstance(statement, (ast.With, ast.AsyncWith)) and moved.body is statement.body:
        return [*statement.items, *moved.body[: moved.position]]
    return None


def _bound_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            yield inner.id
        elif isinstance(inner, Definition):
            yield inner.name
        elif isinstance(inner, ast.alias):
            yield inner.asname or inner.name.partition(".")[0]


def _written(moved: Place, indent: str) -> str | None:
    """Return the statement's lines with another indentation, None when text in them would change with it."""
    text, first, last = moved.unit.text, first_line(moved.statement), last_line(moved.statement)
    lines = [text.line(number) for number in range(first, last + 1)]
    if len(lines) > 1 and any(quotes in line for line in lines for quotes in ('"""', "'''")):
        return None
    old = indentation(text, first)
    return "".join(f"{indent}{line.removeprefix(old)}\n" for line in lines)
