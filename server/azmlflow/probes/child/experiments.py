"""The step `experiments`: MLflow lists an experiment through the plugin, as a script's first call would reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azmlflow.probes.child import plugin
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.tracking import attempt
from azmlflow.probes.outcome import EXPERIMENTS, Outcome, failed, ok

SET_EXPERIMENT: Final = "https://mlflow.org/docs/latest/python_api/mlflow.html#mlflow.set_experiment"


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether the workspace answers MLflow, and whether the experiment that is meant is there."""

    def search(mlflow: Any) -> Iterator[Outcome]:
        found = list(mlflow.search_experiments(max_results=1))
        wanted = context.request.experiment
        meant = mlflow.get_experiment_by_name(wanted) if wanted else None
        yield _seen(context, found, meant)

    yield from attempt(context, EXPERIMENTS, search, hard=True)


def _seen(context: Context, found: list[Any], meant: Any) -> Outcome:
    uri = plugin.tracking_uri(context)
    name = plugin.workspace_of(uri) if uri else None
    wanted = context.request.experiment
    some = meant or next(iter(found), None)
    if is_deleted(meant):
        return _deleted(meant)
    details = {
        "workspace": name,
        "experiment": wanted,
        "exists": meant is not None if wanted else None,
        "experiment_id": some.experiment_id if some else None,
    }
    return ok(
        EXPERIMENTS, f"MLflow lists the experiments of workspace {name}{_of(wanted, meant)}.", details=details
    )


def is_deleted(experiment: Any) -> bool:
    """Tell whether an experiment is there and deleted: MLflow then neither uses it nor makes another of its name."""
    return getattr(experiment, "lifecycle_stage", None) == "deleted"


def _deleted(experiment: Any) -> Outcome:
    return failed(
        EXPERIMENTS,
        f"The experiment {experiment.name!r} has been deleted: set_experiment fails, and no run can be logged there.",
        code="EXPERIMENT_DELETED",
        advice="Name another experiment, or restore this one.",
        command=f"mlflow experiments restore --experiment-id {experiment.experiment_id}",
        url=SET_EXPERIMENT,
    )


def _of(wanted: str | None, meant: Any) -> str:
    if wanted is None:
        return ""
    if meant is None:
        return f"; {wanted!r} is not among them, the first run will create it"
    return f"; {wanted!r} is there"
