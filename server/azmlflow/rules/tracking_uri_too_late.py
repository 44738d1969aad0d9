"""The tracking URI is set after a run has begun, or after the experiment was chosen.

## What it does

Finds `set_tracking_uri` while a run is active, or after `set_experiment`, when nothing has set the tracking URI before:
the run, or the experiment, is then in the default store.

`autolog` may come before it, and so may a run that has ended: logging to one store and then to another is legitimate.

## Why it is bad

MLflow looks for the active run in the store that counts at the moment, and no longer finds it: `log_metric` and even
`end_run` fail with `Run '...' not found`. After `set_experiment` the next run fails with `Could not find experiment with
ID ...`, because the ID is that of the first store. What was logged until then stays in a local `mlflow.db`.

## Example

```python
import os
import mlflow

with mlflow.start_run():
    mlflow.set_tracking_uri(os.environ["TRACKING_URI"])
    mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import os
import mlflow

mlflow.set_tracking_uri(os.environ["TRACKING_URI"])
with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Fix safety

Safe: the call moves before the first use, where it does what it says. None is offered when it needs a name that is bound
in between, or when variables are set or loaded in between.

## References

- [mlflow.set_tracking_uri](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.tracking import counts
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.flow import lost_by
from azmlflow.rules.moving import moved_before
from azmlflow.rules.tracking import shown_at, variable_may_be_set
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM105",
    name="tracking-uri-too-late",
    summary="the tracking URI is set after a run has begun, or after the experiment was chosen",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_PREPARES = frozenset({EventKind.LOAD_DOTENV, EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for the first set_tracking_uri, when it comes too late."""
    script = resolution.script
    if script is None or script.running.platform not in (Platform.OUTSIDE, Platform.UPLOADED):
        return
    events = script.events
    index = next((i for i, event in enumerate(events) if event.kind is EventKind.SET_TRACKING), None)
    if index is None or not (events[index].certain and events[index].reached and counts(events[index])):
        return
    setter, before = events[index], events[:index]
    lost = lost_by(script, index)
    if lost is None or variable_may_be_set(script, before):
        return
    yield Finding(
        RULE,
        f"tracking URI is set {lost.consequence}",
        shown_at(script, setter),
        (Related("this comes before it", shown_at(script, lost.event)),),
        make_fixes=partial(_fixes, script, setter, before),
    )


def _fixes(script: ScriptResolution, setter: Event, before: Sequence[Event]) -> Iterator[Fix]:
    """Yield the move to before the first call that needs the tracking URI."""
    kinds = {*USES, EventKind.SET_EXPERIMENT}
    first = next(number for number, event in enumerate(before) if event.kind in kinds)
    if any(event.kind in _PREPARES for event in before[first:]) or setter.statement.path != script.file.path:
        return
    edits = moved_before(script.file, before[first].statement, setter.statement)
    if edits:
        yield Fix("Move set_tracking_uri to before the first use", edits, safe=True)
