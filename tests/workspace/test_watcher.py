"""Real changes on a real disk are told; each test waits for the event, never for a time."""

import asyncio
import shutil
import threading
from pathlib import Path

import pytest
from azmlflow.workspace.watcher import watch, watch_sync

from tests.workspace.tree import SCRIPT, make

PATIENCE = 20


async def told(changes, *expected: Path) -> set[Path]:
    """Gather changes until all the expected paths were told."""
    seen: set[Path] = set()
    while not set(expected) <= seen:
        seen |= await asyncio.wait_for(anext(changes), PATIENCE)
    return seen


@pytest.fixture
async def watching(tmp_path):
    """Start watches that are stopped and run out at the end."""
    stop = threading.Event()
    begun = []

    async def begin(*roots, extra=()):
        changes = watch(roots, extra, stop_event=stop)
        begun.append(changes)
        assert await anext(changes) == set()
        return changes

    yield begin
    stop.set()
    for changes in begun:
        async for _ in changes:
            pass


async def test_created_changed_and_deleted_files_are_told(tmp_path, watching):
    make(tmp_path, {"train.py": "", "sub/job.yml": ""})
    changes = await watching(tmp_path)

    (tmp_path / "new.env").write_text("A=1")
    assert await told(changes, tmp_path / "new.env") == {tmp_path / "new.env"}
    (tmp_path / "sub/job.yml").write_text("command: x")
    assert await told(changes, tmp_path / "sub/job.yml") == {tmp_path / "sub/job.yml"}
    (tmp_path / "train.py").unlink()
    assert await told(changes, tmp_path / "train.py") == {tmp_path / "train.py"}


async def test_files_in_folders_that_appear_are_told(tmp_path, watching):
    changes = await watching(tmp_path)

    make(tmp_path, {"a/b/c/train.py": SCRIPT})
    await told(changes, tmp_path / "a/b/c/train.py")
    (tmp_path / "a/b/c/train.py").write_text("")
    assert await told(changes, tmp_path / "a/b/c/train.py") == {tmp_path / "a/b/c/train.py"}


async def test_a_folder_that_goes_away_is_told_and_watched_again_when_it_is_back(tmp_path, watching):
    make(tmp_path, {"a/train.py": SCRIPT})
    changes = await watching(tmp_path)

    shutil.rmtree(tmp_path / "a")
    await told(changes, tmp_path / "a")
    make(tmp_path, {"a/train.py": SCRIPT})
    await told(changes, tmp_path / "a/train.py")
    (tmp_path / "a/other.py").write_text("")
    await told(changes, tmp_path / "a/other.py")


async def test_what_discovery_leaves_out_is_not_told(tmp_path, watching):
    make(
        tmp_path,
        {".gitignore": "out/\n", "out/": "", "node_modules/": "", "venv/pyvenv.cfg": "", "train.py": ""},
    )
    changes = await watching(tmp_path)

    make(
        tmp_path,
        {"out/a.py": "", "node_modules/b.py": "", "venv/c.py": "", "data.csv": "", "__pycache__/x.py": ""},
    )
    (tmp_path / "train.py").write_text("1")

    assert await told(changes, tmp_path / "train.py") == {tmp_path / "train.py"}


async def test_marks_that_change_the_walk_are_told(tmp_path, watching):
    changes = await watching(tmp_path)

    make(tmp_path, {".gitignore": "", "mlflow.db": "", "mlruns/0/meta.yaml": "", ".git/HEAD": ""})

    await told(changes, *(tmp_path / name for name in (".gitignore", "mlflow.db", "mlruns", ".git")))


async def test_single_files_outside_the_roots_are_told_and_their_neighbours_not(tmp_path, watching):
    root = make(tmp_path / "root", {"train.py": ""})
    config = tmp_path / "config.json"
    changes = await watching(root, extra=[config, tmp_path / "missing" / "config.json"])

    (tmp_path / "other.py").write_text("")
    config.write_text("{}")

    assert await told(changes, config) == {config}


async def test_several_roots_are_watched(tmp_path, watching):
    one, two = make(tmp_path / "one", {"a.py": ""}), make(tmp_path / "two", {"b.py": ""})
    changes = await watching(one, two)

    (one / "a.py").write_text("1")
    (two / "b.py").write_text("1")

    await told(changes, one / "a.py", two / "b.py")


async def test_giving_up_the_iteration_ends_the_watch(tmp_path):
    stop = threading.Event()
    changes = watch([tmp_path], stop_event=stop)
    await anext(changes)

    await changes.aclose()

    assert stop.is_set()


def test_the_blocking_form_tells_the_same(tmp_path):
    stop = threading.Event()
    changes = watch_sync([tmp_path], stop_event=stop)
    assert next(changes) == set()
    (tmp_path / "train.py").write_text("")

    assert next(changes) == {tmp_path / "train.py"}
    stop.set()
    assert list(changes) == []
