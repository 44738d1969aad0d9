"""The repairs of a script that names no experiment: a call before its first run, or a line in the file it loads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.azure.experiments import name_fault
from azmlflow.azure.variables import MLFLOW_EXPERIMENT_NAME, MLFLOW_TRACKING_URI
from azmlflow.parsing.base import Span
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix, in_file
from azmlflow.rules.insertion import Spot, find_spot
from azmlflow.rules.sheet import Site, units_of
from azmlflow.workspace.snapshot import FileKind, Location

_SAY_NOTHING: Final = frozenset(
    {
        "__main__",
        "app",
        "experiment",
        "job",
        "main",
        "model",
        "notebook",
        "run",
        "script",
        "train",
        "training",
    }
)
"""Names of files that do not tell what is trained; the folder's name says more."""


def experiment_fixes(script: ScriptResolution, use: Event) -> Iterator[Fix]:
    """Yield the repairs for a script whose first run is begun by `use`; both change where runs go, so none is safe."""
    name = proposed_name(script)
    needed = _needed(script, use)
    sites = [_site(script, e) for e in script.all(*(USES if use.kind in USES else {use.kind})) if e.reached]
    prepared = [Site(event.entry.cell, event.entry.span.line) for event in needed]
    units = units_of(script.file)
    spot = find_spot(units, sites, prepared)
    if spot is not None and all(_is_behind(script, spot, event, use) for event in needed):
        added = Additions(units, spot)
        added.call(f"{added.name_of('mlflow')}.set_experiment", added.quoted(name))
        path = script.file.path
        edits = (Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())
        yield Fix(f"Set the experiment to {name}", tuple(edits), safe=False)
    yield from _in_dotenv(script, use, name)


def proposed_name(script: ScriptResolution) -> str:
    """Return a name for the experiment of a script: the file's, or the project's where that says nothing."""
    path = script.file.path
    tells = path.stem.lower() not in _SAY_NOTHING and not path.stem.lower().startswith("untitled")
    for name in (path.stem if tells else "", script.snapshot.root_of(path).name, path.stem):
        fault = name_fault(name)
        good = name if fault is None else fault.proposal
        if good:
            return good
    return "experiment"


def _needed(script: ScriptResolution, use: Event) -> list[Event]:
    """Return what must have happened before set_experiment, so that it makes the experiment in the workspace."""
    if script.tracking.setter is not None:
        return [script.tracking.setter]
    before = script.events[: script.events.index(use)]
    return [
        event
        for event in before
        if event.kind is EventKind.LOAD_DOTENV
        or (event.kind is EventKind.WRITE_VARIABLE and event.name in (None, MLFLOW_TRACKING_URI))
    ]


def _is_behind(script: ScriptResolution, spot: Spot, needed: Event, use: Event) -> bool:
    """Tell whether a spot is reached only after an event, and before the use."""
    events = script.events
    if events.index(needed) > events.index(use):
        return False
    if needed.entry != use.entry:
        end = (needed.entry.cell or 0, needed.entry.span.end_line)
        return spot.function is not None or end < (spot.unit.cell or 0, spot.line)
    here = needed.location.path == script.file.path and needed.location.cell == spot.unit.cell
    same = spot.function is not None and needed.scope.rpartition(".")[2] == spot.function.name
    return here and same and needed.location.span.line < spot.line


def _site(script: ScriptResolution, event: Event) -> Site:
    place = event.location if event.location.path == script.file.path else event.entry
    return Site(place.cell, place.span.line)


def _in_dotenv(script: ScriptResolution, use: Event, name: str) -> Iterator[Fix]:
    """Add the variable to the environment file that the script loads before its first run."""
    before = script.events[: script.events.index(use)]
    loads = (e for e in before if e.kind is EventKind.LOAD_DOTENV and e.certain and e.name)
    file = next((f for e in loads if (f := script.snapshot.files.get(Path(e.name or "")))), None)
    if file is None or file.kind is not FileKind.DOTENV:
        return
    last = file.text.line_count - 1
    end = Span.at(last, len(file.text.line(last)))
    line = f"{MLFLOW_EXPERIMENT_NAME}={name}\n"
    edit = Edit(in_file(file.path, end), f"\n{line}" if file.text.line(last) else line)
    yield Fix(f"Add {MLFLOW_EXPERIMENT_NAME} to {file.path.name}", (edit,), safe=False)
