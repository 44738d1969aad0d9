"""Environment files as python-dotenv reads them, with spans and in linear time.

The grammar is python-dotenv's own, written anew because its patterns keep no columns and take quadratic time
on long runs of spaces; a property test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.comments import Comment, find_comments
from azmlflow.patterns import pattern

MAX_VALUE: Final = 100_000
MAX_ENTRIES: Final = 20_000
MAX_PROBLEMS: Final = 1_000
BLANK: Final = pattern(r"[^\S\r\n]*")
SPACE: Final = pattern(r"\s*")
EXPORT: Final = pattern(r"(?:export[^\S\r\n]+)?")
QUOTED_KEY: Final = pattern(r"'([^']+)'")
KEY: Final = pattern(r"[^=#\s]+")
LINE: Final = pattern(r"[^\r\n]*")
COMMENT: Final = pattern(r"\s#")
TAIL: Final = pattern(r"[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|$)")
REST: Final = pattern(r"[^\r\n]*(?:\r\n|\r|\n)?")
ESCAPES: Final = {'"': re.compile(r"\\[\\'\"abfnrtv]"), "'": re.compile(r"\\[\\']")}
ESCAPED: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
NOT_A_LINE: Final = "python-dotenv skips this line: write KEY=value"
UNCLOSED: Final = "python-dotenv skips this line: its quote is never closed"
AFTER_QUOTE: Final = "python-dotenv skips this line: there is text after the closing quote"

Quote = Literal["", "'", '"']


class DotenvEntry(NamedTuple):
    """One binding. `value` is not yet expanded, None for a key without `=`; `raw` is the value as written.

    `value_span` covers the quotes too, and is empty where a value would stand. `line` counts from 0.
    """

    key: str
    value: str | None
    raw: str
    interpolated: bool
    exported: bool
    quote: Quote
    key_span: Span
    value_span: Span
    span: Span
    line: int


class DotenvFacts(NamedTuple):
    """What an environment file says, in order; of a repeated key the last one counts."""

    entries: tuple[DotenvEntry, ...]
    problems: tuple[Problem, ...]
    comments: tuple[Comment, ...]


class Variable(NamedTuple):
    """`${name}` or `${name:-default}` in a value."""

    name: str
    default: str | None
    start: int
    end: int


class _SkipLine(Exception):
    """This line is no binding; the message says why, and the line to skip is the one that holds `at`."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class _Raw(NamedTuple):
    value: str | None
    quote: Quote
    start: int
    end: int


def parse_dotenv(text: Text) -> DotenvFacts:
    """Return the bindings of an environment file; a line that python-dotenv skips is a problem."""
    entries: list[DotenvEntry] = []
    problems: list[Problem] = []
    value = text.value
    at = _skip(SPACE, value, 1 if value.startswith("\ufeff") else 0)
    while at < len(value) and len(entries) < MAX_ENTRIES and len(problems) < MAX_PROBLEMS:
        try:
            entry, end = _binding(text, at)
            entries += [entry] if entry else []
        except _SkipLine as skip:
            end = _skip(REST, value, skip.at)
            stop = at + len(value[at:end].rstrip())
            problems.append(Problem(skip.message, text.span(at, stop)))
        at = _skip(SPACE, value, end)
    if at < len(value):
        problems.append(
            Problem("too many lines for an environment file: not read further", text.span(at, at))
        )
    strings = [entry.value_span for entry in entries if entry.quote]
    return DotenvFacts(tuple(entries), tuple(problems), find_comments(text, outside=strings))


def variables(value: str) -> Iterator[Variable]:
    """Yield the variables that python-dotenv expands in a value."""
    at, close = value.find("${"), -1
    while at >= 0:
        if close < at + 2:
            close = value.find("}", at + 2)
        if close < 0:
            return
        colon = value.find(":", at + 2, close)
        if colon >= 0 and value[colon + 1] != "-":
            at = value.find(
                "${", colon
            )  # no name holds a colon: none of the `${` before it begins a variable
            continue
        name = value[at + 2 : close if colon < 0 else colon]
        yield Variable(name, None if colon < 0 else value[colon + 2 : close], at, close + 1)
        at = value.find("${", close)


def expand(
    entries: Iterable[DotenvEntry], environ: Mapping[str, str], override: bool = True
) -> dict[str, str | None]:
    """Return the values as python-dotenv expands them in an environment.

    With `override` a variable is looked up in the file first, else in the environment first. A value that
    would grow beyond 100,000 characters stays as written.
    """
    values: dict[str, str | None] = {}
    layers: tuple[Mapping[str, str | None], ...] = (values, environ) if override else (environ, values)
    for entry in entries:
        values[entry.key] = entry.value if entry.value is None else _expanded(entry.value, layers)
    return values


def _expanded(value: str, layers: tuple[Mapping[str, str | None], ...]) -> str:
    parts: list[str] = []
    at = size = 0
    for variable in variables(value):
        layer = next((layer for layer in layers if variable.name in layer), None)
        found = variable.default if layer is None else layer[variable.name]
        parts += [value[at : variable.start], found or ""]
        size += len(found or "")
        at = variable.end
        if size > MAX_VALUE:
            return value
    return "".join([*parts, value[at:]])


def _skip(pattern: re.Pattern[str], value: str, at: int) -> int:
    match = pattern.match(value, at)
    return match.end() if match else at


def _binding(text: Text, at: int) -> tuple[DotenvEntry | None, int]:
    """Read the binding or comment at an offset and return it with the offset of the next line."""
    value = text.value
    start = _skip(EXPORT, value, at)
    if value.startswith("#", start):
        return None, _line_end(value, start, NOT_A_LINE)
    key, key_end = _key(value, start)
    equals = _skip(BLANK, value, key_end)
    raw = _Raw(None, "", key_end, key_end)
    if value.startswith("=", equals):
        raw = _value(value, equals + 1)
    end = _line_end(value, raw.end, AFTER_QUOTE if raw.quote else NOT_A_LINE)
    return _entry(text, at, start, key, key_end, raw), end


def _entry(text: Text, at: int, start: int, key: str, key_end: int, raw: _Raw) -> DotenvEntry:
    key_span = text.span(start, key_end)
    return DotenvEntry(
        key=key,
        value=raw.value,
        raw=text.value[raw.start : raw.end],
        interpolated=raw.value is not None and next(variables(raw.value), None) is not None,
        exported=start > at,
        quote=raw.quote,
        key_span=key_span,
        value_span=text.span(raw.start, raw.end),
        span=text.span(at, max(raw.end, key_end)),
        line=key_span.line,
    )


def _key(value: str, at: int) -> tuple[str, int]:
    if value.startswith("'", at):
        quoted = QUOTED_KEY.match(value, at)
        if not quoted:
            raise _SkipLine(UNCLOSED, at)
        return _translated(quoted[1]), quoted.end()
    key = KEY.match(value, at)
    if not key:
        raise _SkipLine(NOT_A_LINE, at)
    return key[0], key.end()


def _value(value: str, after_equals: int) -> _Raw:
    at = _skip(BLANK, value, after_equals)
    char = value[at : at + 1]
    if char in ("'", '"'):
        return _quoted(value, at, "'" if char == "'" else '"')
    if char in ("", "\r", "\n") or (char == "#" and at > after_equals):
        return _Raw("", "", after_equals, after_equals)
    line = value[at : _skip(LINE, value, at)]
    comment = COMMENT.search(line)
    written = (line[: comment.start()] if comment else line).rstrip()
    return _Raw(written, "", at, at + len(written))


def _quoted(value: str, at: int, quote: Quote) -> _Raw:
    end = _closing(value, at + 1, quote)
    if end < 0:
        raise _SkipLine(UNCLOSED, at)
    inner = _translated(value[at + 1 : end])
    return _Raw(ESCAPES[quote].sub(_unescaped, inner), quote, at, end + 1)


def _translated(value: str) -> str:
    """Return the value as a file opened for text has it: every line end is one character."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _unescaped(match: re.Match[str]) -> str:
    char = match[0][1]
    return ESCAPED.get(char, char)


def _closing(value: str, at: int, quote: str) -> int:
    """Return the offset of the closing quote, minding that a backslash escapes what follows, or -1."""
    end = value.find(quote, at)
    while end >= 0:
        backslash = value.find("\\", at, end)
        if backslash < 0:
            return end
        at = backslash + 2
        if at > end:
            end = value.find(quote, at)
    return -1


def _line_end(value: str, at: int, message: str) -> int:
    """Return the offset behind the line's end, or skip the line when more than a comment stands on it."""
    tail = TAIL.match(value, at)
    if not tail:
        raise _SkipLine(message, at)
    return tail.end()
