"""An MLflow function is assigned a value instead of being called with it.

## What it does

Finds `mlflow.set_tracking_uri = ...` and `mlflow.set_experiment = ...`: the function is replaced by a value, not called.

## Why it is bad

Python accepts the assignment without a word, and MLflow never hears of it. Runs go wherever they would have gone
without the line, which outside Azure Machine Learning is a local `mlflow.db` or `mlruns`. A later call of the same
function then fails with `'str' object is not callable`.

## Example

```python
import mlflow

mlflow.set_tracking_uri = "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/..."
```

## Use instead

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/...")
```

## Fix safety

Safe: the fix turns the assignment into the call, with the value as it is written. None is offered when one statement
assigns several names, or names a type.

## References

- [mlflow.set_tracking_uri](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.parsing.python.facts import CallValue, Subscript, Value, dotted
from azmlflow.resolution.model import Event, EventKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known, OfWorkspace, Partial, Result, Unknown, Unset
from azmlflow.rules.base import Edit, Finding, Fix, Rule
from azmlflow.rules.source import between, slice_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM111",
    name="tracking-function-assigned",
    summary="an MLflow function is assigned a value instead of being called with it",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_tracking_uri",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_OUTCOMES: Final = {
    "mlflow.set_tracking_uri": "the tracking URI stays what it was",
    "mlflow.set_registry_uri": "the registry URI stays what it was",
    "mlflow.set_experiment": "the experiment stays what it was",
}
_READERS: Final = frozenset({"os.getenv", "os.environ.get", "getenv", "environ.get"})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each function of MLflow that the file replaces by a plain value."""
    script = resolution.script
    for event in script.all(EventKind.ASSIGN_FUNCTION) if script else ():
        outcome = _OUTCOMES.get(event.name or "")
        # A stand-in for tests is a function, or not known; a text was meant as the argument.
        if outcome and event.location.path == resolution.file.path and _is_meant_as_argument(event):
            message = f"{event.name} is assigned, not called: {outcome}"
            yield Finding(RULE, message, event.location, make_fixes=partial(_fixes, resolution, event))


def _is_meant_as_argument(event: Event) -> bool:
    return _is_text(event.result) or _is_variable(event.value)


def _is_text(result: Result | None) -> bool:
    if isinstance(result, Unknown):
        return any(_is_text(option) for option in result.options)
    return isinstance(result, (Known, Partial, OfWorkspace, Unset))


def _is_variable(value: Value | None) -> bool:
    """Tell whether a value is read from the environment, set or not."""
    if isinstance(value, Subscript):
        return dotted(value.base) in {"os.environ", "environ"}
    return isinstance(value, CallValue) and dotted(value.function) in _READERS


def _fixes(resolution: Resolution, event: Event) -> Iterator[Fix]:
    statement = ast.parse(slice_at(resolution.snapshot, event.statement)).body[0]
    # With a second target, or a type beside the first, there is no call that does the same.
    if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
        return
    rest = event.location._replace(span=between(event.location.span, event.statement.span))
    _, _, value = slice_at(resolution.snapshot, rest).partition("=")
    yield Fix(f"Call {event.name}", (Edit(rest, f"({value.strip()})"),), safe=True)
