"""Names of people, ids and folders of theirs are not in what is pasted."""

from pathlib import Path

import pytest
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.redaction import Redactor, printable

BASE = Path("/home/ada/work/forecast")
ENVIRON = {"HOME": "/home/ada", "USER": "ada"}
WORKSPACE = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg-contoso", "ws-contoso")
REDACTOR = Redactor.of(ENVIRON, BASE)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/ada/work/forecast", "."),
        ("/home/ada/work/forecast/src/train.py", "src/train.py"),
        ("/home/ada/work/other/.venv/bin/python", "~/work/other/.venv/bin/python"),
        ("/home/ada", "~"),
        ("/home/grace/x", "/home/…/x"),
        ("/Users/grace/x", "/Users/…/x"),
        ("/srv/ada/x", "/srv/…/x"),
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("/home/ada/work/forecast-2/x", "~/work/forecast-2/x"),
        ("/home/ada/work/config.json", "…/config.json"),
        ("/home/ada/work/.azureml/config.json", "…/.azureml/config.json"),
        ("/home/ada/.azureml/config.json", "~/.azureml/config.json"),
        ("/home/config.json", "…/config.json"),
    ],
)
def test_paths(path, shown):
    assert REDACTOR.path(Path(path)) == shown


def test_names_and_ids():
    assert REDACTOR.workspace(WORKSPACE) == {
        "subscription_id": "0c7a…",
        "resource_group": "rg…",
        "workspace_name": "ws…",
    }
    assert REDACTOR.workspace(None) is None
    assert [REDACTOR.name(name) for name in ("ab", "abc", "abcdef", "")] == ["…", "a…", "ab…", "…"]


def test_without_redaction_everything_is_shown():
    shown = Redactor.of(ENVIRON, BASE, active=False)
    assert shown.workspace(WORKSPACE) == WORKSPACE._asdict()
    assert shown.path(Path("/srv/ada/x")) == "/srv/ada/x"


def test_without_a_home():
    assert Redactor.of({}, BASE).path(Path("/home/grace/x")) == "/home/…/x"


def test_nothing_moves_the_cursor():
    assert printable({"a": ["x\x1b[2J", ("\u202e", 3)], "b": None}) == {
        "a": ["x\ufffd[2J", ["\ufffd", 3]],
        "b": None,
    }
    assert REDACTOR.path(BASE / "a\nb") == "a\ufffdb"
