"""The words of a shell script: quotes, escapes and substitutions, read in linear time and never run."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from azmlflow.patterns import pattern

BLANK: Final = pattern(r"(?:[^\S\r\n]+|[\\`]\r?\n)*")
PLAIN: Final = pattern(r"[^\s\\'\"`$;&|()<>]+")
IN_QUOTES: Final = pattern(r"[^\"\\$`]+")
NESTING: Final = pattern(r"\\.|\$\(|['\"`()]", re.DOTALL)
ENDS: Final = ";&|()<>"
SPECIAL: Final = pattern(r"[A-Za-z0-9_@*#?!{(\[-]")

Quote = Literal["", "'", '"']


class Token(NamedTuple):
    """A word: its value without quotes, where it stands, and what a shell would still do to it.

    `substitution` is where the command stands when the word is nothing but `$(command)`, quoted or not.
    """

    value: str
    start: int
    end: int
    quote: Quote
    expands: bool
    substitution: tuple[int, int] | None


class Lexer:
    """Reads words from a text.

    What is opened and never closed takes the rest of its line. From then on nothing is looked for beyond a
    line's end, so that a text full of lone quotes is not searched to its end for each of them.
    """

    def __init__(self, value: str) -> None:
        self.value = value
        self.nested: list[tuple[int, int]] = []
        self._one_line = False
        self._parts: list[str] = []
        self._expands = False

    def blank(self, at: int) -> int:
        """Return the offset behind spaces and continued line ends."""
        match = BLANK.match(self.value, at)
        return match.end() if match else at

    def line_end(self, at: int) -> int:
        """Return the offset of the line's end."""
        newline = self.value.find("\n", at)
        end = len(self.value) if newline < 0 else newline
        return end - 1 if end > at and self.value[end - 1] == "\r" else end

    def word(self, at: int, end: int) -> Token:
        """Read the word at an offset; it is empty when none starts there."""
        self._parts, self._expands = [], False
        start, first_nested = at, len(self.nested)
        while at < end and not (self.value[at].isspace() or self.value[at] in ENDS):
            behind = self._piece(at, end)
            if behind < 0:
                behind = min(end, max(self.line_end(at), at + 1))
                self._parts.append(self.value[at:behind])
                self._one_line = True
            if behind == at:
                break
            at = behind
        quote = self._quote_of(start, at)
        whole = self._substitution(start, at, first_nested, quote)
        return Token("".join(self._parts), start, at, quote, self._expands, whole)

    def closing(self, at: int, closer: str, end: int) -> int:
        """Return the offset of the closing bracket or backtick, minding quotes and nesting, or -1."""
        limit = min(end, self.line_end(at)) if self._one_line else end
        stack = [closer]
        for match in NESTING.finditer(self.value, at, limit):
            self._nest(stack, match[0])
            if not stack:
                return match.start()
        self._one_line = True
        return -1

    @staticmethod
    def _nest(stack: list[str], found: str) -> None:
        top = stack[-1]
        if found == top:
            stack.pop()
        elif top == "'" or found[0] == "\\":
            return
        elif found == "$(":
            stack.append(")")
        elif top != '"' and found in "('\"`":
            stack.append(")" if found == "(" else found)

    def _piece(self, at: int, end: int) -> int:
        """Take one piece of a word and return the offset behind it, or -1 when it is not closed."""
        char = self.value[at]
        if char == "'":
            return self._single(at + 1, end)
        if char == '"':
            return self._double(at + 1, end)
        if char == "$":
            return self._dollar(at, end)
        if char == "`":
            return self._backtick(at, end)
        if char == "\\":
            return self._escape(at, end)
        plain = PLAIN.match(self.value, at, end)
        if not plain:
            return at
        self._parts.append(plain[0])
        return plain.end()

    def _single(self, at: int, end: int) -> int:
        limit = min(end, self.line_end(at)) if self._one_line else end
        close = self.value.find("'", at, limit)
        if close >= 0:
            self._parts.append(self.value[at:close])
        return close + 1 if close >= 0 else -1

    def _double(self, at: int, end: int) -> int:
        limit = min(end, self.line_end(at)) if self._one_line else end
        count = len(self._parts)
        while 0 <= at < limit:
            char = self.value[at]
            if char == '"':
                return at + 1
            if char == "\\":
                at = self._escape(at, end, '"\\$`\n')
            elif char == "$":
                at = self._dollar(at, end)
            elif char == "`" and self.value[at + 1 : at + 2] not in ("\n", "\r"):
                at = self._backtick(at, end)
            else:
                match = IN_QUOTES.match(self.value, at, limit)
                self._parts.append(match[0] if match else char)
                at = match.end() if match else at + 1
        del self._parts[count:]
        return -1

    def _escape(self, at: int, end: int, escaped: str | None = None) -> int:
        char = self.value[at + 1 : at + 2]
        if char in ("\n", "\r"):
            return min(end, at + 2 + self.value.startswith("\r\n", at + 1))
        keeps = escaped is not None and char not in escaped
        self._parts.append(f"\\{char}" if keeps else char)
        return min(end, at + 2)

    def _dollar(self, at: int, end: int) -> int:
        if self.value.startswith("$(", at):
            return self._command(at, at + 2, self.closing(at + 2, ")", end))
        if self.value.startswith("${", at):
            closer = "}}" if self.value.startswith("${{", at) else "}"
            close = self.value.find(closer, at, min(end, self.line_end(at)))
            if close < 0:
                return -1
            self._expands = True
            self._parts.append(self.value[at : close + len(closer)])
            return close + len(closer)
        self._expands = self._expands or SPECIAL.match(self.value, at + 1) is not None
        self._parts.append("$")
        return at + 1

    def _backtick(self, at: int, end: int) -> int:
        if self.value[at + 1 : at + 2] in ("\n", "\r"):
            return at
        limit = min(end, self.line_end(at)) if self._one_line else end
        return self._command(at, at + 1, self.value.find("`", at + 1, limit))

    def _command(self, at: int, inner: int, close: int) -> int:
        if close < 0:
            return -1
        self._expands = True
        self._parts.append(self.value[at : close + 1])
        self.nested.append((inner, close))
        return close + 1

    def _quote_of(self, start: int, end: int) -> Quote:
        value = self.value
        if end - start < 2 or value[start] != value[end - 1] or value[start] not in "\"'":
            return ""
        if value[start] == "'":
            return "'" if value.find("'", start + 1, end) == end - 1 else ""
        return '"' if self._is_one_string(start, end) else ""

    def _is_one_string(self, start: int, end: int) -> bool:
        """Tell whether a word that starts and ends in double quotes is a single string."""
        stack = ['"']
        for match in NESTING.finditer(self.value, start + 1, end):
            self._nest(stack, match[0])
            if not stack:
                return match.end() == end
        return False

    def _substitution(self, start: int, end: int, first: int, quote: Quote) -> tuple[int, int] | None:
        if len(self.nested) != first + 1:
            return None
        inner, close = self.nested[first]
        width = 1 if quote == '"' else 0
        opening = 2 if self.value[inner - 1] == "(" else 1
        return (inner, close) if inner - opening == start + width and close + 1 == end - width else None
