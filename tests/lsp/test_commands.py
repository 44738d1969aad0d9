"""The commands that every editor has."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.cli.process import azmlflow

SCRIPT = "import mlflow\n\nwith mlflow.start_run():\n    mlflow.log_metric('loss', 0.1)\n"
NAMES = {
    "subscription_id": "11111111-2222-3333-4444-555555555555",
    "resource_group": "rg",
    "workspace_name": "ws",
}
STUDIO = (
    "https://ml.azure.com/home?wsid=/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/rg"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws&tid=11111111-0000-0000-0000-555555555555"
)


async def test_the_commands_are_announced(start):
    editor = await start()
    assert editor.server_abilities.execute_command_provider
    assert set(editor.server_abilities.execute_command_provider.commands) == {
        "azmlflow.explain",
        "azmlflow.insertTracking",
        "azmlflow.createWorkspaceConfig",
        "azmlflow.doctor",
        "azmlflow.testConnection",
        "azmlflow.testAuthentication",
        "azmlflow.dryRun",
        "azmlflow.openInStudio",
    }


async def test_explain_says_where_runs_go(start, workspace):
    editor = await start()
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    answer = await editor.run("azmlflow.explain", uri)
    assert answer["version"] == 1
    assert answer["tracking"]["status"] == "local"
    assert "Runs go to a local store" in answer["text"]


async def test_explain_has_the_page_that_the_terminal_prints(start, workspace):
    text = "import mlflow\n\nmlflow.set_experiment('sin\u202etax')\nkey = 1; mlflow.set_tracking_uri('file:///tmp/x')\n"
    (workspace / ".git").mkdir()
    (workspace / "train.py").write_text(text, encoding="utf-8")
    editor = await start()
    answer = await editor.run("azmlflow.explain", (workspace / "train.py").as_uri())
    assert answer["text"] == azmlflow("explain", "train.py", cwd=workspace).stdout
    assert "mlflow.set_tracking_uri('file:///tmp/x')" in answer["text"]
    assert "\u202e" not in answer["text"]


async def test_insert_tracking_repairs_the_document(start, workspace):
    (workspace / "config.json").write_text(json.dumps(NAMES), encoding="utf-8")
    editor = await start()
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    await editor.until_codes(uri, ["AZM101"])
    answer = await editor.run("azmlflow.insertTracking", uri)
    assert answer["applied"] is True
    editor.apply(editor.applied[-1].edit)
    assert "set_tracking_uri" in editor.texts[uri]
    await editor.until_codes(uri, [])
    with pytest.raises(JsonRpcException, match=r"train\.py needs no tracking URI"):
        await editor.run("azmlflow.insertTracking", uri)


@pytest.mark.parametrize("client", ["visual_studio_code", "pulling"])
async def test_a_workspace_config_is_made_from_a_pasted_address(start, workspace, client):
    editor = await start(client)
    await editor.run("azmlflow.createWorkspaceConfig", STUDIO, workspace.as_uri())
    create, write = editor.applied[0].edit.document_changes
    assert isinstance(create, types.CreateFile)
    assert create.uri == write.text_document.uri == (workspace / "config.json").as_uri()
    assert json.loads(write.edits[0].new_text) == NAMES


async def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(start, workspace):
    (workspace / "config.json").write_text("{}", encoding="utf-8")
    editor = await start()
    for arguments, said in (
        ((STUDIO, workspace.as_uri()), "config.json exists already"),
        (("https://example.com", workspace.as_uri()), "names no workspace"),
        ((STUDIO, "git:/x"), "not on this machine"),
        ((STUDIO,), "Expected 2"),
        ((STUDIO, 3), "Expected 2"),
    ):
        with pytest.raises(JsonRpcException, match=said):
            await editor.run("azmlflow.createWorkspaceConfig", *arguments)
    assert editor.applied == []
    assert (workspace / "config.json").read_text(encoding="utf-8") == "{}"


async def test_an_editor_that_applies_nothing_is_told_so(start, workspace):
    editor = await start("minimal")
    with pytest.raises(JsonRpcException, match="cannot apply"):
        await editor.run("azmlflow.createWorkspaceConfig", STUDIO, workspace.as_uri())


async def test_a_command_that_does_not_exist(start):
    editor = await start()
    with pytest.raises(JsonRpcException, match="not defined"):
        await editor.run("azmlflow.nonsense")
