"""The two APIs by which azureml-mlflow stores files: the history of runs, and the artifacts of a workspace.

A file is announced (`batch/metadata`), which answers with an address in the storage account where it is then written. The
paths are those of the plugin's own generated clients (azureml/mlflow/_restclient/run_artifact and artifact, 1.62).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from azmlflow.sandbox import gate, limits
from azmlflow.sandbox.envelope import REFUSED, error_body, missing, user_error
from azmlflow.sandbox.files import ArtifactId, File, content_address, files_of, of_run
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.world import Workspace, World


class _Place(NamedTuple):
    """A container of files, and what is asked of it."""

    origin: str
    container: str
    verb: str


def answer(request: Request, world: World) -> Response:
    """Answer a request about the files of a run or of an upload."""
    address = gate.read_address(request)
    place = _place(address.prefix, [part for part in address.rest.split("/") if part]) if address else None
    serve = _VERBS.get((request.method, place.verb)) if place else None
    if address is None or place is None or serve is None:
        return missing(f"the sandbox has no {request.method} {request.path}")
    found = gate.find_workspace(request, world, address.workspace)
    if isinstance(found, Response):
        return found
    workspace, who = found
    action = gate.WRITE_ARTIFACTS if request.method == "POST" else gate.READ_ARTIFACTS
    return gate.refuse(world, workspace, who, action) or serve(request, world, workspace, place)


def _place(prefix: str, parts: list[str]) -> _Place | None:
    """Read what follows the workspace: `experiments/E/runs/R/artifacts/...` or `artifacts/ORIGIN/CONTAINER/...`."""
    if prefix.startswith("/history/") and len(parts) >= 5 and parts[0] in ("experiments", "experimentids"):
        if parts[2] == "runs" and parts[4] == "artifacts":
            origin, container, _ = of_run(parts[3], "")
            return _Place(origin, container, "/".join(parts[5:]))
    elif prefix.startswith("/artifact/") and len(parts) >= 3 and parts[0] == "artifacts":
        return _Place(parts[1], parts[2], "/".join(parts[3:]))
    return None


def _announce(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    asked = request.json()
    paths = [str(each["path"]) for each in asked["paths"]] if isinstance(asked, dict) else []
    refusal = limits.too_many_files(len(paths))
    if refusal is not None:
        return user_error(400, refusal, workspace.region, note=f"{REFUSED}{refusal}")
    made: dict[str, Any] = {}
    addresses: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for path in paths:
        artifact = ArtifactId(place.origin, place.container, path)
        if files_of(world).announce(workspace, artifact):
            made[path] = _described(artifact)
            addresses[path] = _with_address(workspace, artifact)
        else:
            errors[path] = error_body(limits.already_exists(str(artifact)), workspace.region)
    note = f"{REFUSED}{errors[min(errors)]['error']['message']}" if errors else ""
    answered = {"artifacts": made, "artifactContentInformation": addresses, "errors": errors}
    return json_response(200, answered, note=note)


def _list(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    files = files_of(world).within(workspace, place.origin, place.container)
    return json_response(200, _page([_described(file.id) for file in files]))


def _list_path(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    files = _below(request, world, workspace, place)
    return json_response(200, _page([_described(file.id) for file in files]))


def _list_addresses(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    files = _below(request, world, workspace, place)
    return json_response(200, _page([_with_address(workspace, file.id) for file in files]))


def _content(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    artifact = ArtifactId(place.origin, place.container, request.parameters().get("path", ""))
    if files_of(world).find(workspace, artifact) is None:
        return user_error(404, f"Could not find artifact {artifact}", workspace.region)
    return json_response(200, _with_address(workspace, artifact))


def _metadata(request: Request, world: World, workspace: Workspace, place: _Place) -> Response:
    artifact = ArtifactId(place.origin, place.container, request.parameters().get("path", ""))
    if files_of(world).find(workspace, artifact) is None:
        return user_error(404, f"Could not find artifact {artifact}", workspace.region)
    return json_response(200, _described(artifact))


def _below(request: Request, world: World, workspace: Workspace, place: _Place) -> list[File]:
    start = request.parameters().get("path", "").rstrip("/")
    files = files_of(world).within(workspace, place.origin, place.container)
    return [
        file for file in files if not start or file.id.path == start or file.id.path.startswith(f"{start}/")
    ]


def _page(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"value": values, "continuationToken": None, "nextLink": None}


def _described(artifact: ArtifactId) -> dict[str, Any]:
    return {
        "artifactId": str(artifact),
        "origin": artifact.origin,
        "container": artifact.container,
        "path": artifact.path,
        "etag": '"0"',
        "createdTime": "2026-01-01T00:00:00+00:00",
        "dataPath": None,
        "tags": {},
    }


def _with_address(workspace: Workspace, artifact: ArtifactId) -> dict[str, Any]:
    return {
        "contentUri": content_address(workspace, artifact),
        "origin": artifact.origin,
        "container": artifact.container,
        "path": artifact.path,
        "tags": {},
    }


_VERBS: Final = {
    ("POST", "batch/metadata"): _announce,
    ("GET", ""): _list,
    ("GET", "path"): _list_path,
    ("GET", "metadata"): _metadata,
    ("GET", "contentinfo"): _content,
    ("GET", "prefix/contentinfo"): _list_addresses,
}
