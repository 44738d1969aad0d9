"""The command azmlflow.doctor, and the actions that write a role for MLflow."""

from __future__ import annotations

import json

import pytest
from azmlflow.azure.permissions import ACTIONS
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import CANARY

SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
GROUP, WORKSPACE = "rg-contoso", "ws-contoso"
URI = (
    f"azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)
NAMES = {"subscription_id": SUBSCRIPTION, "resource_group": GROUP, "workspace_name": WORKSPACE}
SCRIPT = f'import mlflow\n\nmlflow.set_tracking_uri("{URI}")\nwith mlflow.start_run():\n    pass\n'
ROLE = "source.createRole.azmlflow"
TITLES = ["Create a role definition for MLflow (JSON)", "Create a role definition for MLflow (Bicep)"]


def at(line: int) -> types.Range:
    return types.Range(types.Position(line, 0), types.Position(line, 0))


async def opened(editor, path, text: str, language: str = "python") -> str:
    path.write_text(text, encoding="utf-8")
    editor.open(path.as_uri(), text, language)
    await editor.diagnostics_of(path.as_uri())
    return path.as_uri()


async def test_doctor_tells_of_the_workspace(start, workspace):
    (workspace / "config.json").write_text(json.dumps(NAMES), encoding="utf-8")
    (workspace / "train.py").write_text(SCRIPT, encoding="utf-8")
    editor = await start()
    answer = await editor.run("azmlflow.doctor")
    report = answer["report"]
    assert report["version"] == 1
    assert [script["path"] for script in report["scripts"]] == ["train.py"]
    assert report["configs"][0]["found"] == "config.json"
    assert "Credentials" in answer["text"]
    assert answer["text"].endswith("\n")
    assert CANARY not in json.dumps(answer)
    for name in (SUBSCRIPTION, GROUP, WORKSPACE, str(workspace)):
        assert name not in json.dumps(answer)


async def test_doctor_tells_of_one_document_as_the_editor_has_it(start, workspace):
    (workspace / "other.py").write_text(SCRIPT, encoding="utf-8")
    editor = await start()
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    await editor.diagnostics_of(uri)
    report = (await editor.run("azmlflow.doctor", uri))["report"]
    assert [script["path"] for script in report["scripts"]] == ["train.py"]
    report = (await editor.run("azmlflow.doctor", workspace.as_uri()))["report"]
    assert [script["path"] for script in report["scripts"]] == ["other.py", "train.py"]


async def test_doctor_says_why_it_cannot(start, workspace):
    editor = await start()
    with pytest.raises(JsonRpcException, match="Expected 0 or 1"):
        await editor.run("azmlflow.doctor", "a", "b")
    with pytest.raises(JsonRpcException, match="nothing on this machine's disk"):
        await editor.run("azmlflow.doctor", "git:/x")


async def test_a_role_is_made_from_a_workspace_config(start, workspace):
    editor = await start()
    uri = await opened(editor, workspace / "config.json", json.dumps(NAMES, indent=4), "json")
    found = await editor.actions(uri, at(0), [ROLE])
    assert [action.title for action in found] == TITLES
    assert {action.kind for action in found} == {ROLE}
    create, write = found[0].edit.document_changes
    assert isinstance(create, types.CreateFile)
    assert create.uri == (workspace / "mlflow-role.json").as_uri()
    role = json.loads(write.edits[0].new_text)
    assert role["Actions"] == list(ACTIONS)
    assert role["AssignableScopes"] == [f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"]
    assert f"name: '{WORKSPACE}'" in found[1].edit.document_changes[1].edits[0].new_text


async def test_a_role_is_offered_where_a_script_names_its_workspace(start, workspace):
    editor = await start()
    uri = await opened(editor, workspace / "train.py", SCRIPT)
    assert [action.title for action in await editor.actions(uri, at(2), [ROLE])] == TITLES
    assert [action.title for action in await editor.actions(uri, at(2), ["source"])] == TITLES
    unasked = [action.title for action in await editor.actions(uri, at(2)) if action.kind == ROLE]
    assert unasked == TITLES
    assert await editor.actions(uri, at(3), [ROLE]) == []
    assert await editor.actions(uri, at(2), ["quickfix"]) == []


async def test_no_role_is_made_twice(start, workspace):
    (workspace / "mlflow-role.json").write_text("mine", encoding="utf-8")
    editor = await start()
    uri = await opened(editor, workspace / "train.py", SCRIPT)
    assert [action.title for action in await editor.actions(uri, at(2), [ROLE])] == TITLES[1:]


@pytest.mark.parametrize(
    "text",
    [
        "import mlflow\n\nmlflow.set_tracking_uri('http://localhost:5000')\n",
        "import mlflow\n\nmlflow.start_run()\n",
    ],
)
async def test_without_a_workspace_there_is_no_role(start, workspace, text):
    editor = await start()
    uri = await opened(editor, workspace / "train.py", text)
    assert await editor.actions(uri, at(2), [ROLE]) == []


async def test_a_client_that_creates_no_files_is_offered_none(start, workspace):
    editor = await start("neovim")
    can = editor.server_abilities.code_action_provider
    uri = await opened(editor, workspace / "train.py", SCRIPT)
    found = await editor.actions(uri, at(2), [ROLE])
    assert ROLE in can.code_action_kinds
    assert [action.title for action in found] in ([], TITLES)
    for action in found:
        assert any(isinstance(change, types.CreateFile) for change in action.edit.document_changes)
