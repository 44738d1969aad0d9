"""Edits that take something out of a file: a line, an entry of a mapping, a statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.tree import Mapping, Node, Scalar
from azmlflow.patterns import pattern
from azmlflow.rules.base import Edit
from azmlflow.rules.sheet import Unit, code_points, first_line, last_line, units_of
from azmlflow.rules.source import indentation
from azmlflow.workspace.snapshot import Location, SourceFile

Pair = tuple[Scalar, Node]

_IN_BRACES: Final = pattern(r"(?:[&!]\S*\s+)*\{")
"""A mapping in braces, behind an anchor or tag."""


class Place(NamedTuple):
    """A statement in the body that it belongs to."""

    unit: Unit
    body: Sequence[ast.stmt]
    position: int

    @property
    def statement(self) -> ast.stmt:
        """Return the statement."""
        return self.body[self.position]

    def stands_alone(self) -> bool:
        """Tell whether no other statement shares a line with it."""
        first, last = first_line(self.statement), last_line(self.statement)
        others = (node for node in self.body if node is not self.statement)
        alone = all(last_line(node) < first or first_line(node) > last for node in others)
        return alone and self.unit.stands_alone(self.statement)


def whole_lines(text: Text, first: int, last: int) -> Span:
    """Return the span of some lines with their line ends, so that none of them is left behind."""
    if last + 1 < text.line_count:
        return Span(first, 0, last + 1, 0)
    if not first:
        return Span(0, 0, last, len(text.line(last)))
    return Span(first - 1, len(text.line(first - 1)), last, len(text.line(last)))


def entry_span(text: Text, mapping: Mapping, pair: Pair) -> Span | None:
    """Return what to delete so that one entry of a JSON or YAML mapping is gone, None when it stands elsewhere.

    An entry that was merged in (`<<: *other`) stands elsewhere. The last entry of a YAML block leaves a key without
    a value: delete the key instead.
    """
    own = sorted((p for p in mapping.entries if _is_inside(p[0].span, mapping.span)), key=lambda p: p[0].span)
    if pair not in own:
        return None
    if _IN_BRACES.match(text.slice(mapping.span)):
        return _flow(own, own.index(pair))
    if text.line(pair[0].span.line)[: pair[0].span.column].strip():
        return None
    return whole_lines(text, pair[0].span.line, _end(pair).end_line)


def _flow(own: list[Pair], index: int) -> Span:
    start, end = own[index][0].span[:2], _end(own[index])[2:]
    if index + 1 < len(own):
        return Span(*start, *own[index + 1][0].span[:2])
    return Span(*(_end(own[index - 1])[2:] if index else start), *end)


def _end(pair: Pair) -> Span:
    """Return where an entry ends; the value of an alias stands before its key."""
    key, value = pair[0].span, pair[1].span
    return value if value[:2] >= key[2:] else key


def _is_inside(inner: Span, outer: Span) -> bool:
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def places_of(units: Sequence[Unit], *locations: Location) -> tuple[Place | None, ...]:
    """Find the statements that begin where locations in one unit do, None for source that does not parse."""
    unit = next((unit for unit in units if unit.cell == locations[0].cell), None)
    return tuple(_find(unit, unit.body, location.span[:2]) if unit else None for location in locations)


def _find(unit: Unit, body: Sequence[ast.stmt], start: tuple[int, int]) -> Place | None:
    for index, node in enumerate(body):
        if (node.lineno - 1, code_points(unit.text, node.lineno - 1, node.col_offset)) == start:
            return Place(unit, body, index)
        if first_line(node) <= start[0] <= last_line(node):
            inner = (_find(unit, part, start) for part in bodies(node))
            return next((place for place in inner if place is not None), None)
    return None


def bodies(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Yield the bodies of a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        part = getattr(node, name, None)
        if part:
            yield part
    for handler in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield handler.body


def statement_edit(file: SourceFile, location: Location) -> Edit | None:
    """Return the edit that takes out the statement at a location.

    None when it shares a line with another, or binds a name that may be read.
    """
    (place,) = places_of(units_of(file), location)
    if place is None or not place.stands_alone() or not _binds_nothing(place.statement):
        return None
    text, first, last = place.unit.text, first_line(place.statement), last_line(place.statement)
    if len(place.body) == 1 and place.body is not place.unit.body:
        span = Span(first, len(indentation(text, first)), last, len(text.line(last)))
        return Edit(location._replace(span=span), "pass")
    return Edit(location._replace(span=whole_lines(text, first, last)), "")


def _binds_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Subscript) for target in statement.targets)
    return isinstance(statement, ast.Expr)
