"""AZUREML_CURRENT_CLOUD names no Azure cloud, or ARM_CLOUD_METADATA_URL is no URL.

## What it does

Finds a value of AZUREML_CURRENT_CLOUD, in any file that sets variables and in code, that is none of `AzureCloud`,
`AzureChinaCloud`, `AzureUSGovernment` and `AzureGermanCloud` exactly: another spelling, other capitals, or nothing at
all. It also finds an ARM_CLOUD_METADATA_URL that is empty or does not begin with `https://` or `http://`.

## Why it is bad

azureml-mlflow compares the name with its list as it stands. For any other name, and for an empty one, it asks
management.azure.com which clouds there are, and then gives up with `cloud metadata could not be fetched or found`, an
exception that does not name the variable. `import azure.ai.ml` fails with `Unknown cloud environment`. A bad
ARM_CLOUD_METADATA_URL is worse: `import mlflow` itself raises, in every program that gets the variable.

## Example

```shell
AZUREML_CURRENT_CLOUD=azureusgovernment
```

## Use instead

```shell
AZUREML_CURRENT_CLOUD=AzureUSGovernment
```

Without the variable azureml-mlflow takes the public cloud.

## Fix safety

Safe where the name is only spelled otherwise, and where an empty variable is taken out: as it stands it can only raise.
Where no name comes near, the fixes offer the four clouds and are unsafe. A metadata URL without `https://` gets it
unsafely, because the address is then asked.

## References

- [Configure support for a nonpublic Azure cloud](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#configure-support-for-a-nonpublic-azure-cloud)
- [azureml-mlflow](https://pypi.org/project/azureml-mlflow/), `azureml/mlflow/_common/_cloud/cloud.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.clouds import CLOUD_NAMES, cloud_named, nearest_cloud_name
from azmlflow.azure.variables import ARM_CLOUD_METADATA_URL, AZUREML_CURRENT_CLOUD
from azmlflow.resolution.environs import Environ, concerns_azure, set_elsewhere
from azmlflow.resolution.model import Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Confidence, Finding, Fix, Rule
from azmlflow.rules.variable_edits import switched_off, with_value
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM501",
    name="cloud-unknown",
    summary="AZUREML_CURRENT_CLOUD names no Azure cloud exactly",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
)

_UNSETS: Final = frozenset({".bat", ".cmd", ".ps1", ".psm1"})
"""Scripts in which an empty value takes the variable away."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each value that can only fail, wherever the file sets it."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for environ in resolution.environs:
        cloud, url = environ.setting(AZUREML_CURRENT_CLOUD), environ.setting(ARM_CLOUD_METADATA_URL)
        if (cloud or url) and not concerns_azure(resolution):
            return
        if cloud is not None and cloud.value is not None:
            yield from _named(resolution, environ, cloud, cloud.value)
        if url is not None and url.value is not None:
            yield from _addressed(resolution, environ, url, url.value)


def _named(resolution: Resolution, environ: Environ, setting: Setting, value: str) -> Iterator[Finding]:
    """Yield what is wrong with a name. Clouds that a metadata URL lists are as good as the known ones."""
    if cloud_named(value) or (not value and resolution.file.path.suffix.lower() in _UNSETS):
        return
    near = nearest_cloud_name(value)
    if value and near is None and (environ.more or _may_list_others(resolution, environ)):
        return
    confidence: Confidence = "medium" if environ.where == "job" or (value and near is None) else "high"
    message, make = _EMPTY, partial(_out, resolution, setting)
    if value:
        message = _misspelled(value, near) if near else _UNLISTED
        make = partial(_renamed, resolution, setting, near)
    yield Finding(RULE, message, setting.written if value else setting.place, (), None, confidence, make)


def _misspelled(value: str, near: str) -> str:
    capitals = ", with these capitals" if value.lower() == near.lower() else ""
    return f"AZUREML_CURRENT_CLOUD names no Azure cloud: it is spelled {near}{capitals}"


def _may_list_others(resolution: Resolution, environ: Environ) -> bool:
    if environ.filled(ARM_CLOUD_METADATA_URL):
        return True
    settings = set_elsewhere(resolution.snapshot, resolution.root).get(ARM_CLOUD_METADATA_URL, ())
    return any(setting.value != "" for setting in settings)


def _addressed(resolution: Resolution, environ: Environ, setting: Setting, value: str) -> Iterator[Finding]:
    if value.lower().startswith(("https://", "http://")):
        return
    if not value and resolution.file.path.suffix.lower() in _UNSETS:
        return
    confidence: Confidence = "medium" if environ.where == "job" or resolution.script is not None else "high"
    message = _NO_ADDRESS if value else _NO_URL
    make = partial(_with_scheme, resolution, setting, value) if value else partial(_out, resolution, setting)
    yield Finding(RULE, message, setting.written if value else setting.place, (), None, confidence, make)


def _renamed(resolution: Resolution, setting: Setting, near: str | None) -> Iterator[Fix]:
    for name in (near,) if near else CLOUD_NAMES:
        edit = with_value(resolution.file, setting, name)
        if edit is not None:
            yield Fix(f"Write {name}", (edit,), safe=near is not None)


def _out(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    found = switched_off(resolution, setting)
    if found is not None:
        yield Fix(f"{found[0]} {setting.name}", (found[1],), safe=True)


def _with_scheme(resolution: Resolution, setting: Setting, value: str) -> Iterator[Fix]:
    edit = with_value(resolution.file, setting, f"https://{value}")
    if edit is not None and "://" not in value:
        yield Fix("Put https:// in front", (edit,), safe=False)


_EMPTY: Final = "AZUREML_CURRENT_CLOUD is set and empty: azureml-mlflow and azure-ai-ml fail instead of taking the public cloud"
_UNLISTED: Final = "AZUREML_CURRENT_CLOUD names no Azure cloud that azureml-mlflow knows"
_NO_URL: Final = "ARM_CLOUD_METADATA_URL is set and empty: import mlflow fails with azureml-mlflow installed"
_NO_ADDRESS: Final = (
    "ARM_CLOUD_METADATA_URL does not begin with https://: import mlflow fails with azureml-mlflow installed"
)
