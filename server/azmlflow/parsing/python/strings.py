"""Where the characters of a written-out string stand: literals side by side or added up, and f-strings."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

from azmlflow.parsing.base import Text
from azmlflow.parsing.python.values import Columns
from azmlflow.patterns import pattern

_BETWEEN: Final = pattern(r"(?:\s|\\\r?\n|#[^\n]*)*")
_OPENING: Final = pattern(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")


class Piece(NamedTuple):
    """A stretch of a string, its characters one by one from the offset `start` of the source on.

    `text` is None for a part that is computed.
    """

    text: str | None
    start: int


class _NotPlain(Exception):
    """A character is written otherwise than as itself."""


def pieces_of(source: str) -> tuple[Piece, ...] | None:
    """Return the pieces of an expression in order, None where a character does not stand for itself (`\\u200b`)."""
    text = Text(f"({source})")
    try:
        tree = ast.parse(text.value, mode="eval")
        return tuple(_of(tree.body, text, Columns(text.value)))
    except (SyntaxError, ValueError, RecursionError, MemoryError, _NotPlain):
        return None


def _of(node: ast.expr, text: Text, columns: Columns) -> Iterator[Piece]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _of(node.left, text, columns)
        yield from _of(node.right, text, columns)
        return
    span = columns.span(node)
    start, end = text.offset(span.line, span.column), text.offset(span.end_line, span.end_column)
    if start < 1:
        raise _NotPlain  # nothing stands there
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        for piece in _of_literals(text.value, start, end):
            yield piece._replace(start=piece.start - 1)  # the bracket in front
    else:
        yield Piece(None, start - 1)


def _of_literals(source: str, at: int, end: int) -> Iterator[Piece]:
    """Read the literals that stand side by side between two offsets."""
    while at < end:
        opening = _OPENING.match(source, at)
        if opening is None:
            raise _NotPlain
        at = yield from _of_literal(source, opening.end(), opening[2], "f" in opening[1].lower())
        between = _BETWEEN.match(source, at)
        at = between.end() if between else at


def _of_literal(source: str, at: int, quote: str, formatted: bool) -> Generator[Piece, None, int]:
    """Read one literal from behind its opening quote and return the offset behind its closing one."""
    start = at
    while not source.startswith(quote, at):
        if at >= len(source) or source[at] == "\\":
            raise _NotPlain
        if formatted and source[at] in "{}":
            if start < at:
                yield Piece(source[start:at], start)
            yield Piece(None, at)
            at = start = _behind_braces(source, at)
            continue
        at += 1
    if start < at:
        yield Piece(source[start:at], start)
    return at + len(quote)


def _behind_braces(source: str, at: int) -> int:
    """Return the offset behind a replacement field; doubled braces stand for one and are not plain."""
    if source[at] == "}" or source.startswith("{{", at):
        raise _NotPlain
    depth = 0
    for place in range(at, len(source)):
        depth += (source[place] == "{") - (source[place] == "}")
        if depth == 0:
            return place + 1
    raise _NotPlain
