"""The scenarios by name: what the box's Azure is like, and what goes wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD, AZURE_US_GOVERNMENT, Cloud
from azmlflow.azure.workspace import PROVIDER
from azmlflow.sandbox.names import OTHER_TENANT_ID
from azmlflow.sandbox.tool_words import BEHAVIOURS
from azmlflow.sandbox.world import App, Fault, Grant, Identity, Role, Secret, Tenant, User, Workspace, World

SLOW_SECONDS: Final = 1.5
CREDENTIALS: Final[dict[str, str]] = {
    "secret": "a service principal with a client secret",
    "certificate": "a service principal with a certificate",
    "workload": "a service principal that trusts the token in a file (workload identity)",
    "password": "a user with a password and no second factor",
    "imds": "the managed identity of a virtual machine",
    "az": "a user who has signed in with the Azure CLI (a stand-in for it)",
    "azd": "a user who has signed in with the Azure Developer CLI (a stand-in for it)",
    "pwsh": "a user who has signed in with Azure PowerShell (a stand-in for it)",
    "any": "whatever is tried: az, azd, pwsh and managed identity together",
    "none": "nobody",
}
"""Kinds of credential that an environment can be made for."""


class Scenario(NamedTuple):
    """One state of things: `turn` makes it of a world in which all is well, `credential` is who usually meets it."""

    name: str
    summary: str
    turn: Callable[[World], None]
    credential: str = "secret"
    cloud: Cloud = AZURE_CLOUD


def named(name: str) -> Scenario:
    """Return the scenario of that name; ValueError, with the names there are, for any other."""
    found = SCENARIOS.get(name)
    if found is None:
        raise ValueError(f"there is no scenario '{name}': {', '.join(SCENARIOS)}")
    return found


def _healthy(world: World) -> None:
    """Leave all as it is."""


def _wrong_secret(world: World) -> None:
    for app in _apps(world):
        app.secrets = [Secret(secret.value[::-1] + "~rotated") for secret in app.secrets]


def _expired_secret(world: World) -> None:
    for app in _apps(world):
        app.secrets = [Secret(secret.value, expired=True) for secret in app.secrets]


def _unknown_client(world: World) -> None:
    for tenant in world.tenants.values():
        tenant.apps.clear()


def _unknown_tenant(world: World) -> None:
    """Let another tenant have all that is there: the variables go on naming the one that is not."""
    tenant = next(iter(world.tenants.values()))
    world.tenants = {OTHER_TENANT_ID: replace(tenant, tenant_id=OTHER_TENANT_ID)}
    members: tuple[User | Identity | Workspace, ...] = (*world.users, *world.identities, *world.workspaces)
    for each in members:
        each.tenant_id = OTHER_TENANT_ID


def _wrong_tenant(world: World) -> None:
    world.tenants[OTHER_TENANT_ID] = Tenant(
        OTHER_TENANT_ID, "Fabrikam", "fabrikam.onmicrosoft.com", world.cloud
    )
    for workspace in world.workspaces:
        workspace.tenant_id = OTHER_TENANT_ID


def _certificate_not_registered(world: World) -> None:
    world.registers_certificate = False


def _conditional_access(world: World) -> None:
    for tenant in world.tenants.values():
        tenant.refuses = "conditional-access"


def _grants(*grants: Grant) -> Callable[[World], None]:
    def turn(world: World) -> None:
        for workspace in world.workspaces:
            workspace.grants = list(grants)

    return turn


def _private_link_denied(world: World) -> None:
    for workspace in world.workspaces:
        workspace.public_access = False


def _workspace_not_found(world: World) -> None:
    for workspace in world.workspaces:
        workspace.exists = False


def _logged_models_served(world: World) -> None:
    for workspace in world.workspaces:
        workspace.serves_logged_models = True


def _faulty(fault: Fault, *roles: Role) -> Callable[[World], None]:
    def turn(world: World) -> None:
        for role in roles:
            world.faults[role] = replace(fault)

    return turn


def _intercepted(world: World) -> None:
    world.intercepted = True


def _tool(tool: str, behaviour: str) -> Callable[[World], None]:
    def turn(world: World) -> None:
        world.tools[tool] = behaviour

    return turn


def _imds_none(world: World) -> None:
    world.imds = "none"


def _imds_black_hole(world: World) -> None:
    world.imds = "black-hole"


def _imds_identity_missing(world: World) -> None:
    world.imds = "answers"
    world.identities.clear()


def _dry_run(world: World) -> None:
    world.accept_anything = True
    world.device_code = "approved"


def _anything(world: World) -> None:
    _dry_run(world)
    _logged_models_served(world)
    world.serves_logged_models = True


def _apps(world: World) -> list[App]:
    return [app for tenant in world.tenants.values() for app in tenant.apps.values()]


_READER: Final = Grant(
    ("*/read",), tuple(f"{PROVIDER}/workspaces/{part}/*" for part in ("experiments", "jobs", "models"))
)
_TOO_MANY: Final = Fault(
    status=429,
    headers={"Retry-After": "1"},
    body='{"error":{"code":"TooManyRequests","message":"Too many requests; retry later."}}',
    content_type="application/json",
)
_BAD_GATEWAY: Final = Fault(
    status=502, body="<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
)
_TOOL_NAMES: Final = {"az": "the Azure CLI", "azd": "the Azure Developer CLI", "pwsh": "Azure PowerShell"}
_TOOL_SCENARIOS: Final = tuple(
    Scenario(f"{tool}-{behaviour}", f"{_TOOL_NAMES[tool]}: {what}", _tool(tool, behaviour), tool)
    for tool, behaviours in BEHAVIOURS.items()
    for behaviour, what in behaviours.items()
)
_ALL: Final = (
    Scenario("healthy", "everything works as it does in Azure", _healthy),
    Scenario("wrong-secret", "the client secret is not the application's (AADSTS7000215)", _wrong_secret),
    Scenario("expired-secret", "the client secret has expired (AADSTS7000222)", _expired_secret),
    Scenario(
        "unknown-tenant", "AZURE_TENANT_ID names a tenant that is not there (AADSTS90002)", _unknown_tenant
    ),
    Scenario("wrong-tenant", "the subscription trusts another tenant than the token's", _wrong_tenant),
    Scenario("unknown-client", "the tenant has no such application (AADSTS700016)", _unknown_client),
    Scenario(
        "certificate-not-registered",
        "the certificate is not registered on the application (AADSTS700027)",
        _certificate_not_registered,
        "certificate",
    ),
    Scenario("conditional-access", "a policy blocks the sign-in (AADSTS53003)", _conditional_access),
    Scenario("no-permission", "the sign-in works, and nothing may be read", _grants()),
    Scenario(
        "read-only", "the workspace may be read, experiments and models may not be used", _grants(_READER)
    ),
    Scenario(
        "reader", "the role Reader: everything may be read, nothing written", _grants(Grant(("*/read",)))
    ),
    Scenario(
        "private-link-denied", "the workspace answers in its virtual network only", _private_link_denied
    ),
    Scenario("workspace-not-found", "there is no such workspace", _workspace_not_found),
    Scenario(
        "logged-models-404", "the workspace does not know MLflow 3's models; the same as healthy", _healthy
    ),
    Scenario("logged-models-served", "the workspace keeps MLflow 3's models", _logged_models_served),
    Scenario(
        "slow",
        f"every answer takes {SLOW_SECONDS:g} seconds, but for the metadata service's",
        _faulty(Fault(SLOW_SECONDS), "login", "arm", "tracking", "blob"),
    ),
    Scenario(
        "silent",
        "connections are accepted and never answered, but for the metadata service's",
        _faulty(Fault(ending="silent"), "login", "arm", "tracking", "blob"),
    ),
    Scenario(
        "resets",
        "the workspace's answers are broken off half-way",
        _faulty(Fault(ending="reset"), "tracking"),
    ),
    Scenario("throttled-429", "the workspace asks for less (429)", _faulty(_TOO_MANY, "tracking")),
    Scenario("bad-gateway", "the workspace's gateway fails (502)", _faulty(_BAD_GATEWAY, "tracking")),
    Scenario("tls-intercepted", "TLS is inspected with a certificate that nothing here trusts", _intercepted),
    Scenario("imds-none", "there is no metadata service: not a machine in Azure", _imds_none, "imds"),
    Scenario("imds-black-hole", "the metadata service never answers", _imds_black_hole, "imds"),
    Scenario("imds-identity-missing", "the machine has no managed identity", _imds_identity_missing, "imds"),
    Scenario("mfa-required", "az: a second factor is asked for (AADSTS50076)", _tool("az", "mfa"), "az"),
    *_TOOL_SCENARIOS,
    Scenario("china", "all is well in the cloud of China", _healthy, cloud=AZURE_CHINA_CLOUD),
    Scenario(
        "us-government", "all is well in the cloud of the US government", _healthy, cloud=AZURE_US_GOVERNMENT
    ),
    Scenario("dry-run", "whatever is named exists, and no secret is verified", _dry_run, "any"),
    Scenario(
        "anything",
        "the same, and every workspace keeps MLflow 3's models: nothing is wrong with any project",
        _anything,
        "any",
    ),
)
SCENARIOS: Final = {scenario.name: scenario for scenario in _ALL}
"""Name -> scenario, in the order of the documentation."""
