"""An environment file holds what a script needs, and nothing loads it.

## What it does

Finds scripts and notebooks for which `load_dotenv()` would find an environment file that names their tracking URI, holds
the credentials of a service principal, or the cloud, while nothing loads that file: neither the script nor what it
imports, nor what starts it.

It is silent where something may load the file: `%dotenv`, `uv run --env-file`, `docker --env-file`, `env_file:`, `source
.env`, direnv, pipenv, honcho, pydantic-settings, dynaconf and the like, packages that load it by themselves, and
`python.terminal.useEnvFile` in the settings of VS Code. It is silent where the process has the variables already. Where
the file may be loaded out of sight (a Makefile, a launch configuration, a notebook in VS Code) it only informs.

## Why it is bad

A `.env` does nothing by itself. VS Code loads it for debugging and for tests, and not for the terminal; so the script
works with F5 and fails, or logs elsewhere, with `python train.py`. Without the tracking URI the runs go to a local
`mlflow.db`. Without the credentials the sign-in goes on to the Azure CLI, and in the end to a browser. Without the cloud
it goes to the public one.

## Example

```python
import mlflow

with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow
from dotenv import load_dotenv

load_dotenv()

with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: everything in the file is loaded, the runs may go elsewhere, and the script needs `python-dotenv`, which MLflow 3
brings. `load_dotenv` leaves alone what is set already.

## References

- [python-dotenv](https://saurabh-kumar.com/python-dotenv/)
- [Environment variables in VS Code](https://code.visualstudio.com/docs/python/environments#_environment-variables)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import AZURE_CLOUD, CLOUD_NAMES
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.workspace import is_placeholder
from azmlflow.resolution.dotenv import layer_of
from azmlflow.resolution.mentions import names_in
from azmlflow.resolution.model import Event, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because
from azmlflow.rules.aimed import severity_of
from azmlflow.rules.base import Finding, Fix, Rule, Severity
from azmlflow.rules.dotenv_loading import dotenv_of, loading
from azmlflow.rules.insert_dotenv import READS_STORE, dotenv_fixes
from azmlflow.rules.insert_tracking import aim_of, tracking_fixes
from azmlflow.rules.tracking import first_run, related, shown_at, target_name
from azmlflow.rules.tracking_elsewhere import is_documented, may_be_set
from azmlflow.workspace.snapshot import SCRIPT_KINDS, EnvironmentLayer, SourceFile

RULE = Rule(
    code="AZM314",
    name="dotenv-not-loaded",
    summary="an environment file holds what a script needs, and nothing loads it",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://code.visualstudio.com/docs/python/environments#_environment-variables",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_PRINCIPAL: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID)
_PROOFS: Final = (
    (v.AZURE_CLIENT_SECRET,),
    (v.AZURE_CLIENT_CERTIFICATE_PATH,),
    (v.AZURE_USERNAME, v.AZURE_PASSWORD),
)


class _Missed(NamedTuple):
    """What the script goes without: the call at which that shows, the names of the variables, and the message."""

    event: Event
    names: tuple[str, ...]
    message: str
    severity: Severity


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the first call that goes without what the environment file holds."""
    script = resolution.script
    dotenv = dotenv_of(script) if script is not None else None
    if script is None or dotenv is None:
        return
    layer = layer_of(resolution.snapshot, dotenv)
    missed = _tracking_uri(script, dotenv) or _cloud(script, layer) or _principal(script, layer)
    loaded = loading(script, dotenv) if missed is not None else "yes"
    if missed is None or loaded == "yes":
        return
    severity: Severity = missed.severity if loaded == "no" else "information"
    place = layer.locations.get(missed.names[0])
    yield Finding(
        RULE,
        missed.message,
        shown_at(script, missed.event),
        related(Because(f"{dotenv.path.name} sets {missed.names[0]}", place), *script.running.because),
        severity=severity,
        confidence="high" if severity == "warning" else "medium",
        make_fixes=partial(_fixes, script, dotenv, missed.names),
    )


def _tracking_uri(script: ScriptResolution, dotenv: SourceFile) -> _Missed | None:
    """Return what tracking-uri-missing would say, had the file no URI."""
    severity = severity_of(script) if script.tracking.source == "default" else None
    run = first_run(script) if severity is not None else None
    if severity is None or run is None or may_be_set(script):
        return None
    aim = aim_of(script)
    if not aim.names_uri:
        return None
    if severity == "warning" and is_documented(script):
        severity = "information"
    local = target_name(script.tracking.kind, script.tracking.value)
    workspace = f"the workspace {aim.workspace.workspace_name}" if aim.workspace else "Azure Machine Learning"
    started = "" if script.running.outside else "started outside a job, "
    cause = f"{dotenv.path.name} sets {v.MLFLOW_TRACKING_URI}, but nothing loads it"
    message = f"{started}runs go to {local}, not to {workspace}: {cause}"
    return _Missed(run, (v.MLFLOW_TRACKING_URI,), message, severity)


def _cloud(script: ScriptResolution, layer: EnvironmentLayer) -> _Missed | None:
    cloud, event = layer.values.get(v.AZUREML_CURRENT_CLOUD), _signs_in(script, (v.AZUREML_CURRENT_CLOUD,))
    if event is None or cloud not in CLOUD_NAMES or cloud == AZURE_CLOUD.name:
        return None
    what = f"{layer.origin} sets {v.AZUREML_CURRENT_CLOUD}={cloud}"
    message = f"the sign-in goes to the public cloud: {what}, but nothing loads it"
    return _Missed(event, (v.AZUREML_CURRENT_CLOUD,), message, "warning")


def _principal(script: ScriptResolution, layer: EnvironmentLayer) -> _Missed | None:
    """Return what a script goes without when the file holds a whole set of credentials."""
    proof = next((names for names in _PROOFS if _holds(layer, names)), None)
    if proof is None or not _holds(layer, _PRINCIPAL):
        return None
    names = (*_PRINCIPAL, *proof)
    event = _signs_in(script, names)
    if event is None:
        return None
    message = (
        f"{layer.origin} holds a service principal ({', '.join(names)}), but nothing loads it: "
        "the sign-in goes on to the Azure CLI or a browser"
    )
    return _Missed(event, names, message, "information")


def _holds(layer: EnvironmentLayer, names: tuple[str, ...]) -> bool:
    values = [layer.values.get(name, "") for name in names]
    return all(value and not is_placeholder(value) for value in values)


def _signs_in(script: ScriptResolution, names: tuple[str, ...]) -> Event | None:
    """Return the first call for which azureml-mlflow signs in without any of some variables, None where that is unsure.

    Code that names one of them may set it, or make a credential from it.
    """
    root, dotenv = script.snapshot.root_of(script.file.path), dotenv_of(script)
    if dotenv is None or not dotenv.path.is_relative_to(root):
        return None
    if not script.running.outside or script.tracking.kind is not UriKind.azureml_workspace:
        return None
    if any(name in script.snapshot.process.values for name in names) or names_in(script.file) & set(names):
        return None
    return script.first(*READS_STORE)


def _fixes(script: ScriptResolution, dotenv: SourceFile, names: tuple[str, ...]) -> Iterator[Fix]:
    yield from dotenv_fixes(script, dotenv, names[0] if len(names) == 1 else "the credentials")
    if names == (v.MLFLOW_TRACKING_URI,):
        yield from tracking_fixes(script, aim_of(script))
