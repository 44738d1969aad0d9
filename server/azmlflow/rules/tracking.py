"""What several rules ask of a script: its first run, what sets the tracking URI, and where in this file that shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azmlflow.azure.uri_parsing import UriKind, classify, parse_tracking_uri
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.python.document import Block
from azmlflow.parsing.python.facts import Call
from azmlflow.patterns import pattern
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.modules import units_of
from azmlflow.resolution.results import Because, Known, OfWorkspace, Result
from azmlflow.rules.base import Related
from azmlflow.workspace.environment import layer_of_dotenv
from azmlflow.workspace.snapshot import Location

_TRAINS: Final = pattern(r"(?:\.|\b)(?:fit|train|fit_\w+|train_\w+)\s*\(")
"""Calls during which autolog makes a run."""


def first_run(script: ScriptResolution) -> Event | None:
    """Return the first call that makes a run, or that makes training make one; None when nothing does."""
    event = script.first(*USES, EventKind.AUTOLOG)
    if event is None or event.kind is not EventKind.AUTOLOG:
        return event
    later = script.first(*USES)
    return event if later is not None or _trains(script) else None


def _trains(script: ScriptResolution) -> bool:
    return any(facts.indices("trains", _block_trains) for _, facts in units_of(script.file))


def _block_trains(block: Block) -> bool:
    return bool(_TRAINS.search(block.text))


def shown_at(script: ScriptResolution, event: Event) -> Location:
    """Return where an event shows in the script's own file: itself, else the call that leads to it."""
    if event.location.path == script.file.path:
        return event.location
    entry = event.entry
    for cell, facts in units_of(script.file):
        for line, block in facts.placed() if cell == entry.cell else ():
            inside = line <= entry.span.line < line + max(block.line_count, 1)
            calls = [
                f for f in block.facts if isinstance(f, Call) and f.statement.shifted(line) == entry.span
            ]
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


def variable_may_be_set(script: ScriptResolution, events: Sequence[Event]) -> bool:
    """Tell whether MLFLOW_TRACKING_URI is set, or may be, by the process or by one of the events."""
    if script.snapshot.process.values.get(MLFLOW_TRACKING_URI):
        return True
    for event in events:
        if event.kind is EventKind.WRITE_VARIABLE and event.name in (None, MLFLOW_TRACKING_URI):
            return True
        if event.kind is EventKind.LOAD_DOTENV and _loads_it(script, event):
            return True
        if event.kind in (EventKind.UNREAD, EventKind.ASSIGN_FUNCTION):
            return True
    return False


def _loads_it(script: ScriptResolution, event: Event) -> bool:
    """Tell whether the environment file that an event loads sets the variable, or may."""
    file = next((file for path, file in script.snapshot.files.items() if str(path) == event.name), None)
    return file is None or MLFLOW_TRACKING_URI in layer_of_dotenv(file, script.snapshot.process.values).values


def target_name(kind: UriKind | None, value: str | None, workspace: WorkspaceRef | None = None) -> str:
    """Return how a message calls a store; nothing of a URI is repeated that may be secret, or long."""
    if workspace is not None:
        return f"the workspace {workspace.workspace_name}"
    text = (value or "").partition("?")[0].rstrip("/")
    if kind is UriKind.local_database:
        return f"a local {text.rpartition('/')[2]}" if text.startswith("sqlite") else "a database"
    if kind is UriKind.local_file:
        return f"the local folder {text.rpartition('/')[2]}"
    return _TARGETS.get(kind, "another store") if kind is not None else "another store"


_TARGETS: Final = {
    UriKind.http: "another server",
    UriKind.databricks: "Databricks",
    UriKind.azureml_workspace: "a workspace",
    UriKind.azureml_registry: "a registry",
}


def name_of_result(result: Result | None) -> str:
    """Return how a message calls the store that a value names."""
    return target_name(kind_of(result), getattr(result, "text", None), workspace_of(result))


def related(*causes: Because) -> tuple[Related, ...]:
    """Return the causes that have a place, each place once."""
    placed = {cause.location: cause.what for cause in reversed(causes) if cause.location is not None}
    return tuple(Related(what, location) for location, what in reversed(placed.items()))
