"""The step `write`: a run is made, read back and deleted. It changes something, so it is only done when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, time
from typing import Any, Final

from azmlflow.probes.child.bounded import TookTooLong, bounded
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.experiments import is_deleted
from azmlflow.probes.child.tracking import MARGIN, attempt, failure
from azmlflow.probes.child.wording import first_sentence
from azmlflow.probes.outcome import MORE_TIME, WRITE, Outcome, failed, ok

NAME: Final = "azmlflow-connection-test"
TAG: Final = "azmlflow.connection-test"
METRIC: Final = "azmlflow"
FOR_DELETING: Final = 10.0
"""Seconds of the step, or a third of them where it has few, that are kept for taking the run away again."""


def run(context: Context) -> Iterator[Outcome]:
    """Yield that a run was made, as soon as it was, and then whether it could be written, read back and deleted."""
    end = monotonic() + context.limit(WRITE) - MARGIN
    for_deleting = min(FOR_DELETING, context.limit(WRITE) / 3)

    def write(mlflow: Any) -> Iterator[Outcome]:
        experiment = _experiment(context, mlflow)
        if experiment is None:
            yield failed(WRITE, _NO_EXPERIMENT, hard=False, code="NO_EXPERIMENT")
            return
        if end - monotonic() < 1.5 * for_deleting:
            yield failed(WRITE, _TOO_SLOW, code="TIMEOUT", advice=MORE_TIME)
            return
        made = mlflow.create_run(experiment.experiment_id, run_name=NAME, tags={TAG: "true"})
        run_id = made.info.run_id
        details = {"run_id": run_id, "experiment": experiment.name, "deleted": False}
        yield ok(WRITE, f"The run {run_id} ({NAME}) was made in {experiment.name!r}.", details=details)
        written = _written(context, mlflow, run_id, end - for_deleting)
        left = _delete(mlflow, run_id, max(1.0, end - monotonic()))
        details = {**details, "deleted": left is None}
        yield written._replace(message=f"{written.message} {_what_is_left(run_id, left)}", details=details)

    yield from attempt(context, WRITE, write, hard=True)


def _experiment(context: Context, mlflow: Any) -> Any:
    """Return the experiment that is meant if it is there, else the first one; none is ever created."""
    wanted = context.request.experiment
    meant = mlflow.get_experiment_by_name(wanted) if wanted else None
    if meant is not None and not is_deleted(meant):
        return meant
    return next(iter(mlflow.search_experiments(max_results=1)), None)


def _written(context: Context, mlflow: Any, run_id: str, end: float) -> Outcome:
    value = float(int(time()))

    def write() -> float:
        mlflow.log_metric(run_id, METRIC, value)
        return float(mlflow.get_run(run_id).data.metrics[METRIC])

    try:
        read = bounded(max(0.5, end - monotonic()), write)
    except TookTooLong:
        return failed(WRITE, "The metric of a run was not written in time.", code="TIMEOUT")
    except Exception as error:  # noqa: BLE001 - the run must be deleted whatever happens
        return failure(context, WRITE, error, hard=True)
    if read != value:
        return failed(WRITE, "The metric of a run was not read back as it was written.", code="READ_BACK")
    return ok(WRITE, "A run with a metric was written and read back.")


def _delete(mlflow: Any, run_id: str, seconds: float) -> str | None:
    """Delete the run and return None, or say why that failed."""
    try:
        bounded(seconds - _TO_TELL, lambda: mlflow.delete_run(run_id))
    except TookTooLong:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 - the user must be told of the run in any case
        return first_sentence(str(error))
    return None


def _what_is_left(run_id: str, left: str | None) -> str:
    if left is None:
        return f"The run {run_id} has been deleted again."
    return f"The run {run_id} ({NAME}) could not be deleted and is still there: {left}"


_TO_TELL: Final = 0.2
"""Seconds that are left after the last call, so that the step itself says what came of it."""
_NO_EXPERIMENT: Final = "The workspace has no experiment to write a run to, and none is created for a test."
_TOO_SLOW: Final = (
    "No run was made: the workspace answers so slowly that it could not be deleted again in time."
)
