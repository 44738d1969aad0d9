"""The experiment is set while a run is active, which that run does not notice.

## What it does

Finds `mlflow.set_experiment` inside a run that `start_run` has begun, or after a call of `log_metric`, `log_param` and
their kin, which begin a run when none is active.

## Why it is bad

A run belongs to the experiment in which it begins. set_experiment counts for the runs that begin later: the active one,
with all that is logged to it, stays where it is, most often in `Default`. A nested run that begins afterwards lands in
another experiment than its parent.

## Example

```python
import mlflow

with mlflow.start_run():
    mlflow.set_experiment("churn")
    mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow

mlflow.set_experiment("churn")
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Fix safety

Safe where the user starts the script outside a job: the call moves before the run, which then goes to the experiment
that the call names. Unsafe elsewhere, because in a job `start_run` fails when the script and the job name different
experiments. None is offered when the call needs a name that is bound inside the run.

## References

- [mlflow.set_experiment](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_experiment)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.flow import implied
from azmlflow.rules.moving import moved_before
from azmlflow.rules.source import slice_at
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM203",
    name="experiment-after-run",
    summary="set_experiment is called while a run is active, which stays in the experiment it began in",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_experiment",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_BEGINS = frozenset({EventKind.START_RUN, EventKind.LOG})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each set_experiment that comes too late for the run that is active."""
    script = resolution.script
    if script is None or script.running.platform is Platform.TEST:
        return
    for at, event in enumerate(script.events):
        begin = _run_of(script, at) if event.kind is EventKind.SET_EXPERIMENT else None
        if begin is None or not _surely_active(script, begin, event) or _says_the_same(script, begin, event):
            continue
        if _is_for_a_later_run(script.events[at + 1 :], event):
            continue
        yield Finding(
            RULE,
            f"set_experiment comes after the run has begun: that run stays in {_experiment(script, begin)}",
            shown_at(script, event),
            (Related("the run begins here", begin.location),),
            confidence="high" if event.certain else "medium",
            make_fixes=partial(_fixes, script, begin, event),
        )


def _run_of(script: ScriptResolution, at: int) -> Event | None:
    """Return the event that began the run which is active at an event."""
    started_at = script.events[at].run
    before = reversed(script.events[:at])
    return next((e for e in before if e.kind in _BEGINS and e.statement == started_at), None)


def _surely_active(script: ScriptResolution, begin: Event, event: Event) -> bool:
    """Tell whether the run has begun in every case, and is not ended in a way that is not followed."""
    file = script.snapshot.files.get(begin.location.path)
    if file is None or not implied(begin, event):
        return False
    text, statement = file.text.value, slice_at(script.snapshot, begin.statement)
    if "enter_context" in statement or "__exit__" in text:
        return False
    if begin.kind is EventKind.LOG and "active_run" in text:
        return False
    bound = re.match(r"([\w.]+)\s*=", statement)
    return not (bound and re.search(rf"\bwith\s[^\n]*\b{re.escape(bound.group(1))}\b", text))


def _says_the_same(script: ScriptResolution, begin: Event, event: Event) -> bool:
    """Tell whether the call only names again the experiment in which the run began."""
    before = [e for e in script.events[: script.events.index(begin)] if e.kind is EventKind.SET_EXPERIMENT]
    last, now = (before[-1].result if before else None), event.result
    return isinstance(last, Known) and isinstance(now, Known) and last.text == now.text


def _is_for_a_later_run(following: Sequence[Event], event: Event) -> bool:
    """Tell whether the run is ended, or a nested one is begun, so that the call counts for the next."""
    ended = False
    for later in following:
        if later.reached is not event.reached:
            return False
        ended |= later.kind is EventKind.END_RUN
        if later.kind in _BEGINS and ended:
            return True
        if later.kind is EventKind.START_RUN and later.call and "nested" in dict(later.call.keywords):
            return True
    return False


def _experiment(script: ScriptResolution, begin: Event) -> str:
    """Return where the run went, as far as that is known."""
    first = script.first(*_BEGINS)
    answer = script.experiment
    return answer.value if first is begin and answer.value else "the experiment in which it began"


def _fixes(script: ScriptResolution, begin: Event, event: Event) -> Iterator[Fix]:
    events = script.events
    between = events[events.index(begin) : events.index(event)]
    if any(other.kind is EventKind.SET_TRACKING for other in between):
        return
    if event.location.path != script.file.path or event.location.span[:2] != event.statement.span[:2]:
        return
    edits = moved_before(script.file, begin.statement, event.statement)
    if edits:
        safe = script.running.outside and not script.jobs
        yield Fix("Move set_experiment before the run", edits, safe=safe)
