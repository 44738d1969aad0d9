"""The cheap look at a Python file or notebook: does it hold anything for us, and which modules does it import.

Both answers cost one pass over the bytes. They may say too much (a word in a comment, an import in a string), which
costs a little time and changes nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

NEEDLES: Final = (b"mlflow", b"azure", b"MLFLOW", b"AZURE")

_BACKSLASH: Final = ord("\\")
_LONGEST_HEAD: Final = 300
_LONGEST_STATEMENT: Final = 20_000
_WINDOW: Final = 4_000
_REST: Final = rb'[^\n;#\\"]*(?:\\\r?\n[^\n;#\\"]*)*'
_STATEMENT: Final = re.compile(
    rb'[ \t",\[]*(?:from[ \t]*([^\s;#"]+?)(?:[ \t]|\\\r?\n)*import\b[ \t]*'
    rb"(\([^)]*|(?!\()" + _REST + rb")|import[ \t]+(" + _REST + rb"))"
)
_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_COMMENT: Final = re.compile(r"#[^\n]*")


class Skim(NamedTuple):
    """What a look at a file's bytes told."""

    mentions: bool
    """It holds a word that makes it worth parsing."""
    imports: frozenset[str]
    """Dotted names: for `from a import b` both `a` and `a.b`."""


def skim_python(data: bytes, package: tuple[str, ...] = ()) -> Skim:
    """Look at a Python file; `package` holds the folders between the root and the file, for relative imports."""
    return Skim(mentions(data), imports_of(data, package))


def skim_notebook(data: bytes, package: tuple[str, ...] = ()) -> Skim:
    """Look at a notebook's JSON, where a line of code is a string or a part of one."""
    return Skim(mentions(data), imports_of(_code_around_imports(data), package))


def mentions(data: bytes) -> bool:
    """Tell whether the bytes hold a word of ours."""
    return any(map(data.__contains__, NEEDLES))


def imports_of(data: bytes, package: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the modules that import statements in Python source name; linear in the length of the source."""
    found: set[str] = set()
    match_at = _STATEMENT.match
    line_start, searched = 0, 0
    at = data.find(b"import")
    while at >= 0:
        newline = data.rfind(b"\n", searched, at)
        if newline > 0 and data[newline - 1] == _BACKSLASH:
            newline = data.rfind(b"\n", searched, newline)
        line_start = newline + 1 if newline >= 0 else line_start
        searched = at + 6
        if at - line_start <= _LONGEST_HEAD:
            limit = at + _LONGEST_STATEMENT
            match = match_at(data, line_start, limit)
            if not match or match.end() < searched:
                match = match_at(data, _statement_start(data, line_start, at), limit)
            if match and (end := match.end()) >= searched:
                found.update(_named(*match.groups()))
                searched = end
        at = data.find(b"import", searched)
    relative = [name for name in found if name[0] == "."]
    if relative:
        found.difference_update(relative)
        found.update(filter(None, (_absolute(name, package) for name in relative)))
    return frozenset(found)


def _statement_start(data: bytes, line_start: int, at: int) -> int:
    """Return where the last statement of a line like `try: import x` or `import os; import x` begins."""
    return max(data.rfind(b";", line_start, at), data.rfind(b":", line_start, at)) + 1 or line_start


@lru_cache(maxsize=8192)
def _named(module: bytes | None, names: bytes | None, plain: bytes | None) -> tuple[str, ...]:
    """Return what one statement names; relative names keep their dots."""
    if plain is not None:
        return tuple(_names_in(plain))
    base = (module or b"").decode("utf-8", "ignore")
    bare = base.lstrip(".")
    if bare and not _DOTTED.fullmatch(bare):
        return ()
    joint = base if not bare else f"{base}."
    return (base, *(joint + name for name in _names_in(names or b"")))


def _names_in(listed: bytes) -> list[str]:
    text = _COMMENT.sub("", listed.decode("utf-8", "ignore").replace("\\", " "))
    matches = (_DOTTED.match(piece.strip(' \t\r\n"(')) for piece in text.split(","))
    return [match.group() for match in matches if match]


def _absolute(name: str, package: tuple[str, ...]) -> str:
    bare = name.lstrip(".")
    above = len(name) - len(bare) - 1
    if above > len(package):
        return ""
    parents = package[: len(package) - above]
    return ".".join((*parents, bare) if bare else parents)


def _code_around_imports(data: bytes) -> bytes:
    """Return the stretches of a notebook that hold import statements, with line ends as in Python."""
    pieces: list[bytes] = []
    at = data.find(b"import")
    while at >= 0:
        start = max(at - _LONGEST_HEAD, 0)
        end = data.find(b"\n", at + _WINDOW)
        end = len(data) if end < 0 else end
        pieces.append(data[start:end].replace(b"\\n", b"\n"))
        at = data.find(b"import", end)
    return b"\n".join(pieces)
