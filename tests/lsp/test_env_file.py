"""The setting envFile: which file the editor loads, as far as one can see it in what the doctor says of that file."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Start
from tests.lsp.editor import Editor, capabilities_of

NAME = "AZURE_AUTHORITY_HOST"


async def doctor_says(editor: Editor, folder: Path) -> str:
    """Return the line of the doctor's page about the variable that the chosen file sets, empty without one."""
    text: str = (await editor.run("azmlflow.doctor", folder.as_uri()))["text"]
    return next((line for line in text.splitlines() if line.strip().startswith(NAME)), "")


@pytest.fixture
def project(workspace: Path) -> Path:
    (workspace / "train.py").write_text("import mlflow\n\nmlflow.start_run()\n")
    (workspace / "settings").mkdir()
    (workspace / "settings" / "local.vars").write_text(f"{NAME}=https://login.microsoftonline.com\n")
    return workspace


def choose(editor: Editor, path: str) -> None:
    editor.set_configuration({"azmlflow": {"envFile": path}})
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))


async def test_the_file_is_read_from_the_start_and_another_when_the_setting_changes(
    start: Start, project: Path
) -> None:
    editor = await start(settings={"envFile": "settings/local.vars"})
    said = await doctor_says(editor, project)
    assert "local.vars" in said
    assert "nothing loads the file but VS Code" in said
    choose(editor, "")
    while await doctor_says(editor, project):
        pass
    choose(editor, "${workspaceFolder}/settings/local.vars")
    while not await doctor_says(editor, project):
        pass


async def test_a_file_of_an_unusual_name_is_watched(start: Start, project: Path) -> None:
    chosen = project / "settings" / "local.vars"
    chosen.write_text("")
    editor = await start(settings={"envFile": "settings/local.vars", "logLevel": "info"})
    await editor.until(lambda: "Watching 0 folders and 1 single files" in editor.stderr)
    chosen.write_text(f"{NAME}=https://login.microsoftonline.com\n")
    while not await doctor_says(editor, project):
        pass


async def test_outside_a_workspace_that_is_not_trusted_nothing_is_read(
    start: Start, project: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.env"
    outside.write_text(f"{NAME}=https://login.microsoftonline.com\n")
    for trusted in (True, False):
        editor = await start(introduce=False, settings={"envFile": str(outside)})
        await editor.begin(
            capabilities_of("visual_studio_code"), [project], initialization_options={"trusted": trusted}
        )
        assert bool(await doctor_says(editor, project)) is trusted


async def test_a_client_that_sends_its_settings_is_understood(start: Start, project: Path) -> None:
    editor = await start("minimal")
    editor.workspace_did_change_configuration(
        types.DidChangeConfigurationParams({"azmlflow": {"envFile": "settings/local.vars"}})
    )
    while not await doctor_says(editor, project):
        pass
