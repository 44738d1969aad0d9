"""TOML: values by the standard parser, places by a look at the text; what is broken is left out."""

from __future__ import annotations

import sys
from typing import Any, Final

from azmlflow.parsing._toml_places import Locator, Path, Place, Statement
from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree
from azmlflow.patterns import pattern

if sys.version_info >= (3, 11):
    from tomllib import loads as loads
else:
    from tomli import loads as loads

MAX_SIZE: Final = 300_000
SMALL: Final = 50_000
MAX_TRIES: Final = 8
AT: Final = pattern(r"\(at line (\d+), column (\d+)\)")
LOCATION: Final = pattern(r"\(at (?:line \d+, column \d+|end of document)\)")
MESSAGES: Final = (
    ("Invalid value", "a value is missing, or a string without its quotes"),
    ("Expected '='", "a key without a value: write key = value"),
    ("Unterminated string", "a string is never closed"),
    ("Illegal character", "a string is never closed, or holds a control character"),
    ("Unescaped", "a backslash in double quotes: write \\\\, or use single quotes"),
    ("hex value", "a backslash in double quotes: write \\\\, or use single quotes"),
    ("overwrite", "this key stands twice: remove one"),
    ("Duplicate", "this key stands twice: remove one"),
    ("twice", "this table stands twice: merge the two"),
    ("mutate", "this key was given as a whole before: put its parts together"),
    ("Expected newline", "there is text after the value: one key a line, strings in quotes"),
    ("table declaration", "this [ is never closed: add ]"),
    ("array", "this [ is never closed, or a comma is missing"),
    ("inline table", "this { is never closed, or a comma is missing"),
    ("key", "a key is missing, or needs quotes"),
)
OTHERWISE: Final = "this is not TOML: write key = value, or [table]"
TOO_MUCH: Final = "nested or long beyond reason: it is not read"


def parse_toml(text: Text) -> Tree:
    """Return the tree of a TOML document; a broken statement is a problem, and the rest is read without it.

    A table reaches from its header to the last of its values. Dates and times are strings as written.
    """
    if len(text.value) > MAX_SIZE:
        return Tree(None, (Problem("larger than 300 kB: it is not read", Span.at(0)),))
    reader = _Reader(text)
    for _ in range(MAX_TRIES if len(text.value) < SMALL else 2):
        value = reader.read()
        if value is not None:
            root = _Builder(text, reader.locator).node(value, ())
            return Tree(root, tuple(reader.problems))
    return Tree(None, tuple(reader.problems))


class _Reader:
    """Holds the text that is left when broken statements are blanked."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.source = text.value.replace("\ufeff", " ", 1) if text.value[:1] == "\ufeff" else text.value
        self.locator = Locator(self.source)
        for statement in [statement for statement in self.locator.statements if statement.too_much]:
            self._drop(statement, TOO_MUCH)

    def read(self) -> dict[str, Any] | None:
        """Return the values, or None when a statement had to be dropped."""
        try:
            return loads(self.source)
        except (ValueError, RecursionError) as error:
            statement = _guilty(self.locator.statements, _offset(str(error), self.source))
            said = LOCATION.sub("", str(error))
            message = next((ours for theirs, ours in MESSAGES if theirs in said), OTHERWISE)
            self._drop(statement or Statement(0, len(self.source), True, -1, too_much=False), message)
            return None

    def _drop(self, statement: Statement, message: str) -> None:
        """Blank a statement; of a table's header the whole table, whose keys would else be another's."""
        start, end = statement.start, statement.end
        self.problems.append(Problem(message, _span(self.text, start, end)))
        if statement.is_header:
            later = (s.start for s in self.locator.statements if s.is_header and s.start > start)
            end = next(later, len(self.source))
        blank = "".join("\n" if char == "\n" else " " for char in self.source[start:end])
        self.source = self.source[:start] + blank + self.source[end:]
        self.locator = Locator(self.source)


def _guilty(statements: list[Statement], at: int) -> Statement | None:
    """Return the statement that an error is about: it broke off there, or else stands there."""
    broken = next((statement for statement in statements if statement.broken == at), None)
    return broken or next((statement for statement in reversed(statements) if statement.start <= at), None)


def _offset(message: str, source: str) -> int:
    """Return the offset that an error speaks of."""
    match = AT.search(message)
    if not match:
        return len(source)
    at = 0
    for _ in range(int(match[1]) - 1):
        at = source.find("\n", at) + 1
    return at + int(match[2]) - 1


def _span(text: Text, start: int, end: int) -> Span:
    """Return the span of a statement's first line: a string that is never closed reaches to the end."""
    span = text.span(start, max(start, end))
    if span.end_line == span.line:
        return span
    return Span(span.line, span.column, span.line, len(text.line(span.line)))


class _Builder:
    """Puts values and places together; what has no place of its own has that of what it is in."""

    def __init__(self, text: Text, locator: Locator) -> None:
        self.text = text
        self.places = locator.places
        self.near = Place(0, 0, 0, len(text.value))

    def node(self, value: Any, path: Path) -> Node:
        """Return the node of a value."""
        place = self._place(path)
        span = self.text.span(place.start, place.end)
        if isinstance(value, dict):
            return Mapping(tuple(self._entry(key, inner, (*path, key)) for key, inner in value.items()), span)
        if isinstance(value, list):
            return Sequence(tuple(self.node(inner, (*path, i)) for i, inner in enumerate(value)), span)
        if isinstance(value, str | int | float | bool):
            return Scalar(value, span)
        return Scalar(self.text.value[place.start : place.end], span)

    def _entry(self, key: str, value: Any, path: Path) -> tuple[Scalar, Node]:
        place = self._place(path)
        return Scalar(key, self.text.span(place.key, place.key_end)), self.node(value, path)

    def _place(self, path: Path) -> Place:
        while path:
            place = self.places.get(path)
            if place:
                return place
            path = path[:-1]
        return self.near
