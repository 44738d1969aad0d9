"""The calls of from_config in a script: which config each finds, for every folder the script may be started in."""

from __future__ import annotations

from pathlib import Path

from azmlflow.azure.workspace_config import PARENT_LEVELS
from azmlflow.parsing.python.facts import Constant, Value
from azmlflow.resolution.configs import Lookup, lookups
from azmlflow.resolution.model import Event
from azmlflow.resolution.results import Known
from azmlflow.resolution.sdk import argument
from azmlflow.workspace.snapshot import Snapshot


def lookups_of(snapshot: Snapshot, folders: tuple[Path, ...], event: Event) -> tuple[Lookup, ...] | None:
    """Replay the call of an event of kind READ_CONFIG; None as in `lookups`, and where an argument is computed."""
    call = event.call
    if call is None or not (event.result is None or isinstance(event.result, Known)):
        return None
    is_v1 = (event.name or "").startswith("azureml.")
    name = argument(call, 3, "_file_name") if is_v1 else argument(call, 2, "file_name", "_file_name")
    if not _is_text(name):
        return None
    file_name = str(name.value) if isinstance(name, Constant) and name.value else None
    given = event.result.text if event.result else None
    return lookups(snapshot, folders, given, file_name, None if is_v1 else PARENT_LEVELS)


def _is_text(value: Value | None) -> bool:
    return value is None or (
        isinstance(value, Constant) and (value.value is None or isinstance(value.value, str))
    )
