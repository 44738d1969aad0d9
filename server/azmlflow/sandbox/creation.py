"""The world in which all is well: a tenant, an application, a user, a machine's identity and a workspace."""

from __future__ import annotations

from azmlflow.azure.clouds import Cloud
from azmlflow.sandbox import names
from azmlflow.sandbox.backstage import Backstage
from azmlflow.sandbox.world import App, Federated, Identity, Secret, Tenant, User, World, new_workspace


def new_world(backstage: Backstage, cloud: Cloud, secret: str, password: str) -> World:
    """Return a world in a cloud; secret and password are those of its application and its user."""
    tenant_id = names.TENANT_ID
    app = App(
        names.CLIENT_ID,
        names.APP_OBJECT_ID,
        "train-bot",
        [Secret(secret)],
        federated=[Federated(names.ISSUER, names.SUBJECT, names.AUDIENCE)],
    )
    tenant = Tenant(tenant_id, "Contoso", "contoso.onmicrosoft.com", cloud, {names.CLIENT_ID: app})
    machine = (
        f"/subscriptions/{names.WORKSPACE.subscription_id}/resourcegroups/{names.WORKSPACE.resource_group}"
    )
    identity = Identity(
        names.IDENTITY_CLIENT_ID,
        names.IDENTITY_OBJECT_ID,
        tenant_id,
        f"{machine}/providers/Microsoft.Compute/virtualMachines/vm-sandbox",
    )
    return World(
        backstage,
        cloud,
        {tenant_id: tenant},
        [new_workspace(names.WORKSPACE, names.REGIONS[cloud.name], tenant_id, cloud)],
        [User(names.USER_NAME, names.USER_OBJECT_ID, tenant_id, password)],
        [identity],
    )
