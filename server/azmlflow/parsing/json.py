"""JSON becomes a tree with spans, however broken: each thing wrong is one sentence that says what to do."""

from __future__ import annotations

from typing import Final

from azmlflow.parsing._json_scanner import Scanner
from azmlflow.parsing.base import Text
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree

MAX_DEPTH: Final = 200
MAX_NODES: Final = 200_000
KEY, COLON, VALUE, COMMA = range(4)
CLOSER: Final = {True: "}", False: "]"}
OPENER: Final = {True: "{", False: "["}


class _Frame:
    """An object or array that is still open; `expect` is what may come next."""

    __slots__ = ("comma", "entries", "expect", "is_map", "items", "key", "start")

    def __init__(self, is_map: bool, start: int) -> None:
        self.is_map = is_map
        self.start = start
        self.entries: list[tuple[Scalar, Node]] = []
        self.items: list[Node] = []
        self.key: Scalar | None = None
        self.expect = KEY if is_map else VALUE
        self.comma = -1


class _Parser:
    """Reads one document; never recurses."""

    def __init__(self, text: Text, comments: bool) -> None:
        self.text = text
        self.value = text.value
        self.scanner = Scanner(text, comments)
        self.lenient = comments
        self.stack: list[_Frame] = []
        self.open = {True: 0, False: 0}
        self.root: Node | None = None
        self.count = 0

    def parse(self) -> Tree:
        """Return the document's tree."""
        at = self.scanner.skip(1 if self.value.startswith("\ufeff") else 0)
        if at >= len(self.value):
            self.scanner.problem("the file is empty: JSON needs at least {}", 0, 0)
        while 0 <= at < len(self.value) and (self.root is None or self.stack):
            at = self.scanner.skip(self._step(at))
        if 0 <= at < len(self.value):
            self._trailing(at)
        self._close_open(at)
        return Tree(self.root, tuple(self.scanner.problems))

    def _step(self, at: int) -> int:
        """Take one token and return the offset behind it, or -1 to read no further."""
        char = self.value[at]
        frame = self.stack[-1] if self.stack else None
        if char in "}]":
            return self._close(at, char == "}")
        if frame is None:
            return self._value(at, None)
        if char == ",":
            return self._comma(frame, at)
        if char == ":" and frame.is_map:
            return self._colon(frame, at)
        if frame.expect == COMMA:
            self.scanner.problem("a comma is missing before this", at, at + 1)
            frame.expect = KEY if frame.is_map else VALUE
        if frame.expect == KEY and char not in "{[":
            return self._key(frame, at)
        return self._value(at, frame)

    def _key(self, frame: _Frame, at: int) -> int:
        frame.key, end = self.scanner.scalar(at, is_key=True)
        frame.expect = COLON
        return end

    def _value(self, at: int, frame: _Frame | None) -> int:
        if frame and frame.expect == COLON:
            self.scanner.problem("a colon is missing between the key and its value", at, at + 1)
        elif frame and frame.expect == KEY:
            self.scanner.problem('a key is missing: write "key": before this value', at, at + 1)
        if self.value[at] in "{[":
            return self._open(at)
        node, end = self.scanner.scalar(at, is_key=False)
        return self._add(node, end)

    def _open(self, at: int) -> int:
        if len(self.stack) >= MAX_DEPTH:
            self.scanner.problem(f"nested more than {MAX_DEPTH} deep: not read further", at, at + 1)
            return -1
        is_map = self.value[at] == "{"
        self.stack.append(_Frame(is_map, at))
        self.open[is_map] += 1
        return at + 1

    def _colon(self, frame: _Frame, at: int) -> int:
        if frame.expect == COLON:
            frame.expect = VALUE
        else:
            self.scanner.problem("this colon stands where none belongs: remove it", at, at + 1)
        return at + 1

    def _comma(self, frame: _Frame, at: int) -> int:
        if frame.expect == COMMA:
            frame.comma = at
        else:
            self._missing(frame, at, "one comma too many: remove it")
        frame.expect = KEY if frame.is_map else VALUE
        return at + 1

    def _missing(self, frame: _Frame, at: int, otherwise: str) -> None:
        """Report what was still expected, and give a key without value the value null."""
        if frame.key is None:
            self.scanner.problem(otherwise, at, at + 1)
            return
        colon = ": null" if frame.expect == COLON else "null"
        self.scanner.problem(f"this key has no value: give it one, such as {colon}", at, at)
        frame.entries.append((frame.key, Scalar(None, self.text.span(at, at))))
        frame.key = None

    def _close(self, at: int, is_map: bool) -> int:
        if not self.open[is_map]:
            self.scanner.problem(f"this {CLOSER[is_map]} closes nothing: remove it", at, at + 1)
            return at + 1
        while self.stack[-1].is_map != is_map:
            self._pop(at, at, closed=False)
        self._pop(at, at + 1, closed=True)
        return at + 1 if self.count < MAX_NODES else -1

    def _pop(self, at: int, end: int, closed: bool) -> None:
        frame = self.stack.pop()
        self.open[frame.is_map] -= 1
        if not closed:
            message = f"this {OPENER[frame.is_map]} is never closed: add {CLOSER[frame.is_map]}"
            self.scanner.problem(message, frame.start, frame.start + 1)
        if frame.key is not None:
            self._missing(frame, at, "")
        elif frame.comma >= 0 and frame.expect != COMMA and closed and not self.lenient:
            message = "a comma before the closing bracket: remove it"
            self.scanner.problem(message, frame.comma, frame.comma + 1)
        self._add(self._node(frame, end), end)

    def _node(self, frame: _Frame, end: int) -> Node:
        span = self.text.span(frame.start, end)
        if not frame.is_map:
            return Sequence(tuple(frame.items), span)
        if len({key.value for key, _ in frame.entries}) != len(frame.entries):
            self._report_repeated(frame.entries)
        return Mapping(tuple(frame.entries), span)

    def _report_repeated(self, entries: list[tuple[Scalar, Node]]) -> None:
        seen: set[object] = set()
        for key, _ in entries:
            if key.value in seen:
                name = str(key.value)[:60]
                message = f'the key "{name}" stands twice: the last one counts, remove the other'
                self.scanner.problem_at(message, key.span)
            seen.add(key.value)

    def _add(self, node: Node, end: int) -> int:
        self.count += 1
        if not self.stack:
            self.root = node
            return end
        frame = self.stack[-1]
        frame.expect = COMMA
        if not frame.is_map:
            frame.items.append(node)
        else:
            key, frame.key = frame.key, None
            frame.entries.append((key or Scalar(None, self.text.span(end, end)), node))
        if self.count == MAX_NODES:
            self.scanner.problem(f"more than {MAX_NODES:,} values: not read further", end, end)
        return end if self.count < MAX_NODES else -1

    def _trailing(self, at: int) -> None:
        message = "there is text after the end of the JSON value: remove it"
        if self.value[at] in ":," and isinstance(self.root, Scalar):
            message = "the braces around the object are missing: put { before it and } after it"
        end = len(self.value.rstrip())
        self.scanner.problem(message, at, max(at, end))

    def _close_open(self, at: int) -> None:
        """Close what the end of the text left open; the innermost is reported, unless a bound was met."""
        end = len(self.value.rstrip())
        if self.stack and at >= 0:
            frame = self.stack[-1]
            message = f"this {OPENER[frame.is_map]} is never closed: add {CLOSER[frame.is_map]} at the end"
            self.scanner.problem(message, frame.start, frame.start + 1)
        while self.stack:
            frame = self.stack.pop()
            if frame.key is not None:
                frame.entries.append((frame.key, Scalar(None, self.text.span(end, end))))
            self._add(self._node(frame, max(end, frame.start)), end)


def parse_json(text: Text) -> Tree:
    """Return the tree of a JSON file; what is not JSON is reported and read as it was meant."""
    return _Parser(text, comments=False).parse()


def parse_jsonc(text: Text) -> Tree:
    """Return the tree of JSON with comments and trailing commas, as VS Code's own files are written."""
    return _Parser(text, comments=True).parse()
