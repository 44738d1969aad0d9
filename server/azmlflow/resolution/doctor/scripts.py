"""Which scripts of a project use MLflow, and the environments that those get that are started on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure.credential_links import LINKS
from azmlflow.azure.variables import WHAT_IT_DOES
from azmlflow.resolution.environs import Environ, environ_at_use, process_environ
from azmlflow.resolution.model import EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Snapshot

MOST_SCRIPTS: Final = 300
"""How many scripts are followed: the page names a few, and has to be there within two seconds."""

RELEVANT: Final = tuple(
    name
    for name in dict.fromkeys((*WHAT_IT_DOES, *(name for link in LINKS for name in link.reads)))
    if name != "PATH"
)
"""The variables that decide anything here."""

_USES: Final = frozenset(EventKind) - {
    EventKind.WRITE_VARIABLE,
    EventKind.DELETE_VARIABLE,
    EventKind.LOAD_DOTENV,
    EventKind.READ_CONFIG,
    EventKind.WORKSPACE,
    EventKind.UNREAD,
}
_NOT_STARTED: Final = frozenset({Platform.TEST, Platform.LIBRARY, Platform.IMPORTED, Platform.SCORING})


class Situation(NamedTuple):
    """An environment, and the scripts that get exactly this one; without scripts it is the terminal's own.

    `loaded` are the environment files that the code of these scripts loads.
    """

    scripts: tuple[Path, ...]
    environ: Environ
    loaded: frozenset[Path] = frozenset()


class Followed(NamedTuple):
    """The scripts that somebody starts and that use MLflow, by path, and how many were left out."""

    scripts: tuple[ScriptResolution, ...]
    left_out: int


def follow(snapshot: Snapshot, targets: Iterable[Path]) -> Followed:
    """Follow the scripts among the targets; tests and modules that others import are not told of."""
    wanted = set(targets)
    files = [file for file in snapshot.of_kind(*SCRIPT_KINDS) if file.path in wanted]
    files.sort(key=lambda file: file.path)
    resolved = (Resolution(snapshot, file).script for file in files[:MOST_SCRIPTS])
    found = tuple(script for script in resolved if script is not None and _counts(script))
    return Followed(found, max(0, len(files) - MOST_SCRIPTS))


def situations(snapshot: Snapshot, scripts: Sequence[ScriptResolution]) -> tuple[Situation, ...]:
    """Return the environments of the scripts that are started on this machine, that of the most scripts first."""
    groups: dict[object, Situation] = {}
    for script in scripts:
        if not script.running.outside:
            continue
        environ = environ_at_use(script)
        loaded = frozenset(Path(e.name) for e in script.all(EventKind.LOAD_DOTENV) if e.name and e.reached)
        key = (loaded, tuple((name, environ.text(name)) for name in RELEVANT if environ.has(name)))
        known = groups.get(key, Situation((), environ, loaded))
        groups[key] = known._replace(scripts=(*known.scripts, script.file.path))
    ordered = sorted(groups.values(), key=lambda situation: -len(situation.scripts))
    return tuple(ordered) or (Situation((), process_environ(snapshot)),)


def _counts(script: ScriptResolution) -> bool:
    return script.running.platform not in _NOT_STARTED and any(e.kind in _USES for e in script.events)
