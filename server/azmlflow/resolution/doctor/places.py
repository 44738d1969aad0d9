"""Where the scripts of a project log, which workspace config each search finds, and in which cloud all that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from azmlflow.azure.clouds import CLOUD_NAMES, cloud_named
from azmlflow.azure.uri_parsing import UriKind, parse_tracking_uri
from azmlflow.azure.variables import AZURE_AUTHORITY_HOST, AZUREML_CURRENT_CLOUD
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.configs import Lookup, Search, search
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.lookups import lookups_of
from azmlflow.resolution.model import EventKind, ScriptResolution, TrackingAnswer
from azmlflow.resolution.redaction import Redactor
from azmlflow.workspace.snapshot import Snapshot

MOST_LISTED: Final = 30
_OTHER_SERVERS: Final = {
    UriKind.http: "another MLflow server",
    UriKind.databricks: "Databricks",
    UriKind.local_database: "a database",
    UriKind.local_file: "a local folder",
}


def scripts_report(scripts: Sequence[ScriptResolution], redactor: Redactor) -> list[dict[str, Any]]:
    """Return where each script logs, and the nearest reason."""
    return [_script(script, redactor) for script in scripts[:MOST_LISTED]]


def _script(script: ScriptResolution, redactor: Redactor) -> dict[str, Any]:
    tracking = script.tracking
    because = next(iter(tracking.because), None)
    place = because.location if because else None
    return {
        "path": redactor.path(script.file.path),
        "running": script.running.platform.value,
        "status": tracking.status,
        "target": _target(tracking, redactor),
        "workspace": redactor.workspace(tracking.workspace),
        "because": {
            "what": _plain(because.what, tracking, redactor) if because else tracking.reason,
            "path": redactor.path(place.path) if place else None,
            "cell": place.cell + 1 if place and place.cell is not None else None,
            "line": place.span.line + 1 if place else None,
        },
    }


def _target(tracking: TrackingAnswer, redactor: Redactor) -> str:
    if tracking.workspace is not None:
        return f"the workspace {redactor.name(tracking.workspace.workspace_name)}"
    if tracking.status == "unknown":
        return f"unknown, because {tracking.reason}" if tracking.reason else "unknown"
    if tracking.source == "default":
        return "a local store, as nothing sets a tracking URI"
    if tracking.kind is UriKind.azureml_workspace:
        return "a workspace of Azure ML"
    if tracking.kind is not None and tracking.kind.is_azureml:
        return "an azureml:// URI that names no workspace"
    return _OTHER_SERVERS.get(tracking.kind, "another store") if tracking.kind else "another store"


def _plain(what: str, tracking: TrackingAnswer, redactor: Redactor) -> str:
    """Return a reason without the names of the workspace."""
    for name in tracking.workspace or ():
        what = what.replace(name, redactor.name(name)) if len(name) > 2 else what
    return what


def workspaces_of(scripts: Iterable[ScriptResolution]) -> tuple[WorkspaceRef, ...]:
    """Return the workspaces that scripts log to, each once."""
    found: list[WorkspaceRef] = []
    for script in scripts:
        workspace = script.tracking.workspace
        if workspace is not None and not any(workspace.same_as(other) for other in found):
            found.append(workspace)
    return tuple(found)


def configs_report(
    snapshot: Snapshot, folder: Path, scripts: Sequence[ScriptResolution], redactor: Redactor
) -> list[dict[str, Any]]:
    """Return what from_config finds: from a folder, and for each call in a script that finds something else."""
    here = search(snapshot, folder)
    found = [_search(f"from_config() in {_folder(folder, redactor)}", here, redactor)]
    told = {here.found.path if here.found else None}
    for script, lookup in _calls(snapshot, scripts):
        path = lookup.search.found.path if lookup.search.found else None
        if path not in told and len(found) < MOST_LISTED:
            told.add(path)
            found.append(_search(redactor.path(script.file.path), lookup.search, redactor))
    return found


def _calls(
    snapshot: Snapshot, scripts: Sequence[ScriptResolution]
) -> Iterator[tuple[ScriptResolution, Lookup]]:
    for script in scripts:
        folders = (script.file.path.parent,)
        for event in script.all(EventKind.READ_CONFIG):
            for lookup in lookups_of(snapshot, folders, event) or ():
                yield script, lookup


def _search(asker: str, met: Search, redactor: Redactor) -> dict[str, Any]:
    found = met.found
    return {
        "asker": asker,
        "found": redactor.path(found.path) if found else None,
        "workspace": redactor.workspace(found.workspace) if found else None,
        "usable": found is not None and found.workspace is not None,
        "passed_over": [
            {
                "path": redactor.path(other.path),
                "same_workspace": _is_same(found.workspace if found else None, other.workspace),
            }
            for other in met.others[:MOST_LISTED]
        ],
    }


def _is_same(one: WorkspaceRef | None, other: WorkspaceRef | None) -> bool | None:
    return None if one is None or other is None else one.same_as(other)


def _folder(folder: Path, redactor: Redactor) -> str:
    shown = redactor.path(folder)
    return "this folder" if shown == "." else shown


def cloud_report(
    environ: Environ, scripts: Sequence[ScriptResolution], signed_in: str | None
) -> tuple[dict[str, Any], list[str]]:
    """Return which cloud the code would use, those of its workspaces, and what does not agree.

    `signed_in` is the cloud of the Azure CLI's account.
    """
    variable = environ.get(AZUREML_CURRENT_CLOUD)
    value = variable.value if variable else None
    known = cloud_named(value) if value else None
    hosts = sorted({cloud for cloud in map(_cloud_of, scripts) if cloud})
    used = known.name if known else "AzureCloud" if variable is None else None
    problems = [
        f"A workspace is in {host}, and the code signs in to {used}: set AZUREML_CURRENT_CLOUD to {host}."
        for host in hosts
        if used is not None and host != used
    ]
    remarks = []
    if variable is None:
        remarks.append("AZUREML_CURRENT_CLOUD is not set: one question to management.azure.com at each start")
    if environ.has(AZURE_AUTHORITY_HOST):
        remarks.append("AZURE_AUTHORITY_HOST is set, which azureml-mlflow ignores")
    if signed_in is not None and used is not None and signed_in != used:
        remarks.append(f"az is signed in to {_cloud_name(signed_in)}, the code uses {used}")
    return {
        "used": used,
        "set": variable is not None,
        "of_workspaces": hosts,
        "of_az": _cloud_name(signed_in) if signed_in else None,
        "remarks": remarks,
    }, problems


def _cloud_of(script: ScriptResolution) -> str | None:
    if not script.running.outside:
        return None
    parsed = parse_tracking_uri(script.tracking.value or "")
    return parsed.cloud.name if parsed and parsed.cloud else None


def _cloud_name(name: str) -> str:
    """Return the name of a public cloud; that of a private one may say whose it is."""
    return name if name in CLOUD_NAMES else "another cloud"
