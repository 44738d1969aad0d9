"""What a probe is to reach: the workspace that a script names, or else the one that its project is aimed at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from azmlflow.azure.mlflow_errors import TRACKING
from azmlflow.azure.remedy import URI_OF_WORKSPACE
from azmlflow.azure.tracking_uri import FaultKind, UriFault, UriKind, classify, faults, parse_tracking_uri
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.azure.workspace import WorkspaceRef, is_guid, is_placeholder, stray_characters
from azmlflow.azure.workspace_config import REQUIRED_KEYS
from azmlflow.parsing.base import Span
from azmlflow.patterns import pattern
from azmlflow.resolution.configs import read_candidate, search
from azmlflow.resolution.connection_environ import Show, place_of
from azmlflow.resolution.dotenv import find, layer_of
from azmlflow.resolution.model import ConfigCandidate, ScriptResolution, TrackingAnswer
from azmlflow.resolution.results import Because
from azmlflow.workspace.snapshot import Location, Snapshot

_PLAIN: Final = pattern(r"[A-Za-z0-9][\w.-]{0,199}")
"""A name that is one word in every shell: it comes from somebody's file."""
NO_WORKSPACE: Final = "NO_WORKSPACE"
"""The code of the problem that nothing names a workspace."""


class Target(NamedTuple):
    """A workspace that can be tested; `uri` is None where only its names are known."""

    uri: str | None
    workspace: WorkspaceRef
    because: tuple[Because, ...] = ()


class Problem(NamedTuple):
    """Why nothing can be tested, in the words of a probe's outcome; `files` decide that."""

    code: str
    message: str
    advice: str
    command: str | None = None
    url: str | None = None
    files: tuple[Path, ...] = ()


class Away(NamedTuple):
    """A script that names no workspace: `local` tells that its runs stay here, `says` completes "SCRIPT ..."."""

    local: bool
    says: str
    because: tuple[Because, ...] = ()


Found: TypeAlias = "Target | Problem"


def of_script(script: ScriptResolution, show: Show) -> Target | Problem | Away:
    """Return what a script logs to."""
    tracking = script.tracking
    if tracking.value is not None:
        found = of_uri(tracking.value, tracking.because, show)
        if found is not None:
            return found
    if tracking.status == "local":
        return Away(True, f"would log to a local store{_why(tracking, show)}", tracking.because)
    if tracking.status == "resolved" and tracking.workspace is not None:
        return of_workspace(tracking.workspace, tracking.because, show)
    if tracking.value is not None:
        return _other_server(tracking, show)
    where = "where it logs is known only when it runs"
    return Away(False, f"does not say: {where}, because {tracking.reason}", tracking.because)


def of_uri(text: str, because: tuple[Because, ...], show: Show) -> Found | None:
    """Return the workspace that a tracking URI names or what is wrong with it; None where it is no URI of Azure ML."""
    found = faults(text)
    place = next((f" ({place_of(b.location, show)})" for b in because if b.location), "")
    files = _files(because)
    for fault in found:
        if fault.kind is FaultKind.foreign_host:
            return _foreign(text, place, files)
    parsed = parse_tracking_uri(text)
    wrong = next((fault for fault in found if parsed is None or fault.kind in _FATAL), None)
    if wrong is not None:
        return _malformed(wrong, place, files)
    if parsed is None:
        return None
    if parsed.cloud is None:
        return _foreign(text, place, files)
    return Target(text, parsed.workspace, because) if parsed.workspace else None


def of_workspace(workspace: WorkspaceRef, because: tuple[Because, ...], show: Show) -> Found:
    """Return the workspace of a config or of the code, or why its names cannot be right."""
    place = next((f" ({place_of(b.location, show)})" for b in because if b.location), "")
    for key, value in zip(REQUIRED_KEYS, workspace, strict=True):
        wrong = _wrong(key, value)
        if wrong is not None:
            message = f"The {key} of the workspace {wrong}{place}."
            return Problem("BAD_CONFIG", message, _CONFIG, None, TRACKING, _files(because))
    return Target(None, workspace, because)


def around(snapshot: Snapshot, folder: Path, show: Show) -> Iterator[Found]:
    """Yield what a folder is aimed at, the surest sign first: settings, variable, environment file, workspace config."""
    settings = snapshot.settings.get(snapshot.root_of(folder / "x"))
    if settings is not None and settings.target is not None:
        yield of_config(read_candidate(snapshot, settings.target), show)
    value = snapshot.process.values.get(MLFLOW_TRACKING_URI)
    found = of_uri(value, (Because(f"{MLFLOW_TRACKING_URI} is set", None),), show) if value else None
    if found is not None:
        yield found
    yield from _of_dotenv(snapshot, folder, show)
    met = search(snapshot, folder)
    for candidate in (met.found, *met.others):
        if candidate is not None:
            yield of_config(candidate, show)


def of_config(candidate: ConfigCandidate, show: Show) -> Found:
    """Return the workspace that a config names, or why it names none."""
    name = show(candidate.path)
    place = Location(candidate.path, None, Span.at(0))
    if candidate.workspace is None:
        message = f"{name} names no workspace: it must be JSON with {', '.join(REQUIRED_KEYS)}."
        return Problem("BAD_CONFIG", message, _CONFIG, None, TRACKING, (candidate.path,))
    return of_workspace(candidate.workspace, (Because(f"{candidate.path.name} names it", place),), show)


def nothing_named(path: Path, folder: Path, away: Away | None, show: Show) -> Problem:
    """Return the problem that nothing names a workspace, with where azmlflow has looked."""
    who = f"{show(path)} {away.says}, and nothing around it names a workspace." if away else None
    looked = (
        f"azmlflow looked for a tracking URI in the code, in {MLFLOW_TRACKING_URI} and in .env, and for config.json "
        f"and .azureml/config.json in {_folder(show(folder))} and above it."
    )
    message = f"{who or 'Nothing names a workspace.'} {looked}"
    files = (*_files(away.because if away else ()), *((path,) if path != folder else ()))
    return Problem(NO_WORKSPACE, message, _NAME_ONE, None, TRACKING, files)


def several(named: dict[Path, Target], folder: Path, show: Show) -> Problem:
    """Return the problem that the scripts of a folder log to different workspaces."""
    shown = [f"{show(path)} to {target.workspace.workspace_name}" for path, target in named.items()]
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    message = (
        f"The scripts in {_folder(show(folder))} log to different workspaces: {', '.join(shown[:3])}{more}."
    )
    return Problem("SEVERAL_WORKSPACES", message, "Name the script that is to be tested.", files=tuple(named))


def _of_dotenv(snapshot: Snapshot, folder: Path, show: Show) -> Iterator[Found]:
    file = find(snapshot, folder)
    layer = layer_of(snapshot, file) if file else None
    value = layer.values.get(MLFLOW_TRACKING_URI) if layer else None
    if layer is None or value is None:
        return
    because = Because(f"{layer.origin} sets {MLFLOW_TRACKING_URI}", layer.locations.get(MLFLOW_TRACKING_URI))
    found = of_uri(value, (because,), show)
    if found is not None:
        yield found


def _malformed(fault: UriFault, place: str, files: tuple[Path, ...]) -> Problem:
    message = f"The tracking URI{place} is malformed. {fault.message}"
    if fault.kind is FaultKind.registry:
        message = f"The tracking URI{place} names a registry, which keeps no runs."
    shown = fault.repaired is not None and "?" not in fault.repaired  # a query may hold anything
    advice = f"Write {fault.repaired}" if shown else "Copy the URI from the workspace."
    return Problem("MALFORMED_URI", message, advice, _command_for(fault.repaired), TRACKING, files)


def _command_for(uri: str | None) -> str:
    """Return the command that asks for the URI of the workspace which one names, if it does so in plain words."""
    parsed = parse_tracking_uri(uri or "")
    ref = parsed.workspace if parsed else None
    if ref is None or not all(map(_PLAIN.fullmatch, ref[1:])):
        return URI_OF_WORKSPACE
    named = URI_OF_WORKSPACE.replace("<workspace>", ref.workspace_name)
    return named.replace("<resource-group>", ref.resource_group)


def _foreign(text: str, place: str, files: tuple[Path, ...]) -> Problem:
    parsed = parse_tracking_uri(text)
    host = parsed.host.rpartition("@")[2] if parsed else "another host"
    message = (
        f"The tracking URI{place} names {host}, which is not a host of Azure Machine Learning. No token is asked for: "
        "azureml-mlflow would send it there."
    )
    return Problem(
        "FOREIGN_HOST", message, "Copy the URI from the workspace.", URI_OF_WORKSPACE, TRACKING, files
    )


def _other_server(tracking: TrackingAnswer, show: Show) -> Problem:
    server = _SERVERS.get(classify(tracking.value or ""), "something that is no workspace of Azure ML")
    message = f"Runs go to {server}{_why(tracking, show)}; there is no workspace to be tested."
    return Problem("OTHER_SERVER", message, _NAME_ONE, None, TRACKING, _files(tracking.because))


def _why(tracking: TrackingAnswer, show: Show) -> str:
    because = next(iter(tracking.because), None)
    if because is None:
        return ""
    place = f" ({place_of(because.location, show)})" if because.location else ""
    return f", because {because.what}{place}"


def _wrong(key: str, value: str) -> str | None:
    if is_placeholder(value):
        return "is still a placeholder"
    if stray_characters(value):
        return "has white space in or around it" if key != "resource_group" else _stray_group(value)
    if key == "subscription_id" and not is_guid(value):
        return "is not a GUID"
    return None


def _stray_group(value: str) -> str | None:
    return "has white space around it" if value != value.strip() else None


def _files(because: tuple[Because, ...]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(b.location.path for b in because if b.location))


def _folder(shown: str) -> str:
    return "this folder" if shown == "." else shown


_FATAL: Final = frozenset(
    {
        FaultKind.quoted,
        FaultKind.white_space,
        FaultKind.placeholder,
        FaultKind.unexpanded,
        FaultKind.subscription_not_guid,
        FaultKind.registry,
        FaultKind.one_slash,
        FaultKind.no_host,
    }
)
"""Faults with which azureml-mlflow finds three names in the URI, and then nothing at the service."""

_SERVERS: Final = {
    UriKind.http: "another MLflow server",
    UriKind.databricks: "Databricks",
    UriKind.azureml_registry: "a registry",
}
_CONFIG: Final = (
    "Download config.json again: in the Azure portal or the studio, on the page of the workspace, and put it in the place of "
    "this one."
)
_NAME_ONE: Final = (
    "Put the workspace's config.json (Azure portal, the workspace, Overview, Download config.json) next to the code, or set "
    f"{MLFLOW_TRACKING_URI} to the workspace's tracking URI."
)
