"""What the steps hand on to one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud
from azmlflow.azure.tracking_uri import TrackingUri, parse_tracking_uri
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
    signer: Any = None
    """Who signs in, with the links that are asked (signing.Signer)."""
    service: Any = None
    """The plugin's own service context."""
    credential: Any = None
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

    @property
    def links(self) -> tuple[tuple[str, Any], ...]:
        """Name and object of each link that signs in, in order; none before the step `chain`."""
        return self.signer.links if self.signer else ()

    @property
    def uri(self) -> TrackingUri | None:
        """The tracking URI of the request in its parts, None where there is none that is one of Azure ML."""
        return parse_tracking_uri(self.request.uri) if self.request.uri else None

    @property
    def workspace_meant(self) -> WorkspaceRef | None:
        """The workspace that the request names, itself or in its tracking URI; whether it exists is not asked."""
        uri = self.uri
        return self.request.workspace or (uri.workspace if uri else None)

    def limit(self, step: str) -> float:
        """Return how many seconds a step may take."""
        return float(self.request.limits.get(step, STEP_OF[step].limit))


Run = Callable[[Context], Iterator[Outcome]]
