"""The tracking URI is of one Azure cloud, and the sign-in of another.

## What it does

Compares the cloud of the tracking URI's host (`api.azureml.ms`, `api.ml.azure.cn`, `api.ml.azure.us`) with
AZUREML_CURRENT_CLOUD as the program gets it, and, in a project whose code uses MLClient or azure-identity, the host in
AZURE_AUTHORITY_HOST with both. A workspace outside the public cloud with AZUREML_CURRENT_CLOUD set nowhere, or only
after the first call of MLflow, is found too. Nothing is said where something else of the project may set the variable.

## Why it is bad

azureml-mlflow never looks at the host of the URI: AZUREML_CURRENT_CLOUD alone decides where it signs in and what the
token is for, and without it that is the public cloud. A tenant of another cloud is not known there, so that the login
fails with `Unable to get authority configuration` or AADSTS90002, and a token of one cloud is refused by the others.

## Example

```python
import mlflow

mlflow.set_tracking_uri("azureml://chinaeast2.api.ml.azure.cn/mlflow/v2.0/subscriptions/...")
mlflow.set_experiment("churn")
```

## Use instead

```python
import os

import mlflow

os.environ["AZUREML_CURRENT_CLOUD"] = "AzureChinaCloud"
mlflow.set_tracking_uri("azureml://chinaeast2.api.ml.azure.cn/mlflow/v2.0/subscriptions/...")
mlflow.set_experiment("churn")
```

## Fix safety

Unsafe: the fix takes the URI at its word and changes where the program signs in. It may be the URI that is wrong.

## References

- [Configure support for a nonpublic Azure cloud](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#configure-support-for-a-nonpublic-azure-cloud)
- [Hosts of Azure services by cloud](https://learn.microsoft.com/azure/private-link/private-endpoint-dns)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud, authority_host, cloud_named, cloud_of_login_host
from azmlflow.azure.variables import AZURE_AUTHORITY_HOST, AZUREML_CURRENT_CLOUD, MLFLOW_TRACKING_URI
from azmlflow.resolution.environs import Environ, concerns_azure
from azmlflow.resolution.model import Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.clouds import (
    CloudSeen,
    cloud_fixes,
    cloud_of_uri,
    cloud_seen,
    is_named_elsewhere,
    uri_place,
    uses_identity,
    written_by,
)
from azmlflow.rules.variable_edits import beside, with_value
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

RULE = Rule(
    code="AZM502",
    name="cloud-mismatch",
    summary="the tracking URI is of one Azure cloud and the sign-in of another",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS | LAYER_KINDS,
    fixable="sometimes",
)

_LATE: Final = "AZUREML_CURRENT_CLOUD is set only after the first call of MLflow"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding where URI, cloud and sign-in host disagree for certain."""
    if resolution.script is not None:
        yield from _in_code(resolution, resolution.script)
        return
    for environ in resolution.environs:
        ours = any(map(environ.setting, (MLFLOW_TRACKING_URI, AZUREML_CURRENT_CLOUD, AZURE_AUTHORITY_HOST)))
        if ours and environ.where != "job" and concerns_azure(resolution):
            found = list(_of_uri(resolution, environ))
            yield from found or _of_authority(resolution, environ)


def _of_uri(resolution: Resolution, environ: Environ) -> Iterator[Finding]:
    """Compare the URI with the variable, as one start of a program gets both."""
    uri, variable = environ.setting(MLFLOW_TRACKING_URI), environ.setting(AZUREML_CURRENT_CLOUD)
    cloud = cloud_of_uri(environ.text(MLFLOW_TRACKING_URI))
    if cloud is None:
        return
    if environ.has(AZUREML_CURRENT_CLOUD):
        named = cloud_named(environ.text(AZUREML_CURRENT_CLOUD) or "")
        place = variable or uri
        if place is not None and named is not None and named is not cloud:
            related = (Related("the tracking URI is set here", uri.written),) if variable and uri else ()
            make = partial(_changed, resolution, variable, cloud) if variable else None
            yield Finding(RULE, _contradiction(cloud, named), place.written, related, make_fixes=make)
        return
    certain = cloud is not AZURE_CLOUD and not environ.more
    if uri is not None and certain and not is_named_elsewhere(resolution, cloud):
        make = partial(_added, resolution, uri, cloud)
        yield Finding(RULE, _unset(cloud), uri.written, make_fixes=make)


def _of_authority(resolution: Resolution, environ: Environ) -> Iterator[Finding]:
    """Compare AZURE_AUTHORITY_HOST with the variable, in a project whose code heeds both."""
    authority, variable = environ.setting(AZURE_AUTHORITY_HOST), environ.setting(AZUREML_CURRENT_CLOUD)
    host = authority_host(environ.text(AZURE_AUTHORITY_HOST) or "")
    theirs = cloud_of_login_host(host) if host else None
    ours = cloud_named(environ.text(AZUREML_CURRENT_CLOUD) or "")
    place = authority or variable
    if theirs is None or ours is None or theirs is ours or place is None or not uses_identity(resolution):
        return
    message = (
        f"AZURE_AUTHORITY_HOST is the sign-in of {theirs.name}, but AZUREML_CURRENT_CLOUD says {ours.name}: "
        "the token of one is refused by the other"
    )
    related = (
        (Related("AZUREML_CURRENT_CLOUD is set here", variable.written),) if authority and variable else ()
    )
    make = partial(_other_host, resolution, authority, ours) if authority else None
    yield Finding(RULE, message, place.written, related, confidence="medium", make_fixes=make)


def _in_code(resolution: Resolution, script: ScriptResolution) -> Iterator[Finding]:
    """Compare where a script's runs go with the variable when the script first needs it."""
    cloud = cloud_of_uri(script.tracking.value)
    if cloud is None or script.running.platform is Platform.TEST:
        return
    seen, place = cloud_seen(script), uri_place(script)
    if not seen.known:
        return
    named = cloud_named(seen.name) if seen.name is not None else None
    if seen.name is None or (seen.client and named is AZURE_CLOUD):
        yield from _never_set(resolution, script, cloud, seen, place)
    elif named is not None and named is not cloud:
        own = written_by(seen, script)
        at = own.written if own else place
        related = (Related("the tracking URI is written here", place),) if own and place else seen.related
        make = partial(_changed, resolution, variable, cloud) if (variable := own or seen.setting) else None
        if at is not None:
            yield Finding(RULE, _contradiction(cloud, named), at, related, make_fixes=make)


def _never_set(
    resolution: Resolution, script: ScriptResolution, cloud: Cloud, seen: CloudSeen, place: Location | None
) -> Iterator[Finding]:
    """Yield a finding at the URI of a script that runs outside Azure ML and sets the variable never, or too late."""
    if cloud is AZURE_CLOUD or place is None or not script.running.outside:
        return
    if seen.late is None and is_named_elsewhere(resolution, cloud):
        return
    related = (Related("it is set here", seen.late.location),) if seen.late else ()
    message = _unset(cloud, _LATE) if seen.late else _unset(cloud)
    yield Finding(RULE, message, place, related, make_fixes=partial(cloud_fixes, script, cloud))


def _contradiction(cloud: Cloud, named: Cloud) -> str:
    says = f"AZUREML_CURRENT_CLOUD says {named.name}, but the tracking URI is of a workspace in {cloud.name}"
    return f"{says}: azureml-mlflow signs in at {named.login_host}"


def _unset(cloud: Cloud, why: str = "nothing sets AZUREML_CURRENT_CLOUD") -> str:
    where = f"azureml-mlflow signs in at {AZURE_CLOUD.login_host}, where its tenant is unknown"
    return f"the workspace is in {cloud.name}, but {why}: {where}"


def _changed(resolution: Resolution, variable: Setting, cloud: Cloud) -> Iterator[Fix]:
    edit = with_value(resolution.snapshot.files[variable.place.path], variable, cloud.name)
    if edit is not None:
        yield Fix(f"Set AZUREML_CURRENT_CLOUD to {cloud.name}", (edit,), safe=False)


def _added(resolution: Resolution, uri: Setting, cloud: Cloud) -> Iterator[Fix]:
    edit = beside(resolution.file, uri, AZUREML_CURRENT_CLOUD, cloud.name)
    if edit is not None:
        yield Fix(f"Add AZUREML_CURRENT_CLOUD with {cloud.name}", (edit,), safe=False)


def _other_host(resolution: Resolution, authority: Setting, cloud: Cloud) -> Iterator[Fix]:
    prefix = "https://" if "://" in (authority.value or "") else ""
    edit = with_value(resolution.file, authority, f"{prefix}{cloud.login_host}")
    if edit is not None:
        yield Fix(f"Sign in at {cloud.login_host}", (edit,), safe=False)
