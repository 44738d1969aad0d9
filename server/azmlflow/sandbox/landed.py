"""Where things would have landed: runs, metrics, parameters, artifacts and models, read back from the box's own store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azmlflow.sandbox.files import files_of, of_run
from azmlflow.sandbox.front import API
from azmlflow.sandbox.http import Request
from azmlflow.sandbox.limits import beyond_documented
from azmlflow.sandbox.store import store_of
from azmlflow.sandbox.world import Workspace, World

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was logged; metrics have their last value, `artifacts` are paths with sizes in bytes.

    `tags` are those that the user set; MLflow's own begin with `mlflow.` and are left out.
    """

    run_id: str
    name: str
    status: str
    experiment: str
    metrics: Mapping[str, float]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    artifacts: Mapping[str, int]
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of a registered model; `source` is where its files are."""

    name: str
    version: str
    source: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Landed:
    """What would have landed in one workspace; `experiments` are the names of all that there would be."""

    workspace: Workspace
    experiments: tuple[str, ...]
    runs: tuple[Run, ...]
    models: tuple[ModelVersion, ...]


def read_back(world: World) -> tuple[Landed, ...]:
    """Return what landed in each workspace of which anything was asked; raises StoreFailed."""
    store = store_of(world)
    return tuple(
        read_workspace(world, workspace) for workspace in list(world.workspaces) if store.has(workspace)
    )


def read_workspace(world: World, workspace: Workspace) -> Landed:
    """Return what landed in one workspace; raises StoreFailed."""
    ask = _Asking(world, workspace)
    everything = {"max_results": _PAGE, "view_type": "ALL"}
    experiments = {
        each["experiment_id"]: each["name"]
        for each in ask.all("experiments/search", "experiments", everything)
    }
    wanted = {"experiment_ids": list(experiments), "max_results": _PAGE, "run_view_type": "ALL"}
    found = sorted(
        ask.all("runs/search", "runs", wanted), key=lambda run: int(run["info"].get("start_time", 0))
    )
    runs = tuple(_run(world, workspace, run, experiments) for run in found)
    models = tuple(
        ModelVersion(each["name"], each["version"], each.get("source", ""), each.get("run_id", ""))
        for each in ask.all("model-versions/search", "model_versions", {"max_results": _PAGE}, "GET")
    )
    return Landed(workspace, tuple(experiments.values()), runs, tuple(sorted(models, key=_by_version)))


def exceeded(run: Run) -> list[str]:
    """Say which limits that Azure documents a run exceeds, one sentence each."""
    measured = {
        "experiment-name": len(run.experiment),
        "run-name": len(run.name),
        "tags": len(run.tags),
        "tag-name": _longest(run.tags),
        "tag-value": _longest(run.tags.values()),
        "metrics": len(run.metrics),
        "metric-name": _longest(run.metrics),
        "artifact-path": _longest(run.artifacts),
    }
    return [
        f"{size} {each.what}: Azure documents a limit of {each.limit}"
        for each, size in beyond_documented(measured)
    ]


def _longest(texts: Any) -> int:
    return max((len(text) for text in texts), default=0)


def _by_version(model: ModelVersion) -> tuple[str, int]:
    return model.name, int(model.version)


def _run(world: World, workspace: Workspace, run: dict[str, Any], experiments: Mapping[str, str]) -> Run:
    info, data = run["info"], run.get("data", {})
    run_id = info["run_id"]
    name = of_run(run_id, "")
    files = files_of(world).within(workspace, name.origin, name.container)
    return Run(
        run_id,
        info.get("run_name", ""),
        info.get("status", ""),
        experiments.get(info["experiment_id"], info["experiment_id"]),
        {each["key"]: float(each["value"]) for each in data.get("metrics", ())},
        {each["key"]: each["value"] for each in data.get("params", ())},
        {
            each["key"]: each["value"]
            for each in data.get("tags", ())
            if not each["key"].startswith("mlflow.")
        },
        {file.id.path: file.size for file in files},
        info.get("lifecycle_stage") == "deleted",
    )


class _Asking:
    """Asks the store of a workspace, page by page."""

    def __init__(self, world: World, workspace: Workspace) -> None:
        self._store = store_of(world)
        self._workspace = workspace

    def all(
        self, endpoint: str, name: str, wanted: dict[str, Any], method: str = "POST"
    ) -> Iterator[dict[str, Any]]:
        """Yield what an endpoint lists under a name."""
        token = ""
        while True:
            asked = {**wanted, "page_token": token} if token else wanted
            answer = self._ask(endpoint, asked, method)
            yield from answer.get(name, ())
            token = answer.get("next_page_token", "")
            if not token:
                return

    def _ask(self, endpoint: str, asked: dict[str, Any], method: str) -> dict[str, Any]:
        from urllib.parse import urlencode

        query = urlencode(asked) if method == "GET" else ""
        body = b"" if method == "GET" else json.dumps(asked).encode()
        headers = {"content-type": "application/json"}
        response = self._store.call(
            self._workspace, Request(method, "", API + endpoint, query, headers, body)
        )
        answer: dict[str, Any] = json.loads(response.body)
        return answer
