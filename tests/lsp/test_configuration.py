"""The editor's settings decide what is shown, from the first moment and when they change."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.lsp.editor import Editor, assignments, capabilities_of


async def reconfigure(editor: Editor, **settings: object) -> None:
    editor.set_configuration({"azmlflow": settings})
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({"azmlflow": settings}))


@pytest.mark.parametrize("client", ["visual_studio_code", "neovim", "pulling"])
async def test_an_ignored_rule_is_never_shown(start, workspace, client):
    editor = await start(client, settings={"ignore": ["AZM111"]})
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    assert await editor.codes_of(uri) == []
    await reconfigure(editor)
    await editor.until_codes(uri, ["AZM111"])
    await reconfigure(editor, select=["AZM7"])
    await editor.until_codes(uri, [])


async def test_a_client_that_cannot_be_asked_tells_its_settings(start, workspace):
    editor = await start("minimal")
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    await editor.until_codes(uri, ["AZM111"])
    await reconfigure(editor, ignore=["AZM1"])
    await editor.until_codes(uri, [])


async def test_what_is_not_understood_is_logged(start):
    editor = await start(settings={"selct": ["AZM1"], "persona": "strict"})
    await editor.until(
        lambda: "azmlflow.selct" in editor.stderr and "project, regular, pedantic" in editor.stderr
    )


async def test_changes_are_asked_to_be_announced(start):
    editor = await start("visual_studio_code")
    await editor.until(
        lambda: any(r.method == "workspace/didChangeConfiguration" for r in editor.registrations)
    )


async def test_a_client_that_never_answers_does_not_hold_up_the_findings(start, workspace):
    client = capabilities_of("visual_studio_code")
    editor = await start(client, silent=[types.WORKSPACE_CONFIGURATION])
    uri = (workspace / "train.py").as_uri()
    editor.open(uri, assignments())
    assert await editor.codes_of(uri) == ["AZM111"]
