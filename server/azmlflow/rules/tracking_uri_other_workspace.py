"""A script logs to one workspace and works with another.

## What it does

Finds scripts in which two sources that are really used name different workspaces: where the runs go, the workspace that
`MLClient` or `Workspace` stands for (given by name, or by the config that `from_config` finds), and the
MLFLOW_TRACKING_URI that a call overrides. The finding says which of them decides where runs go.

A script that has a client for the workspace it logs to may have others for more workspaces: that is on purpose.

## Why it is bad

Runs land in one workspace, the data, models and jobs of the same script in another. A model that is registered from such
a run is not found, and people look for the runs in the wrong place.

## Example

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(DefaultAzureCredential())  # config.json names ws-prod
mlflow.set_tracking_uri(
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/11111111-1111-4111-8111-111111111111"
    "/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/ws-dev"
)
```

## Use instead

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(DefaultAzureCredential())
mlflow.set_tracking_uri(ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri)
```

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [How MLClient.from_config finds a workspace](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.tracking import related, shown_at, workspace_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM104",
    name="tracking-uri-other-workspace",
    summary="a script logs to one workspace and works with another",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking",
    kinds=SCRIPT_KINDS,
)


class _Other(NamedTuple):
    """Another source: what names the workspace, which one, and why."""

    what: str
    workspace: WorkspaceRef
    because: tuple[Because, ...]
    event: Event | None = None


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each source that contradicts the one which decides where runs go."""
    script = resolution.script
    if script is None or script.running.platform is Platform.TEST or script.tracking.status != "resolved":
        return
    tracking = script.tracking
    for other in (*_clients(script), *_variable(script)):
        if tracking.workspace is None:
            return
        at = tracking.setter or other.event
        if at is not None:
            winner = "set_tracking_uri" if tracking.setter else MLFLOW_TRACKING_URI
            mine, theirs = _told_apart(tracking.workspace, other.workspace)
            message = f"runs go to the workspace {mine}, though {other.what} names {theirs}: {winner} decides"
            causes = related(*(other.because if tracking.setter else tracking.because))
            yield Finding(RULE, message, shown_at(script, at), causes)


def _clients(script: ScriptResolution) -> Iterator[_Other]:
    """Yield the last client, when every client is for a workspace that is known and not the one that runs go to."""
    made = [e for e in script.all(EventKind.WORKSPACE) if e.reached]
    known = [workspace for event in made if (workspace := workspace_of(event.result)) is not None]
    target = script.tracking.workspace
    if not made or len(known) < len(made) or target is None or any(map(target.same_as, known)):
        return
    last = made[-1]
    maker = (last.name or "").removesuffix(".from_config").removesuffix(".get").rpartition(".")[2]
    because = (Because(f"{maker} is made here", last.location), *(last.result.because if last.result else ()))
    yield _Other(maker, known[-1], because, last)


def _variable(script: ScriptResolution) -> Iterator[_Other]:
    workspace, target = workspace_of(script.tracking.variable), script.tracking.workspace
    if script.tracking.variable and workspace and target and not workspace.same_as(target):
        yield _Other(MLFLOW_TRACKING_URI, workspace, script.tracking.variable.because)


def _told_apart(one: WorkspaceRef, other: WorkspaceRef) -> tuple[str, str]:
    """Return how to call two workspaces so that they differ: by name, else by group, else by subscription."""
    for name in ("resource_group", "subscription_id"):
        if one.workspace_name.casefold() != other.workspace_name.casefold():
            break
        if getattr(one, name).casefold() != getattr(other, name).casefold():
            first, second = (f"{ref.workspace_name} in {getattr(ref, name)}" for ref in (one, other))
            return first, second
    return one.workspace_name, other.workspace_name
