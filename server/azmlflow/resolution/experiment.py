"""Which experiment runs go to.

The order is MLflow's own (`mlflow/tracking/fluent.py`): `start_run(experiment_id=...)`, set_experiment,
MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID, else the experiment `Default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azmlflow.azure.experiments import DEFAULT
from azmlflow.azure.variables import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from azmlflow.parsing.python.facts import CallValue, Constant, Value
from azmlflow.resolution.model import Answer, Event, EventKind, Platform, Running
from azmlflow.resolution.moments import Moment
from azmlflow.resolution.results import Because, Known, Result, Unknown, Unset
from azmlflow.resolution.sdk import argument

NOT_NAMED: Final = Because("nothing names an experiment", None)
"""The only cause of an answer that is MLflow's default, and of no other."""

_DEFAULT_HOLDS: Final = frozenset({Platform.OUTSIDE, Platform.TEST, Platform.COMPUTE_INSTANCE})
"""Where nobody else has a say: elsewhere the job, the notebook's own experiment or the importing script decides."""


def experiment_of(running: Running, events: Sequence[Event], moment: Moment) -> Answer:
    """Return the experiment of the script's first run."""
    first = next(iter(events[moment.events - 1 : moment.events]), None)
    if first is not None and first.kind is EventKind.START_RUN:
        answer = _of_start(first)
        if answer is not None:
            return answer
    calls = [event for event in events[: moment.events] if event.kind is EventKind.SET_EXPERIMENT]
    if calls:
        return _of_calls(calls)
    for name in (MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID):
        result = moment.variables[name]
        if not isinstance(result, Unset):
            return _of(result, f"{name} is set", None)
    if running.platform not in _DEFAULT_HOLDS:
        reason = f"nothing names it here, and this is {running.platform.value}"
        return Answer("unknown", None, reason, running.because)
    return Answer("resolved", DEFAULT, None, (NOT_NAMED,))


def _of_start(event: Event) -> Answer | None:
    """Answer for a start that names a run or an experiment itself, None for one that leaves it open."""
    if event.call is None:
        return None
    because = (Because(f"{event.name} is called", event.location),)
    if not (event.name or "").endswith(".start_run"):
        if _is_given(event.call, 5, "experiment_name") or _is_given(event.call, 6, "experiment_id"):
            return Answer("unknown", None, "mlflow.run is given the experiment of the project's run", because)
        return None
    if _is_given(event.call, 0, "run_id"):
        return Answer("unknown", None, "start_run continues a run, in whatever experiment that is", because)
    if _is_given(event.call, 1, "experiment_id"):
        return _of(event.result, "start_run is given the experiment's ID", event)
    return None


def _is_given(call: CallValue, position: int, name: str) -> bool:
    value: Value | None = argument(call, position, name)
    return value is not None and not (isinstance(value, Constant) and value.value is None)


def _of_calls(calls: list[Event]) -> Answer:
    last = calls[-1]
    answer = _of(last.result, "set_experiment is called", last)
    if last.certain:
        overrides = tuple(Because("set_experiment is called", event.location) for event in calls[:-1])
        return Answer(answer.status, answer.value, answer.reason, answer.because, overrides)
    because = tuple(Because("set_experiment is called", event.location) for event in calls)
    return Answer("unknown", None, "a branch decides which experiment it is", because)


def _of(result: Result | None, what: str, event: Event | None) -> Answer:
    because: tuple[Because, ...] = (Because(what, event.location),) if event else ()
    if result is None:
        return Answer("unknown", None, "it is named by its ID", because)
    because += tuple(link for link in result.because if link not in because)
    if isinstance(result, Known) and result.text is not None:
        return Answer("resolved", result.text, None, because)
    if isinstance(result, Unset):
        return Answer("unknown", None, f"{result.variable} is not set in any file of the project", because)
    reason = result.reason if isinstance(result, Unknown) else "its name is computed"
    return Answer("unknown", None, reason, because)
