"""What exists in the box's Azure: tenants, applications, workspaces, who may do what, and which things go wrong.

All of it may be changed while the box runs: the next request sees the change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import NAMESPACE_DNS, uuid4, uuid5

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud
from azmlflow.azure.granted_actions import covers
from azmlflow.azure.workspace import WorkspaceRef, is_guid
from azmlflow.sandbox import names
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.http import Ending

Role = Literal["login", "arm", "tracking", "blob", "imds"]
ROLES: Final[tuple[Role, ...]] = ("login", "arm", "tracking", "blob", "imds")
"""What a host is there for."""


@dataclass
class Secret:
    """A client secret of an application."""

    value: str
    expired: bool = False


@dataclass
class Federated:
    """A federated credential of an application; the issuer's key is the box's own."""

    issuer: str
    subject: str
    audience: str


@dataclass
class App:
    """An application's registration, and its service principal in the tenant."""

    client_id: str
    object_id: str
    name: str
    secrets: list[Secret] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    """Registered certificates, each as PEM without a key."""
    federated: list[Federated] = field(default_factory=list)
    """Whose tokens it trusts instead of a secret."""


@dataclass
class Tenant:
    """A directory of Entra ID; it belongs to one cloud."""

    tenant_id: str
    name: str
    domain: str
    cloud: Cloud
    apps: dict[str, App] = field(default_factory=dict)
    """By client id, in lower case."""
    refuses: Literal["", "conditional-access", "mfa"] = ""
    """A policy that turns away whoever signs in."""


@dataclass
class User:
    """A person; az, azd and pwsh are signed in as the first."""

    name: str
    object_id: str
    tenant_id: str
    password: str = ""


@dataclass
class Identity:
    """A managed identity of the machine that the box pretends to be."""

    client_id: str
    object_id: str
    tenant_id: str
    resource_id: str = ""


@dataclass
class Grant:
    """A role that has been given in a workspace: to one principal (its object id), or to all when it is None."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    principal: str | None = None


@dataclass
class Workspace:
    """A workspace of Azure Machine Learning.

    `sas` is the signature that the blob host asks for. `public_access` is off behind a private link.
    `serves_logged_models` says whether it knows MLflow 3's endpoints: Azure Machine Learning does not.
    """

    ref: WorkspaceRef
    region: str
    tenant_id: str
    cloud: Cloud
    workspace_id: str
    storage_account: str
    sas: str
    grants: list[Grant] = field(default_factory=list)
    public_access: bool = True
    serves_logged_models: bool = False
    exists: bool = True
    region_is_made_up: bool = False
    """In a dry run: the code has asked where it is, which only Azure knows."""

    @property
    def host(self) -> str:
        """The host of the workspace's MLflow API."""
        return f"{self.region}.{self.cloud.tracking_host_suffix}"

    @property
    def tracking_uri(self) -> str:
        """The tracking URI as azureml-mlflow gives it; Resource Manager says v1.0 where this says v2.0."""
        return f"azureml://{self.host}/mlflow/v2.0{self.ref.arm_id}"

    @property
    def blob_host(self) -> str:
        """The host where its artifacts lie."""
        return f"{self.storage_account}.{blob_suffix(self.cloud)}"


@dataclass
class Fault:
    """What goes wrong with every request to the hosts of a role (before a handler sees it, when `status` is set).

    After `delay` seconds comes the handler's answer, or one with `status`; it may be broken off or never be sent.
    `path` limits the fault to paths that hold it, `times` to so many requests.
    """

    delay: float = 0.0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    content_type: str = "text/html"
    ending: Ending = "whole"
    path: str = ""
    times: int | None = None


@dataclass
class World:
    """All that there is.

    With `accept_anything` whatever a request names is made at first sight and no secret is verified: that is a dry
    run, which judges a script and not its credentials.
    """

    backstage: Backstage
    cloud: Cloud = AZURE_CLOUD
    tenants: dict[str, Tenant] = field(default_factory=dict)
    """By tenant id, in lower case."""
    workspaces: list[Workspace] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    """The first is the system-assigned one, which answers when no client id is asked for."""
    imds: Literal["answers", "none", "black-hole"] | None = None
    """What the metadata service does; None: it answers those whose environment was made for managed identity."""
    tools: dict[str, str] = field(default_factory=dict)
    """Stand-in executable (az, azd, pwsh) -> how it behaves (tool_words.BEHAVIOURS); without one it is signed in."""
    device_code: Literal["pending", "approved", "declined"] = "pending"
    """What the user does about every device code."""
    faults: dict[Role, Fault] = field(default_factory=dict)
    intercepted: bool = False
    """Certificates are signed by an authority that the clients' bundle does not have."""
    accept_anything: bool = False
    serves_logged_models: bool = False
    """Whether workspaces that are made at first sight know MLflow 3's endpoints."""
    registers_certificate: bool = True
    """Whether the certificate that the box makes is registered on its application."""

    def tenant(self, name: str, cloud: Cloud | None = None) -> Tenant | None:
        """Return the tenant of that id or domain, in that cloud if one is given."""
        lowered = name.lower()
        with self.backstage.lock:
            found = self.tenants.get(lowered) or next(
                (tenant for tenant in self.tenants.values() if tenant.domain.lower() == lowered), None
            )
            if found is None and self.accept_anything:
                return self._new_tenant(lowered, cloud or self.cloud)
        in_cloud = cloud is None or self.accept_anything or (found is not None and found.cloud == cloud)
        return found if in_cloud else None

    def app(self, tenant: Tenant, client_id: str) -> App | None:
        """Return the tenant's application of that client id."""
        with self.backstage.lock:
            found = tenant.apps.get(client_id.lower())
            if found is None and self.accept_anything:
                found = App(client_id, str(uuid4()), "not verified")
                tenant.apps[client_id.lower()] = found
        return found

    def workspace(
        self, ref: WorkspaceRef, region: str | None = None, cloud: Cloud | None = None
    ) -> Workspace | None:
        """Return the workspace of these names; in a dry run it is made, in that region, when there is none."""
        with self.backstage.lock:
            found = next((each for each in self.workspaces if each.exists and each.ref.same_as(ref)), None)
            if found is None and self.accept_anything:
                cloud = cloud or self.cloud
                found = new_workspace(ref, region or region_of(cloud), next(iter(self.tenants)), cloud)
                found.region_is_made_up = region is None
                found.serves_logged_models = self.serves_logged_models
                self.workspaces.append(found)
        return found

    def workspace_in(self, subscription_id: str) -> Workspace | None:
        """Return any workspace of a subscription: it tells which tenant the subscription trusts."""
        wanted = subscription_id.lower()
        return next((each for each in self.workspaces if each.ref.subscription_id.lower() == wanted), None)

    @property
    def last_tenant(self) -> str:
        """The id of the tenant that was named last: in a dry run a subscription trusts that."""
        return next(reversed(self.tenants))

    def _new_tenant(self, name: str, cloud: Cloud) -> Tenant:
        tenant_id = name if is_guid(name) else str(uuid5(_NAMES, name))
        tenant = Tenant(tenant_id, "not verified", name, cloud)
        self.tenants[tenant_id] = tenant
        return tenant


def new_workspace(ref: WorkspaceRef, region: str, tenant_id: str, cloud: Cloud) -> Workspace:
    """Return a workspace with a storage account of its own, in which everybody may do everything."""
    workspace_id = str(uuid5(_NAMES, ref.arm_id.casefold()))
    account = f"box{workspace_id.replace('-', '')[:16]}"
    return Workspace(ref, region, tenant_id, cloud, workspace_id, account, uuid4().hex, [Grant(("*",))])


def region_of(cloud: Cloud) -> str:
    """Return a region of a cloud, for a workspace of which none is known."""
    return names.REGIONS.get(cloud.name, names.REGIONS[AZURE_CLOUD.name])


def allows(grants: list[Grant], principal: str, action: str) -> bool:
    """Tell whether one of the grants lets a principal (by object id) take an action; case does not matter."""
    wanted = action.lower()
    return any(
        (grant.principal is None or grant.principal == principal)
        and any(covers(pattern.lower(), wanted) for pattern in grant.actions)
        and not any(covers(pattern.lower(), wanted) for pattern in grant.not_actions)
        for grant in grants
    )


def blob_suffix(cloud: Cloud) -> str:
    """Return what the hosts of a cloud's blob storage end in."""
    return BLOB_SUFFIXES[cloud.name]


BLOB_SUFFIXES: Final = {
    "AzureCloud": "blob.core.windows.net",
    "AzureChinaCloud": "blob.core.chinacloudapi.cn",
    "AzureUSGovernment": "blob.core.usgovcloudapi.net",
    "AzureGermanCloud": "blob.core.cloudapi.de",
}
_NAMES: Final = uuid5(NAMESPACE_DNS, "sandbox.azmlflow")
