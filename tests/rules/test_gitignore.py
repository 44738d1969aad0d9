"""The edit that makes git leave a file out, held against git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Fix
from azmlflow.rules.gitignore import ignore_edit, is_ignored
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot


def made(root: Path, files: dict[str, str], repository: str = ".") -> Snapshot:
    """Write files, make a git repository and load them; .gitignore files are written byte for byte."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    git(root / repository, "init", "-q")
    return load([root], {}).snapshot


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(folder), "-c", "core.excludesFile=", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def git_ignores(path: Path) -> bool:
    return git(path.parent, "check-ignore", "-q", path.name).returncode == 0


def apply(snapshot: Snapshot, path: Path) -> str:
    """Apply the edit on disk and return what the .gitignore then holds."""
    edit = ignore_edit(snapshot, path)
    assert edit is not None
    outcome = apply_fixes(snapshot, [Fix("", (edit,), safe=True)])
    ((changed, text),) = outcome.texts.items()
    changed.write_bytes(text.encode())
    return f"{changed.relative_to(snapshot.roots[0]).as_posix()}: {text}"


@pytest.mark.parametrize(
    ("files", "path", "expected"),
    [
        ({".env": "A=1"}, ".env", ".gitignore: .env\n"),
        ({".env": "", ".gitignore": ""}, ".env", ".gitignore: .env\n"),
        ({".env": "", ".gitignore": "*.pyc\n"}, ".env", ".gitignore: *.pyc\n.env\n"),
        ({".env": "", ".gitignore": "*.pyc"}, ".env", ".gitignore: *.pyc\n.env\n"),
        ({".env": "", ".gitignore": "a\r\nb\r\n"}, ".env", ".gitignore: a\r\nb\r\n.env\r\n"),
        ({".env": "", ".gitignore": ".env\n!.env\n"}, ".env", ".gitignore: .env\n!.env\n.env\n"),
        ({"app/.env": "", ".gitignore": "x\n"}, "app/.env", ".gitignore: x\napp/.env\n"),
        (
            {"app/.env": "", "app/.gitignore": "!.env\n", ".gitignore": "x\n"},
            "app/.env",
            "app/.gitignore: !.env\n.env\n",
        ),
        ({"sp.pem": "", "app/x.py": ""}, "sp.pem", ".gitignore: /sp.pem\n"),
        ({"certs/sp.pem": ""}, "certs/sp.pem", ".gitignore: certs/sp.pem\n"),
    ],
)
def test_the_line_goes_where_git_minds_it(tmp_path, files, path, expected):
    snapshot = made(tmp_path, files)
    assert not git_ignores(tmp_path / path)
    assert not is_ignored(snapshot, tmp_path / path)
    assert apply(snapshot, tmp_path / path) == expected
    assert git_ignores(tmp_path / path)
    again = load([tmp_path], {}).snapshot
    assert is_ignored(again, tmp_path / path)
    assert ignore_edit(again, tmp_path / path) is None


@pytest.mark.parametrize(
    "name", ["#cert.pem", "!cert.pem", "a*b.pem", "a?b.pem", "a[b].pem", "a b.pem", "cert.pem ", "cert.pem  "]
)
def test_a_name_that_would_mean_something_to_git_is_escaped(tmp_path, name):
    snapshot = made(tmp_path, {name: "", "axb.pem": "", "ab.pem": ""})
    apply(snapshot, tmp_path / name)
    assert git_ignores(tmp_path / name)
    assert not git_ignores(tmp_path / "axb.pem")
    assert not git_ignores(tmp_path / "ab.pem")


def test_a_certificate_of_the_same_name_elsewhere_stays_as_it_was(tmp_path):
    snapshot = made(tmp_path, {"sp.pem": "", "tests/sp.pem": ""})
    apply(snapshot, tmp_path / "sp.pem")
    assert git_ignores(tmp_path / "sp.pem")
    assert not git_ignores(tmp_path / "tests" / "sp.pem")


@pytest.mark.parametrize("rules", [".env\n", "*.env\n", ".env*\n", "# secrets\n/.env\n", ".*\n!.gitignore\n"])
def test_nothing_is_added_where_git_leaves_the_file_out_already(tmp_path, rules):
    snapshot = made(tmp_path, {".env": "", ".gitignore": rules})
    assert git_ignores(tmp_path / ".env")
    assert is_ignored(snapshot, tmp_path / ".env")
    assert ignore_edit(snapshot, tmp_path / ".env") is None


def test_a_file_in_an_ignored_folder_needs_no_line(tmp_path):
    snapshot = made(tmp_path, {"secrets/sp.pem": "", ".gitignore": "secrets/\n"})
    assert git_ignores(tmp_path / "secrets" / "sp.pem")
    assert is_ignored(snapshot, tmp_path / "secrets" / "sp.pem")
    assert ignore_edit(snapshot, tmp_path / "secrets" / "sp.pem") is None


def test_outside_a_repository_nothing_is_done(tmp_path):
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    assert ignore_edit(load([tmp_path], {}).snapshot, tmp_path / ".env") is None


def test_nothing_outside_the_workspace_is_changed(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    (tmp_path / "app" / "pyproject.toml").touch()
    git(tmp_path, "init", "-q")
    snapshot = Snapshot((tmp_path / "app",), {}, present=frozenset({tmp_path / ".git"}))
    assert ignore_edit(snapshot, tmp_path / ".env") is None


def test_in_a_workspace_below_the_top_of_the_repository_a_new_file_lies_in_the_workspace(tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    git(tmp_path, "init", "-q")
    snapshot = Snapshot((app,), {}, present=frozenset({tmp_path / ".git"}))
    edit = ignore_edit(snapshot, app / ".env")
    assert edit is not None
    assert edit.create
    assert edit.location.path == app / ".gitignore"
