"""The leaves of JSON: strings, numbers, words and the space between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import decoder
from typing import Final

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.tree import Scalar
from azmlflow.patterns import pattern

MAX_PROBLEMS: Final = 50
SPACE: Final = pattern(r"[ \t\r\n]*")
OTHER_SPACE: Final = "\f\v\x85\xa0\ufeff\u2028\u2029\u200b"
SIMPLE: Final = pattern(r'"[^"\\\x00-\x1f]*"')
NUMBER: Final = pattern(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORD: Final = pattern(r"[^\s,:{}\[\]\"'/]+")
BARE: Final = pattern(r"[^\r\n,{}\[\]\"]+")
UNICODE: Final = pattern(r"(?:\\u[0-9a-fA-F]{4})+")
CHUNKS: Final = {quote: re.compile(rf"[^\\\r\n{quote}]*") for quote in "\"'`\u201d\u2019"}
ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
CLOSING: Final = (
    {"'": "'", "`": "`"} | dict.fromkeys("\u201c\u201d", "\u201d") | dict.fromkeys("\u2018\u2019", "\u2019")
)
CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
PYTHON: Final = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")
LONG: Final = 400
SCAN: Final[Callable[[str, int, bool], tuple[str, int]]] = decoder.scanstring  # type: ignore[attr-defined]


class Scanner:
    """Reads leaves at an offset and collects the problems of the whole document."""

    def __init__(self, text: Text, comments: bool) -> None:
        self.text = text
        self.value = text.value
        self.comments = comments
        self.problems: list[Problem] = []

    def problem(self, message: str, start: int, end: int) -> None:
        """Note a problem between two offsets, unless there are plenty."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(message, self.text.span(start, end)))

    def problem_at(self, message: str, span: Span) -> None:
        """Note a problem at a span, unless there are plenty."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(message, span))

    def skip(self, at: int) -> int:
        """Return the offset behind space and comments; comments that follow each other are one problem."""
        if at < 0:
            return at
        value = self.value
        at = SPACE.match(value, at).end()  # type: ignore[union-attr]  # it matches everywhere
        first, last = -1, -1
        while at < len(value) and (value[at] in "/#" or value[at] in OTHER_SPACE):
            end = self._comment_end(at)
            if end == at:
                break
            if value[at] in "/#" and not (self.comments and value[at] == "/"):
                first, last = (at if first < 0 else first), end
            at = SPACE.match(value, end).end()  # type: ignore[union-attr]
        if first >= 0:
            self.problem(f"JSON has no {'such ' if self.comments else ''}comments: remove this", first, last)
        return at

    def _comment_end(self, at: int) -> int:
        value = self.value
        if value[at] in OTHER_SPACE:
            return at + 1
        if value.startswith("/*", at):
            end = value.find("*/", at + 2)
            if end < 0:
                self.problem("this comment is never closed: add */", at, at + 2)
            return len(value) if end < 0 else end + 2
        if value[at] == "#" or value.startswith("//", at):
            return at + len(self.text.line(self.text.position(at)[0])) - self.text.position(at)[1]
        return at

    def scalar(self, at: int, is_key: bool) -> tuple[Scalar, int]:
        """Read the string, number or word at an offset, and return it with the offset behind it."""
        found = SIMPLE.match(self.value, at)
        if found:
            end = found.end()
            return Scalar(self.value[at + 1 : end - 1], self.text.span(at, end)), end
        char = self.value[at]
        if char == '"':
            value, end = self._string(at)
        elif char in CLOSING:
            self.problem('strings stand in straight double quotes: write "..."', at, at + 1)
            value, end = self._loose_string(at, CLOSING[char])
        else:
            return self._word(at, is_key)
        return Scalar(value, self.text.span(at, end)), end

    def _string(self, at: int) -> tuple[str, int]:
        try:
            return SCAN(self.value, at + 1, True)
        except ValueError:
            return self._loose_string(at, '"')

    def _loose_string(self, at: int, quote: str) -> tuple[str, int]:
        """Read a string up to its quote or, when that is missing, up to the end of its line."""
        parts: list[str] = []
        i, value, chunk = at + 1, self.value, CHUNKS[quote]
        while True:
            match = chunk.match(value, i)
            end = match.end() if match else i
            parts.append(value[i:end])
            char = value[end : end + 1]
            if char == quote:
                return self._whole(parts, at, end + 1)
            if char != "\\":
                return self._unclosed(parts, at, end)
            part, i = self._escape(end, quote)
            parts.append(part)

    def _whole(self, parts: list[str], at: int, end: int) -> tuple[str, int]:
        joined = "".join(parts)
        if any(char < " " for char in self.value[at:end]):
            self.problem("a tab or control character inside a string: write \\t, or remove it", at, end)
        return joined, end

    def _unclosed(self, parts: list[str], at: int, end: int) -> tuple[str, int]:
        self.problem('this string is never closed: add " at its end', at, end)
        joined = "".join(parts).rstrip()
        end = at + 1 + len(self.value[at + 1 : end].rstrip())
        if joined.endswith(","):
            return joined[:-1], end - 1
        return joined, end

    def _escape(self, at: int, quote: str) -> tuple[str, int]:
        char = self.value[at + 1 : at + 2]
        if char in ESCAPES and char:
            return ESCAPES[char], at + 2
        match = UNICODE.match(self.value, at)
        if match:
            return SCAN(f'{match.group()}"', 0, True)[0], match.end()
        if char == quote:
            return char, at + 2
        self.problem("not an escape: write \\\\ for a backslash", at, at + 1)
        return "\\", at + 1

    def _word(self, at: int, is_key: bool) -> tuple[Scalar, int]:
        match = WORD.match(self.value, at)
        end = match.end() if match else at + 1
        word = self.value[at:end]
        span = self.text.span(at, end)
        if is_key:
            self.problem('keys stand in double quotes: write "..."', at, end)
            return Scalar(word, span), end
        number = NUMBER.fullmatch(word)
        if number:
            return Scalar(_number(word, number.group(1) is None and number.group(2) is None), span), end
        if word in CONSTANTS:
            return Scalar(CONSTANTS[word], span), end
        return self._odd_word(word, at, end)

    def _odd_word(self, word: str, at: int, end: int) -> tuple[Scalar, int]:
        if word in PYTHON:
            self.problem(f"{word} is not JSON: write {PYTHON[word]}", at, end)
            return Scalar(CONSTANTS[PYTHON[word]], self.text.span(at, end)), end
        if word in NOT_FINITE:
            self.problem(f"{word} is not JSON: write null", at, end)
            return Scalar(float(word), self.text.span(at, end)), end
        bare = BARE.match(self.value, at)
        end = max(end, bare.end()) if bare else end
        bare_word = self.value[at:end].rstrip() or word
        end = at + len(bare_word)
        self.problem('this is neither a string nor a number: put it in double quotes, "..."', at, end)
        return Scalar(bare_word, self.text.span(at, end)), end


def _number(word: str, whole: bool) -> int | float:
    if whole and len(word) < LONG:
        return int(word)
    return float(word)
