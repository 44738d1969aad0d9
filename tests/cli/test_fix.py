"""Writing repaired files: wholly or not at all, never over somebody else's change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from azmlflow.cli.fix import diff, write
from azmlflow.parsing.base import decode
from azmlflow.parsing.dotenv import parse_dotenv
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile


def read(*paths: Path) -> Snapshot:
    files = {}
    for path in paths:
        text = decode(path.read_bytes())[0]
        files[path] = SourceFile(path, FileKind.DOTENV, text, parse_dotenv(text))
    return Snapshot((paths[0].parent,), files)


@pytest.fixture
def env(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\n")
    return path


def test_a_file_that_changed_meanwhile_is_left_alone(env: Path):
    snapshot = read(env)
    env.write_bytes(b"A=2\n")
    (refused,) = write(snapshot, {env: "A=3\n"})
    assert refused.reason == "not repaired, it was changed meanwhile: run the check again"
    assert env.read_bytes() == b"A=2\n"


def test_a_file_that_exists_by_now_is_not_created(env: Path, tmp_path: Path):
    snapshot = read(env)
    new, taken = tmp_path / "new.json", tmp_path / "taken.json"
    taken.write_bytes(b"mine")
    (refused,) = write(snapshot, {new: "{}\n", taken: "{}\n"})
    assert refused.path == taken
    assert (new.read_bytes(), taken.read_bytes()) == (b"{}\n", b"mine")
    if os.name != "nt":
        plain = tmp_path / "plain"
        plain.touch()
        assert new.stat().st_mode == plain.stat().st_mode


def test_text_that_the_encoding_cannot_hold_is_not_written(env: Path):
    env.write_bytes(b"A=\xe9\n")
    (refused,) = write(read(env), {env: "A=名\n"})
    assert "save it as UTF-8" in refused.reason
    assert env.read_bytes() == b"A=\xe9\n"


def test_bytes_that_are_not_utf_8_stay_as_they_are(env: Path):
    env.write_bytes(b"A=\xe9\nB=1\n")
    assert list(write(read(env), {env: "A=\xe9\nB=2\n"})) == []
    assert env.read_bytes() == b"A=\xe9\nB=2\n"


def test_one_file_that_cannot_be_written_does_not_stop_the_others(env: Path, tmp_path: Path):
    gone = tmp_path / "gone" / ".env"
    (refused,) = write(read(env), {gone: "A=1\n", env: "A=2\n"})
    assert refused.path == gone
    assert env.read_bytes() == b"A=2\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env"]


def test_a_diff_shows_new_files_and_missing_line_ends(env: Path, tmp_path: Path):
    env.write_bytes(b"A=1\r\nB=2")
    new = tmp_path / "new.json"
    lines = list(diff(read(env), {env: "A=1\r\nB=3", new: "{}\n"}, {env: ".env", new: "new.json"}))
    assert lines == [
        "--- .env",
        "+++ .env",
        "@@ -1,2 +1,2 @@",
        " A=1",
        "-B=2",
        "\\ No newline at end of file",
        "+B=3",
        "\\ No newline at end of file",
        f"--- {os.devnull}",
        "+++ new.json",
        "@@ -0,0 +1 @@",
        "+{}",
    ]
