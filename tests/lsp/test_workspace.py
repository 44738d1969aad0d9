"""Files that change on disk, and folders that come and go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest
from azmlflow.lsp.watch import GLOBS
from azmlflow.workspace.classify import provisional_kind
from lsprotocol import types

from tests.lsp.editor import Editor

SCRIPT = "import mlflow\n\nwith mlflow.start_run():\n    mlflow.log_metric('loss', 0.1)\n"
CONFIG = json.dumps(
    {
        "subscription_id": "11111111-2222-3333-4444-555555555555",
        "resource_group": "rg",
        "workspace_name": "ws",
    }
)


async def opened(editor: Editor, folder: Path) -> str:
    uri = (folder / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    await editor.until_codes(uri, [])
    return uri


@pytest.mark.parametrize("client", ["visual_studio_code", "pulling"])
async def test_a_file_the_client_saw_appear_counts(start, workspace, client):
    editor = await start(client)
    await editor.until(
        lambda: any(r.method == "workspace/didChangeWatchedFiles" for r in editor.registrations)
    )
    uri = await opened(editor, workspace)
    config = workspace / "config.json"
    config.write_text(CONFIG, encoding="utf-8")
    editor.watched(config)
    await editor.until_codes(uri, ["AZM101"])
    config.unlink()
    editor.watched(config, types.FileChangeType.Deleted)
    await editor.until_codes(uri, [])


@pytest.mark.parametrize("client", ["neovim", "minimal"])
async def test_without_a_client_that_watches_we_watch(start, workspace, client):
    editor = await start(client)
    uri = await opened(editor, workspace)
    assert editor.registrations == []
    (workspace / "config.json").write_text(CONFIG, encoding="utf-8")
    await editor.until_codes(uri, ["AZM101"])
    (workspace / "config.json").unlink()
    await editor.until_codes(uri, [])


async def test_a_file_above_the_folder_is_watched_though_the_client_does_not(start, workspace):
    inner = workspace / "inner"
    inner.mkdir()
    config = workspace / "config.json"
    config.write_text(CONFIG, encoding="utf-8")
    editor = await start("visual_studio_code", [inner], settings={"logLevel": "info"})
    uri = (inner / "train.py").as_uri()
    editor.open(uri, SCRIPT)
    await editor.until_codes(uri, ["AZM101"])
    await editor.until(lambda: "Watching 0 folders and" in editor.stderr)
    config.unlink()
    await editor.until_codes(uri, [])


async def test_what_the_editor_has_open_counts_more_than_the_disk(start, workspace):
    editor = await start()
    config = workspace / "config.json"
    uri = await opened(editor, workspace)
    editor.open(config.as_uri(), CONFIG, "json")
    await editor.until_codes(uri, ["AZM101"])
    config.write_text("{}", encoding="utf-8")
    editor.watched(config)
    other = (workspace / "other.py").as_uri()
    editor.open(other, SCRIPT)
    await editor.until_codes(other, ["AZM101"])
    editor.close(config.as_uri())
    await editor.until_codes(uri, [])


async def test_each_folder_has_its_own_workspace(start, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "train.py").write_text(SCRIPT, encoding="utf-8")
        (folder / "config.json").write_text(CONFIG, encoding="utf-8")
    (one / "azmlflow.toml").write_text('ignore = ["AZM101"]\n', encoding="utf-8")
    (two / "azmlflow.toml").write_text('select = ["AZM7"]\n', encoding="utf-8")
    editor = await start("visual_studio_code", [one])
    first, second = (one / "train.py").as_uri(), (two / "train.py").as_uri()
    editor.open(first, SCRIPT)
    editor.open(second, SCRIPT)
    await editor.until_codes(first, [])
    await editor.until_codes(second, ["AZM101"])
    change_folders(editor, added=[two])
    await editor.until_codes(second, [])
    change_folders(editor, removed=[one])
    await editor.until_codes(first, ["AZM101"])


def change_folders(editor: Editor, added: Sequence[Path] = (), removed: Sequence[Path] = ()) -> None:
    come, go = ([types.WorkspaceFolder(f.as_uri(), f.name) for f in folders] for folders in (added, removed))
    event = types.WorkspaceFoldersChangeEvent(added=come, removed=go)
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))


async def test_without_any_folder_documents_are_still_checked(start, tmp_path):
    editor = await start("visual_studio_code", [])
    uri = (tmp_path / "alone.py").as_uri()
    editor.open(uri, "import mlflow\nmlflow.set_tracking_uri = 'azureml://x'\n")
    await editor.until_codes(uri, ["AZM111"])


@pytest.mark.parametrize(
    "name",
    ["train.py", "a/nb.ipynb", "job.yml", "env.yaml", ".env", ".env.local", "prod.env", "app.env.example", "run.sh",
     "run.ps1", ".envrc", "README.md", "requirements.txt", "dev-requirements.in", "constraints.txt",
     "requirements/base.txt", "config.json", ".azureml/config.json", "aml_config/project.json", "MLproject",
     "pyproject.toml", "azmlflow.toml", ".vscode/settings.json", ".vscode/launch.json", "env.template"],
)  # fmt: skip
def test_every_kind_of_file_we_read_is_watched(name):
    path = Path("/work") / name
    assert provisional_kind(path.name, path.parent.name) is not None
    assert any(_matches(str(path), glob) for glob in GLOBS)


def _matches(path: str, glob: str) -> bool:
    return any(fnmatch(path, alternative) for alternative in _expanded(glob.replace("**/", "*/")))


def _expanded(glob: str) -> list[str]:
    head, brace, rest = glob.partition("{")
    if not brace:
        return [glob]
    inside, _, tail = rest.partition("}")
    return [whole for option in inside.split(",") for whole in _expanded(head + option + tail)]
