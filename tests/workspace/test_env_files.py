"""The environment file that the editor's user has chosen: which file that is, and when it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from azmlflow.workspace.environment import dotenv_of_editor, env_file_meant
from azmlflow.workspace.snapshot import FileKind
from azmlflow.workspace.store import Store

posix = pytest.mark.skipif(os.name == "nt", reason="links and home folders as on Unix")


def read(store: Store, root: Path) -> Path | None:
    """Return the path of the file that counts for a root, None where none is read."""
    file = dotenv_of_editor(store.snapshot, root)
    return file.path if file else None


def reasons(store: Store) -> list[str]:
    return [skipped.reason for skipped in store.snapshot.skipped]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with environment files in it, and one beside it."""
    root = tmp_path / "root"
    (root / "settings").mkdir(parents=True)
    (root / ".vscode").mkdir()
    (root / ".env").write_text("A=1\n")
    (root / "dev.env").write_text("A=2\n")
    (root / "settings" / "local.vars").write_text("A=3\n")
    (root / ".vscode" / "settings.json").write_text('{"python.envFile": "${workspaceFolder}/dev.env"}')
    (tmp_path / "outside.vars").write_text("A=4\n")
    return root


@posix
def test_what_the_settings_mean():
    root, home = Path("/work/p"), {"HOME": "/home/me"}
    for written, path in {
        ".env": "/work/p/.env",
        "settings/../dev.env": "/work/p/dev.env",
        "${workspaceFolder}/dev.env": "/work/p/dev.env",
        "~/secrets.env": "/home/me/secrets.env",
        "/etc/x.env": "/etc/x.env",
    }.items():
        assert env_file_meant(written, root, home) == Path(path)
    assert env_file_meant("//host/share/.env", root, home) is None
    assert env_file_meant("a\0b", root, home) is None


def test_it_takes_the_place_of_what_vs_code_loads_until_it_is_taken_back(root: Path):
    store = Store([root], {})
    store.load()
    assert read(store, root) == root / "dev.env"
    assert store.use_env_files({root: ".env"})
    assert read(store, root) == root / ".env"
    assert not store.use_env_files({root: "${workspaceFolder}/.env"})
    assert store.use_env_files({root: "settings/local.vars"})
    assert read(store, root) == root / "settings" / "local.vars"
    assert store.snapshot.files[root / "settings" / "local.vars"].kind is FileKind.DOTENV
    assert store.use_env_files({})
    assert read(store, root) == root / "dev.env"
    assert root / "settings" / "local.vars" not in store.snapshot.files


def test_it_is_read_when_the_workspace_is_and_when_it_changes(root: Path):
    chosen = root / "settings" / "new.vars"
    store = Store([root], {})
    store.use_env_files({root: "settings/new.vars"})
    store.load()
    assert read(store, root) is None
    chosen.write_text("A=5\n")
    assert chosen in store.changed_on_disk([chosen])
    assert store.snapshot.files[chosen].text.value == "A=5\n"
    chosen.write_text("A=6\n")
    store.changed_on_disk([chosen])
    assert store.snapshot.files[chosen].text.value == "A=6\n"
    chosen.unlink()
    assert chosen in store.changed_on_disk([chosen])
    assert read(store, root) is None
    assert reasons(store) == []


def test_it_is_taken_for_an_environment_file_when_it_is_open(root: Path):
    chosen = root / "settings" / "local.vars"
    store = Store([root], {})
    store.load()
    store.use_env_files({root: "settings/local.vars"})
    store.open(chosen, "A=typed\n", 1)
    store.change(chosen, "A=typed more\n", 2)
    file = store.snapshot.files[chosen]
    assert (file.kind, file.text.value) == (FileKind.DOTENV, "A=typed more\n")
    store.close(chosen)
    assert store.snapshot.files[chosen].text.value == "A=3\n"


def test_another_folder_that_comes_keeps_it(root: Path, tmp_path: Path):
    store = Store([root], {})
    store.load()
    store.use_env_files({root: "settings/local.vars"})
    (tmp_path / "second").mkdir()
    store.add_root(tmp_path / "second")
    assert read(store, root) == root / "settings" / "local.vars"


@pytest.mark.parametrize("trusted", [True, False])
def test_it_may_lie_outside_where_the_workspace_is_trusted(root: Path, tmp_path: Path, trusted: bool):
    outside = tmp_path / "outside.vars"
    store = Store([root], {}, trusted=trusted)
    store.load()
    store.use_env_files({root: str(outside)})
    assert read(store, root) == (outside if trusted else None)
    assert reasons(store) == (
        [] if trusted else ["it lies outside the workspace, which is not trusted: it was not read"]
    )


@posix
@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("by", ["file", "folder"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    root: Path, tmp_path: Path, trusted: bool, by: str
):
    if by == "file":
        (root / "linked.vars").symlink_to(tmp_path / "outside.vars")
        written = "linked.vars"
    else:
        (root / "linked").symlink_to(tmp_path)
        written = "linked/outside.vars"
    store = Store([root], {}, trusted=trusted)
    store.load()
    store.use_env_files({root: written})
    assert read(store, root) is None
    assert "it is a link to a file outside the project: it was not read" in reasons(store)


@posix
def test_what_is_no_file_or_too_large_is_not_read(root: Path):
    os.mkfifo(root / "pipe.vars")
    with (root / "large.vars").open("wb") as file:
        file.truncate(2_000_000)
    store = Store([root], {})
    store.load()
    for written in ("pipe.vars", "large.vars", "settings"):
        assert store.use_env_files({root: written})
        assert read(store, root) is None
        assert len(reasons(store)) == 1
