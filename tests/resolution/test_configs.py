"""The replay of from_config's search agrees with azure-ai-ml: in many made-up folders, both take the same file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from azmlflow.azure.workspace_config import FILE_NAMES, FOLDERS, PARENT_LEVELS
from azmlflow.resolution.configs import Lookup, content_of, lookups, search
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot

from tests.truth.child import needs, run_child

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
PLACES = ("", "a", "a/project", "a/project/src", "a/project/src/pkg")
STARTS = ("a/project", "a/project/src", "a/project/src/pkg")
GIVEN = (
    None,
    None,
    None,
    ".",
    "..",
    "src",
    "../src",
    "config.json",
    "../project.json",
    ".azureml",
    "../aml_config/config.json",
)
KINDS = (
    "good",
    "good",
    "good",
    "good",
    "scope",
    "broken",
    "list",
    "incomplete",
    "other",
    "utf-16",
    "folder",
    "dangling link",
)
FOUND_BUT_USELESS = ("JSONDecodeError", "AttributeError", "UnicodeDecodeError", "does not seem to contain")


class Layout(NamedTuple):
    """A few configs, and one call of from_config."""

    configs: dict[str, str]
    start: str
    given: str | None
    file_name: str | None


def layouts(count: int) -> list[Layout]:
    random = Random(20)
    return [
        Layout(
            {
                "/".join(filter(None, map(random.choice, (PLACES, FOLDERS, FILE_NAMES)))): random.choice(
                    KINDS
                )
                for _ in range(random.randint(0, 6))
            },
            random.choice(STARTS),
            random.choice(GIVEN),
            random.choice((None, None, None, *FILE_NAMES)),
        )
        for _ in range(count)
    ]


LAYOUTS = layouts(120)


def content(kind: str, name: str) -> bytes:
    keys = {"subscription_id": GUID, "resource_group": "rg", "workspace_name": name}
    scope = f"/subscriptions/{GUID}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/{name}"
    texts = {
        "good": json.dumps(keys),
        "utf-16": json.dumps(keys),
        "scope": json.dumps({"Id": None, "Scope": scope}),
        "broken": json.dumps(keys)[:-1] + ",}",
        "list": json.dumps([keys]),
        "incomplete": json.dumps({"subscription_id": GUID}),
        "other": json.dumps({"port": 8080}),
    }
    return texts[kind].encode("utf-16" if kind == "utf-16" else "utf-8")


def name_of(path: str) -> str:
    return path.replace("/", "_")


def build(root: Path, layout: Layout) -> None:
    (root / PLACES[-1]).mkdir(parents=True)
    for relative, kind in layout.configs.items():
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "folder":
            path.mkdir()
        elif kind == "dangling link" and os.name != "nt":
            path.symlink_to("nowhere.json")
        elif kind != "dangling link":
            path.write_bytes(content(kind, name_of(relative)))


SCRIPT = """
from azure.ai.ml import MLClient
calls = json.loads(Path("calls.json").read_text(encoding="utf-8"))
root = Path.cwd()
facts["taken"] = []
for number, (start, arguments) in enumerate(calls):
    os.chdir(root / str(number) / start)
    try:
        client = MLClient.from_config(credential=object(), **arguments)
        facts["taken"].append([True, client.workspace_name])
    except Exception as error:
        facts["taken"].append([False, f"{type(error).__name__}: {error}"])
os.chdir(root)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts").resolve()


@pytest.fixture(scope="module")
def taken(folder: Path) -> list[tuple[bool, str]]:
    for number, layout in enumerate(LAYOUTS):
        build(folder / str(number), layout)
    calls = [
        (layout.start, {k: v for k, v in (("path", layout.given), ("file_name", layout.file_name)) if v})
        for layout in LAYOUTS
    ]
    (folder / "calls.json").write_text(json.dumps(calls), encoding="utf-8")
    facts: dict[str, Any] = run_child(folder, SCRIPT)
    return facts["taken"]


def replayed(root: Path, layout: Layout) -> Lookup | None:
    snapshot = load([root / "a" / "project"], {}).snapshot
    found = lookups(snapshot, (root / layout.start,), layout.given, layout.file_name, PARENT_LEVELS)
    return found[0] if found else None


@needs("azure.ai.ml")
@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_the_same_file_is_taken(number: int, folder: Path, taken: list[tuple[bool, str]]) -> None:
    layout = LAYOUTS[number]
    lookup = replayed(folder / str(number), layout)
    if lookup is None:
        assert layout.given in ("src", "../src", ".azureml"), "only a folder without files is not known"
        return
    made, answer = taken[number]
    found = lookup.search.found
    if made:
        assert found is not None
        assert found.workspace is not None
        assert found.workspace.workspace_name == answer
    elif any(error in answer for error in FOUND_BUT_USELESS):
        assert found is not None
        assert found.workspace is None
    else:
        assert "could not find config.json" in answer
        assert found is None


@needs("azure.ai.ml")
def test_the_layouts_tell_something(taken: list[tuple[bool, str]]) -> None:
    made = sum(1 for good, _ in taken if good)
    useless = sum(1 for _, answer in taken if any(error in answer for error in FOUND_BUT_USELESS))
    assert min(made, useless, len(taken) - made - useless) > 10


def snapshot_of(root: Path, files: Mapping[str, str | bytes]) -> Snapshot:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load([root], {}).snapshot


def test_a_parents_azureml_folder_wins_over_the_config_at_hand(tmp_path: Path) -> None:
    good = {
        name: content("good", name_of(name))
        for name in (".azureml/config.json", "src/config.json", "config.json")
    }
    found = search(snapshot_of(tmp_path, {**good, "src/train.py": "import mlflow"}), tmp_path / "src")
    assert found.found is not None
    names = [c.path.relative_to(tmp_path).as_posix() for c in (found.found, *found.others)]
    assert names == [".azureml/config.json", "src/config.json", "config.json"]


def test_the_path_of_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    good = {name: content("good", name_of(name)) for name in (".azureml/config.json", "src/config.json")}
    snapshot = snapshot_of(tmp_path, good)
    found = lookups(snapshot, (tmp_path,), "src/config.json", None, PARENT_LEVELS)
    assert found is not None
    assert [lookup.search.found.path for lookup in found if lookup.search.found] == [
        tmp_path / "src" / "config.json"
    ]


@pytest.mark.parametrize(("given", "name"), [("other/ws.json", None), ("folder", None), (None, "team.json")])
def test_what_is_not_read_is_not_known(tmp_path: Path, given: str | None, name: str | None) -> None:
    snapshot = snapshot_of(tmp_path, {"config.json": content("good", "x"), "train.py": "import mlflow"})
    assert lookups(snapshot, (tmp_path,), given, name, PARENT_LEVELS) is None


def test_a_config_that_cannot_be_opened_stands_in_the_way(tmp_path: Path) -> None:
    snapshot = snapshot_of(
        tmp_path, {"a/config.json": content("good", "x"), ".azureml/config.json": b"{" + b" " * 10_000_001}
    )
    found = search(snapshot, tmp_path / "a").found
    assert found is not None
    assert (found.path, found.workspace) == (tmp_path / ".azureml" / "config.json", None)


def test_only_what_json_load_reads_has_a_content(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/.azureml/config.json": b"\xef\xbb\xbf" + content("good", "x"),
        "b/.azureml/config.json": content("broken", "x"),
        "c/.azureml/config.json": content("utf-16", "x"),
        "d/.azureml/config.json": b'{"subscription_id": "\xff"}',
    }
    snapshot = snapshot_of(tmp_path, files)
    read = {
        path.relative_to(tmp_path).parts[0]: content_of(file) is not None
        for path, file in snapshot.files.items()
    }
    assert read == {"a": True, "b": False, "c": False, "d": False}
