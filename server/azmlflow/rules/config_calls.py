"""What the rules on workspace configs share: which file is meant for from_config, and the calls of it in a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.workspace import PROVIDER
from azmlflow.azure.workspace_config import REQUIRED_KEYS, SCOPE_KEY
from azmlflow.patterns import pattern
from azmlflow.resolution.configs import Lookup, content_of
from azmlflow.resolution.lookups import lookups_of
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.script import working_folders
from azmlflow.workspace.classify import CONFIG_FOLDERS
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

_READS: Final = pattern(r"\b(?:MLClient|Workspace)\s*\.\s*from_config\b")
_MOVES: Final = ("chdir", "%cd")


class ConfigCall(NamedTuple):
    """A call of from_config, where it is shown in the file at hand, and what it finds from each possible folder."""

    event: Event
    location: Location
    lookups: tuple[Lookup, ...]


def home(config: Path) -> Path:
    """Return the folder that a config speaks for: its own, or the one around `.azureml` and `aml_config`."""
    return config.parent.parent if config.parent.name in CONFIG_FOLDERS else config.parent


def config_calls(resolution: Resolution, script: ScriptResolution) -> Iterator[ConfigCall]:
    """Yield the calls that look for a config by themselves; none where the code moves to another folder first."""
    events = tuple(script.all(EventKind.READ_CONFIG))
    if not events or any(word in resolution.file.text.value for word in _MOVES):
        return
    folders = working_folders(resolution.snapshot, resolution.file)
    for event in events:
        found = lookups_of(resolution.snapshot, folders, event)
        here = event.location if event.location.path == resolution.file.path else event.entry
        if found and here.path == resolution.file.path:
            yield ConfigCall(event, here, found)


def judged(resolution: Resolution) -> dict[str, object] | None:
    """Return what a config says when from_config is meant to read it, None for any other file and for broken JSON.

    Meant are files in `.azureml` and `aml_config`, those that name a workspace, and those above a script that calls
    from_config. A project's own settings may well hold a subscription and a resource group.
    """
    content = content_of(resolution.file)
    if not isinstance(content, dict):
        return None
    scope = content.get(SCOPE_KEY)
    exact = [key for key in REQUIRED_KEYS if key in content]
    meant = (
        resolution.file.path.parent.name in CONFIG_FOLDERS
        or (isinstance(scope, str) and PROVIDER.lower() in scope.lower())
        or ("workspace_name" in exact and len(exact) > 1)
        or is_read_below(resolution, home(resolution.file.path))
    )
    return content if meant else None


def is_read_below(resolution: Resolution, folder: Path) -> bool:
    """Tell whether a script in a folder, or below it, calls from_config."""
    scripts = (
        file for file in resolution.snapshot.of_kind(*SCRIPT_KINDS) if file.path.is_relative_to(folder)
    )
    return any(_READS.search(file.text.value) for file in scripts)


def shown(path: Path, root: Path) -> str:
    """Return a path as messages show it: from the root on, where it lies in it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
