"""URIs of the editor and paths, on every system."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.lsp import uris
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/train.py", "/home/me/train.py"),
        ("file:///home/me/my%20work/%C3%A9%23.py", "/home/me/my work/é#.py"),
        ("file:///a+b/100%25.py", "/a+b/100%.py"),
        ("file://localhost/home/x.py", "/home/x.py"),
        ("file:///c%3A/x.py", "/c:/x.py"),
    ],
)
def test_a_file_uri_is_a_posix_path(uri, path):
    assert uris.decode(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Users/me/train.py", "C:\\Users\\me\\train.py"),
        ("file:///C:/Users/me/train.py", "C:\\Users\\me\\train.py"),
        ("file:///d%3A", "D:\\"),
        ("file://server/share/x.py", "\\\\server\\share\\x.py"),
        ("file://localhost/c:/x.py", "C:\\x.py"),
    ],
)
def test_a_file_uri_is_a_windows_path(uri, path):
    assert uris.decode(uri, windows=True) == path


@pytest.mark.parametrize(
    "uri",
    ["git:/home/me/train.py?ref", "output:extension-output-1", "untitled:Untitled-1", "vscode-vfs://github/a/b.py",
     "", "file:", "nonsense", "file://[", "file:///a%00b"],
)  # fmt: skip
def test_what_is_no_file_has_no_path(uri):
    assert uris.to_path(uri) is None


@given(st.text(alphabet=st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
def test_a_posix_path_survives_the_way_there_and_back(name):
    path = f"/home/{name}"
    assert uris.decode(uris.encode(path, windows=False), windows=False) == path


@given(
    st.text(alphabet=st.characters(exclude_characters='\0/\\:*?"<>|', exclude_categories=["Cs"]), min_size=1)
)
def test_a_windows_path_survives_the_way_there_and_back(name):
    for path in (f"C:\\Users\\{name}", f"\\\\server\\share\\{name}"):
        assert uris.decode(uris.encode(path, windows=True), windows=True) == path


def test_our_uris_are_those_of_the_standard_library():
    path = Path("/home/me/my work/é#&=.py")
    assert uris.decode(path.as_uri(), windows=False) == str(path)
    assert uris.to_uri(path).startswith("file:///home/me/my%20work/%C3%A9%23")


def test_a_document_never_saved_has_a_name_in_the_folder_it_is_run_from():
    folder = Path("/work")
    assert uris.untitled_path("untitled:Untitled-1", "python", folder) == folder / "untitled:Untitled-1.py"
    assert uris.untitled_path("untitled:/a/b/new.py", "python", folder) == folder / "untitled:new.py"
    assert uris.untitled_path("untitled:Untitled-1.ipynb?jupyter-notebook", "jupyter-notebook", folder) == (
        folder / "untitled:Untitled-1.ipynb"
    )
    assert uris.untitled_path("untitled:Untitled-1", "rust", folder) is None
    assert uris.untitled_path("git:/x.py", "python", folder) is None
