"""What git ignores is decided as git decides it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from azmlflow.workspace.discovery import walk
from azmlflow.workspace.ignore import IgnoreRules
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

FOLDERS = ("a", "b", "a/b", "a/b/c", "lib", "docs/lib")
NAMES = ("x.py", "a.py", "keep.py", "note.md", "b.c.py")
PIECES = st.sampled_from(
    (
        "a",
        "b",
        "c",
        "lib",
        "docs",
        "x.py",
        "keep.py",
        "*.py",
        "*.md",
        "*",
        "?.py",
        "**",
        "[ab].py",
        "[!a].py",
        "[^x].py",
        "b*",
        "*b",
        "a?",
        "\\a",
        "x.p[xy]",
        "*.c.py",
        " a",
        "#a",
        "a ",
        ".py",
    )
)
LINES = st.builds(
    lambda bang, lead, pieces, tail: bang + lead + "/".join(pieces) + tail,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "\r"]),
)
IGNORE_FILE = st.lists(LINES, max_size=5)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for folder in ("", *FOLDERS):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (root / folder / name).write_text("")
    return root


def listed_by_git(root: Path) -> set[str]:
    command = ["git", "-C", str(root), "ls-files", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {str(root / name) for name in output.split("\0") if name.endswith((".py", ".md"))}


@needs_git
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=IGNORE_FILE, nested=IGNORE_FILE, excluded=IGNORE_FILE)
@example(top=["a/**", "!a/b"], nested=[], excluded=[])
@example(top=["a/*", "!a/b/"], nested=["!x.py"], excluded=[])
@example(top=["*", "!*/", "!*.py"], nested=[], excluded=["keep.py"])
@example(top=["**/lib/", "a/**/x.py"], nested=["/c"], excluded=["*.md"])
@example(top=["!**/a.py"], nested=["**/"], excluded=["**/*"])
@example(top=["/**/*.py"], nested=["/**/x.py/"], excluded=["/**/*"])
@example(top=["**/*/"], nested=["**/**"], excluded=["**"])
def test_the_walk_finds_what_git_lists(repository, top, nested, excluded):
    (repository / ".gitignore").write_bytes("\n".join(top).encode())
    (repository / "a" / ".gitignore").write_bytes("\n".join(nested).encode())
    (repository / ".git" / "info" / "exclude").write_bytes("\n".join(excluded).encode())

    assert {found.path for found in walk(repository).files} == listed_by_git(repository)


def test_the_last_line_that_matches_decides():
    rules = IgnoreRules(["*.py", "!keep.py", "keep.py/"])

    assert rules.decide("x.py", "x.py", False) is True
    assert rules.decide("keep.py", "keep.py", False) is False
    assert rules.decide("keep.py", "keep.py", True) is True
    assert rules.decide("x.md", "x.md", False) is None


def test_plain_lines_do_not_import_pathspec():
    """Importing it costs more than walking a thousand files."""
    code = (
        "import sys\nfrom azmlflow.workspace.ignore import IgnoreRules\n"
        "IgnoreRules(['__pycache__/', '*.py[cod]', '.env', '/build', '*.egg-info/', '!keep', '.coverage.*', 'docs/_build/'])\n"
        "assert 'pathspec' not in sys.modules\nIgnoreRules(['a/**/b'])\nassert 'pathspec' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2] / "server")
