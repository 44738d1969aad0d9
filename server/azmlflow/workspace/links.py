"""Links in a project: followed only to regular files inside the root."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from azmlflow.workspace import paths
from azmlflow.workspace.read import A_FOLDER, LINK_LOOP, NOT_REGULAR, reason_to_open

_FILE_OUTSIDE = "it is a link to a file outside the project: it was not read"
_NOT_TRUSTED = "it lies outside the workspace, which is not trusted: it was not read"
_FOLDER_OUTSIDE = "it is a link to a folder outside the project: it was not followed"
_FOLDER_ABOVE = "it is a link to a folder that it lies in: it was not followed"


def file_link_problem(path: str, root: str) -> str | None:
    """Say why the file behind a link is not read, or return None."""
    try:
        status = Path(path).stat()
    except OSError as error:
        return reason_to_open(path, error)
    if stat.S_ISDIR(status.st_mode):
        return A_FOLDER
    if not stat.S_ISREG(status.st_mode):
        return NOT_REGULAR
    return None if paths.is_below(paths.real(path), paths.real(root)) else _FILE_OUTSIDE


def env_file_problem(path: str, roots: Iterable[str], *, outside: bool) -> str | None:
    """Say why the environment file that the editor loads is not read, or return None; `outside` lets it lie anywhere.

    One that lies in a root is read only if it really does, links followed.
    """
    root = next((root for root in roots if paths.is_below(path, root)), None)
    if root is not None:
        return file_link_problem(path, root)
    return None if outside else _NOT_TRUSTED


def folder_link_problem(entry: os.DirEntry[str], root: str) -> str | None:
    """Say why a link to a folder deserves a word, or return None: what is inside the root is read in its own place."""
    try:
        if not entry.is_dir():
            return None
    except OSError as error:
        reason = reason_to_open(entry.path, error)
        return reason if reason == LINK_LOOP else None
    target = paths.real(entry.path)
    if paths.is_below(paths.real(paths.parent_of(entry.path)), target):
        return _FOLDER_ABOVE
    return None if paths.is_below(target, paths.real(root)) else _FOLDER_OUTSIDE
