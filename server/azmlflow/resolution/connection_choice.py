"""Which workspace a connection test is for: that of a script, of the scripts in a folder, or of what lies around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.resolution.connection_environ import Show
from azmlflow.resolution.connection_target import (
    Away,
    Found,
    Problem,
    Target,
    around,
    nothing_named,
    of_script,
    several,
)
from azmlflow.resolution.doctor.scripts import follow, situations
from azmlflow.resolution.environs import Environ, environ_at_use
from azmlflow.resolution.model import EventKind, Platform, ScriptResolution
from azmlflow.workspace.snapshot import Snapshot

MOST_TOLD: Final = 3
"""How many scripts of a folder are named in warnings."""


class Choice(NamedTuple):
    """What is tested, the script that it is tested for (None: the folder itself), and what is to be said besides."""

    found: Found
    script: ScriptResolution | None = None
    environ: Environ | None = None
    doubt: str | None = None
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def for_script(script: ScriptResolution, show: Show) -> Choice:
    """Choose what a script logs to, or where it names no workspace, the one that lies around it."""
    snapshot, path = script.snapshot, script.file.path
    name = show(path)
    found = of_script(script, show)
    environ = environ_at_use(script)
    files = tuple(_files_of(script))
    if not isinstance(found, Away):
        return Choice(found, script, environ, None, _of_platform(script, name), files)
    others = list(around(snapshot, path.parent, show))
    target = next((other for other in others if isinstance(other, Target)), None)
    if target is None:
        problem = next(iter(others), None) or nothing_named(path, path.parent, found, show)
        return Choice(problem, script, environ, None, (), files)
    says = f"{name} {found.says}."
    warnings = _of_platform(script, name)
    if found.local:
        return Choice(target, script, environ, says, warnings, files)
    return Choice(target, script, environ, None, warnings or (says,), files)


def for_folder(snapshot: Snapshot, folder: Path, show: Show) -> Choice:
    """Choose the workspace that the scripts below a folder log to, or else the one that the folder is aimed at."""
    below = [path for path in snapshot.files if path.is_relative_to(folder)]
    scripts = [script for script in follow(snapshot, below).scripts if script.running.outside]
    found = {script.file.path: of_script(script, show) for script in scripts}
    files = tuple(path for script in scripts for path in _files_of(script))
    named = {path: target for path, target in found.items() if isinstance(target, Target)}
    warnings = tuple(_of_others(found, show))
    first = next(iter(named.values()), None)
    if first is not None and all(first.workspace.same_as(other.workspace) for other in named.values()):
        script, environ = _most_common(snapshot, [s for s in scripts if s.file.path in named])
        return Choice(named[script.file.path], script, environ, None, warnings, files)
    others = list(around(snapshot, folder, show))
    target = next((other for other in others if isinstance(other, Target)), None)
    if target is not None:
        doubt = None if named else _all_local(found, show)
        warnings = (*_elsewhere(named, target, show), *(each for each in warnings if each != doubt))
        return Choice(target, None, None, doubt, warnings, files)
    if named:
        return Choice(several(named, folder, show), files=files)
    problems = (other for other in (*found.values(), *others) if isinstance(other, Problem))
    return Choice(next(problems, None) or nothing_named(folder, folder, None, show), files=files)


def _most_common(snapshot: Snapshot, scripts: Sequence[ScriptResolution]) -> tuple[ScriptResolution, Environ]:
    """Return a script whose environment most of the scripts have."""
    situation = situations(snapshot, scripts)[0]
    script = next(script for script in scripts if script.file.path == situation.scripts[0])
    return script, environ_at_use(script)


def _of_others(found: Mapping[Path, Target | Problem | Away], show: Show) -> list[str]:
    """Return what is to be said of the scripts that do not log to a workspace."""
    told = [
        f"{show(path)} {result.says}." if isinstance(result, Away) else f"{show(path)}: {result.message}"
        for path, result in found.items()
        if not isinstance(result, Target) and not (isinstance(result, Away) and not result.local)
    ]
    more = [f"So it is with {len(told) - MOST_TOLD} other scripts."] if len(told) > MOST_TOLD else []
    return [*told[:MOST_TOLD], *more]


def _all_local(found: Mapping[Path, Target | Problem | Away], show: Show) -> str | None:
    """Return what is said of the first script where every script of a folder would log to a local store, else None."""
    away = {path: result for path, result in found.items() if isinstance(result, Away) and result.local}
    path = next(iter(away), None)
    return f"{show(path)} {away[path].says}." if path is not None and len(away) == len(found) else None


def _elsewhere(named: Mapping[Path, Target], target: Target, show: Show) -> list[str]:
    return [
        f"{show(path)} logs to another workspace, {other.workspace.workspace_name}."
        for path, other in named.items()
        if not other.workspace.same_as(target.workspace)
    ][:MOST_TOLD]


def _of_platform(script: ScriptResolution, name: str) -> tuple[str, ...]:
    platform = script.running.platform
    if platform not in _ELSEWHERE:
        return ()
    return (
        f"{name} is taken for part of {platform.value}, which signs in in its own way; the test is made from this machine.",
    )


def _files_of(script: ScriptResolution) -> list[Path]:
    """Return the files that have a part in what a script does to MLflow."""
    found = [script.file.path]
    for event in script.events:
        found.append(event.location.path)
        if event.kind is EventKind.LOAD_DOTENV and event.name:
            found.append(Path(event.name))
        because = event.result.because if event.result is not None else ()
        found += [b.location.path for b in because if b.location]
    return list(dict.fromkeys(found))


_ELSEWHERE: Final = frozenset(
    {Platform.JOB, Platform.UPLOADED, Platform.COMPUTE_INSTANCE, Platform.SYNAPSE, Platform.DATABRICKS}
)
