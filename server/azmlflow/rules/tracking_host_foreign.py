"""A tracking URI names a host that is not Azure Machine Learning's, and would be sent an Azure token.

## What it does

Finds `azureml://` URIs whose host is none of Azure Machine Learning's in any cloud: another domain, a user name or port
trick, a misspelled suffix.

## Why it is bad

azureml-mlflow looks at no host. It asks Azure for a token that is good for the whole Azure Resource Manager and sends it
to whatever host the URI names. Who runs that host can use the token for everything its owner may do in Azure, for about
an hour. A URI copied from a chat, an issue or another repository is enough.

## Example

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.example.com/mlflow/v2.0/subscriptions/...")
```

## Use instead

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
```

The hosts of Azure Machine Learning end in `api.azureml.ms`, `api.ml.azure.cn` or `api.ml.azure.us`. A test server on
this machine (`localhost`, `127.0.0.1`) is left alone.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [How azureml-mlflow sends requests](https://pypi.org/project/azureml-mlflow/), `azureml/mlflow/_internal/utils.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.tracking_uri import FaultKind
from azmlflow.azure.uri_parsing import host_of_netloc
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import uri_faults
from azmlflow.rules.base import Finding, Rule

RULE = Rule(
    code="AZM112",
    name="tracking-host-foreign",
    summary="a tracking URI would send an Azure token to a host that is not Azure Machine Learning's",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://pypi.org/project/azureml-mlflow/",
    kinds=uri_faults.KINDS,
)

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each foreign host."""
    for literal, fault in uri_faults.faulty(resolution, {FaultKind.foreign_host}):
        if host_of_netloc(literal.text[fault.start : fault.end]) not in _THIS_MACHINE:
            yield uri_faults.finding(resolution, RULE, literal, fault)
