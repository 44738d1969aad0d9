"""The stores of MLflow's on this machine, whatever they are called: databases of SQLite, and folders of experiments."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from azmlflow.azure.variables import MLFLOW_TRACKING_URI

DATABASE: Final = "mlflow.db"
FOLDER: Final = "mlruns"
_META: Final = "meta.yaml"
_MAGIC: Final = b"SQLite format 3\0"
_PAGE: Final = 512
"""Bytes in the smallest page of SQLite's."""
_DEPTH: Final = 6
"""Hydra's `multirun/<day>/<time>/<number>` is 4 deep."""
_MOST: Final = 5_000
_MOST_FILES: Final = 20_000
"""Folders and files that are looked at, the nearest first; who runs a script in a larger tree finds its store beside it."""
_SKIPPED: Final = frozenset(
    {"node_modules", "__pycache__", "site-packages", "venv", "env", FOLDER, "mlartifacts"}
)


class LocalRun(NamedTuple):
    """A run in a local store."""

    run_id: str
    name: str
    experiment: str
    started: int = 0
    """In milliseconds since 1970."""


Runs = Mapping[str, LocalRun]


class Change(NamedTuple):
    """A store that is new, or has new runs."""

    path: Path
    is_new: bool
    runs: tuple[LocalRun, ...]


def look(folder: Path, environ: Mapping[str, str], uris: Iterable[str] = ()) -> dict[Path, Runs]:
    """Return the stores in a folder and below, and those that the environment or other tracking URIs name, by path."""
    named = (_place(uri, folder) for uri in (environ.get(MLFLOW_TRACKING_URI, ""), *uris))
    places = dict.fromkeys([*_below(folder), *(path for path in named if path is not None)])
    found = ((path, _runs(path)) for path in places if path.exists())
    return {path: runs for path, runs in found if runs is not None}


def compare(
    before: Mapping[Path, Runs], after: Mapping[Path, Runs], folder: Path, since: int
) -> list[Change]:
    """Return what was added, in the order of paths; a store that was only opened does not count.

    Outside the folder a store may have been there before without being looked at: its runs count that began since then.
    """
    found = []
    for path, now in sorted(after.items()):
        old = before.get(path)
        from_when = 0 if path.is_relative_to(folder) else since
        runs = tuple(
            run for run_id, run in now.items() if run_id not in (old or {}) and run.started >= from_when
        )
        is_new = old is None and len(runs) == len(now)
        if runs or is_new:
            found.append(Change(path, is_new, runs))
    return found


def is_elsewhere(uri: str) -> bool:
    """Tell whether a tracking URI names a server or a database that is neither Azure's nor looked at here."""
    return urlsplit(uri).scheme not in ("", "file", "sqlite", "azureml")


def _below(folder: Path) -> Iterator[Path]:
    """Yield what may be a store: by its usual name, a database of SQLite, or a folder in which experiments lie."""
    left = deque([(folder, 0)])
    seen = files = 0
    while left and seen < _MOST:
        place, depth = left.popleft()
        seen += 1
        yield from (place / DATABASE, place / FOLDER)
        entries = _entries(place)
        if depth and any(each.name == _META for each in entries):
            yield place.parent
            continue
        plain = [each for each in entries if each.is_file(follow_symlinks=False)]
        yield from (
            Path(each.path) for each in islice(plain, max(_MOST_FILES - files, 0)) if _is_sqlite(each)
        )
        files += len(plain)
        if depth < _DEPTH:
            left.extend((Path(each.path), depth + 1) for each in entries if _is_entered(each))


def _entries(place: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_sqlite(entry: os.DirEntry[str]) -> bool:
    """Tell a database, whose size is always one of whole pages, by how it begins."""
    try:
        size = entry.stat(follow_symlinks=False).st_size
        if not size or size % _PAGE:
            return False
        with Path(entry.path).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _is_entered(entry: os.DirEntry[str]) -> bool:
    return (
        entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED and not entry.name.startswith(".")
    )


def _place(uri: str, folder: Path) -> Path | None:
    """Return the store that a tracking URI names, None when it is no database file or folder."""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        written = parts.path[1:]
    elif parts.scheme in ("", "file") and parts.path:
        written = parts.path
    else:
        return None
    return Path(os.path.normpath(folder / unquote(written)))


def _runs(path: Path) -> dict[str, LocalRun] | None:
    return _in_folder(path) if path.is_dir() else _in_database(path)


def _in_database(path: Path) -> dict[str, LocalRun] | None:
    """Return the runs of MLflow's own database; None for a database of something else."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            rows = database.execute(_QUERY).fetchall()
    except (sqlite3.Error, ValueError):
        return {} if path.name == DATABASE else None
    return {run[0]: LocalRun(run[0], run[1] or "", run[2] or "", run[3] or 0) for run in rows}


def _in_folder(path: Path) -> dict[str, LocalRun]:
    """Return the runs of a file store; registered models lie in it in the same way, and are of no experiment."""
    found = {}
    for meta in path.glob(f"*/*/{_META}"):
        run, experiment = meta.parent, meta.parents[1]
        own = _values(meta)
        if not experiment.name.startswith(".") and "experiment_id" in own:
            its, started = _values(experiment / _META), own.get("start_time", "")
            found[run.name] = LocalRun(
                run.name,
                own.get("run_name", ""),
                its.get("name", ""),
                int(started) if started.isdigit() else 0,
            )
    return found


def _values(meta: Path) -> dict[str, str]:
    """Return the plain values of MLflow's meta.yaml, one `key: value` a line."""
    try:
        lines = meta.read_text("utf-8", "replace").splitlines()
    except OSError:
        return {}
    return {
        key.strip(): value.strip().strip("'\"") for key, _, value in (line.partition(":") for line in lines)
    }


_QUERY: Final = (
    "SELECT runs.run_uuid, runs.name, experiments.name, runs.start_time FROM runs "
    "LEFT JOIN experiments ON experiments.experiment_id = runs.experiment_id ORDER BY runs.start_time"
)
