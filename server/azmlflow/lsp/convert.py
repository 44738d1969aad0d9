"""Spans (code points) become ranges in the units the client counts in, and back."""

from __future__ import annotations

from typing import Final

from lsprotocol import types

from azmlflow.parsing.base import Span, Text

Encoding = types.PositionEncodingKind

_WIDE_FROM: Final = "\U00010000"


def to_range(span: Span, text: Text, encoding: Encoding | str) -> types.Range:
    """Return the client's range of a span in a text."""
    start = _units(text, span.line, span.column, encoding)
    end = _units(text, span.end_line, span.end_column, encoding)
    return types.Range(types.Position(span.line, start), types.Position(span.end_line, end))


def to_span(range_: types.Range, text: Text, encoding: Encoding | str) -> Span:
    """Return the span of a client's range, clipped to the text."""
    return Span(*to_point(range_.start, text, encoding), *to_point(range_.end, text, encoding))


def to_point(position: types.Position, text: Text, encoding: Encoding | str) -> tuple[int, int]:
    """Return (line, column) of a client's position; beyond a line's end means its end, beyond the text its end."""
    line = position.line
    if line >= text.line_count:
        return text.position(len(text.value))
    return line, column(text.line(line), position.character, encoding)


def column(line: str, units: int, encoding: Encoding | str) -> int:
    """Return how many code points of a line make up so many units, a started one included."""
    if encoding == Encoding.Utf32 or line.isascii():
        return min(units, len(line))
    counted = 0
    for at, character in enumerate(line):
        if counted >= units:
            return at
        counted += length(character, encoding)
    return len(line)


def length(part: str, encoding: Encoding | str) -> int:
    """Return how many units the client counts in a piece of text; half a surrogate pair counts as it is written."""
    if encoding == Encoding.Utf32 or part.isascii():
        return len(part)
    if encoding == Encoding.Utf8:
        return len(part.encode("utf-8", "surrogatepass"))
    return len(part) + sum(character >= _WIDE_FROM for character in part)


def _units(text: Text, line: int, column: int, encoding: Encoding | str) -> int:
    # Python knows of a whole text whether it is ASCII without looking at it: most never have their lines split here.
    if encoding == Encoding.Utf32 or text.value.isascii():
        return column
    return length(text.line(line)[:column], encoding)
