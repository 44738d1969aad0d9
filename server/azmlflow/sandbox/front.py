"""The MLflow REST API of a workspace, as azureml-mlflow calls it, in front of MLflow's own handlers.

What is known of it: the path is `/mlflow/v2.0/<ARM id>/api/2.0/mlflow/...`; MLflow 3's logged models are answered with 404 and
an empty body (https://github.com/Azure/azure-sdk-for-python/issues/44896), traces are not supported
(https://github.com/Azure/azure-sdk-for-python/issues/40261), and an experiment with a slash in its name can be made but not be
found by its name (https://github.com/Azure/azure-sdk-for-python/issues/45209). Only the endpoints of `SERVED` exist here: of the
others nobody has said that they exist in Azure.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from azmlflow.sandbox import gate, limits
from azmlflow.sandbox.envelope import IN_VAIN, REFUSED, UNKNOWN, invalid_parameter, missing
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.store import StoreFailed, key_of, store_of
from azmlflow.sandbox.world import Workspace, World

API: Final = "/api/2.0/mlflow/"
PREVIEW: Final = "/api/2.0/preview/mlflow/"
"""Where azureml-mlflow sends what is logged with `synchronous=False`."""

SERVED: Final = {
    f"{group}/{verb}": action
    for group, action, verbs in (
        ("experiments", gate.READ_EXPERIMENTS, ("get", "get-by-name", "search")),
        (
            "experiments",
            gate.WRITE_EXPERIMENTS,
            ("create", "update", "delete", "restore", "set-experiment-tag"),
        ),
        ("experiments", gate.WRITE_EXPERIMENTS, ("delete-experiment-tag",)),
        ("runs", gate.READ_RUNS, ("get", "search", "get-run-data-status")),
        ("runs", gate.WRITE_RUNS, ("create", "update", "delete", "restore", "set-tag", "delete-tag")),
        ("runs", gate.WRITE_RUNS, ("log-metric", "log-parameter", "log-batch", "log-batch-async")),
        ("runs", gate.WRITE_RUNS, ("log-inputs", "log-model")),
        ("metrics", gate.READ_RUNS, ("get-history",)),
        ("registered-models", gate.READ_MODELS, ("get", "search", "get-latest-versions")),
        ("registered-models", gate.WRITE_MODELS, ("create", "rename", "update", "delete", "alias")),
        ("registered-models", gate.WRITE_MODELS, ("set-tag", "delete-tag")),
        ("model-versions", gate.READ_MODELS, ("get", "search", "get-download-uri")),
        ("model-versions", gate.WRITE_MODELS, ("create", "update", "delete", "transition-stage")),
        ("model-versions", gate.WRITE_MODELS, ("set-tag", "delete-tag")),
    )
    for verb in verbs
}
"""Endpoint -> the action that somebody must be granted to call it."""

NOT_SERVED: Final = (
    ("/logged-models", "MLflow 3's logged models (log_model, and autolog where it logs models)"),
    ("/runs/outputs", "MLflow 3's logged models (log_model, and autolog where it logs models)"),
    ("/traces", "traces (MLflow tracing)"),
)
"""What MLflow 3 asks for and Azure Machine Learning is known not to have."""


def answer(request: Request, world: World) -> Response:
    """Answer a request to a workspace's tracking host."""
    address = gate.read_address(request)
    if address is None or not address.prefix.startswith("/mlflow/"):
        return missing(f"{UNKNOWN}{request.path} on {request.host}")
    found = gate.find_workspace(request, world, address.workspace)
    if isinstance(found, Response):
        return found
    workspace, who = found
    endpoint = _endpoint(address.rest)
    action = SERVED.get(endpoint) or (gate.WRITE_RUNS if _is_served_model(endpoint, workspace) else None)
    if action is None:
        return _not_served(address.rest)
    refusal = gate.refuse(world, workspace, who, action)
    if refusal is not None:
        return refusal
    asked = request._replace(path=API + endpoint)
    if experiment := _experiment_of_azure(asked):
        return _unknown_experiment(experiment)
    try:
        response = _SPECIAL.get(endpoint, _pass_on)(asked, workspace, world)
    except StoreFailed as error:
        return Response(500, str(error).encode("utf-8"), {"Content-Type": "text/plain"}, note=str(error))
    if response.status == 404 and not response.note:
        response = response._replace(note=_unknown(endpoint, asked))
    return _with_own_addresses(response, workspace)


def _experiment_of_azure(request: Request) -> str:
    """Return the id of an experiment that is none of the store's: it counts them, Azure gives them names like a GUID."""
    asked = {**request.parameters(), **_body(request)}
    several = asked.get("experiment_ids")
    ids = [asked.get("experiment_id"), *(several if isinstance(several, list) else [several])]
    return next((str(each) for each in ids if each and not str(each).isdigit()), "")


def _unknown_experiment(experiment: str) -> Response:
    body = {
        "error_code": "RESOURCE_DOES_NOT_EXIST",
        "message": f"Could not find experiment with ID {experiment}",
    }
    return json_response(404, body, note=f"{UNKNOWN}the experiment with the id {experiment}")


def _unknown(endpoint: str, request: Request) -> str:
    """Return the note for what is looked up and not there, "" for an experiment's name: who asks for it, then makes it."""
    asked = {**request.parameters(), **_body(request)}
    for name, label in _BY_ID.get(endpoint.partition("/")[0], ()):
        if asked.get(name):
            return f"{UNKNOWN}{label} {asked[name]}"
    return ""


_BY_ID: Final = {
    "experiments": (("experiment_id", "the experiment with the id"),),
    "runs": (("run_id", "the run"), ("run_uuid", "the run"), ("experiment_id", "the experiment with the id")),
    "metrics": (("run_id", "the run"),),
    "registered-models": (("name", "the registered model"),),
    "model-versions": (("name", "a version of the registered model"),),
}
"""What an endpoint takes that names something, and how it is called."""


def _endpoint(rest: str) -> str:
    """Return the endpoint below MLflow's API, "" for anything else."""
    for prefix in (API, PREVIEW):
        if rest.startswith(prefix):
            return rest[len(prefix) :].strip("/")
    return ""


def _is_served_model(endpoint: str, workspace: Workspace) -> bool:
    return workspace.serves_logged_models and endpoint.startswith(("logged-models", "runs/outputs"))


def _not_served(rest: str) -> Response:
    """Tell what is not there; a search for it is tried on the way to other things, and often none the worse."""
    what = next((name for part, name in NOT_SERVED if part in rest), None)
    if what is None or rest.rstrip("/").endswith("/search"):
        return missing(f"{IN_VAIN}{what or f'the call {rest}'}")
    return missing(f"{REFUSED}{what}")


def _pass_on(request: Request, workspace: Workspace, world: World) -> Response:
    return store_of(world).call(workspace, request)


def _log_batch(request: Request, workspace: Workspace, world: World) -> Response:
    asked = _body(request)
    refusal = limits.too_many_values(_list(asked, "metrics"))
    if refusal is not None:
        return invalid_parameter(workspace, refusal)
    return _log_parameters(
        request, workspace, world, [str(each.get("key")) for each in _list(asked, "params")]
    )


def _log_parameter(request: Request, workspace: Workspace, world: World) -> Response:
    return _log_parameters(request, workspace, world, [str(_body(request).get("key"))])


def _log_parameters(request: Request, workspace: Workspace, world: World, names: list[str]) -> Response:
    if not names:
        return _pass_on(request, workspace, world)
    kept = world.backstage.part("parameters", Parameters)
    run = (key_of(workspace), str(_body(request).get("run_id")))
    return kept.log(run, names, workspace, lambda: _pass_on(request, workspace, world))


class Parameters:
    """The names of the parameters of each run, so that they need not be asked for with every one that is added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[tuple[str, str], set[str]] = {}

    def log(
        self, run: tuple[str, str], names: list[str], workspace: Workspace, pass_on: Callable[[], Response]
    ) -> Response:
        """Pass a request on that brings these parameters, or refuse it when the run would have too many."""
        with self._lock:
            present = self._of.setdefault(run, set())
            refusal = limits.too_many_parameters(present, names)
            if refusal is not None:
                return invalid_parameter(workspace, refusal)
            response = pass_on()
            if response.status == 200:
                present.update(names)
        return response


def _log_batch_async(request: Request, workspace: Workspace, world: World) -> Response:
    """Log at once, and say so: without an id the plugin does not ask whether it is done."""
    response = _log_batch(request._replace(path=f"{API}runs/log-batch"), workspace, world)
    return json_response(200, {"batch_tracking_id": ""}) if response.status == 200 else response


def _run_data_status(request: Request, workspace: Workspace, world: World) -> Response:
    return json_response(200, {"is_complete": True})


def _experiment_by_name(request: Request, workspace: Workspace, world: World) -> Response:
    name = request.parameters().get("experiment_name", "")
    if "/" not in name:
        return _pass_on(request, workspace, world)
    message = f"Could not find experiment with name '{name}'"
    note = f"{IN_VAIN}the experiment {name}, as none is found by a name with / in it"
    return json_response(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": message}, note=note)


def _search_experiments(request: Request, workspace: Workspace, world: World) -> Response:
    response = _pass_on(request, workspace, world)
    found = _json(response)
    if response.status == 200 and isinstance(found.get("experiments"), list):
        kept = [each for each in found["experiments"] if "/" not in each.get("name", "")]
        return json_response(200, {**found, "experiments": kept}, note=response.note)
    return response


_SPECIAL: Final[dict[str, Callable[[Request, Workspace, World], Response]]] = {
    "runs/log-batch": _log_batch,
    "runs/log-parameter": _log_parameter,
    "runs/log-batch-async": _log_batch_async,
    "runs/get-run-data-status": _run_data_status,
    "experiments/get-by-name": _experiment_by_name,
    "experiments/search": _search_experiments,
}


def _with_own_addresses(response: Response, workspace: Workspace) -> Response:
    """Return a response in which artifacts lie in the workspace, where the store names a folder of its own."""
    found = _json(response)
    holders = list(_holders(found))
    if not holders:
        return response
    for holder in holders:
        if "artifact_location" in holder:
            holder["artifact_location"] = (
                f"{workspace.tracking_uri}/experiments/{holder.get('experiment_id')}"
            )
        elif "artifact_uri" in holder:
            holder["artifact_uri"] = _artifact_uri(holder, workspace)
    return json_response(response.status, found, note=response.note)


def _artifact_uri(holder: dict[str, Any], workspace: Workspace) -> str:
    """Return where the artifacts of a run lie, or those of a logged model."""
    experiment = f"{workspace.tracking_uri}/experiments/{holder.get('experiment_id')}"
    if "model_id" in holder:
        run = holder.get("source_run_id") or holder["model_id"]
        return f"{experiment}/runs/{run}/artifacts/models/{holder['model_id']}"
    return f"{experiment}/runs/{holder.get('run_id')}/artifacts"


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "artifact_uri" in value or "artifact_location" in value:
            yield value
        for inner in value.values():
            yield from _holders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _holders(inner)


def _json(response: Response) -> dict[str, Any]:
    if not response.body.startswith(b"{"):
        return {}
    found: dict[str, Any] = json.loads(response.body)
    return found


def _body(request: Request) -> dict[str, Any]:
    found = request.json()
    return found if isinstance(found, dict) else {}


def _list(asked: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = asked.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
