"""AZURE_AUTHORITY_HOST is set for azureml-mlflow, which does not read it.

## What it does

Finds AZURE_AUTHORITY_HOST where it names another sign-in host than the one that AZUREML_CURRENT_CLOUD leads to, in a
project that logs through azureml-mlflow. Nothing is said where code of the project uses azure-identity or MLClient,
which do read it, or where the variables of a workload identity are set.

## Why it is bad

azureml-mlflow signs in at the host that belongs to AZUREML_CURRENT_CLOUD, and at that of the public cloud without it.
The variable of azure-identity changes nothing there, so that the login goes on to fail as if nothing had been set.

## Example

```shell
AZURE_AUTHORITY_HOST=https://login.chinacloudapi.cn
```

## Use instead

```shell
AZUREML_CURRENT_CLOUD=AzureChinaCloud
```

## Fix safety

Unsafe: it changes where the program signs in. Where the host is not that of the workspace's cloud, the fix takes it out,
and another program may read it.

## References

- [Configure support for a nonpublic Azure cloud](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#configure-support-for-a-nonpublic-azure-cloud)
- [Environment variables of azure-identity](https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud, authority_host, cloud_named, cloud_of_login_host
from azmlflow.azure.variables import (
    AZURE_AUTHORITY_HOST,
    AZURE_FEDERATED_TOKEN_FILE,
    AZUREML_CURRENT_CLOUD,
    MLFLOW_TRACKING_URI,
)
from azmlflow.resolution.environs import Environ, set_elsewhere
from azmlflow.resolution.model import Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.clouds import aims_at_azure, cloud_of_uri, is_named_elsewhere, uses_identity
from azmlflow.rules.variable_edits import beside, switched_off, with_value
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM503",
    name="authority-host-ignored",
    summary="AZURE_AUTHORITY_HOST has no effect on azureml-mlflow",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each sign-in host that is set and not used."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for environ in resolution.environs:
        setting = environ.setting(AZURE_AUTHORITY_HOST)
        host = authority_host(setting.value or "") if setting is not None else None
        if setting is None or host is None or uses_identity(resolution):
            continue
        wanted = cloud_of_login_host(host)
        used = _used(resolution, environ, wanted)
        if used is not None and used is not wanted and _is_for_plugin(resolution):
            make = partial(_fixes, resolution, environ, setting, wanted)
            yield Finding(RULE, _message(used), setting.written, make_fixes=make)


def _is_for_plugin(resolution: Resolution) -> bool:
    """Tell whether the project logs through azureml-mlflow, and not from a pod, where the variable is needed."""
    elsewhere = set_elsewhere(resolution.snapshot, resolution.root)
    return AZURE_FEDERATED_TOKEN_FILE not in elsewhere and aims_at_azure(resolution)


def _used(resolution: Resolution, environ: Environ, wanted: Cloud | None) -> Cloud | None:
    """Return the cloud in which azureml-mlflow signs in, None where that cannot be said."""
    if environ.has(AZURE_FEDERATED_TOKEN_FILE):
        return None
    if environ.has(AZUREML_CURRENT_CLOUD):
        return cloud_named(environ.text(AZUREML_CURRENT_CLOUD) or "")
    if environ.more or is_named_elsewhere(resolution, wanted or AZURE_CLOUD):
        return None
    return AZURE_CLOUD


def _message(used: Cloud) -> str:
    return (
        f"azureml-mlflow does not read AZURE_AUTHORITY_HOST: it signs in at {used.login_host}, "
        "as AZUREML_CURRENT_CLOUD decides"
    )


def _fixes(resolution: Resolution, environ: Environ, setting: Setting, wanted: Cloud | None) -> Iterator[Fix]:
    """Yield how the cloud is named that the host belongs to; the host goes where it belongs to none, or to a wrong one."""
    script, variable = resolution.script, environ.setting(AZUREML_CURRENT_CLOUD)
    target = cloud_of_uri(script.tracking.value if script is not None else environ.text(MLFLOW_TRACKING_URI))
    if wanted is None or target not in (None, wanted):
        found = switched_off(resolution, setting)
        if found is not None:
            yield Fix(f"{found[0]} AZURE_AUTHORITY_HOST", (found[1],), safe=False)
        return
    if variable is None and environ.has(AZUREML_CURRENT_CLOUD):
        return
    edit = (
        with_value(resolution.file, variable, wanted.name)
        if variable is not None
        else beside(resolution.file, setting, AZUREML_CURRENT_CLOUD, wanted.name)
    )
    if edit is not None:
        yield Fix(f"Set AZUREML_CURRENT_CLOUD to {wanted.name}", (edit,), safe=False)
