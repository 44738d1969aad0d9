"""The vocabulary of every parser: spans, problems and decoded text."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Span(NamedTuple):
    """A stretch of text: lines and columns count from 0, columns in code points, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def shifted(self, lines: int) -> Span:
        """Return this span moved down by `lines` lines."""
        return Span(self.line + lines, self.column, self.end_line + lines, self.end_column)

    def contains(self, line: int, column: int) -> bool:
        """Tell whether the position lies inside, both ends included."""
        return (self.line, self.column) <= (line, column) <= (self.end_line, self.end_column)

    @classmethod
    def at(cls, line: int, column: int = 0) -> Span:
        """Return the empty span at a position: where something is inserted."""
        return cls(line, column, line, column)


class Problem(NamedTuple):
    """Something a parser could not understand, as one clear sentence."""

    message: str
    span: Span


class Text:
    """Decoded text of one file together with what is needed to write it back unchanged.

    Lines are split at `\\n`, `\\r\\n` and lone `\\r` only: the line ends of the Language Server Protocol.
    """

    __slots__ = ("_starts", "encoding", "newline", "value")

    def __init__(self, value: str, encoding: str = "utf-8") -> None:
        self.value = value
        self.encoding = encoding
        self.newline = _newline_of(value)
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Offsets at which each line begins."""
        if self._starts is None:
            self._starts = line_starts(self.value)
        return self._starts

    @property
    def line_count(self) -> int:
        """How many lines there are; text that ends in a line end has an empty last line."""
        return len(self.starts)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a position, clipped to the line and to the text."""
        starts = self.starts
        if line >= len(starts):
            return len(self.value)
        end = starts[line + 1] if line + 1 < len(starts) else len(self.value)
        return min(starts[line] + column, end)

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        return Span(*self.position(start), *self.position(end))

    def slice(self, span: Span) -> str:
        """Return the text that a span covers."""
        return self.value[self.offset(span.line, span.column) : self.offset(span.end_line, span.end_column)]

    def edited(self, start: int, end: int, replacement: str) -> Text:
        """Return the text with one stretch of it replaced; the starts of lines far from it are only moved.

        Two lines either side are split anew: `\\r` and `\\n` that meet or part make one line end or two.
        """
        value = self.value[:start] + replacement + self.value[end:]
        edited = Text(value, self.encoding)
        starts, moved = self.starts, len(value) - len(self.value)
        first = max(bisect_right(starts, start) - 2, 0)
        last = bisect_right(starts, end) + 1
        tail = starts[last:]
        window_end = tail[0] + moved if tail else len(value)
        inside = [starts[first] + at for at in line_starts(value[starts[first] : window_end])]
        if tail and inside[-1] == window_end:
            inside.pop()
        edited._starts = starts[:first] + inside + ([at + moved for at in tail] if moved else tail)
        return edited

    def line(self, number: int) -> str:
        """Return one line without its line end, or an empty string beyond the last."""
        starts = self.starts
        if number >= len(starts):
            return ""
        end = starts[number + 1] if number + 1 < len(starts) else len(self.value)
        return self.value[starts[number] : end].rstrip("\r\n")


def line_starts(value: str) -> list[int]:
    """Return the offset of each line's first character."""
    starts = [0]
    find = value.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    at = find("\r")
    if at < 0:
        return starts
    lone = []
    while at >= 0:
        if value[at + 1 : at + 2] != "\n":
            lone.append(at + 1)
        at = find("\r", at + 1)
    return sorted(starts + lone) if lone else starts


def _newline_of(value: str) -> str:
    first = value.find("\n")
    if first < 0:
        return "\r" if "\r" in value else "\n"
    return "\r\n" if value[first - 1 : first] == "\r" else "\n"


def decode(data: bytes) -> tuple[Text, Problem | None]:
    """Decode a file's bytes by its byte order mark, else as UTF-8, else byte for byte with a problem.

    PowerShell's `>` writes UTF-16, with a mark; such requirement files are common enough to be read.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _decode_as(data, encoding)
    return _decode_as(data, "utf-8")


def _decode_as(data: bytes, encoding: str) -> tuple[Text, Problem | None]:
    try:
        return Text(data.decode(encoding), encoding), None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n")
        problem = Problem(
            f"not valid {encoding.removesuffix('-sig').upper()}: save it as UTF-8", Span.at(line)
        )
        return Text(data.decode("latin-1"), "latin-1"), problem
