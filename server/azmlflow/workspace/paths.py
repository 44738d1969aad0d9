"""Paths as strings, for loops over thousands of files in which pathlib would cost more than reading the files."""

# ruff: noqa: PTH112, PTH113, PTH114, PTH120, PTH206 - this module is what the others use instead

from __future__ import annotations

import os


def parent_of(path: str) -> str:
    """Return the folder that holds a path; the top of a file system holds itself."""
    return os.path.dirname(path)


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition(os.sep)[2]


def with_separator(folder: str) -> str:
    """Return the folder with a separator behind it, ready for a name."""
    return folder if folder.endswith(os.sep) else folder + os.sep


def is_below(path: str, folder: str) -> bool:
    """Tell whether the path is the folder or lies somewhere in it; both are taken as written."""
    return path == folder or path.startswith(with_separator(folder))


def parts_of(path: str) -> list[str]:
    """Return the names in a path, without the empty ones."""
    return [part for part in path.split(os.sep) if part]


def real(path: str) -> str:
    """Return the path with every link resolved, as far as it exists."""
    return os.path.realpath(path)


def is_folder(path: str) -> bool:
    """Tell whether a folder, or a link to one, is there."""
    return os.path.isdir(path)


def is_file(path: str) -> bool:
    """Tell whether a regular file, or a link to one, is there."""
    return os.path.isfile(path)


def is_link(path: str) -> bool:
    """Tell whether the path itself is a link."""
    return os.path.islink(path)


def exists(path: str) -> bool:
    """Tell whether anything is there, be it a broken link."""
    return os.path.lexists(path)
