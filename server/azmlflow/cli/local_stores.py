"""The stores that MLflow makes on this machine when nothing tells it where to log: mlflow.db and mlruns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from azmlflow.azure.variables import MLFLOW_TRACKING_URI

DATABASE: Final = "mlflow.db"
FOLDER: Final = "mlruns"
_DEPTH: Final = 3
_MOST: Final = 5_000
"""Folders that are looked at; who runs a script in a larger tree finds its store beside it."""
_SKIPPED: Final = frozenset(
    {"node_modules", "__pycache__", "site-packages", "venv", "env", FOLDER, "mlartifacts"}
)


class LocalRun(NamedTuple):
    """A run in a local store."""

    run_id: str
    name: str
    experiment: str


Runs = Mapping[str, LocalRun]


class Change(NamedTuple):
    """A store that is new, or has new runs."""

    path: Path
    is_new: bool
    runs: tuple[LocalRun, ...]


def look(folder: Path, environ: Mapping[str, str]) -> dict[Path, Runs]:
    """Return the stores in a folder and below, and the one that the environment names, by path."""
    places = dict.fromkeys([*_below(folder), *_named(environ, folder)])
    return {path: _runs(path) for path in places if path.exists()}


def compare(before: Mapping[Path, Runs], after: Mapping[Path, Runs]) -> list[Change]:
    """Return what was added, in the order of paths; a store that was only opened does not count."""
    found = []
    for path, now in sorted(after.items()):
        old = before.get(path)
        runs = tuple(run for run_id, run in now.items() if old is None or run_id not in old)
        if runs or old is None:
            found.append(Change(path, old is None, runs))
    return found


def _below(folder: Path) -> Iterator[Path]:
    left = [(folder, 0)]
    seen = 0
    while left and seen < _MOST:
        place, depth = left.pop()
        seen += 1
        yield from (place / DATABASE, place / FOLDER)
        if depth < _DEPTH:
            left += [(inner, depth + 1) for inner in _folders(place)]


def _folders(place: Path) -> list[Path]:
    try:
        with os.scandir(place) as entries:
            return [Path(each.path) for each in entries if _is_entered(each)]
    except OSError:
        return []


def _is_entered(entry: os.DirEntry[str]) -> bool:
    return (
        entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED and not entry.name.startswith(".")
    )


def _named(environ: Mapping[str, str], folder: Path) -> Iterator[Path]:
    """Yield the store that MLFLOW_TRACKING_URI names, when it is a database file or a folder."""
    uri = environ.get(MLFLOW_TRACKING_URI, "")
    parts = urlsplit(uri)
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        yield folder / unquote(parts.path[1:])
    elif parts.scheme in ("", "file") and parts.path:
        yield folder / unquote(parts.path)


def _runs(path: Path) -> dict[str, LocalRun]:
    return _in_folder(path) if path.is_dir() else _in_database(path)


def _in_database(path: Path) -> dict[str, LocalRun]:
    """Return the runs of MLflow's own database, none when it is something else."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)) as database:
            rows = database.execute(_QUERY).fetchall()
    except (sqlite3.Error, ValueError):
        return {}
    return {run_id: LocalRun(run_id, name or "", experiment or "") for run_id, name, experiment in rows}


def _in_folder(path: Path) -> dict[str, LocalRun]:
    found = {}
    for meta in path.glob("*/*/meta.yaml"):
        run, experiment = meta.parent, meta.parents[1]
        if not experiment.name.startswith("."):
            own, its = _values(meta), _values(experiment / "meta.yaml")
            found[run.name] = LocalRun(run.name, own.get("run_name", ""), its.get("name", ""))
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
    "SELECT runs.run_uuid, runs.name, experiments.name FROM runs "
    "LEFT JOIN experiments ON experiments.experiment_id = runs.experiment_id ORDER BY runs.start_time"
)
