"""Where a place in a notebook's cell stands in the notebook's file, which is JSON.

Formats that know only files and lines need this: a cell's source is a list of JSON strings, usually one a line.
"""

from __future__ import annotations

import re
from typing import Final, cast

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.json import parse_json
from azmlflow.parsing.tree import Node, Scalar, Sequence, get
from azmlflow.rules.source import text_of
from azmlflow.workspace.snapshot import Location, Snapshot

_UNIT: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


def in_file_span(snapshot: Snapshot, location: Location) -> Span:
    """Return the span in the file: the same one, unless the location is in a cell."""
    file = snapshot.files.get(location.path)
    if location.cell is None or file is None:
        return location.span
    pieces = _pieces(parse_json(file.text).root, location.cell)
    if not pieces:
        return Span.at(0)
    cell, span = text_of(file, location.cell), location.span
    start = _offset(file.text, pieces, cell.offset(span.line, span.column))
    end = _offset(file.text, pieces, cell.offset(span.end_line, span.end_column), is_end=span[:2] != span[2:])
    return file.text.span(start, end)


def _pieces(root: Node | None, index: int) -> list[Scalar]:
    """Return the JSON strings that a cell's source is made of; nbformat 3 has sheets of cells, and `input`."""
    sheets = get(root, "worksheets")
    holders = [root, *(sheets.items if isinstance(sheets, Sequence) else ())]
    lists = (get(holder, "cells") for holder in holders)
    cells = [cell for found in lists if isinstance(found, Sequence) for cell in found.items]
    if index >= len(cells):
        return []
    source = get(cells[index], "source") or get(cells[index], "input")
    items = source.items if isinstance(source, Sequence) else (source,)
    return [item for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]


def _offset(text: Text, pieces: list[Scalar], offset: int, *, is_end: bool = False) -> int:
    """Return where a character of the source stands in the file; an end belongs to the piece that it ends."""
    for piece in pieces:
        size = len(cast(str, piece.value))
        if offset < size or (is_end and offset == size) or piece is pieces[-1]:
            break
        offset -= size
    literal = text.slice(piece.span)
    units = list(_UNIT.finditer(literal, 1, len(literal) - 1))
    inner = units[offset].start() if offset < len(units) else len(literal) - 1
    return text.offset(piece.span.line, piece.span.column) + inner
