"""What the steps hand on to one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.outcome import STEP_OF, Outcome
from azmlflow.probes.request import Request

Result = TypeVar("Result")


@dataclass
class Context:
    """One probe in progress. What a step has learned stands here for those after it.

    `cloud` is the one that azureml-mlflow takes (the step `chain` sets it). `credential` is the link that gave
    `token`, an access token for Azure Resource Manager with its decoded `claims`; these two never leave the process.
    `region` and `workspace_uri` come from the workspace itself.
    """

    request: Request
    begin: Callable[[str, str | None, float], None]
    """Called with (step, link, seconds) when something begins that may take so long."""
    cloud: Cloud = AZURE_CLOUD
    links: list[tuple[str, Any]] = field(default_factory=list)
    """Name and credential of each link of the chain that the installed plugin builds, in its order."""
    service: Any = None
    """The plugin's own service context, which holds the chain."""
    credential: Any = None
    credential_name: str | None = None
    token: str | None = None
    expires_on: int | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    workspace: WorkspaceRef | None = None
    workspace_uri: str | None = None
    region: str | None = None
    subscription_tenant: str | None = None
    """The tenant that Azure names for the workspace's subscription (the step `tenant` sets it)."""
    outcomes: list[Outcome] = field(default_factory=list)
    """All outcomes so far."""

    def limit(self, step: str) -> float:
        """Return how many seconds a step may take."""
        return float(self.request.limits.get(step, STEP_OF[step].limit))


Run = Callable[[Context], Iterator[Outcome]]
