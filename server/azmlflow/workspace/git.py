"""Which files git tracks, read from its index; git itself is not run, for a repository can make it run anything.

The format is that of https://git-scm.com/docs/index-format, versions 2 to 4.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import Final

from azmlflow.workspace.read import MEGABYTE, Refused, read_bytes

LARGEST_INDEX: Final = 100 * MEGABYTE
LARGEST_LINK: Final = 10_000
_HEADER: Final = Struct(">4sII")
_FLAGS: Final = Struct(">H")
_FLAGS_AT: Final = 60
_NAME_AT: Final = 62
_EXTENDED: Final = 0x4000
_SPLIT: Final = b"link"
_ID_LENGTH: Final = 20


def tracked_files(
    repository: Path, files: Iterable[Path], allowed: Callable[[Path], bool] = lambda _: True
) -> frozenset[Path] | None:
    """Return those of some files that the repository tracks; None when its index cannot be read or is not whole.

    `allowed` tells whether a path may be touched: the file `.git` of somebody else's project may name any place.
    """
    try:
        if not allowed(repository / ".git"):
            return None
        folder = _git_folder(repository)
        if not allowed(folder / "index"):
            return None
        if not (folder / "index").exists():
            return frozenset() if (folder / "HEAD").is_file() else None
        data = read_bytes(str(folder / "index"), LARGEST_INDEX)
        wanted = {_name_in(repository, file): file for file in files if file.is_relative_to(repository)}
        if _is_partial(data):
            return None
        return frozenset(wanted[name] for name in _names(data) if name in wanted)
    except (Refused, ValueError, IndexError):
        return None


def _name_in(repository: Path, file: Path) -> bytes:
    return os.fsencode(file.relative_to(repository).as_posix())


def _git_folder(repository: Path) -> Path:
    """Return the folder that holds the index: `.git`, or for worktrees and submodules what the file `.git` names."""
    folder = repository / ".git"
    if not folder.is_file():
        return folder
    text = read_bytes(str(folder), LARGEST_LINK).decode()
    return repository / text.removeprefix("gitdir:").strip()


def _is_partial(data: bytes) -> bool:
    """Tell whether other files hold a part of the index: the extension `link` is the first one then."""
    *_, end = (0, *(end for end, _ in _entries(data)))
    return data[end or _HEADER.size :][:4] == _SPLIT


def _names(data: bytes) -> Iterator[bytes]:
    return (name for _, name in _entries(data))


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (offset behind, name) of each entry; ValueError or IndexError for what is no index."""
    if len(data) < _HEADER.size:
        raise ValueError("too short for an index")
    signature, version, count = _HEADER.unpack_from(data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("not an index of git")
    at, name = _HEADER.size, b""
    for _ in range(count):
        start = at
        (flags,) = _FLAGS.unpack(data[at + _FLAGS_AT : at + _NAME_AT].ljust(2, b"\xff"))
        at += _NAME_AT + (2 if flags & _EXTENDED else 0)
        if version == 4:
            dropped, at = _number(data, at)
            end = data.index(b"\0", at)
            name = name[: len(name) - dropped] + data[at:end]
            at = end + 1
        else:
            end = data.index(b"\0", at)
            name = data[at:end]
            at = start + (end - start + 8) // 8 * 8
        yield at, name


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return (value, offset behind) of an integer as packs write it."""
    byte = data[at]
    value = byte & 127
    while byte & 128:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 127)
    return value, at + 1
