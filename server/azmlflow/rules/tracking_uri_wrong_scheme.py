"""A URI of Azure Machine Learning does not begin with azureml://, so MLflow does not use the plugin.

## What it does

Finds tracking and registry URIs that name Azure Machine Learning and begin with `https://`, with nothing, or with a
misspelled scheme; `azureml` alone; and addresses of the portal or of a resource where a tracking URI belongs.

## Why it is bad

MLflow picks the store by the scheme, and only `azureml://` leads to azureml-mlflow, which signs requests. With
`https://` the service answers `Bearer token not provided.`, however good the login is. Without a scheme the text is the
name of a local folder, and runs stay on this machine.

## Example

```python
import mlflow

mlflow.set_tracking_uri("https://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
```

## Use instead

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
```

A file that sets `MLFLOW_TRACKING_TOKEN` as well is left alone: with a token `https://` works until it expires.

## Fix safety

Unsafe: MLflow uses another store afterwards, with another login. None is offered where the text does not hold the whole
URI: `azureml` alone, an address of the portal, a resource id.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [Bearer token not provided](https://github.com/mlflow/mlflow/issues/5846)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.tracking_uri import FaultKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import uri_faults
from azmlflow.rules.base import Finding, Rule

RULE = Rule(
    code="AZM103",
    name="tracking-uri-wrong-scheme",
    summary="a URI of Azure Machine Learning does not begin with azureml://",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/issues/5846",
    kinds=uri_faults.KINDS,
    fixable="sometimes",
)

_KINDS: Final = frozenset(
    {
        FaultKind.https_scheme,
        FaultKind.wrong_scheme,
        FaultKind.no_scheme,
        FaultKind.bare_azureml,
        FaultKind.portal_address,
        FaultKind.resource_id,
    }
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each URI that does not lead to the plugin."""
    kinds = _KINDS - {FaultKind.https_scheme} if uri_faults.has_token(resolution) else _KINDS
    yield from uri_faults.findings(resolution, RULE, kinds)
