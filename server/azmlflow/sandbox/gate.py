"""What a workspace's services look at before a request: who asks, for which workspace, from where, and whether they may."""

from __future__ import annotations

from typing import Final, NamedTuple

from azmlflow.azure.clouds import AZURE_CLOUD, cloud_of_host, region_of_host
from azmlflow.azure.uri_parsing import find_scope
from azmlflow.azure.workspace import PROVIDER, WorkspaceRef
from azmlflow.sandbox.envelope import user_error
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.tokens import Principal, TokenFault, read_bearer
from azmlflow.sandbox.world import Workspace, World, allows

READ_EXPERIMENTS: Final = f"{PROVIDER}/workspaces/experiments/read"
WRITE_EXPERIMENTS: Final = f"{PROVIDER}/workspaces/experiments/write"
READ_RUNS: Final = f"{PROVIDER}/workspaces/experiments/runs/read"
WRITE_RUNS: Final = f"{PROVIDER}/workspaces/experiments/runs/write"
READ_MODELS: Final = f"{PROVIDER}/workspaces/models/versions/read"
WRITE_MODELS: Final = f"{PROVIDER}/workspaces/models/versions/write"
READ_ARTIFACTS: Final = f"{PROVIDER}/workspaces/experiments/runs/artifacts/read"
WRITE_ARTIFACTS: Final = f"{PROVIDER}/workspaces/experiments/runs/artifacts/write"

PRIVATE_LINK: Final = "Access to workspace was denied based on workspace private link configuration."


class Address(NamedTuple):
    """What a path names: the workspace, the prefix with it, and what follows."""

    workspace: WorkspaceRef
    prefix: str
    rest: str


def read_address(request: Request) -> Address | None:
    """Return the workspace in a request's path, None where it names none."""
    from urllib.parse import unquote

    path = unquote(request.path)
    scope = find_scope(path, "workspaces")
    if scope is None:
        return None
    names = (path[start:end] for start, end in scope)
    end = scope.name[1]
    return Address(WorkspaceRef(*names), path[: scope.subscription[0]], path[end:])


def find_workspace(
    request: Request, world: World, ref: WorkspaceRef
) -> tuple[Workspace, Principal] | Response:
    """Return the workspace and who asks for it, or the refusal.

    The refusal for a missing token is Azure's own words (mlflow/mlflow#5846); those for an unknown workspace and a wrong
    region are ours, as nobody has published them.
    """
    cloud = cloud_of_host(request.host) or AZURE_CLOUD
    region = region_of_host(request.host) or ""
    who = read_bearer(request, world, cloud)
    if isinstance(who, TokenFault):
        return user_error(401, who.message, region, who.note, inner="AuthorizationError")
    workspace = world.workspace(ref, region or None, cloud)
    if workspace is None or workspace.cloud != cloud:
        return user_error(404, f"The workspace {ref.workspace_name} was not found.", region)
    if world.accept_anything:
        if region not in ("", workspace.region):
            workspace.region, workspace.region_is_made_up = region, False
    elif workspace.region != region:
        message = f"The workspace {ref.workspace_name} was not found in region {region}."
        return user_error(404, message, region)
    return workspace, who


def refuse(world: World, workspace: Workspace, who: Principal, action: str) -> Response | None:
    """Return the refusal of what somebody may not do, None when they may.

    Azure sends 403 without a body: to a guest of another tenant (https://github.com/Azure/azure-sdk-for-python/issues/31429)
    and to who lacks the permission (https://github.com/mlflow/mlflow/issues/7795).
    """
    if world.accept_anything:
        return None
    if not workspace.public_access:
        return user_error(403, PRIVATE_LINK, workspace.region)
    if who.tenant_id.lower() != workspace.tenant_id.lower():
        return Response(403, note="the token is from another tenant than the workspace's")
    if not allows(workspace.grants, who.object_id, action):
        return Response(403, note=f"nobody has granted {action}")
    return None
