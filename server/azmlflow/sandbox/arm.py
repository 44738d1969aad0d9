"""Azure Resource Manager, read-only: clouds, tenants, subscriptions, workspaces, permissions.

Source: the workspace's envelope is that of https://learn.microsoft.com/rest/api/azureml/workspaces/get. In a dry run whatever
subscription and group is named exists; what lies in a workspace is only known to Azure, which the note of the answer says.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from azmlflow.azure.clouds import CLOUDS, Cloud
from azmlflow.azure.permissions import READ_WORKSPACE_ACTION
from azmlflow.azure.workspace import PROVIDER, WorkspaceRef
from azmlflow.sandbox import names
from azmlflow.sandbox.arm_errors import error, forbidden, unauthorized, wrong_tenant
from azmlflow.sandbox.arm_metadata import clouds
from azmlflow.sandbox.envelope import UNKNOWN
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.tokens import Principal, TokenFault, read_bearer
from azmlflow.sandbox.world import Grant, Workspace, World, allows, new_workspace, region_of

READ_PERMISSIONS: Final = "Microsoft.Authorization/permissions/read"


def answer(request: Request, world: World) -> Response:
    """Answer as the Resource Manager of any cloud; every answer has a request's id, as Azure's have."""
    cloud = next(cloud for cloud in CLOUDS if cloud.arm_host == request.host)
    response = _answer(request, world, cloud)
    return response._replace(headers={**response.headers, "x-ms-request-id": str(uuid4())})


def _answer(request: Request, world: World, cloud: Cloud) -> Response:
    parts = request.segments
    lowered = [part.lower() for part in parts]
    if lowered == ["metadata", "endpoints"]:
        return json_response(200, clouds(cloud))
    if request.method != "GET":
        note = f"{UNKNOWN}a change of {request.path.rpartition('/providers/')[2]} ({request.method})"
        return error(405, "MethodNotAllowed", "The sandbox's Resource Manager can only be read.", note=note)
    if "api-version" not in request.parameters():
        text = "The api-version query parameter (?api-version=) is required for all requests."
        return error(400, "MissingApiVersionParameter", text)
    who = read_bearer(request, world, cloud)
    if lowered[:1] == ["subscriptions"] and len(parts) > 1:
        return _in_subscription(world, cloud, who, parts, lowered)
    if isinstance(who, TokenFault):
        return unauthorized(who, "common")
    if lowered == ["subscriptions"]:
        return json_response(200, {"value": _subscriptions(world, who)})
    if lowered == ["tenants"]:
        tenant = world.tenant(who.tenant_id)
        return json_response(
            200, {"value": [{"id": f"/tenants/{who.tenant_id}", "tenantId": who.tenant_id}] * bool(tenant)}
        )
    return _nothing("/".join(parts))


def _nothing(what: str) -> Response:
    return error(404, "NotFound", "The sandbox has no such resource.", note=f"{UNKNOWN}{what}")


def _in_subscription(
    world: World, cloud: Cloud, who: Principal | TokenFault, parts: list[str], lowered: list[str]
) -> Response:
    ref = _ref(parts, lowered)
    if world.accept_anything and ref is not None:
        world.workspace(ref, cloud=cloud)
    known = world.workspace_in(parts[1])
    if world.accept_anything and (known is None or known.cloud != cloud):
        made_up = WorkspaceRef(parts[1], parts[3] if len(parts) > 3 else "", "")
        known = new_workspace(made_up, region_of(cloud), world.last_tenant, cloud)
    if world.accept_anything and isinstance(who, TokenFault):
        return unauthorized(who, world.last_tenant)
    if known is None or known.cloud != cloud:
        return error(404, "SubscriptionNotFound", f"The subscription '{parts[1]}' could not be found.")
    if isinstance(who, TokenFault):
        return unauthorized(who, known.tenant_id)
    if who.tenant_id != known.tenant_id and not world.accept_anything:
        return wrong_tenant(who, known.tenant_id)
    if len(parts) == 2:
        return _read(
            who,
            known,
            "Microsoft.Resources/subscriptions/read",
            f"/subscriptions/{parts[1]}",
            _subscription(known),
        )
    if world.accept_anything and lowered[-3:] == ["providers", PROVIDER.lower(), "workspaces"]:
        return _list(world, parts, lowered)
    if lowered[2] != "resourcegroups" or len(parts) < 4:
        return _nothing("/".join(parts[2:]))
    return _in_group(world, who, known, parts, lowered, ref)


def _in_group(
    world: World,
    who: Principal,
    known: Workspace,
    parts: list[str],
    lowered: list[str],
    ref: WorkspaceRef | None,
) -> Response:
    group = f"/subscriptions/{parts[1]}/resourceGroups/{parts[3]}"
    exists = world.accept_anything or any(
        each.ref.resource_group.lower() == lowered[3] for each in world.workspaces
    )
    if len(parts) == 4 and exists:
        body = {
            "id": group,
            "name": parts[3],
            "type": "Microsoft.Resources/resourceGroups",
            "location": known.region,
        }
        action = "Microsoft.Resources/subscriptions/resourceGroups/read"
        return _read(who, known, action, group, {**body, "properties": {"provisioningState": "Succeeded"}})
    if not exists:
        return error(404, "ResourceGroupNotFound", f"Resource group '{parts[3]}' could not be found.")
    if ref is None:
        return _nothing(f"{'/'.join(parts[4:])} in the resource group {parts[3]}")
    workspace = world.workspace(ref)
    if workspace is None:
        if not allows(known.grants, who.object_id, READ_WORKSPACE_ACTION):
            return forbidden(who, READ_WORKSPACE_ACTION, ref.arm_id)
        text = (
            f"The Resource '{PROVIDER}/workspaces/{ref.workspace_name}' under resource group '{ref.resource_group}' was "
            "not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        return error(404, "ResourceNotFound", text)
    return _in_workspace(world, who, workspace, parts[8:])


def _in_workspace(world: World, who: Principal, workspace: Workspace, rest: list[str]) -> Response:
    scope = workspace.ref.arm_id
    note = "the workspace is not verified" if world.accept_anything else ""
    if not rest:
        return _read(who, workspace, READ_WORKSPACE_ACTION, scope, _envelope(workspace))._replace(note=note)
    if [part.lower() for part in rest] == ["providers", "microsoft.authorization", "permissions"]:
        value = [_permission(grant) for grant in workspace.grants if grant.principal in (None, who.object_id)]
        return _read(who, workspace, READ_PERMISSIONS, scope, {"value": value})
    return _nothing(f"{'/'.join(rest)} in the workspace {workspace.ref.workspace_name}")


def _list(world: World, parts: list[str], lowered: list[str]) -> Response:
    """List the workspaces that have been named so far: which others there are, only Azure knows."""
    group = lowered[3] if lowered[2] == "resourcegroups" else None
    found = [
        each
        for each in _named(world)
        if each.ref.subscription_id.lower() == lowered[1] and group in (None, each.ref.resource_group.lower())
    ]
    note = f"{UNKNOWN}a list of the workspaces in {'/'.join(parts[:4] if group else parts[:2])}"
    return json_response(200, {"value": [_envelope(each) for each in found]}, note=note)


def _named(world: World) -> list[Workspace]:
    """Return the workspaces; in a dry run the box's own is none of the user's."""
    return [
        each for each in world.workspaces if not (world.accept_anything and each.ref.same_as(names.WORKSPACE))
    ]


def _ref(parts: list[str], lowered: list[str]) -> WorkspaceRef | None:
    """Return the workspace that the path is about."""
    expected = ["resourcegroups", "providers", PROVIDER.lower(), "workspaces"]
    if len(parts) < 8 or [lowered[2], *lowered[4:7]] != expected:
        return None
    return WorkspaceRef(parts[1], parts[3], parts[7])


def _read(who: Principal, workspace: Workspace, action: str, scope: str, body: dict[str, Any]) -> Response:
    if not allows(workspace.grants, who.object_id, action):
        return forbidden(who, action, scope)
    return json_response(200, body)


def _subscriptions(world: World, who: Principal) -> list[dict[str, Any]]:
    seen = {
        each.ref.subscription_id.lower(): each
        for each in _named(world)
        if (each.tenant_id == who.tenant_id or world.accept_anything) and each.grants
    }
    return [_subscription(workspace) for workspace in seen.values()]


def _subscription(workspace: Workspace) -> dict[str, Any]:
    subscription_id = workspace.ref.subscription_id
    return {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "tenantId": workspace.tenant_id,
        "displayName": "Machine learning",
        "state": "Enabled",
    }


def _envelope(workspace: Workspace) -> dict[str, Any]:
    ref, region = workspace.ref, workspace.region
    group = f"/subscriptions/{ref.subscription_id}/resourceGroups/{ref.resource_group}/providers"
    host = f"{workspace.workspace_id}.workspace.{workspace.host}"
    return {
        "id": ref.arm_id,
        "name": ref.workspace_name,
        "type": f"{PROVIDER}/workspaces",
        "location": region,
        "tags": {},
        "kind": "Default",
        "sku": {"name": "Basic", "tier": "Basic"},
        "identity": {"type": "SystemAssigned", "principalId": str(uuid4()), "tenantId": workspace.tenant_id},
        "properties": {
            "friendlyName": ref.workspace_name,
            "description": "",
            "workspaceId": workspace.workspace_id,
            "tenantId": workspace.tenant_id,
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled" if workspace.public_access else "Disabled",
            "storageAccount": f"{group}/Microsoft.Storage/storageAccounts/{workspace.storage_account}",
            "keyVault": f"{group}/Microsoft.KeyVault/vaults/{workspace.storage_account}",
            "discoveryUrl": f"https://{host}/discovery",
            "mlFlowTrackingUri": f"azureml://{workspace.host}/mlflow/v1.0{ref.arm_id}",
        },
    }


def _permission(grant: Grant) -> dict[str, Any]:
    return {
        "actions": list(grant.actions),
        "notActions": list(grant.not_actions),
        "dataActions": [],
        "notDataActions": [],
        "condition": None,
        "conditionVersion": None,
    }
