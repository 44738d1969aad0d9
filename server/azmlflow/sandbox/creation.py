"""The world in which all is well: a tenant, an application, a user, a machine's identity and a workspace."""

from __future__ import annotations

from typing import NamedTuple

from azmlflow.azure.clouds import Cloud
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox import names
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.world import (
    App,
    Federated,
    Identity,
    Secret,
    Tenant,
    User,
    World,
    new_workspace,
    region_of,
)


class Played(NamedTuple):
    """The workspace that a world begins with; region and cloud are None where they do not matter."""

    ref: WorkspaceRef = names.WORKSPACE
    region: str | None = None
    cloud: Cloud | None = None


def new_world(backstage: Backstage, cloud: Cloud, played: Played, secret: str, password: str) -> World:
    """Return a world in a cloud, with one workspace; secret and password are those of its application and its user."""
    tenant_id = names.TENANT_ID
    app = App(
        names.CLIENT_ID,
        names.APP_OBJECT_ID,
        "train-bot",
        [Secret(secret)],
        federated=[Federated(names.ISSUER, names.SUBJECT, names.AUDIENCE)],
    )
    tenant = Tenant(tenant_id, "Contoso", "contoso.onmicrosoft.com", cloud, {names.CLIENT_ID: app})
    group = f"/subscriptions/{played.ref.subscription_id}/resourcegroups/{played.ref.resource_group}"
    identity = Identity(
        names.IDENTITY_CLIENT_ID,
        names.IDENTITY_OBJECT_ID,
        tenant_id,
        f"{group}/providers/Microsoft.Compute/virtualMachines/vm-sandbox",
    )
    return World(
        backstage,
        cloud,
        {tenant_id: tenant},
        [new_workspace(played.ref, played.region or region_of(cloud), tenant_id, cloud)],
        [User(names.USER_NAME, names.USER_OBJECT_ID, tenant_id, password)],
        [identity],
    )
