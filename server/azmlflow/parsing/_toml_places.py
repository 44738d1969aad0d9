"""Where the keys and values of a TOML document stand: a look at its shape, not at what the values mean."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from azmlflow.patterns import pattern

MAX_DEPTH: Final = 50
MAX_SCALAR: Final = 4_000
SPACE: Final = pattern(r"[ \t]*(?:#[^\n]*)?")
GAP: Final = pattern(r"(?:[ \t\r\n]+|#[^\n]*)*")
KEY_PART: Final = pattern(
    r"[ \t]*([A-Za-z0-9_-]+|\"[^\"\\\r\n]*(?:\\[^\r\n][^\"\\\r\n]*)*\"|'[^'\r\n]*')[ \t]*"
)
STRING: Final = pattern(r"\"[^\"\\\r\n]*(?:\\[^\r\n][^\"\\\r\n]*)*\"|'[^'\r\n]*'")
BARE: Final = pattern(r"[^\s,\[\]{}#=\"']+(?: [0-9][0-9:.]*[^\s,\[\]{}#=\"']*)?")
STARTS: Final = pattern(
    r"[ \t]*(?:\[{1,2}[\w\"'. -]+\]{1,2}[ \t]*(?:#[^\n]*)?\r?(?:\n|$)"
    r"|(?:[\w.-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*=)"
)
LONG: Final = {quote: re.compile(rf"\\.|{quote}{{3,5}}", re.DOTALL) for quote in ("'", '"')}

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Offsets of a key and of its value."""

    key: int
    key_end: int
    start: int
    end: int


class Statement(NamedTuple):
    """A line, or more, that says one thing; `broken` is where it stops being TOML, or -1.

    `too_much` when it goes beyond what is read.
    """

    start: int
    end: int
    is_header: bool
    broken: int
    too_much: bool


class _Broken(Exception):
    """The statement is not TOML from this offset on; what is read next starts on a line behind `resume`."""

    def __init__(self, at: int, too_much: bool = False, resume: int | None = None) -> None:
        super().__init__()
        self.at = at
        self.too_much = too_much
        self.resume = at if resume is None else resume


class Key(NamedTuple):
    """One part of a dotted key."""

    name: str
    start: int
    end: int


class _Open(NamedTuple):
    """An array or inline table that is not closed yet."""

    path: Path
    key: Key
    start: int
    closing: str


class Locator:
    """Goes through a document once; what it cannot follow it skips to the end of the line."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.places: dict[Path, Place] = {}
        self.statements: list[Statement] = []
        self._table: Path = ()
        self._counts: dict[Path, int] = {}
        self._locate()

    def _locate(self) -> None:
        value, at = self.value, _match(GAP, self.value, 0)
        while at < len(value):
            is_header = value[at] == "["
            try:
                end = self._header(at) if is_header else self._pair(at, self._table)
                found = Statement(at, self._line_end(end), is_header, -1, too_much=False)
            except _Broken as broken:
                end = _resumed(value, at, broken.resume)
                found = Statement(at, end, is_header, broken.at, broken.too_much)
            self.statements.append(found)
            end = found.end
            at = _match(GAP, value, max(end, at + 1))

    def _line_end(self, at: int) -> int:
        end = _match(SPACE, self.value, at)
        if end < len(self.value) and self.value[end] not in "\r\n":
            raise _Broken(end)
        return at

    def _header(self, at: int) -> int:
        is_array = self.value.startswith("[[", at)
        keys, end = self._keys(at + 1 + is_array)
        closing = "]]" if is_array else "]"
        if not self.value.startswith(closing, end):
            raise _Broken(end)
        end += len(closing)
        path: Path = ()
        for key in keys[:-1]:
            path = self._inside((*path, key.name))
            self._note(path, key, at, end)
        path = (*path, keys[-1].name)
        self._note(path, keys[-1], at, end)
        if is_array:
            count = self._counts[path] = self._counts.get(path, 0) + 1
            path = (*path, count - 1)
            self._note(path, keys[-1], at, end)
        self._table = self._inside(path)
        self._grow(self._table, end)
        return end

    def _inside(self, path: Path) -> Path:
        """Return the path of the table that counts: of an array of tables the last."""
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def _pair(self, at: int, table: Path) -> int:
        """Read `key = value` and return the offset behind it."""
        keys, end = self._keys(at)
        if not self.value.startswith("=", end):
            raise _Broken(end)
        start = _match(SPACE, self.value, end + 1)
        path = table
        for key in keys:
            path = (*path, key.name)
            self._note(path, key, at, start)
        end = self._value(start, path, keys[-1])
        self._grow(path[:-1], end)
        return end

    def _keys(self, at: int) -> tuple[list[Key], int]:
        keys: list[Key] = []
        while True:
            match = KEY_PART.match(self.value, at)
            if not match:
                raise _Broken(at)
            if len(keys) >= MAX_DEPTH:
                raise _Broken(at, too_much=True)
            keys.append(Key(_key_name(match[1]), match.start(1), match.end(1)))
            at = match.end()
            if not self.value.startswith(".", at):
                return keys, at
            at += 1

    def _value(self, at: int, path: Path, key: Key) -> int:
        """Read a value, noting what stands inside; arrays and inline tables wait on a stack."""
        stack: list[_Open] = []
        while True:
            at, opened = self._open(at, path, key, stack)
            while not opened:
                if not stack:
                    return at
                at = _match(GAP, self.value, at)
                if self.value.startswith(",", at):
                    at = _match(GAP, self.value, at + 1)
                    if not self.value.startswith(stack[-1].closing, at):
                        break
                if not self.value.startswith(stack[-1].closing, at):
                    raise _Broken(at)
                done = stack.pop()
                at += 1
                self._set(done.path, done.key, done.start, at)
            path, at, key = self._next(at, stack[-1])

    def _open(self, at: int, path: Path, key: Key, stack: list[_Open]) -> tuple[int, bool]:
        """Read a scalar, or open an array or inline table that has something in it."""
        char = self.value[at : at + 1]
        if char not in ("[", "{"):
            end = self._scalar(at)
            self._set(path, key, at, end)
            return end, False
        if len(stack) >= MAX_DEPTH:
            raise _Broken(at, too_much=True)
        closing = "]" if char == "[" else "}"
        inside = _match(GAP, self.value, at + 1)
        if self.value.startswith(closing, inside):
            self._set(path, key, at, inside + 1)
            return inside + 1, False
        if closing == "]":
            self._counts[(*path, "]")] = 0
        stack.append(_Open(path, key, at, closing))
        return inside, True

    def _next(self, at: int, inside: _Open) -> tuple[Path, int, Key]:
        """Return the path, offset and key of the next element."""
        path = inside.path
        if inside.closing == "]":
            number = self._counts[(*path, "]")]
            self._counts[(*path, "]")] = number + 1
            return (*path, number), at, inside.key
        keys, end = self._keys(at)
        if not self.value.startswith("=", end):
            raise _Broken(end)
        for part in keys:
            path = (*path, part.name)
            self._note(path, part, at, end)
        return path, _match(GAP, self.value, end + 1), keys[-1]

    def _scalar(self, at: int) -> int:
        quote = self.value[at : at + 1]
        if quote in LONG and self.value.startswith(quote * 3, at):
            for match in LONG[quote].finditer(self.value, at + 3):
                if match[0][0] == quote:
                    return match.end()
            raise _Broken(len(self.value), resume=at)
        end = _match(STRING if quote in LONG else BARE, self.value, at)
        if end == at:
            raise _Broken(at)
        if quote not in LONG and end - at > MAX_SCALAR:
            raise _Broken(end, too_much=True)
        return end

    def _note(self, path: Path, key: Key, start: int, end: int) -> None:
        if path not in self.places:
            self.places[path] = Place(key.start, key.end, start, end)

    def _set(self, path: Path, key: Key, start: int, end: int) -> None:
        self.places[path] = Place(key.start, key.end, start, end)
        self._grow(path[:-1], end)

    def _grow(self, path: Path, end: int) -> None:
        """Let tables reach to what was last said of them."""
        while path:
            place = self.places.get(path)
            if place and place.end < end:
                self.places[path] = place._replace(end=end)
            path = path[:-1]


def _match(pattern: re.Pattern[str], value: str, at: int) -> int:
    match = pattern.match(value, at)
    return match.end() if match else at


def _resumed(value: str, start: int, at: int) -> int:
    """Return the end of a broken statement: it takes the lines behind `at` that start no other."""
    line = max(value.rfind("\n", 0, at), value.find("\n", start, at))
    while line < start or not STARTS.match(value, line + 1):
        line = value.find("\n", max(line + 1, at))
        if line < 0:
            return len(value)
    return line


def _key_name(written: str) -> str:
    if written[0] not in "\"'":
        return written
    inner = written[1:-1]
    if written[0] == "'" or "\\" not in inner:
        return inner
    from azmlflow.parsing.toml import loads

    try:
        return next(iter(loads(f"{written} = 0")))
    except ValueError:
        return inner
