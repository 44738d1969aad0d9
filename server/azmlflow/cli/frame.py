"""A code frame: the lines of a finding with the part in question underlined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from azmlflow.cli.terminal import clean, columns, columns_of
from azmlflow.parsing.base import Span, Text

MOST_LINES: Final = 4
TAB: Final = 4
CUT: Final = "..."


class Line(NamedTuple):
    """One line of a frame: its number, what is shown of it, and which columns are underlined."""

    number: int
    shown: str
    start: int
    end: int


def frame(text: Text, span: Span, width: int, mask: Callable[[str], str] = str) -> Iterator[Line | None]:
    """Yield the lines that a span covers, no wider than `width`; None stands for lines that are left out.

    `mask` hides secrets in a line and keeps its length.
    """
    last = span.end_line - (span.end_column == 0 and span.end_line > span.line)
    numbers = range(span.line, last + 1)
    if len(numbers) <= MOST_LINES:
        yield from (_line(mask(text.line(number)), span, number, width) for number in numbers)
        return
    yield from (_line(mask(text.line(number)), span, number, width) for number in numbers[: MOST_LINES - 1])
    yield None
    yield _line(mask(text.line(last)), span, last, width)


def underline(line: Line) -> str:
    """Return the line below: `^` under each column in question, at least one."""
    return " " * line.start + "^" * max(1, line.end - line.start)


def hidden(line: Line) -> str:
    """Return the line with asterisks where the underlined part stood."""
    columns_before, kept = 0, []
    for char in line.shown:
        inside = line.start <= columns_before < line.end
        kept.append("*" * columns_of(char) if inside else char)
        columns_before += columns_of(char)
    return "".join(kept)


def _line(source: str, span: Span, number: int, width: int) -> Line:
    start = span.column if number == span.line else len(source) - len(source.lstrip())
    end = span.end_column if number == span.end_line else len(source.rstrip())
    start, end = min(start, len(source)), min(max(end, start), len(source))
    cells = _expand(source)
    before, marked = sum(map(_width, cells[:start])), sum(map(_width, cells[start:end]))
    if sum(map(_width, cells)) <= width:
        return Line(number, "".join(cells).rstrip(), before, before + marked)
    return _cut(number, cells, start, end, width)


def _expand(source: str) -> list[str]:
    """Return what is shown for each character: tabs become spaces up to the next stop."""
    shown, at = [], 0
    for char in source:
        cell = " " * (TAB - at % TAB) if char == "\t" else clean(char)
        at += _width(cell)
        shown.append(cell)
    return shown


def _width(cell: str) -> int:
    return columns_of(cell) if len(cell) == 1 else columns(cell)


def _cut(number: int, cells: list[str], start: int, end: int, width: int) -> Line:
    """Show the part of a long line in which the marked stretch begins, with a few characters before it."""
    room = width - 2 * len(CUT)
    first, kept = start, 0
    while first > 0 and kept + _width(cells[first - 1]) <= room // 4:
        first -= 1
        kept += _width(cells[first])
    last = first
    kept = 0
    while last < len(cells) and kept + _width(cells[last]) <= room:
        kept += _width(cells[last])
        last += 1
    left, right = CUT if first else "", CUT if last < len(cells) else ""
    before = len(left) + sum(map(_width, cells[first:start]))
    marked = sum(map(_width, cells[start : min(end, last)]))
    return Line(number, left + "".join(cells[first:last]) + right, before, before + marked)
