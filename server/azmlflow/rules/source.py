"""The text that a location lies in: what fixes and code frames are made from."""

from __future__ import annotations

from azmlflow.parsing.base import Span, Text
from azmlflow.workspace.snapshot import Location, Snapshot
from azmlflow.workspace.texts import text_at as text_at
from azmlflow.workspace.texts import text_of as text_of


def slice_at(snapshot: Snapshot, location: Location) -> str:
    """Return the exact text that a location covers; empty when the file is not in the snapshot."""
    text = text_at(snapshot, location)
    return text.slice(location.span) if text else ""


def indentation(text: Text, line: int) -> str:
    """Return the white space that a line begins with."""
    value = text.line(line)
    return value[: len(value) - len(value.lstrip())]


def between(first: Span, last: Span) -> Span:
    """Return the span from the end of `first` to the end of `last`."""
    return Span(first.end_line, first.end_column, last.end_line, last.end_column)
