"""Where runs go, and by which of MLflow's ways it came to that: a call, a variable, or the default.

The order is MLflow's own (`mlflow/tracking/_tracking_service/utils.py`): set_tracking_uri with anything but None,
else MLFLOW_TRACKING_URI unless empty, else `mlflow.db`, or `mlruns` where runs are in it already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from azmlflow.azure.uri_parsing import UriKind, classify, parse_tracking_uri
from azmlflow.azure.variables import MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI
from azmlflow.parsing.python.facts import Constant
from azmlflow.resolution.model import (
    Event,
    EventKind,
    Platform,
    Running,
    ScriptResolution,
    Source,
    Status,
    TrackingAnswer,
)
from azmlflow.resolution.moments import Moment
from azmlflow.resolution.results import Because, Known, OfWorkspace, Partial, Result, Unknown, Unset
from azmlflow.workspace.snapshot import Snapshot


def tracking_of(
    snapshot: Snapshot, path: Path, running: Running, events: Sequence[Event], moment: Moment
) -> TrackingAnswer:
    """Return where the runs of a script go."""
    before = events[: moment.events]
    calls = [event for event in before if event.kind is EventKind.SET_TRACKING and counts(event)]
    variable = moment.variables[MLFLOW_TRACKING_URI]
    if calls:
        return _of_calls(calls, variable)
    if running.platform in _SET_BY_PLATFORM and not any(map(_replaces_variable, before)):
        reason = f"{running.platform.value} sets the tracking URI"
        return TrackingAnswer("unknown", None, reason, running.because, (), None, None, "platform")
    return _of_variable(snapshot, path, variable)


def registry_of(events: Sequence[Event], moment: Moment, tracking: TrackingAnswer) -> TrackingAnswer:
    """Return where registered models go: set_registry_uri, MLFLOW_REGISTRY_URI, else wherever runs go."""
    calls = [e for e in events[: moment.events] if e.kind is EventKind.SET_REGISTRY and counts(e)]
    if calls:
        return _of_result(calls[-1].result, "call", (_called(calls[-1]),), calls[-1])
    variable = moment.variables[MLFLOW_REGISTRY_URI]
    if isinstance(variable, Known) and variable.text:
        return _of_result(variable, "variable", variable.because)
    return tracking


def tracking_at(script: ScriptResolution, event: Event) -> TrackingAnswer:
    """Return which store a call talks to: that of the last set_tracking_uri before it."""
    before = script.events[: script.events.index(event)]
    calls = [e for e in before if e.kind is EventKind.SET_TRACKING and counts(e)]
    if calls:
        return _of_calls(calls, Unset(MLFLOW_TRACKING_URI))
    if script.tracking.source == "call":
        return TrackingAnswer("unknown", reason="the tracking URI is set only later")
    return script.tracking


def counts(event: Event) -> bool:
    """Tell whether a call sets anything: None leaves things as they were."""
    return not (isinstance(event.result, Known) and event.result.text is None)


def _of_calls(calls: list[Event], variable: Result) -> TrackingAnswer:
    last = calls[-1]
    certain = next((event for event in reversed(calls) if event.certain), None)
    if certain is None or certain is not last:
        return _undecided(calls, certain)
    overrides = tuple(_called(event) for event in calls[:-1])
    if isinstance(variable, Known) and variable.text and not _is_echo(last.result, variable):
        overrides += variable.because[:1]
    answer = _of_result(last.result, "call", (_called(last),), last)
    return replace(answer, overrides=overrides, variable=variable)


def _is_echo(result: Result | None, variable: Known) -> bool:
    """Tell whether the call only says again what the variable says."""
    return isinstance(result, Known) and result.text == variable.text


def _undecided(calls: list[Event], certain: Event | None) -> TrackingAnswer:
    """Answer for calls in branches: unknown, unless every way leads to the same workspace."""
    ways = calls[calls.index(certain) :] if certain is not None else calls
    answers = [_of_result(event.result, "call", (_called(event),), event) for event in ways]
    first = answers[0]
    same = all(
        a.workspace == first.workspace and a.kind == first.kind and a.value == first.value for a in answers
    )
    if same and certain is not None:
        return answers[-1]
    because = tuple(_called(event) for event in ways)
    kinds = {answer.kind for answer in answers}
    kind = kinds.pop() if len(kinds) == 1 else None
    workspace = first.workspace if same else None
    reason = "a branch decides which call sets the tracking URI"
    return TrackingAnswer("unknown", None, reason, because, (), kind, workspace, "call", calls[-1])


def _replaces_variable(event: Event) -> bool:
    """Tell whether an event changes a variable that is set already: load_dotenv and setdefault leave it alone."""
    if event.kind is EventKind.LOAD_DOTENV:
        override = dict(event.call.keywords).get("override") if event.call else None
        return isinstance(override, Constant) and bool(override.value)
    if event.kind is not EventKind.WRITE_VARIABLE or event.name != MLFLOW_TRACKING_URI:
        return False
    return event.call is None or getattr(event.call.function, "attr", None) != "setdefault"


def _of_variable(snapshot: Snapshot, path: Path, variable: Result) -> TrackingAnswer:
    if isinstance(variable, Known) and variable.text:
        return _of_result(variable, "variable", variable.because)
    if isinstance(variable, (Known, Unset)):
        return _default(snapshot, path)
    return _of_result(variable, "variable", variable.because)


_SET_BY_PLATFORM = frozenset(
    {Platform.JOB, Platform.COMPUTE_INSTANCE, Platform.DATABRICKS, Platform.SYNAPSE, Platform.MLPROJECT}
)


def _default(snapshot: Snapshot, path: Path) -> TrackingAnswer:
    root = snapshot.root_of(path)
    for folder in (path.parent, root):
        store = folder / "mlruns"
        if any(path.name == "meta.yaml" and path.parent.parent == store for path in snapshot.present):
            because = Because("nothing sets the tracking URI, and mlruns holds runs already", None)
            return TrackingAnswer(
                "local", "mlruns", None, (because,), (), UriKind.local_file, None, "default"
            )
    because = Because("nothing sets the tracking URI, so MLflow uses its default", None)
    return TrackingAnswer(
        "local", "sqlite:///mlflow.db", None, (because,), (), UriKind.local_database, None, "default"
    )


def _of_result(
    result: Result | None, source: Source, because: tuple[Because, ...], setter: Event | None = None
) -> TrackingAnswer:
    """Turn what a value evaluates to into an answer."""
    chain = (*because, *(link for link in result.because if link not in because)) if result else because
    answer = _of_text(result.text or "") if isinstance(result, Known) else _of_value(result)
    return replace(answer, because=chain, source=source, setter=setter)


def _of_text(text: str) -> TrackingAnswer:
    kind = classify(text)
    parsed = parse_tracking_uri(text)
    status: Status = "local" if kind.is_local else "resolved"
    return TrackingAnswer(status, text, kind=kind, workspace=parsed.workspace if parsed else None)


def _of_value(result: Result | None) -> TrackingAnswer:
    if isinstance(result, OfWorkspace):
        status: Status = "resolved" if result.workspace else "unknown"
        kind = UriKind.azureml_workspace
        return TrackingAnswer(status, None, result.reason, kind=kind, workspace=result.workspace)
    if isinstance(result, Partial):
        return TrackingAnswer("unknown", None, result.reason, kind=_kind_of_prefix(result.prefix))
    if isinstance(result, Unset):
        return TrackingAnswer("unknown", None, f"{result.variable} is not set in any file of the project")
    reason = result.reason if isinstance(result, Unknown) else "its argument is not seen"
    return TrackingAnswer("unknown", None, reason, kind=_common_kind(result))


def _kind_of_prefix(prefix: str) -> UriKind | None:
    if "azureml:" in prefix:
        return UriKind.azureml_workspace
    kind = classify(prefix)
    return kind if ":" in prefix and kind is not UriKind.other else None


def _common_kind(result: Result | None) -> UriKind | None:
    """Return the kind on which all candidates of an unknown value agree."""
    if not isinstance(result, Unknown) or not result.options:
        return None
    kinds = {_of_result(option, "call", ()).kind for option in result.options}
    return kinds.pop() if len(kinds) == 1 else None


def _called(event: Event) -> Because:
    return Because(f"{event.name} is called", event.location)
