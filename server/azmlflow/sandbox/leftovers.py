"""The folders of sandboxes that were killed: the next sandbox of the same user removes them.

A sandbox holds a lock on a file in its folder for as long as it lives; the system lets go of it however the process ends, and
knows it across containers, where the number of a process means nothing. Windows has no such locks: there they stay.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "azmlflow-sandbox-"
_OWNER: Final = "owner.lock"


def hold(folder: Path) -> int | None:
    """Lock a folder that was just made, and return what is to be closed when it may go; None where that is not possible."""
    if sys.platform == "win32":
        return None
    import fcntl

    new = folder / f"{_OWNER}.new"
    descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(folder / _OWNER)  # under this name it is never seen without its lock
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def remove(parent: Path) -> None:
    """Remove the folders in `parent` that nobody holds any more: of this user, made by a sandbox, never through a link."""
    if sys.platform == "win32":
        return
    try:
        with os.scandir(parent) as entries:
            found = [Path(entry.path) for entry in entries if _is_ours(entry)]
    except OSError:
        return
    for folder in found:
        with _taken(folder) as is_left:
            if is_left:
                shutil.rmtree(folder, ignore_errors=True)


if sys.platform != "win32":

    def _is_ours(entry: os.DirEntry[str]) -> bool:
        if not entry.name.startswith(PREFIX) or not entry.is_dir(follow_symlinks=False):
            return False
        try:
            return entry.stat(follow_symlinks=False).st_uid == os.getuid()
        except OSError:
            return False

    @contextmanager
    def _taken(folder: Path) -> Iterator[bool]:
        """Give whether the lock of a folder could be had, and hold it meanwhile: two sandboxes may begin at once."""
        import fcntl

        try:
            descriptor = os.open(folder / _OWNER, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            yield False
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
        finally:
            os.close(descriptor)
