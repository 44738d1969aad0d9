"""What several rules ask of a script: its first run, what sets the tracking URI, and where in this file that shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.azure.uri_parsing import UriKind, classify, parse_tracking_uri
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.python.facts import Call
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, ScriptResolution, TrackingAnswer
from azmlflow.resolution.modules import units_of
from azmlflow.resolution.results import Because, Known, OfWorkspace, Result
from azmlflow.rules.base import Related
from azmlflow.workspace.environment import layer_of_dotenv
from azmlflow.workspace.snapshot import Location

_TRAINS: Final = re.compile(r"(?:\.|\b)(?:fit|train|fit_\w+|train_\w+)\s*\(")
"""Calls during which autolog makes a run."""


class VariableSource(NamedTuple):
    """One thing that gives MLFLOW_TRACKING_URI a value, and when: before the event of that index."""

    result: Result
    because: Because
    before: int


def first_run(script: ScriptResolution) -> Event | None:
    """Return the first call that makes a run, or that makes training make one; None when nothing does."""
    event = script.first(*USES, EventKind.AUTOLOG)
    if event is None or event.kind is not EventKind.AUTOLOG:
        return event
    later = script.first(*USES)
    return event if later is not None or _trains(script) else None


def _trains(script: ScriptResolution) -> bool:
    return any(_TRAINS.search(block.text) for _, facts in units_of(script.file) for block in facts.blocks)


def shown_at(script: ScriptResolution, event: Event) -> Location:
    """Return where an event shows in the script's own file: itself, else the call that leads to it."""
    if event.location.path == script.file.path:
        return event.location
    entry = event.entry
    for cell, facts in units_of(script.file):
        for line, block in facts.placed() if cell == entry.cell else ():
            inside = line <= entry.span.line < line + max(block.line_count, 1)
            calls = [f for f in block.facts if isinstance(f, Call) and f.statement.shifted(line) == entry.span]
            if inside and calls:
                return entry._replace(span=calls[-1].span.shifted(line))
    return entry


def workspace_of(result: Result | None) -> WorkspaceRef | None:
    """Return the workspace that a value names, None when it names none or that is not known."""
    if isinstance(result, OfWorkspace):
        return result.workspace
    parsed = parse_tracking_uri(result.text or "") if isinstance(result, Known) else None
    return parsed.workspace if parsed else None


def kind_of(result: Result | None) -> UriKind | None:
    """Return what kind of store a value names, as far as that is certain."""
    if isinstance(result, OfWorkspace):
        return UriKind.azureml_workspace
    return classify(result.text) if isinstance(result, Known) and result.text is not None else None


def variable_sources(script: ScriptResolution) -> Iterator[VariableSource]:
    """Yield what sets MLFLOW_TRACKING_URI for certain: the process, environment files that are loaded, the code."""
    name = MLFLOW_TRACKING_URI
    given = script.snapshot.process.values.get(name)
    if given:
        cause = Because(f"the environment sets {name}", None)
        yield VariableSource(Known(given), cause, 0)
    for index, event in enumerate(script.events):
        if not (event.certain and event.reached):
            continue
        if event.kind is EventKind.WRITE_VARIABLE and event.name == name and event.result is not None:
            yield VariableSource(event.result, Because(f"the code sets {name}", event.location), index + 1)
        elif event.kind is EventKind.LOAD_DOTENV:
            yield from _of_dotenv(script, event, index + 1)


def _of_dotenv(script: ScriptResolution, event: Event, before: int) -> Iterator[VariableSource]:
    file = next((file for path, file in script.snapshot.files.items() if str(path) == event.name), None)
    layer = layer_of_dotenv(file, script.snapshot.process.values) if file else None
    text = layer.values.get(MLFLOW_TRACKING_URI) if layer else None
    if layer is not None and text:
        place = layer.locations.get(MLFLOW_TRACKING_URI)
        yield VariableSource(Known(text), Because(f"{layer.origin} sets {MLFLOW_TRACKING_URI}", place), before)


def store_name(answer: TrackingAnswer) -> str:
    """Return how a local store is called in a message: by its file or folder, without what may be secret in a URI."""
    value = answer.value or ""
    if answer.kind is UriKind.local_database:
        return value.rpartition("/")[2].partition("?")[0] if value.startswith("sqlite") else "a database"
    return value.removeprefix("file://").rstrip("/").rpartition("/")[2] or "a local folder"


def related(*causes: Because) -> tuple[Related, ...]:
    """Return the causes that have a place, each place once."""
    placed = {cause.location: cause.what for cause in reversed(causes) if cause.location is not None}
    return tuple(Related(what, location) for location, what in reversed(placed.items()))
