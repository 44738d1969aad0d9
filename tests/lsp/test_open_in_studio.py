"""The command azmlflow.openInStudio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import CANARY, Start
from tests.lsp.editor import Editor
from tests.lsp.test_status import NAMES

ADDRESS = "wsid=/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c/resourcegroups/rg/workspaces/ws-contoso"
TENANT = "11111111-2222-3333-4444-555555555555"
"""The tenant in the workspace's .env."""
URI = (
    "azureml://chinaeast2.api.ml.azure.cn/mlflow/v1.0/subscriptions/0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c/resourceGroups/rg"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws-contoso"
)


async def studio(editor: Editor, *arguments: Any) -> Any:
    return await editor.run("azmlflow.openInStudio", *arguments)


async def test_the_address_of_a_folder_and_of_a_script_in_it(start: Start, workspace: Path) -> None:
    (workspace / "config.json").write_text(json.dumps(NAMES))
    script = workspace / "train.py"
    script.write_text(
        "import mlflow\nfrom dotenv import load_dotenv\n\nload_dotenv()\n"
        f"mlflow.set_tracking_uri({URI!r})\nmlflow.start_run()\n"
    )
    editor = await start()
    assert "azmlflow.openInStudio" in editor.server_abilities.execute_command_provider.commands
    answer = await studio(editor)
    assert answer == {
        "url": f"https://studio.ml.azure.cn/?{ADDRESS}&tid={TENANT}",
        "workspace": NAMES,
        "shown": False,
    }
    assert (await studio(editor, script.as_uri()))["url"] == answer["url"]
    assert (await studio(editor, (workspace / "config.json").as_uri()))[
        "url"
    ] == f"https://ml.azure.com/?{ADDRESS}"
    assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize("success", [True, False])
async def test_the_editor_shows_it_when_it_is_asked_to(start: Start, workspace: Path, success: bool) -> None:
    (workspace / "config.json").write_text(json.dumps(NAMES))
    editor = await start()
    editor.can_show = success
    assert (await studio(editor, None, {"show": False}))["shown"] is False
    answer = await studio(editor, None, {"show": True})
    assert answer["shown"] is success
    assert [(params.uri, params.external) for params in editor.shown] == [(answer["url"], True)]


async def test_an_editor_that_shows_nothing_is_not_asked(start: Start, workspace: Path) -> None:
    (workspace / "config.json").write_text(json.dumps(NAMES))
    editor = await start("minimal")
    assert (await studio(editor, workspace.as_uri(), {"show": True}))["shown"] is False
    assert editor.shown == []


async def test_without_a_workspace_it_is_refused_in_plain_words(start: Start, workspace: Path) -> None:
    editor = await start()
    with pytest.raises(
        JsonRpcException, match=r"no workspace to open\. Nothing names a workspace\. azmlflow looked for"
    ):
        await studio(editor)
    foreign = URI.replace("chinaeast2.api.ml.azure.cn", "evil.example")
    (workspace / ".env").write_text(f"MLFLOW_TRACKING_URI={foreign}\n")
    editor.watched(workspace / ".env", types.FileChangeType.Changed)
    await editor.until(lambda: "evil.example" in "".join(editor.wire))
    with pytest.raises(JsonRpcException, match="not a host of Azure Machine Learning"):
        await studio(editor, workspace.as_uri())


async def test_wrong_arguments_are_told(start: Start) -> None:
    editor = await start()
    wrong: list[tuple[Any, ...]] = [(1,), (None, "show"), (None, {"show": "yes"}), (None, {}, {})]
    for arguments in wrong:
        with pytest.raises(JsonRpcException, match="Expected the URI"):
            await studio(editor, *arguments)
