"""Comments that speak to azmlflow, found without parsing: `# azmlflow: ignore[AZM101]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span, Text

WORD: Final = "azmlflow:"


class Comment(NamedTuple):
    """A comment that holds `azmlflow:`; the text starts with the comment sign."""

    text: str
    span: Span


def find_comments(text: Text, marker: str = "#", outside: Iterable[Span] = ()) -> tuple[Comment, ...]:
    """Return the comments that hold `azmlflow:`, except those in the spans `outside`, such as strings."""
    if WORD not in text.value:
        return ()
    strings = sorted(outside)
    found = [comment for line in _lines_with_word(text) if (comment := _comment_of(text, line, marker))]
    return tuple(comment for comment in found if not _inside(comment.span, strings))


def _lines_with_word(text: Text) -> Iterable[int]:
    """Yield the number of each line that holds the word, each once."""
    at = text.value.find(WORD)
    while at >= 0:
        line = text.position(at)[0]
        yield line
        if line + 1 >= text.line_count:
            return
        at = text.value.find(WORD, text.starts[line + 1])


def _comment_of(text: Text, number: int, marker: str) -> Comment | None:
    line = text.line(number)
    start = comment_start(line, marker)
    if start < 0 or WORD not in line[start:]:
        return None
    body = line[start:].rstrip()
    return Comment(body, Span(number, start, number, start + len(body)))


def comment_start(line: str, marker: str = "#") -> int:
    """Return where a comment starts in one line, outside quotes and behind white space, or -1."""
    quote = ""
    for i, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (i == 0 or line[i - 1] in " \t=:[{(,"):
            quote = char
        elif char == marker[0] and line.startswith(marker, i) and (i == 0 or line[i - 1].isspace()):
            return i
    return -1


def _inside(span: Span, strings: list[Span]) -> bool:
    return any(string.contains(span.line, span.column) for string in strings)
