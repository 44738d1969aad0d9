"""git's index, read beside the real git."""

from __future__ import annotations

import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azmlflow.workspace.git import tracked_files
from azmlflow.workspace.surroundings import Terms, Wanted, look
from hypothesis import given
from hypothesis import strategies as st

NAMES = (
    "a.env",
    "b/c/d.env",
    "b/ü.pem",
    "b/very/long/" + "x" * 120 + ".py",
    "z z.txt",
    *map(str, range(300)),
)


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *options, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    for name in (*NAMES, "untracked.env"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    git(tmp_path, "add", "--", *NAMES)
    return tmp_path


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_tracked_files_are_told_from_others(repository: Path, version: str) -> None:
    if version == "3":
        git(
            repository, "add", "--intent-to-add", "untracked.env"
        )  # only entries with extended flags need version 3
    git(repository, "update-index", "--index-version", version)
    files = [repository / name for name in (*NAMES, "untracked.env", "missing")]
    listed = set(git(repository, "ls-files", "-z").split("\0")) - {""}

    assert tracked_files(repository, files) == frozenset(repository / name for name in listed)


def test_what_lies_elsewhere_is_not_tracked(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("other") / "a.env"

    assert tracked_files(repository, [outside]) == frozenset()


def test_an_index_in_parts_is_unknown(repository: Path) -> None:
    git(repository, "update-index", "--split-index")

    assert tracked_files(repository, [repository / "a.env"]) is None


def test_a_worktree_has_an_index_of_its_own(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    git(repository, "commit", "-qm", "all")
    tree = tmp_path_factory.mktemp("trees") / "tree"
    git(repository, "worktree", "add", "-q", str(tree))

    assert tracked_files(tree, [tree / "a.env", tree / "new"]) == frozenset({tree / "a.env"})


@pytest.mark.parametrize("place", ["/elsewhere/.git", "//host/share/.git"])
def test_nothing_is_touched_where_that_is_not_allowed(tmp_path: Path, place: str) -> None:
    """The file `.git` of a project may name any place: a network share would be sent the user's credentials."""
    (tmp_path / ".git").write_text(f"gitdir: {place}\n")
    asked: list[Path] = []

    def allowed(path: Path) -> bool:
        asked.append(path)
        return path.is_relative_to(tmp_path)

    assert tracked_files(tmp_path, [tmp_path / "a.env"], allowed) is None
    assert asked == [tmp_path / ".git", Path(place) / "index"]


def test_an_untrusted_project_cannot_name_an_index_outside(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = tmp_path_factory.mktemp("project")
    (project / ".git").write_text(f"gitdir: {repository / '.git'}\n")
    wanted = Wanted(repositories={project: frozenset({project / "a.env"})})

    for trusted, tracked in ((True, {project / "a.env"}), (False, set())):
        terms = Terms(datetime.now(timezone.utc), trusted, (project,), {})
        assert set(look(wanted, terms).tracked) == tracked


def test_an_empty_repository_tracks_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")

    assert tracked_files(tmp_path, [tmp_path / "a"]) == frozenset()
    assert tracked_files(tmp_path / "no repository", [tmp_path / "a"]) is None


@given(data=st.binary(max_size=300), count=st.integers(0, 5))
def test_no_index_is_too_broken(tmp_path_factory: pytest.TempPathFactory, data: bytes, count: int) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_bytes(b"DIRC\0\0\0\4" + count.to_bytes(4, "big") + data)

    assert tracked_files(folder, [folder / "a"]) in (None, frozenset(), frozenset({folder / "a"}))
