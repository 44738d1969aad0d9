"""The status of each folder by itself: which workspace it is aimed at before anything was tested, and its own tests after."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.lsp import stand_in
from tests.lsp.conftest import Start
from tests.lsp.editor import Editor, capabilities_of
from tests.lsp.test_status import NAMES, SCRIPT, save, sent

CONFIG = json.dumps(NAMES)
OTHER = CONFIG.replace("ws-contoso", "ws-other")
NOTHING = "Not tested yet: nothing here names a workspace."


def told_of(editor: Editor, *paths: Path) -> list[dict[str, Any]]:
    """Return the statuses of some documents and folders, in order."""
    uris = [path.as_uri() for path in paths]
    return [status for status in sent(editor, "azmlflow/status") if status["uri"] in uris]


def workspaces(editor: Editor, folder: Path) -> list[str | None]:
    return [status["workspace"] for status in told_of(editor, folder)]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a second folder, aimed at a workspace by its config."""
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "config.json").write_text(OTHER)
    return folder


@pytest.mark.parametrize("trusted", [True, False])
async def test_each_folder_is_told_before_anything_was_tested(
    start: Start, workspace: Path, other: Path, trusted: bool
) -> None:
    editor = await start(introduce=False)
    client, options = capabilities_of("visual_studio_code"), {"trusted": trusted}
    await editor.begin(client, [workspace, other], initialization_options=options)
    await editor.until(lambda: told_of(editor, other))
    empty = {"state": "unknown", "identity": None, "checkedAt": None}
    assert told_of(editor, workspace) == [
        {**empty, "workspace": None, "headline": NOTHING, "uri": workspace.as_uri()}
    ]
    headline = (
        "Not tested yet: the target is the workspace ws-other in resource group rg, because config.json names it "
        "(config.json:1)."
    )
    assert told_of(editor, other) == [
        {**empty, "workspace": "ws-other", "headline": headline, "uri": other.as_uri()}
    ]


async def test_a_change_of_the_aim_is_told_once_it_is_saved_and_only_once(
    start: Start, workspace: Path
) -> None:
    config, script = workspace / "config.json", workspace / "train.py"
    script.write_text("import mlflow\n")
    editor = await start()
    await editor.until(lambda: workspaces(editor, workspace) == [None])
    editor.open(script.as_uri(), script.read_text())
    save(editor, config, CONFIG)
    await editor.until(lambda: workspaces(editor, workspace) == [None, "ws-contoso"])
    save(editor, script, "import mlflow\n\n")
    editor.open(config.as_uri(), CONFIG, "json")
    editor.replace(config.as_uri(), CONFIG.replace("ws-contoso", "ws-typed"))
    editor.replace(config.as_uri(), CONFIG)
    save(editor, config, CONFIG)
    editor.close(config.as_uri())
    config.unlink()
    editor.watched(config, types.FileChangeType.Deleted)
    await editor.until(lambda: len(workspaces(editor, workspace)) > 2)
    assert workspaces(editor, workspace) == [None, "ws-contoso", None]


async def test_what_an_editor_has_already_is_told_when_it_is_saved(start: Start, workspace: Path) -> None:
    """To the workspace nothing changes then; but it is not told before, since that would be on a keystroke."""
    config = workspace / "config.json"
    editor = await start()
    await editor.until(lambda: workspaces(editor, workspace) == [None])
    editor.open(config.as_uri(), CONFIG, "json")
    assert not await editor.diagnostics_of(config.as_uri())
    save(editor, config, CONFIG)
    await editor.until(lambda: workspaces(editor, workspace) == [None, "ws-contoso"])


async def test_why_no_workspace_can_be_told_is_in_the_headline(start: Start, workspace: Path) -> None:
    (workspace / "config.json").write_text(CONFIG.replace('"ws-contoso"', '"<your workspace>"'))
    editor = await start()
    (status,) = await editor.until(lambda: told_of(editor, workspace))
    assert status["workspace"] is None
    assert status["headline"].startswith("Not tested yet: The workspace_name of the workspace is still a pla")


async def test_folders_that_come_and_go_and_come_back_are_told(
    start: Start, workspace: Path, other: Path
) -> None:
    editor = await start()
    await editor.until(lambda: told_of(editor, workspace))
    folder = types.WorkspaceFolder(other.as_uri(), other.name)

    def change(*, added: bool) -> None:
        event = types.WorkspaceFoldersChangeEvent([folder] if added else [], [] if added else [folder])
        editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    change(added=True)
    await editor.until(lambda: workspaces(editor, other) == ["ws-other"])
    change(added=False)
    change(added=True)
    await editor.until(lambda: workspaces(editor, other) == ["ws-other", "ws-other"])
    assert workspaces(editor, workspace) == [None]


needs_stand_in = pytest.mark.skipif(
    sys.platform == "win32", reason="the interpreter is a script with a first line"
)


@needs_stand_in
async def test_each_folder_is_told_its_own_tests_and_their_end(
    start: Start, workspace: Path, other: Path
) -> None:
    """Both are tests of one workspace, with other credentials perhaps: neither takes the place of the other."""
    scripts = [workspace / "train.py", other / "train.py"]
    for script in scripts:
        script.write_text(SCRIPT)
        stand_in.install(script.parent, "healthy(expires_in=2)")
    editor = await start(folders=[workspace, other])
    for script in scripts:
        await editor.run("azmlflow.testConnection", script.as_uri())
    expected = ["checking", "connected", "expired"]

    def states(script: Path) -> list[str]:
        return list(dict.fromkeys(status["state"] for status in told_of(editor, script)))

    await editor.until(lambda: all(states(script) == expected for script in scripts))
    assert {status["workspace"] for status in told_of(editor, *scripts)} == {None, "ws-contoso"}


@needs_stand_in
async def test_once_it_was_tested_a_folder_is_told_of_tests_alone(
    start: Start, workspace: Path, other: Path
) -> None:
    (workspace / "train.py").write_text(SCRIPT)
    stand_in.install(workspace, "healthy()")
    editor = await start(folders=[workspace, other])
    await editor.until(lambda: told_of(editor, workspace) and told_of(editor, other))
    await editor.run("azmlflow.testConnection", (workspace / "train.py").as_uri())
    save(editor, workspace / "config.json", OTHER)
    save(editor, other / "config.json", CONFIG)
    await editor.until(lambda: workspaces(editor, other) == ["ws-other", "ws-contoso"])
    assert len(workspaces(editor, workspace)) == 1
    await editor.until(lambda: told_of(editor, workspace / "train.py")[-1]["state"] == "connected")


@needs_stand_in
async def test_a_folder_that_goes_takes_its_test_with_it(start: Start, workspace: Path, other: Path) -> None:
    (other / "train.py").write_text(SCRIPT)
    stand_in.install(other, "hang()")
    editor = await start(folders=[workspace, other])
    await editor.until(lambda: told_of(editor, other))
    test = asyncio.ensure_future(editor.run("azmlflow.testConnection", (other / "train.py").as_uri()))
    await editor.until(lambda: sent(editor, "azmlflow/stepStarted"))
    folder = types.WorkspaceFolder(other.as_uri(), other.name)
    editor.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent([], [folder]))
    )
    answer = await test
    assert answer["cancelled"] is True
    assert {status["state"] for status in told_of(editor, other / "train.py")} == {"checking"}


@needs_stand_in
async def test_a_test_is_told_from_its_plan_to_its_end(start: Start, workspace: Path) -> None:
    script = workspace / "train.py"
    script.write_text(SCRIPT)
    stand_in.install(workspace, "begin('credential', 'AzureCliCredential', 20); healthy()")
    editor = await start()
    answer = await editor.run("azmlflow.testConnection", script.as_uri(), {"only": ["token"]})
    told = [json.loads(line) for line in editor.wire if f'"{answer["id"]}"' in line]
    methods = [message["method"].removeprefix("azmlflow/") for message in told if "method" in message]
    assert methods == ["testStarted", "outcome", "stepStarted", *["outcome"] * 5, "testEnded"]
    assert "result" in told[-1]
    about = {"id": answer["id"], "uri": script.as_uri()}
    assert told[0]["params"] == {
        **about,
        "title": "Testing the connection of train.py",
        "byItself": False,
        "steps": [
            {"step": "configuration", "title": "the configuration"},
            {"step": "packages", "title": "the packages"},
            {"step": "chain", "title": "the chain of credentials"},
            {"step": "credential", "title": "the sign-in"},
            {"step": "token", "title": "the token"},
        ],
    }
    begun = {"step": "credential", "title": "the sign-in", "link": "AzureCliCredential"}
    assert told[2]["params"] == {**about, **begun, "seconds": 20}
    assert told[-2]["params"] == {**about, "cancelled": False}
    first, last = answer["outcomes"][0], answer["summary"]
    assert (first["title"], first["word"]) == ("the configuration", "ok")
    assert (last["title"], last["word"]) == ("the whole test", "ok")
    assert (answer["uri"], answer["cancelled"]) == (script.as_uri(), False)
    assert answer["checkedAt"] == sent(editor, "azmlflow/status")[-1]["checkedAt"]
