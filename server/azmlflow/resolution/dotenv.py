"""load_dotenv, replayed on the snapshot: which file it reads, and what that sets."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from azmlflow.parsing.python.facts import CallValue, Constant, Value
from azmlflow.resolution.evaluation import Evaluation
from azmlflow.resolution.frames import Frame
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.path_values import path_of
from azmlflow.resolution.references import dotted_name
from azmlflow.resolution.sdk import argument
from azmlflow.workspace.environment import layer_of_dotenv
from azmlflow.workspace.snapshot import EnvironmentLayer, FileKind, Snapshot, SourceFile


class Loaded(NamedTuple):
    """What load_dotenv reads; without a layer, `reason` says why that is not known."""

    layer: EnvironmentLayer | None
    override: bool
    path: Path | None = None
    reason: str | None = None


def load(call: CallValue, folder: Path, frame: Frame, evaluation: Evaluation) -> Loaded:
    """Replay `load_dotenv(dotenv_path=None, stream=None, verbose=False, override=False, ...)`.

    `folder` is the one that holds the calling file: from there find_dotenv looks upward (python-dotenv's main.py).
    """
    override = _is_true(argument(call, 3, "override"))
    path = argument(call, 0, "dotenv_path")
    if argument(call, 1, "stream") is not None:
        return Loaded(None, override, None, "load_dotenv reads a stream")
    name = _searched_name(path, frame, evaluation)
    if name is not None:
        file = find(evaluation.snapshot, folder, name)
    else:
        given = evaluation.text(path, frame)
        place = path_of(path, frame, evaluation) if given is None and path is not None else None
        if given is None and place is None:
            return Loaded(None, override, None, "load_dotenv reads a file whose path is computed")
        file = _file_at(evaluation.snapshot, place) if place else _at(evaluation, given or "")
    if file is None:
        return Loaded(None, override, None, "load_dotenv reads a file that is not in the project")
    layer = layer_of_dotenv(file, evaluation.environment.process.values)
    return Loaded(layer, override, file.path)


def find(snapshot: Snapshot, folder: Path, name: str = ".env") -> SourceFile | None:
    """Return the environment file that find_dotenv finds from a folder upward."""
    for place in (folder, *folder.parents):
        file = snapshot.files.get(place / name)
        if file is not None and file.kind is FileKind.DOTENV:
            return file
    return None


def layer_of(snapshot: Snapshot, file: SourceFile) -> EnvironmentLayer:
    """Return what an environment file adds to the process's variables; worked out once, for it may be long."""
    values = snapshot.process.values
    return remembered(snapshot, "layer of .env", file.path, lambda: layer_of_dotenv(file, values))


def _searched_name(path: Value | None, frame: Frame, evaluation: Evaluation) -> str | None:
    """Return the name that is searched for upward, None when a path is given outright."""
    if path is None or (isinstance(path, Constant) and path.value is None):
        return ".env"
    if isinstance(path, CallValue) and (dotted_name(path.function, frame) or "").endswith("find_dotenv"):
        return evaluation.text(argument(path, 0, "filename"), frame) or ".env"
    return None


def _at(evaluation: Evaluation, given: str) -> SourceFile | None:
    places = (Path(normpath(folder / given)) for folder in evaluation.working_folders)
    return next((file for place in places if (file := _file_at(evaluation.snapshot, place))), None)


def _file_at(snapshot: Snapshot, place: Path) -> SourceFile | None:
    file = snapshot.files.get(place)
    return file if file is not None and file.kind is FileKind.DOTENV else None


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Constant) and bool(value.value)
