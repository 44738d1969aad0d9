"""The URI of a registry is used as a tracking URI.

## What it does

Finds `azureml://` URIs that name a registry (`/registries/...`) where a tracking URI is set: `mlflow.set_tracking_uri`,
the `tracking_uri` of `MlflowClient`, `MLFLOW_TRACKING_URI`. As a registry URI they are right.

## Why it is bad

A registry of Azure Machine Learning holds models that several workspaces share. It has no experiments and no runs, so
nothing can be logged to it.

## Example

```python
import mlflow

mlflow.set_tracking_uri(
    "azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/shared"
)
```

## Use instead

```python
import mlflow

mlflow.set_registry_uri(
    "azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
    "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/shared"
)
```

## Fix safety

Unsafe: the fix calls `set_registry_uri` in place of `set_tracking_uri`, and where runs go is then decided elsewhere. None
is offered for variables and clients.

## References

- [mlflow.set_registry_uri](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_registry_uri)
- [Manage registries with MLflow](https://learn.microsoft.com/azure/machine-learning/how-to-manage-models-mlflow)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from azmlflow.azure.tracking_uri import FaultKind
from azmlflow.parsing.python.facts import Attribute
from azmlflow.resolution.model import Event, EventKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import uri_faults
from azmlflow.rules.base import Edit, Finding, Fix, Rule

RULE = Rule(
    code="AZM113",
    name="registry-as-tracking",
    summary="the URI of a registry is used as a tracking URI",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-manage-models-mlflow",
    kinds=uri_faults.KINDS,
    fixable="sometimes",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each registry that stands where a workspace belongs."""
    for literal, fault in uri_faults.faulty(resolution, {FaultKind.registry}):
        found = uri_faults.finding(resolution, RULE, literal, fault)
        yield replace(found, make_fixes=partial(_fixes, literal.event) if literal.event else None)


def _fixes(event: Event) -> Iterator[Fix]:
    call = event.call
    if event.kind is not EventKind.SET_TRACKING or call is None or not isinstance(call.function, Attribute):
        return
    span = call.function.span.shifted(event.location.span.line - call.span.line)
    end = span._replace(line=span.end_line, column=span.end_column - len(call.function.attr))
    yield Fix(
        "Call set_registry_uri", (Edit(event.location._replace(span=end), "set_registry_uri"),), safe=False
    )
