"""The step `write`: a run is made, read back and deleted. It changes something, so it is only done when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from time import time
from typing import Any, Final

from azmlflow.probes.child.bounded import TookTooLong, bounded
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.tracking import MARGIN, attempt, failure
from azmlflow.probes.child.wording import first_sentence
from azmlflow.probes.outcome import WRITE, Outcome, failed, ok

NAME: Final = "azmlflow-connection-test"
TAG: Final = "azmlflow.connection-test"
METRIC: Final = "azmlflow"
FOR_DELETING: Final = 10.0
"""Seconds of the step that are kept for taking the run away again."""


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether a run could be written and read back, and that it was deleted, in every case with its id."""

    def write(mlflow: Any) -> Iterator[Outcome]:
        experiment = _experiment(context, mlflow)
        if experiment is None:
            message = "The workspace has no experiment to write a run to, and none is created for a test."
            yield failed(WRITE, message, hard=False, code="NO_EXPERIMENT")
            return
        made = mlflow.create_run(experiment.experiment_id, run_name=NAME, tags={TAG: "true"})
        run_id = made.info.run_id
        written = _written(context, mlflow, run_id)
        left = _delete(mlflow, run_id)
        details = {"run_id": run_id, "experiment": experiment.name, "deleted": left is None}
        yield written._replace(message=f"{written.message} {_what_is_left(run_id, left)}", details=details)

    yield from attempt(context, WRITE, write, hard=True)


def _experiment(context: Context, mlflow: Any) -> Any:
    """Return the experiment that is meant if it is there, else the first one; none is ever created."""
    wanted = context.request.experiment
    meant = mlflow.get_experiment_by_name(wanted) if wanted else None
    if meant is not None and getattr(meant, "lifecycle_stage", "active") == "active":
        return meant
    return next(iter(mlflow.search_experiments(max_results=1)), None)


def _written(context: Context, mlflow: Any, run_id: str) -> Outcome:
    value = float(int(time()))

    def write() -> float:
        mlflow.log_metric(run_id, METRIC, value)
        return float(mlflow.get_run(run_id).data.metrics[METRIC])

    try:
        read = bounded(max(1.0, context.limit(WRITE) - FOR_DELETING - MARGIN), write)
    except TookTooLong:
        return failed(WRITE, "The metric of a run was not written in time.", code="TIMEOUT")
    except Exception as error:  # noqa: BLE001 - the run must be deleted whatever happens
        return failure(context, WRITE, error, hard=True)
    if read != value:
        return failed(WRITE, "The metric of a run was not read back as it was written.", code="READ_BACK")
    return ok(WRITE, "A run with a metric was written and read back.")


def _delete(mlflow: Any, run_id: str) -> str | None:
    """Delete the run and return None, or say why that failed."""
    try:
        bounded(FOR_DELETING - 2 * MARGIN, lambda: mlflow.delete_run(run_id))
    except TookTooLong:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 - the user must be told of the run in any case
        return first_sentence(str(error))
    return None


def _what_is_left(run_id: str, left: str | None) -> str:
    if left is None:
        return f"The run {run_id} has been deleted again."
    return f"The run {run_id} ({NAME}) could not be deleted and is still there: {left}"
