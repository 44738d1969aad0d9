"""Nothing sets AZUREML_CURRENT_CLOUD, so that azureml-mlflow asks the network which clouds there are.

## What it does

Finds scripts and files of variables with the tracking URI of a workspace in the public cloud, when nothing in the project
sets AZUREML_CURRENT_CLOUD and no MLClient is made first, which would set it. For pedantic eyes only: it works without.

## Why it is bad

Without the variable azureml-mlflow sends an unsigned request to management.azure.com before it signs in, once for each
tracking URI and process. On a network that drops it, as a private link setup may, every start waits 30 seconds
and prints a long warning that looks like the cause of whatever goes wrong next.

## Example

```python
import mlflow

mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
mlflow.set_experiment("churn")
```

## Use instead

```python
import os

import mlflow

os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
mlflow.set_tracking_uri("azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...")
mlflow.set_experiment("churn")
```

## Fix safety

Safe: it names the cloud of the URI's host, which is the one that azureml-mlflow ends up with.

## References

- [Configure support for a nonpublic Azure cloud](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#configure-support-for-a-nonpublic-azure-cloud)
- [Outbound access that Azure Machine Learning needs](https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.clouds import AZURE_CLOUD, PUBLIC_METADATA_HOST
from azmlflow.azure.variables import ARM_CLOUD_METADATA_URL, AZUREML_CURRENT_CLOUD, MLFLOW_TRACKING_URI
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.clouds import (
    cloud_fixes,
    cloud_of_uri,
    cloud_seen,
    is_named_elsewhere,
    makes_clients,
    uri_place,
)
from azmlflow.rules.variable_edits import beside
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM507",
    name="cloud-unset",
    summary="nothing sets AZUREML_CURRENT_CLOUD, so that azureml-mlflow asks the network for it",
    severity="information",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
    persona="pedantic",
)

_MESSAGE: Final = (
    f"nothing sets AZUREML_CURRENT_CLOUD: azureml-mlflow first asks {PUBLIC_METADATA_HOST} for the clouds, "
    "and waits 30 seconds where that is blocked"
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at each URI of the public cloud for which nothing names the cloud."""
    if resolution.script is not None:
        yield from _in_code(resolution, resolution.script)
        return
    for environ in resolution.environs:
        uri = environ.setting(MLFLOW_TRACKING_URI)
        if uri is not None and _is_public(uri.value) and not _may_be_set(resolution, environ):
            yield Finding(RULE, _MESSAGE, uri.written, make_fixes=partial(_added, resolution, uri))


def _in_code(resolution: Resolution, script: ScriptResolution) -> Iterator[Finding]:
    place = uri_place(script)
    if place is None or not script.running.outside or not _is_public(script.tracking.value):
        return
    seen = cloud_seen(script)
    if seen.known and seen.name is None and seen.late is None and not _is_named(resolution):
        make = partial(cloud_fixes, script, AZURE_CLOUD, safe=True)
        yield Finding(RULE, _MESSAGE, place, make_fixes=make)


def _is_public(uri: str | None) -> bool:
    return cloud_of_uri(uri) is AZURE_CLOUD


def _may_be_set(resolution: Resolution, environ: Environ) -> bool:
    if environ.where == "job" or environ.more or environ.has(AZUREML_CURRENT_CLOUD):
        return True
    return environ.has(ARM_CLOUD_METADATA_URL) or _is_named(resolution) or makes_clients(resolution)


def _is_named(resolution: Resolution) -> bool:
    return is_named_elsewhere(resolution, AZURE_CLOUD)


def _added(resolution: Resolution, uri: Setting) -> Iterator[Fix]:
    edit = beside(resolution.file, uri, AZUREML_CURRENT_CLOUD, AZURE_CLOUD.name)
    if edit is not None:
        yield Fix(f"Add AZUREML_CURRENT_CLOUD with {AZURE_CLOUD.name}", (edit,), safe=True)
