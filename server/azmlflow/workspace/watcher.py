"""Reports what changed on disk, for editors that do not watch files themselves and for `check --watch`.

Only the folders that discovery enters are watched, one by one: a virtual environment or node_modules inside the
project costs nothing. When a folder appears, watching begins anew, and the old watch ends only after that.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.workspace import paths
from azmlflow.workspace.classify import provisional_kind
from azmlflow.workspace.discovery import SKIPPED_FOLDERS, changes_walk, walk
from azmlflow.workspace.settings_reader import find_settings

if TYPE_CHECKING:
    from watchfiles import Change

    Changes = set[tuple[Change, str]]

DEBOUNCE: Final = 400
"""Milliseconds for which changes that follow each other are gathered at most."""
_STEP: Final = 50
_TIMEOUT: Final = 100
_ATTEMPTS: Final = 5


async def watch(
    roots: Iterable[Path], extra_paths: Iterable[Path] = (), stop_event: threading.Event | None = None
) -> AsyncGenerator[set[Path], None]:
    """Yield an empty set when watching has begun, then each time the paths that were created, changed or deleted.

    `extra_paths` are single files outside the roots, of which only the folders are watched. Ends when `stop_event` is
    set, and sets it when the iteration is given up. Raises OSError when the system can watch no more folders.
    """
    event = stop_event or threading.Event()
    changes = watch_sync(roots, extra_paths, event)
    try:
        while (paths := await asyncio.to_thread(next, changes, None)) is not None:
            yield paths
    finally:
        event.set()


def watch_sync(
    roots: Iterable[Path], extra_paths: Iterable[Path] = (), stop_event: threading.Event | None = None
) -> Iterator[set[Path]]:
    """Do the same as `watch`, blocking the thread between the sets; Ctrl+C raises KeyboardInterrupt as usual."""
    asked = (tuple(roots), frozenset(map(str, extra_paths)))
    event = stop_event or threading.Event()
    current = _begin(*asked, event)
    yield set()
    while (changes := current.wait()) is not None:
        appeared: set[str] = set()
        if any(_is_new_folder(change, path) for change, path in changes):
            before, current = current, _begin(*asked, event)
            changes |= before.rest()
            appeared = _files_that_appeared(before.scene, current.scene, changes)
        told = {path for _, path in changes if _matters(path, current.scene)}
        if told or appeared:
            yield set(map(Path, told | appeared))


class _Scene(NamedTuple):
    """What there is to watch: the folders that discovery enters, the files in them, and single files elsewhere."""

    folders: frozenset[str]
    files: frozenset[str]
    extra: frozenset[str]


class _Watch:
    """A running watch over single folders; it runs when the constructor returns."""

    def __init__(self, scene: _Scene, event: threading.Event) -> None:
        from watchfiles import watch as watch_files

        around = {folder for folder in map(paths.parent_of, scene.extra) if paths.is_folder(folder)}
        self.scene = scene
        self._changes: Generator[Changes, None, None] = watch_files(
            *sorted(scene.folders | around),
            watch_filter=None,
            debounce=DEBOUNCE,
            step=_STEP,
            stop_event=event,
            rust_timeout=_TIMEOUT,
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        )
        self._first = next(self._changes, None)

    def wait(self) -> Changes | None:
        """Return the next changes, or None when watching was stopped."""
        changes, self._first = self._first, set()
        while changes is not None and not changes:
            changes = next(self._changes, None)
        return changes

    def rest(self) -> Changes:
        """Return what is left to report, and end the watch."""
        changes = next(self._changes, None) or set()
        self._changes.close()
        return changes


def _begin(roots: tuple[Path, ...], extra: frozenset[str], event: threading.Event) -> _Watch:
    """Watch the folders there are; begin again when some came or went before the watch was running."""
    scene = _look(roots, extra)
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            begun = _Watch(scene, event)
            before, begun.scene = scene, _look(roots, extra)
            if begun.scene.folders == before.folders:
                return begun
        scene = _look(roots, extra)
    return _Watch(scene, event)


def _look(roots: tuple[Path, ...], extra: frozenset[str]) -> _Scene:
    walks = [walk(root, find_settings(root).exclude, other_roots=roots) for root in roots]
    folders = frozenset(folder for result in walks for folder in result.folders)
    files = frozenset(file.path for result in walks for file in result.files)
    return _Scene(folders, files, extra)


def _is_new_folder(change: Change, path: str) -> bool:
    return change.name == "added" and paths.name_of(path) not in SKIPPED_FOLDERS and paths.is_folder(path)


def _files_that_appeared(before: _Scene, after: _Scene, changes: Changes) -> set[str]:
    """Return the files in folders that are new, or that were replaced: no event told of those."""
    replaced = {path for _, path in changes}
    new = {folder for folder in after.folders if folder not in before.folders or folder in replaced}
    return {file for file in after.files if paths.parent_of(file) in new}


def _matters(path: str, scene: _Scene) -> bool:
    folder, name = paths.parent_of(path), paths.name_of(path)
    if path in scene.extra or path in scene.folders:
        return True
    if folder not in scene.folders:
        return False
    kind = provisional_kind(name, paths.name_of(folder))
    return kind is not None or changes_walk(name) or name == "mlruns"
