"""Runs go to a local store although the project is aimed at Azure Machine Learning.

## What it does

Finds scripts and notebooks that log runs without anything setting the tracking URI, in a project that is aimed at an
Azure Machine Learning workspace: there is a workspace config, or an environment file names a workspace.

Where an environment file names the URI and nothing loads it, [dotenv-not-loaded](dotenv-not-loaded.md) says so instead.
It is silent where the platform sets the URI (jobs, compute instances, Databricks, Synapse, MLproject), for tests, scoring
scripts, libraries and imported modules, for code that only reads, and wherever something may set the URI that azmlflow
does not follow. A folder that a job uploads, or a project that shows itself only by imports of the SDK, is reported as
information.

## Why it is bad

MLflow says nothing: it writes the runs to `mlflow.db` in the working folder, or to `mlruns` where runs are in it already.
The workspace stays empty, and the runs are lost with the machine.

## Example

```python
import mlflow

with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
mlflow.set_tracking_uri(
    ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri
)

with mlflow.start_run():
    mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: every repair sends the runs over the network to a workspace that others share. The preferred one asks the
workspace for its URI, which is right behind a private link too; it needs `azure-ai-ml` and signs in when the script
starts. Others write out the URI, or put it into `.env` and load that, where another file of the project names it already
or a connection test of the last day has found it.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [Where MLflow stores runs](https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because
from azmlflow.rules.aimed import severity_of
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.insert_tracking import Aim, aim_of, tracking_fixes
from azmlflow.rules.tracking import first_run, related, shown_at, target_name
from azmlflow.rules.tracking_elsewhere import is_documented, may_be_set
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM101",
    name="tracking-uri-missing",
    summary="runs go to a local store although the project is aimed at Azure Machine Learning",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the first call that makes a run, when that goes to the default store by mistake."""
    script = resolution.script
    if script is None or script.tracking.source != "default":
        return
    severity = severity_of(script)
    run = first_run(script) if severity is not None else None
    if severity is None or run is None or may_be_set(script):
        return
    if severity == "warning" and is_documented(script):
        severity = "information"
    aim = aim_of(script)
    if aim.names_other or aim.names_uri:  # of what .env holds, dotenv-not-loaded tells
        return
    yield Finding(
        RULE,
        _message(script, aim),
        shown_at(script, run),
        related(*_causes(script)),
        severity=severity,
        confidence="high" if severity == "warning" else "medium",
        make_fixes=partial(tracking_fixes, script, aim),
    )


def _message(script: ScriptResolution, aim: Aim) -> str:
    local = target_name(script.tracking.kind, script.tracking.value)
    workspace = f"the workspace {aim.workspace.workspace_name}" if aim.workspace else "Azure Machine Learning"
    started = "" if script.running.outside else "started outside a job, "
    return f"{started}runs go to {local}, not to {workspace}: nothing sets the tracking URI"


def _causes(script: ScriptResolution) -> Iterator[Because]:
    yield script.aimed_at[0].because
    yield from script.running.because
