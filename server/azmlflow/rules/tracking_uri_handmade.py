"""The tracking URI of a workspace is put together by hand.

## What it does

Finds `set_tracking_uri` with an `azureml://` URI that the code builds from parts: an f-string, `format`, `%` or `+`.

## Why it is bad

The usual pattern, `<region>.api.azureml.ms`, is not every workspace's address. Behind a private link it is
`<workspace id>.workspace.<region>.api.azureml.ms`, and a URI made by hand is refused there. Other clouds have other hosts,
and `resourceGroups` and the provider must be in exactly this case. The workspace itself knows its URI.

## Example

```python
import mlflow

mlflow.set_tracking_uri(
    f"azureml://{region}.api.azureml.ms/mlflow/v1.0/subscriptions/{subscription_id}/resourceGroups/{resource_group}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace_name}"
)
```

## Use instead

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient(DefaultAzureCredential(), subscription_id, resource_group, workspace_name)
mlflow.set_tracking_uri(ml_client.workspaces.get(workspace_name).mlflow_tracking_uri)
```

## Fix safety

Unsafe: the fix asks the client that the script already has, which is a request over the network. None is offered without
such a client, or when it stands for another workspace.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from azmlflow.parsing.python.facts import Assign, Attribute, CallValue, Constant, Join, Name, Value
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.modules import Module, read_module
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule
from azmlflow.rules.clients import clients
from azmlflow.rules.insertion import spot_of
from azmlflow.rules.sheet import Site, units_of
from azmlflow.rules.tracking import shown_at, workspace_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

RULE = Rule(
    code="AZM108",
    name="tracking-uri-handmade",
    summary="the tracking URI of a workspace is put together by hand",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
    persona="pedantic",
)

_DEEPEST = 6
_SCHEME = "azureml://"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each call that is given a URI made from parts."""
    script = resolution.script
    if script is None or script.running.platform is Platform.TEST:
        return
    module: Module | None = None
    for event in script.all(EventKind.SET_TRACKING):
        if event.value is None or event.location.path != script.file.path:
            continue
        module = module or read_module(script.snapshot, script.file)
        if _is_made(event.value, module, event.scope):
            message = "tracking URI is put together by hand: the workspace itself gives the right one"
            yield Finding(RULE, message, shown_at(script, event), make_fixes=partial(_fixes, script, event))


def _is_made(value: Value, module: Module, scope: str, depth: int = 0) -> bool:
    """Tell whether a value is an azureml URI with parts filled in, through the names it was given."""
    if isinstance(value, Join):
        return _begins(value) and not _is_text(value)
    if isinstance(value, CallValue) and isinstance(value.function, Attribute):
        return value.function.attr in ("format", "__mod__") and _begins(value.function.base)
    if isinstance(value, Name) and depth < _DEEPEST:
        assigned = [fact.value for fact in _assignments(module, scope, value.id)]
        return bool(assigned) and _is_made(assigned[-1], module, scope, depth + 1)
    return False


def _assignments(module: Module, scope: str, name: str) -> Iterator[Assign]:
    for body in dict.fromkeys(("", scope)):
        for placed in module.body(body):
            if isinstance(placed.fact, Assign) and placed.fact.target == name and placed.fact.key is None:
                yield placed.fact


def _begins(value: Value) -> bool:
    """Tell whether the first part of a text is the scheme of a workspace's URI."""
    while isinstance(value, Join) and value.parts:
        value = value.parts[0]
    return isinstance(value, Constant) and str(value.value).lower().startswith(_SCHEME)


def _is_text(value: Value) -> bool:
    """Tell whether a text is only written in several pieces."""
    if isinstance(value, Join):
        return all(map(_is_text, value.parts))
    return isinstance(value, Constant)


def _fixes(script: ScriptResolution, event: Event) -> Iterator[Fix]:
    """Yield the replacement of the argument by what the script's own client answers."""
    units = units_of(script.file)
    spot = spot_of(units, Site(event.statement.cell, event.statement.span.line))
    named = workspace_of(event.result)
    if spot is None or event.value is None:
        return
    for client in clients(script, units):
        if client.is_known_at(spot) and not (
            named and client.workspace and not named.same_as(client.workspace)
        ):
            span = event.value.span.shifted(event.statement.span.line - _line_in_block(event))
            edit = Edit(Location(script.file.path, event.location.cell, span), client.tracking_uri)
            yield Fix(f"Take the tracking URI from `{client.name}`", (edit,), safe=False)
            return


def _line_in_block(event: Event) -> int:
    return event.fact.statement.line if event.fact else 0
