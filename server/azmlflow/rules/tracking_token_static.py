"""MLFLOW_TRACKING_TOKEN is written into a file, for Azure Machine Learning.

## What it does

Finds a literal MLFLOW_TRACKING_TOKEN in a file or a script whose tracking URI, or whose project's, is that of a workspace. Tokens
for other tracking servers, values that are filled in from elsewhere, and the YAML of jobs (Azure Machine Learning overwrites the
variable there) are left alone. The token itself is never shown.

## Why it is bad

With an `azureml://` URI azureml-mlflow does not read the variable at all, unless MLFLOW_TRACKING_URI, MLFLOW_RUN_ID and the
experiment are set in the environment too, as they are in a job. With an `https://` URI the token is sent, but it is read once
and never renewed: after about an hour every call fails with 401. Until then whoever reads the file can use it.

## Example

```shell
MLFLOW_TRACKING_URI=https://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...
MLFLOW_TRACKING_TOKEN=eyJ0eXAiOiJKV1Qi...
```

## Use instead

```shell
MLFLOW_TRACKING_URI=azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/...
```

Install azureml-mlflow and sign in with `az login`, or set a service principal: tokens are then fetched, and renewed.

## Fix safety

Unsafe: the fix removes the token, and what works by it for an hour stops.

## References

- [A token is read once](https://github.com/mlflow/mlflow/issues/4251)
- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import cloud_of_host
from azmlflow.azure.uri_parsing import SCHEME, UriKind, host_of_netloc
from azmlflow.azure.workspace import is_placeholder
from azmlflow.resolution.environs import Environ, set_elsewhere
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.credential_fixes import removing

RULE = Rule(
    code="AZM317",
    name="tracking-token-static",
    summary="a token for Azure Machine Learning is written into a file, where it is ignored or expires",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/issues/4251",
    kinds=credentials.KINDS,
    fixable="sometimes",
    hides_source=True,
)

_EXPERIMENT: Final = (v.MLFLOW_EXPERIMENT_ID, v.MLFLOW_EXPERIMENT_NAME)
_Server = Literal["azureml", "https", "other"]


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each token that is written out."""
    for environ in credentials.judged(resolution, v.MLFLOW_TRACKING_TOKEN):
        setting, token = environ.setting(v.MLFLOW_TRACKING_TOKEN), environ.text(v.MLFLOW_TRACKING_TOKEN)
        if setting is None or not token or is_placeholder(token) or environ.where == "job":
            continue
        server = _server(resolution, environ)
        if server in ("azureml", "https"):
            make = partial(removing, resolution, setting, safe=False)
            place = credentials.value_place(setting)
            yield Finding(RULE, _message(environ, server), place, make_fixes=make)


def _message(environ: Environ, server: _Server) -> str:
    in_job = all(map(environ.has, v.JOB_CONTEXT)) and any(map(environ.has, _EXPERIMENT))
    if server == "azureml" and not in_job:
        return "MLFLOW_TRACKING_TOKEN is not read by azureml-mlflow outside of a job, and should not lie in a file"
    return "MLFLOW_TRACKING_TOKEN is read once and expires after about an hour, and should not lie in a file"


def _server(resolution: Resolution, environ: Environ) -> _Server:
    """Return which kind of server the token is for; that of the project where the environment itself names none."""
    script, own = resolution.script, environ.get(v.MLFLOW_TRACKING_URI)
    if script is not None and script.tracking.source == "call":
        return (
            "azureml" if script.tracking.kind is UriKind.azureml_workspace else _kind(script.tracking.value)
        )
    if own is not None:
        return _kind(own.value)
    settings = set_elsewhere(resolution.snapshot, resolution.root).get(v.MLFLOW_TRACKING_URI, ())
    kinds = {_kind(setting.value) for setting in settings}
    return kinds.pop() if len(kinds) == 1 else "other"


def _kind(uri: str | None) -> _Server:
    scheme, _, rest = (uri or "").partition("://")
    if scheme.lower() == SCHEME:
        return "azureml"
    host = host_of_netloc(rest.partition("/")[0])
    return "https" if scheme.lower() == "https" and cloud_of_host(host) is not None else "other"
