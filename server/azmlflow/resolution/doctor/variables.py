"""The variables that decide anything: what each looks like, who sets it, and whether the code gets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from azmlflow.azure.shapes import shape_of
from azmlflow.azure.uri_parsing import UriKind, classify
from azmlflow.azure.variables import is_secret, near_miss
from azmlflow.azure.workspace import is_guid
from azmlflow.resolution.doctor.scripts import RELEVANT, Situation
from azmlflow.resolution.redaction import Redactor
from azmlflow.workspace.environment import dotenv_of_editor
from azmlflow.workspace.layer import Layer, Setting
from azmlflow.workspace.layers import LAYER_KINDS, layers_of
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile

MOST_ROWS: Final = 80
_ELSEWHERE: Final = {"job": "in the job", "container": "in the container", "ci": "in CI"}
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_PREFIXES: Final = ("AZURE", "AZ_", "MLFLOW", "AML")


class Row(NamedTuple):
    """One variable in one place. `used` tells whether it is what the code gets; `says` how it gets there or why not."""

    name: str
    shape: str
    path: str | None
    line: int | None
    used: bool
    says: str
    cell: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return self._asdict()


class _Place(NamedTuple):
    layer: Layer
    file: SourceFile
    setting: Setting


def rows_of(snapshot: Snapshot, situation: Situation, redactor: Redactor) -> tuple[list[Row], int]:
    """Return the rows for a situation, by variable, and how many were left out."""
    rows = list(_rows(snapshot, situation, redactor))
    return rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)


def _rows(snapshot: Snapshot, situation: Situation, redactor: Redactor) -> Iterator[Row]:
    places = _places(snapshot)
    environ, process = situation.environ, snapshot.process.values
    for name in (*RELEVANT, *_PROXIES):
        got = environ.get(name)
        if name in process:
            used = got is not None and got.setting is None
            says = "set in the terminal" if used else "the code sets another"
            yield Row(name, _shown(name, process[name], redactor), None, None, used, says)
        if got is not None and got.setting is not None:
            says = _loaded_by(situation, got.setting, redactor)
            yield _row(name, got.setting, redactor, True, says)
        for place in places.get(name, ()):
            if got is None or place.setting != got.setting:
                yield _row(name, place.setting, redactor, False, _why_unused(snapshot, situation, place))
    yield from _misspelt(snapshot, places, redactor)


def _row(name: str, setting: Setting, redactor: Redactor, used: bool, says: str) -> Row:
    place = setting.place
    cell = place.cell + 1 if place.cell is not None else None
    shown, path = _shown(name, setting.value, redactor), redactor.path(place.path)
    return Row(name, shown, path, place.span.line + 1, used, says, cell)


def _shown(name: str, value: str | None, redactor: Redactor) -> str:
    """Return what the value looks like; an id or a URI of Azure ML itself, where that was asked for.

    Anything else may be a secret that landed in the wrong variable.
    """
    harmless = value and (is_guid(value) or classify(value) is UriKind.azureml_workspace)
    if value and harmless and not redactor.active and not is_secret(name) and "@" not in value:
        return value
    return shape_of(name.upper(), value)


def _loaded_by(situation: Situation, setting: Setting, redactor: Redactor) -> str:
    path = setting.place.path
    if path in situation.loaded:
        return "loaded by the code"
    return "set by the code" if path in situation.scripts else f"set in {redactor.path(path)}"


def _why_unused(snapshot: Snapshot, situation: Situation, place: _Place) -> str:
    layer, file = place.layer, place.file
    if layer.where != "here":
        return f"only {_ELSEWHERE[layer.where]}"
    if file.kind is FileKind.SHELL:
        return "only after the shell has read the file"
    if file.kind is FileKind.EDITOR:
        return f"only in the {layer.origin}"
    if file.path in situation.loaded:
        return "not used: it is set already when the file is loaded"
    editors = dotenv_of_editor(snapshot, snapshot.root_of(file.path))
    if editors is not None and editors.path == file.path:
        return "nothing loads the file but VS Code, when it starts a script"
    return "nothing loads the file"


def _misspelt(snapshot: Snapshot, places: dict[str, list[_Place]], redactor: Redactor) -> Iterator[Row]:
    """Yield the names that nothing reads and that are nearly one that is read."""
    for name, value in snapshot.process.values.items():
        meant = near_miss(name) if name.startswith(_PREFIXES) else None
        if meant:
            yield Row(name, shape_of(meant, value), None, None, False, f"nothing reads it; is {meant} meant?")
    for name, found in places.items():
        meant = near_miss(name)
        for place in found if meant else ():
            shape, line = shape_of(meant or name, place.setting.value), place.setting.place.span.line + 1
            path = redactor.path(place.file.path)
            yield Row(name, shape, path, line, False, f"nothing reads it; is {meant} meant?")


def _places(snapshot: Snapshot) -> dict[str, list[_Place]]:
    """Return every setting of the files that are no scripts, by the variable's name."""
    found: dict[str, list[_Place]] = {}
    for file in snapshot.of_kind(*LAYER_KINDS):
        for layer in layers_of(file):
            for name, setting in layer.settings.items():
                if name not in layer.inherited:
                    found.setdefault(name, []).append(_Place(layer, file, setting))
    return found
