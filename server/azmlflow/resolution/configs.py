"""The search for the workspace config, replayed on the snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import sep
from os.path import normpath
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.workspace_config import FILE_NAMES, PARENT_LEVELS, candidate_paths, workspace_of_config
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import ConfigCandidate
from azmlflow.workspace.read import A_FOLDER, DANGLING_LINK, LINK_LOOP, NOT_REGULAR
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile

_NO_FILE: Final = frozenset({A_FOLDER, DANGLING_LINK, LINK_LOOP, NOT_REGULAR})
"""Reasons for which a path was not read and that make from_config pass it over as well."""


class Search(NamedTuple):
    """What from_config meets: the file it takes, and the others it would have met later."""

    found: ConfigCandidate | None
    others: tuple[ConfigCandidate, ...] = ()


class Lookup(NamedTuple):
    """What from_config meets when the script is started in `folder`: it looks from `start` upward."""

    folder: Path
    start: Path
    search: Search


def lookups(
    snapshot: Snapshot,
    folders: tuple[Path, ...],
    given: str | None,
    file_name: str | None,
    levels: int | None,
) -> tuple[Lookup, ...] | None:
    """Replay `from_config(path=given, file_name=file_name)` for each folder that the script may be started in.

    A folder from which the path leads nowhere does not count. None where files count that are not in a snapshot:
    those of another name, and those in folders that are not read.
    """
    if file_name is not None and file_name not in FILE_NAMES:
        return None
    starts = [(folder, Path(normpath(folder / given)) if given else folder) for folder in folders]
    known = [(folder, start) for folder, start in starts if _is_read(snapshot, start, folders)]
    found = [Lookup(folder, start, _taken(snapshot, start, file_name, levels)) for folder, start in known]
    return tuple(found) or None


def _taken(snapshot: Snapshot, start: Path, file_name: str | None, levels: int | None) -> Search:
    """A path that is a file is taken as it is; any other is where the search begins."""
    if start in snapshot.files or start in snapshot.present:
        return Search(read_candidate(snapshot, start))
    return search(snapshot, start, file_name, levels)


def _is_read(snapshot: Snapshot, start: Path, folders: tuple[Path, ...]) -> bool:
    """Tell whether a config at that path or in that folder would be in the snapshot."""
    if start.name in FILE_NAMES or start in snapshot.files or any(f.is_relative_to(start) for f in folders):
        return True
    below = f"{start}{sep}"
    return remembered(
        snapshot, "read folders", start, lambda: any(str(path).startswith(below) for path in snapshot.files)
    )


def search(
    snapshot: Snapshot, start: Path, file_name: str | None = None, levels: int | None = PARENT_LEVELS
) -> Search:
    """Replay from_config's search from an absolute folder; the first existing file wins, readable or not."""
    key = (start, file_name, levels)
    return remembered(snapshot, "configs", key, lambda: _search(snapshot, start, file_name, levels))


def _search(snapshot: Snapshot, start: Path, file_name: str | None, levels: int | None) -> Search:
    met = tuple(dict.fromkeys(_existing(snapshot, start, file_name, levels)))
    candidates = tuple(read_candidate(snapshot, path) for path in met)
    return Search(candidates[0], candidates[1:]) if candidates else Search(None)


def _existing(snapshot: Snapshot, start: Path, file_name: str | None, levels: int | None) -> Iterator[Path]:
    unread = {skipped.path for skipped in snapshot.skipped if skipped.reason not in _NO_FILE}
    for candidate in candidate_paths(start, file_name, levels=levels):
        path = Path(candidate)
        if path in snapshot.files or path in snapshot.present or path in unread:
            yield path


def read_candidate(snapshot: Snapshot, path: Path) -> ConfigCandidate:
    """Return what a config says; the workspace is None where from_config would fail on it."""
    file = snapshot.files.get(path)
    if file is None or file.kind is not FileKind.WORKSPACE_CONFIG:
        return ConfigCandidate(path, None)
    content = content_of(file)
    return ConfigCandidate(path, workspace_of_config(content) if isinstance(content, dict) else None)


def content_of(file: SourceFile) -> object:
    """Return what from_config reads, None where it fails: at broken JSON, and at anything but UTF-8."""
    if file.text.encoding not in ("utf-8", "utf-8-sig"):
        return None
    try:
        return json.loads(file.text.value.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
