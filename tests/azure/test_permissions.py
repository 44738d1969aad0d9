"""The custom role for MLflow: exact actions, JSON and Bicep that can be used as they stand, and the commands."""

import json
import shlex

import pytest
from azmlflow.azure.permissions import (
    ACTIONS,
    BICEP_FILE,
    JSON_FILE,
    PLACEHOLDERS,
    REGISTRY_ACTIONS,
    TRACKING_ACTIONS,
    deployment_command,
    role_bicep,
    role_commands,
    role_json,
    role_name,
)
from azmlflow.azure.workspace import WorkspaceRef

WORKSPACE = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg-ml (west)", "ws-vision")
GROUP = "/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c/resourceGroups/rg-ml (west)"


def test_the_actions_are_those_of_the_article():
    assert TRACKING_ACTIONS == (
        "Microsoft.MachineLearningServices/workspaces/experiments/*",
        "Microsoft.MachineLearningServices/workspaces/jobs/*",
    )
    assert REGISTRY_ACTIONS == ("Microsoft.MachineLearningServices/workspaces/models/*/*",)


def test_json():
    role = json.loads(role_json(WORKSPACE))
    assert role["Actions"] == list(ACTIONS)
    assert role["AssignableScopes"] == [GROUP]
    assert role["Name"] == "MLflow tracking and registry in ws-vision"
    assert role["IsCustom"] is True
    assert role["NotActions"] == role["DataActions"] == role["NotDataActions"] == []


def test_bicep():
    lines = [line.strip() for line in role_bicep(WORKSPACE).splitlines()]
    assert [line for line in lines if line.startswith("'Microsoft.")] == [f"'{action}'" for action in ACTIONS]
    assert "targetScope = 'resourceGroup'" in lines
    assert "name: 'ws-vision'" in lines
    assert f"roleName: '{role_name(WORKSPACE)}'" in lines
    assert [line.split("'")[1] for line in lines if line.startswith("resource ")] == [
        "Microsoft.MachineLearningServices/workspaces@2024-04-01",
        "Microsoft.Authorization/roleDefinitions@2022-04-01",
        "Microsoft.Authorization/roleAssignments@2022-04-01",
    ]
    code = "\n".join(line for line in lines if not line.startswith("//"))
    for opening, closing in ("()", "{}", "[]"):
        assert code.count(opening) == code.count(closing)
    assert code.count("'") % 2 == 0


@pytest.mark.parametrize("name", ["it's", "a\\b", "${secret}", "line\nend", 'dou"ble', "$(rm)`x`!"])
def test_no_name_breaks_out(name):
    """A config.json may hold anything; what is made of it stays one string, one line of comment, one word."""
    workspace = WorkspaceRef("s", "g", name)
    bicep = role_bicep(workspace)
    code = [line for line in bicep.splitlines() if not line.startswith("//")]
    assert len(code) == len([x for x in role_bicep(WORKSPACE).splitlines() if not x.startswith("//")])
    assert "${" not in bicep.replace("\\${", "")
    assert bicep.count("'") - bicep.count("\\'") == role_bicep(WORKSPACE).count("'")
    assert json.loads(role_json(workspace))["Name"].endswith(name)
    for command in (*role_commands(workspace), deployment_command(workspace)):
        assert "\n" not in command
        assert not {"$", "`", "\\", "!"} & set(command)


def test_commands():
    create, assign = (shlex.split(command) for command in role_commands(WORKSPACE))
    assert create == ["az", "role", "definition", "create", "--role-definition", JSON_FILE]
    assert assign[:4] == ["az", "role", "assignment", "create"]
    options = dict(zip(assign[4::2], assign[5::2], strict=True))
    assert options["--role"] == role_name(WORKSPACE)
    assert options["--scope"] == WORKSPACE.arm_id
    deploy = shlex.split(deployment_command(WORKSPACE))
    assert deploy[deploy.index("--resource-group") + 1] == "rg-ml (west)"
    assert deploy[deploy.index("--template-file") + 1] == BICEP_FILE


def test_without_a_workspace_there_are_placeholders():
    assert json.loads(role_json(PLACEHOLDERS))["AssignableScopes"] == [
        "/subscriptions/<subscription-id>/resourceGroups/<resource-group>"
    ]
