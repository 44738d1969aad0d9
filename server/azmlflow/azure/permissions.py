"""The permissions that MLflow needs in a workspace, as a custom role that can be created as it stands.

Sources: the actions are those of "Configure authorization and permission levels" in
https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking; the JSON is what
`az role definition create` reads (https://learn.microsoft.com/azure/role-based-access-control/custom-roles-cli), the Bicep
that of https://learn.microsoft.com/azure/templates/microsoft.authorization/roledefinitions. A custom role is made for
subscriptions and resource groups (https://learn.microsoft.com/azure/role-based-access-control/role-definitions), so ours is
made for the workspace's resource group and assigned in the workspace alone.
"""

from __future__ import annotations

import json
from typing import Final

from azmlflow.azure.workspace import PROVIDER, WorkspaceRef

EXPERIMENTS_ACTION: Final = f"{PROVIDER}/workspaces/experiments/*"
TRACKING_ACTIONS: Final = (EXPERIMENTS_ACTION, f"{PROVIDER}/workspaces/jobs/*")
"""What MLflow tracking needs: experiments, runs, metrics, artifacts."""

REGISTRY_ACTIONS: Final = (f"{PROVIDER}/workspaces/models/*/*",)
"""What the model registry needs."""

READ_WORKSPACE_ACTION: Final = f"{PROVIDER}/workspaces/read"
"""What MLClient needs besides, where the code asks it for `workspaces.get(...).mlflow_tracking_uri`."""

DEFAULT_ROLES: Final = ("AzureML Data Scientist", "Contributor")
"""Built-in roles that the article names as sufficient."""

ACTIONS: Final = TRACKING_ACTIONS + REGISTRY_ACTIONS
JSON_FILE: Final = "mlflow-role.json"
BICEP_FILE: Final = "mlflow-role.bicep"
SOMEBODY: Final = "<client id of the application, or the user's sign-in name>"
PLACEHOLDERS: Final = WorkspaceRef("<subscription-id>", "<resource-group>", "<workspace-name>")
"""Stands for the workspace where none is known."""


def role_name(workspace: WorkspaceRef) -> str:
    """Return the role's name; the workspace's is in it, as a name is unique within a tenant."""
    return f"MLflow tracking and registry in {workspace.workspace_name}"


def group_scope(workspace: WorkspaceRef) -> str:
    """Return the scope that the role is made for: the workspace's resource group."""
    return f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}"


def role_json(workspace: WorkspaceRef) -> str:
    """Return the role definition as the file that `az role definition create` reads."""
    role = {
        "Name": role_name(workspace),
        "IsCustom": True,
        "Description": _DESCRIPTION,
        "Actions": list(ACTIONS),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [group_scope(workspace)],
    }
    return json.dumps(role, indent=2, ensure_ascii=False) + "\n"


def role_bicep(workspace: WorkspaceRef) -> str:
    """Return the role, and its assignment to whom `principalId` names, as a Bicep file for the resource group."""
    actions = "\n".join(f"          {_bicep(action)}" for action in ACTIONS)
    return _BICEP.format(
        deploy=deployment_command(workspace),
        workspace=_bicep(workspace.workspace_name),
        role=_bicep(role_name(workspace)),
        description=_bicep(_DESCRIPTION),
        actions=actions,
    )


def deployment_command(workspace: WorkspaceRef) -> str:
    """Return the command that deploys the Bicep file."""
    place = f"--subscription {_shell(workspace.subscription_id)} --resource-group {_shell(workspace.resource_group)}"
    return (
        f"az deployment group create {place} --template-file {BICEP_FILE} --parameters principalId=OBJECT_ID"
    )


def role_commands(workspace: WorkspaceRef) -> tuple[str, ...]:
    """Return the commands that create the role of the JSON file and assign it in the workspace."""
    return (
        f"az role definition create --role-definition {JSON_FILE}",
        assignment_command(workspace, role_name(workspace)),
    )


def assignment_command(workspace: WorkspaceRef, role: str = DEFAULT_ROLES[0]) -> str:
    """Return the command that gives somebody a role in the workspace."""
    scope = _shell(workspace.arm_id)
    return f"az role assignment create --assignee {_shell(SOMEBODY)} --role {_shell(role)} --scope {scope}"


def _bicep(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
    return "'" + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in escaped) + "'"


def _shell(text: str) -> str:
    """Return a word in double quotes, which every shell understands, without what is special within them."""
    return '"' + "".join(c if c not in '"$`\\!' and c.isprintable() else "_" for c in text) + '"'


_DESCRIPTION: Final = "Log with MLflow to a workspace of Azure Machine Learning, and use its model registry."
_BICEP: Final = """\
// A role with the permissions that MLflow needs in a workspace of Azure Machine Learning.
// {deploy}
// OBJECT_ID is that of a user, a group, or the enterprise application of a service principal.
targetScope = 'resourceGroup'

@description('Who gets the role in the workspace; nobody when it is empty.')
param principalId string = ''

resource workspace 'Microsoft.MachineLearningServices/workspaces@2024-04-01' existing = {{
  name: {workspace}
}}

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {{
  name: guid(resourceGroup().id, {role})
  properties: {{
    roleName: {role}
    description: {description}
    type: 'customRole'
    permissions: [
      {{
        actions: [
{actions}
        ]
        notActions: []
      }}
    ]
    assignableScopes: [
      resourceGroup().id
    ]
  }}
}}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(principalId)) {{
  name: guid(workspace.id, principalId, role.id)
  scope: workspace
  properties: {{
    roleDefinitionId: role.id
    principalId: principalId
  }}
}}
"""
