"""The changes of one didChange become the new text and the one stretch of lines that they touched."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from azmlflow.lsp import convert
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import ChangedLines


def apply(
    text: Text, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: convert.Encoding | str
) -> tuple[Text, ChangedLines | None]:
    """Return the text after all changes, in order, and which lines changed: None when the whole text was sent."""
    merged: ChangedLines | None = None
    whole = not changes
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            text, touched = _replace(text, change, encoding)
            merged = touched if merged is None else merge(merged, touched)
        else:
            text, whole = Text(change.text), True
    return text, None if whole else merged


def merge(earlier: ChangedLines, later: ChangedLines) -> ChangedLines:
    """Return one edit that does what two do; the later one counts its old lines in the text between the two."""
    end = max(earlier.new_end, later.old_end)
    return ChangedLines(
        min(earlier.first, later.first),
        end - earlier.new_end + earlier.old_end,
        end - later.old_end + later.new_end,
    )


def _replace(
    text: Text, change: types.TextDocumentContentChangePartial, encoding: convert.Encoding | str
) -> tuple[Text, ChangedLines]:
    span = convert.to_span(change.range, text, encoding)
    start, end = text.offset(span.line, span.column), text.offset(span.end_line, span.end_column)
    edited = text.edited(start, max(start, end), change.text)
    first, old_end = span.line, max(span.line, span.end_line) + 1
    if (
        "\r" in edited.value or "\r" in text.value
    ):  # one beside the edit may have become, or ceased to be, half a line end
        first, old_end = max(first - 1, 0), min(old_end + 1, text.line_count)
    return edited, ChangedLines(first, old_end, old_end + edited.line_count - text.line_count)
