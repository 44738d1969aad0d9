"""A call of set_tracking_uri overrides what a variable or an earlier call has set.

## What it does

Finds `set_tracking_uri` where MLFLOW_TRACKING_URI (in the environment, in a file that is loaded, or set by the code) or an
earlier call names something else, and no run was made in between. It is silent when both name the same workspace, and
when one of them is not known.

## Why it is bad

The call wins, and MLflow does not mention the variable. Whoever sets it in `.env`, in a terminal or in a pipeline believes
that it has an effect.

## Example

```python
import mlflow
from dotenv import load_dotenv

load_dotenv()  # .env sets MLFLOW_TRACKING_URI
mlflow.set_tracking_uri("sqlite:///mlflow.db")
```

## Use instead

```python
import mlflow
from dotenv import load_dotenv

load_dotenv()
mlflow.start_run()
```

## References

- [mlflow.set_tracking_uri](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri)
"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because, Known, Result
from azmlflow.resolution.tracking import counts
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.tracking import (
    kind_of,
    name_of_result,
    related,
    shown_at,
    workspace_of,
)
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM107",
    name="tracking-uri-shadowed",
    summary="a call of set_tracking_uri overrides what a variable or an earlier call has set",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri",
    kinds=SCRIPT_KINDS,
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for the call that decides, when it makes another one or the variable pointless."""
    script = resolution.script
    setter = script.tracking.setter if script is not None else None
    if script is None or setter is None or not setter.certain or script.running.platform is Platform.TEST:
        return
    variable = script.tracking.variable
    if _differ(variable, setter.result) and not _both_workspaces(variable, setter):
        yield _finding(script, setter, variable, MLFLOW_TRACKING_URI)
    for call in _earlier(script, setter):
        if _differ(call.result, setter.result):
            yield _finding(
                script, setter, call.result, "an earlier call", Because("the earlier call", call.location)
            )


def _finding(
    script: ScriptResolution, setter: Event, result: Result | None, who: str, *causes: Because
) -> Finding:
    mine, theirs = name_of_result(setter.result), name_of_result(result)
    message = f"{who} sends runs to {theirs}, which this call overrides with {mine}"
    return Finding(
        RULE,
        message,
        shown_at(script, setter),
        related(*causes, *(result.because if result and not causes else ())),
    )


def _earlier(script: ScriptResolution, setter: Event) -> Iterator[Event]:
    """Yield the call just before the one that decides; no run was made between them."""
    before = script.events[: script.events.index(setter)]
    calls = [event for event in before if event.kind is EventKind.SET_TRACKING and counts(event)]
    yield from (call for call in calls[-1:] if call.certain and call.reached)


def _both_workspaces(result: Result | None, setter: Event) -> bool:
    """Tell whether both name workspaces: AZM104 says it when those differ."""
    return workspace_of(result) is not None and workspace_of(setter.result) is not None


def _differ(one: Result | None, other: Result | None) -> bool:
    """Tell whether two values name different stores for certain."""
    first, second = workspace_of(one), workspace_of(other)
    if first is not None and second is not None:
        return not first.same_as(second)
    kinds = kind_of(one), kind_of(other)
    if None in kinds:
        return False
    if kinds[0] is not kinds[1]:
        return True
    texts = [value.text for value in (one, other) if isinstance(value, Known) and value.text is not None]
    return len(texts) == 2 and texts[0].rstrip("/") != texts[1].rstrip("/")
