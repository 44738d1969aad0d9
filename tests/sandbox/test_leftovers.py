"""Folders of sandboxes that were killed: they go when the next one begins, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.leftovers import PREFIX, hold, remove

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no such locks")

RUN = "import sys; from azmlflow.sandbox.box import AzureBox; box = AzureBox(); print(box.folder, flush=True); sys.stdin.read()"


def start(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process with a sandbox in a temporary folder; return it with the sandbox's folder."""
    environ = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_what_a_killed_sandbox_left_goes_and_what_a_living_one_has_stays(tmp_path: Path):
    killed, left = start(tmp_path)
    kill(killed)
    assert left.is_dir()
    living, kept = start(tmp_path)
    try:
        assert not left.exists()
        remove(tmp_path)
        assert kept.is_dir()
    finally:
        kill(living)
    remove(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_removed(tmp_path: Path):
    target = tmp_path / "target"
    for folder in (target, tmp_path / f"{PREFIX}in-the-making", tmp_path / "other"):
        folder.mkdir()
    for folder in (target, tmp_path / "other"):
        held = hold(folder)
        assert held is not None
        os.close(held)
    (tmp_path / f"{PREFIX}link").symlink_to(target)
    (tmp_path / f"{PREFIX}file").touch()
    linked = tmp_path / f"{PREFIX}linked-lock"
    linked.mkdir()
    (linked / "owner.lock").symlink_to(target / "owner.lock")
    before = sorted(tmp_path.rglob("*"))
    remove(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    remove(tmp_path / "not there")


def test_a_sandbox_that_ends_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    box = AzureBox()
    assert (box.folder / "owner.lock").exists()
    box.close()
    box.close()
    assert list(tmp_path.iterdir()) == []
