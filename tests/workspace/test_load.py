"""PATHs become a snapshot of the project around them; what cannot be read is one clear skip, the rest is loaded."""

import os
import socket
from pathlib import Path

import pytest
from azmlflow.workspace.load import UnreadableInput, load
from azmlflow.workspace.read import PARSERS, Refused, read_bytes
from azmlflow.workspace.snapshot import FileKind

from tests.workspace.tree import CONFIG, SCRIPT, make, names, parsed, skipped

GOOD = {"train.py": SCRIPT, ".env": "A=1\n", "sub/config.json": CONFIG}


def files_are_skipped(root: Path, reasons: dict[str, str]) -> None:
    """Check that exactly these files were skipped, for these reasons, and that the good ones were read."""
    snapshot = load([root], {}).snapshot

    assert skipped(snapshot, root) == reasons
    assert set(parsed(snapshot, root)) >= set(GOOD)


def test_a_file_that_is_too_large(tmp_path):
    make(tmp_path, GOOD | {"sub/.env": ""})
    for name, size in (
        ("big.py", 50_000_000),
        ("big.ipynb", 50_000_000),
        ("job.yml", 10_000_001),
        ("sub/.env", 1_000_001),
    ):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)

    ten, one = "it is larger than 10 MB: it was not read", "it is larger than 1 MB: it was not read"
    files_are_skipped(tmp_path, {"big.py": ten, "big.ipynb": ten, "job.yml": ten, "sub/.env": one})


@pytest.mark.parametrize(
    "name", ["config.json", ".azureml/config.json", "x/.env", "pyproject.toml", "run.py"]
)
def test_a_folder_with_the_name_of_a_file(tmp_path, name):
    make(tmp_path, GOOD | {f"{name}/inside.py": SCRIPT})

    files_are_skipped(tmp_path, {name: "it is a folder where a file is expected: rename it"})
    assert f"{name}/inside.py" in parsed(load([tmp_path], {}).snapshot, tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize(
    "name", ["pipe.py", "sub/.env", "sub/deep/.env", ".azureml/config.json", "requirements.txt"]
)
def test_a_pipe_is_not_waited_for(tmp_path, name):
    make(tmp_path, GOOD | {"sub/deep/": "", ".azureml/": ""})
    os.mkfifo(tmp_path / name)

    files_are_skipped(tmp_path, {name: "it is a pipe, a socket or a device, not a file: it was not opened"})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_that_took_a_files_place_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "late.py")

    with pytest.raises(Refused, match="a pipe, a socket or a device"):
        read_bytes(str(tmp_path / "late.py"))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has no socket files")
def test_a_socket_is_not_opened(tmp_path, monkeypatch):
    make(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("talk.py")

        files_are_skipped(
            tmp_path, {"talk.py": "it is a pipe, a socket or a device, not a file: it was not opened"}
        )


def test_links_are_followed_only_to_files_inside_the_root(tmp_path):
    root = make(tmp_path / "root", GOOD)
    make(tmp_path / "elsewhere", {"secret.env": "A=1", "lib/x.py": SCRIPT})
    for link, target in {
        "self.py": "self.py",
        "one.py": "two.py",
        "two.py": "one.py",
        "gone.py": "nothing.py",
        "out.env": tmp_path / "elsewhere" / "secret.env",
        "same.py": "train.py",
        "up": "..",
        "sub/here": ".",
        "lib": tmp_path / "elsewhere" / "lib",
        "twin": "sub",
        "folder.py": "sub",
    }.items():
        (root / link).symlink_to(target)

    loop = "it is a link that leads back to itself: remove the link"
    files_are_skipped(
        root,
        {
            "self.py": loop,
            "one.py": loop,
            "two.py": loop,
            "gone.py": "it is a link to a file that does not exist: repair or remove the link",
            "out.env": "it is a link to a file outside the project: it was not read",
            "up": "it is a link to a folder that it lies in: it was not followed",
            "sub/here": "it is a link to a folder that it lies in: it was not followed",
            "lib": "it is a link to a folder outside the project: it was not followed",
            "folder.py": "it is a folder where a file is expected: rename it",
        },
    )
    assert parsed(load([root], {}).snapshot, root) == [".env", "same.py", "sub/config.json", "train.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    make(tmp_path, GOOD | {"shut.py": SCRIPT, "closed/x.py": SCRIPT})
    (tmp_path / "shut.py").chmod(0)
    (tmp_path / "closed").chmod(0)

    refused = "it cannot be read: give your user permission to read it"
    files_are_skipped(tmp_path, {"shut.py": refused, "closed": refused})
    (tmp_path / "closed").chmod(0o700)


def test_malformed_json_is_a_problem_of_the_file(tmp_path):
    make(tmp_path, GOOD | {"config.json": '{"subscription_id": "s", "workspace_name": '})

    files = load([tmp_path], {}).snapshot.files

    assert files[tmp_path / "config.json"].kind is FileKind.WORKSPACE_CONFIG
    assert files[tmp_path / "config.json"].problems
    assert set(parsed(load([tmp_path], {}).snapshot, tmp_path)) >= set(GOOD)


def test_a_yaml_bomb_is_a_problem_of_the_file(tmp_path):
    lines = ["command: python train.py", "code: src", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    make(tmp_path, GOOD | {"job.yml": "\n".join(lines)})

    files = load([tmp_path], {}).snapshot.files

    assert files[tmp_path / "job.yml"].kind is FileKind.JOB
    assert files[tmp_path / "job.yml"].problems
    assert set(parsed(load([tmp_path], {}).snapshot, tmp_path)) >= set(GOOD)


def test_bytes_that_are_no_text_are_a_problem_of_the_file(tmp_path):
    make(tmp_path, GOOD)
    (tmp_path / "bad.env").write_bytes(b"A=1\nB=\xff\xfe\x00\n")

    file = load([tmp_path], {}).snapshot.files[tmp_path / "bad.env"]

    assert [(p.message, p.span.line) for p in file.problems][:1] == [("not valid UTF-8: save it as UTF-8", 1)]


def test_a_parser_that_fails_silences_one_file(tmp_path, monkeypatch):
    make(tmp_path, GOOD)

    def fail(text):
        raise RecursionError

    monkeypatch.setitem(PARSERS, FileKind.DOTENV, fail)

    snapshot = load([tmp_path], {}).snapshot

    reason = "azmlflow failed to read it (RecursionError): please report this file"
    assert skipped(snapshot, tmp_path) == {".env": reason}
    assert parsed(snapshot, tmp_path) == ["sub/config.json", "train.py"]


def test_only_scripts_of_interest_and_what_they_import_are_parsed(tmp_path):
    make(
        tmp_path,
        {
            ".git/": "",
            "src/train.py": SCRIPT + "from pkg.setup import uri\nimport torch\n",
            "src/pkg/__init__.py": "",
            "src/pkg/setup.py": "from . import deep\nfrom .names import NAME\n",
            "src/pkg/names.py": "import unknown\n",
            "src/pkg/deep/__init__.py": "",
            "src/unrelated.py": "import pkg.other\n",
            "src/pkg/other.py": "x = 1\n",
            "run.ipynb": '{"cells": [{"cell_type": "code", "source": ["from src.train import main"]}]}',
        },
    )

    loaded = load([tmp_path], {})

    held = [f"src/pkg/{name}" for name in ("__init__.py", "deep/__init__.py", "names.py", "setup.py")]
    assert parsed(loaded.snapshot, tmp_path) == [*held, "src/train.py"]
    assert loaded.snapshot.imports[tmp_path / "src/unrelated.py"] == {"pkg.other"}
    assert loaded.snapshot.imports[tmp_path / "run.ipynb"] == {"src.train", "src.train.main"}
    assert {"src.pkg.deep", "src.pkg.names"} <= loaded.snapshot.imports[tmp_path / "src/pkg/setup.py"]
    assert len(loaded.targets) == 8


def test_one_file_brings_the_project_around_it_as_context(tmp_path):
    make(
        tmp_path / "repo",
        {
            ".git/": "",
            "jobs/train.yml": "command: x\ncode: ../src",
            ".azureml/config.json": CONFIG,
            "other/b.py": SCRIPT,
        },
    )
    make(tmp_path / "repo", {"src/train.py": SCRIPT, "src/config.json": '{"hidden_size": 768}'})

    loaded = load([tmp_path / "repo" / "src" / "train.py"], {})

    root = tmp_path / "repo"
    assert loaded.snapshot.roots == (root,)
    assert loaded.targets == (root / "src" / "train.py",)
    assert parsed(loaded.snapshot, root) == [
        ".azureml/config.json",
        "jobs/train.yml",
        "other/b.py",
        "src/train.py",
    ]
    assert loaded.snapshot.present == {root / ".git", root / "src" / "config.json"}


def test_context_is_bounded_and_targets_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr("azmlflow.workspace.load.CONTEXT_LIMIT", 5)
    make(
        tmp_path,
        {".git/": "", **{f"far/f{i}.py": "" for i in range(50)}, **{f"here/f{i}.py": "" for i in range(20)}},
    )

    loaded = load([tmp_path / "here"], {})

    assert len(loaded.targets) == 20
    assert 20 < len(loaded.snapshot.imports) < 70
    assert skipped(loaded.snapshot, tmp_path) == {
        ".": "it holds very many files: only the nearest 5 of them were read"
    }


@pytest.mark.parametrize(
    ("marks", "root"),
    [
        ({"azmlflow.toml": "", "a/.git/": ""}, "a"),
        ({".git/": "", "a/azmlflow.toml": "", "a/b/pyproject.toml": ""}, "a"),
        ({".git/": "", "a/pyproject.toml": "[tool.azmlflow]\n", "a/b/pyproject.toml": ""}, "a"),
        ({".git/": "", "a/pyproject.toml": ""}, "."),
        ({"a/pyproject.toml": "", "a/b/.azureml/config.json": "{}"}, "a"),
        ({"a/.azureml/config.json": "{}"}, "a"),
        ({"a/.azureml/auth/": ""}, "a/b/c"),
        ({}, "a/b/c"),
    ],
)
def test_the_project_root_is_what_says_so_most_plainly(tmp_path, marks, root):
    make(tmp_path, {**marks, "a/b/c/train.py": SCRIPT})

    assert load([tmp_path / "a/b/c"], {"HOME": str(tmp_path.parent)}).snapshot.roots == (tmp_path / root,)


def test_the_home_folder_is_no_project_unless_asked_for(tmp_path):
    make(tmp_path, {".git/": "", ".azureml/config.json": CONFIG, "work/train.py": SCRIPT})
    environ = {"HOME": str(tmp_path)}

    assert load([tmp_path / "work"], environ).snapshot.roots == (tmp_path / "work",)
    assert load([tmp_path], environ).snapshot.roots == (tmp_path,)


def test_several_paths_may_lie_in_several_projects(tmp_path):
    make(
        tmp_path,
        {"one/.git/": "", "one/a.py": SCRIPT, "two/.git/": "", "two/b.py": SCRIPT, "two/c.py": SCRIPT},
    )

    loaded = load([tmp_path / "two/b.py", tmp_path / "one"], {})

    assert loaded.snapshot.roots == (tmp_path / "one", tmp_path / "two")
    assert names(loaded.targets, tmp_path) == ["one/a.py", "two/b.py"]
    assert loaded.snapshot.root_of(tmp_path / "two/c.py") == tmp_path / "two"


def test_configs_and_environment_files_above_the_root_are_read(tmp_path):
    root = tmp_path.joinpath(*"abc", "root")
    make(
        tmp_path,
        {
            ".azureml/config.json": CONFIG,
            ".env": "A=1",
            "other.env": "B=1",
            "a/config.json": CONFIG,
            "a/b/x.py": SCRIPT,
        },
    )
    make(tmp_path, {"a/b/project.json": '{"name": "nx"}', "a/b/c/aml_config/project.json": "{}"})
    make(root, {".git/": "", "train.py": SCRIPT})

    snapshot = load([root], {}).snapshot

    above = [".azureml/config.json", ".env", "a/b/c/aml_config/project.json", "a/config.json"]
    assert parsed(snapshot, tmp_path) == sorted([*above, "a/b/c/root/train.py"])
    assert tmp_path / "a/b/project.json" in snapshot.present


def test_a_config_is_looked_for_in_twenty_parents_and_an_environment_file_in_all(tmp_path):
    root = tmp_path.joinpath(*["d"] * 21)
    make(root, {"train.py": SCRIPT})
    make(tmp_path, {"config.json": CONFIG, "d/config.json": CONFIG, ".env": "A=1"})

    assert parsed(load([root], {}).snapshot, tmp_path)[:2] == [".env", "d/config.json"]


def test_a_file_that_git_ignores_is_checked_when_it_is_named(tmp_path):
    make(tmp_path, {".git/": "", ".gitignore": "*.py", "train.py": SCRIPT, "other.py": SCRIPT})

    loaded = load([tmp_path / "train.py"], {})
    assert parsed(loaded.snapshot, tmp_path) == [".gitignore", "train.py"]
    assert loaded.targets == (tmp_path / "train.py",)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.py", "it does not exist"),
        ("notes.txt", "it is not a kind of file that azmlflow reads"),
        ("big.py", "it is larger than 10 MB: it was not read"),
        ("train.py/x.py", "it cannot be read: not a directory"),
    ],
)
def test_a_path_that_cannot_be_checked_is_an_error(tmp_path, name, reason):
    make(tmp_path, {"notes.txt": "", "train.py": ""})
    with (tmp_path / "big.py").open("wb") as file:
        file.truncate(50_000_000)

    with pytest.raises(UnreadableInput) as caught:
        load([tmp_path / name], {})

    assert (caught.value.path, caught.value.reason) == (tmp_path / name, reason)
    assert str(caught.value) == f"{tmp_path / name}: {reason}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_as_a_path_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")

    with pytest.raises(UnreadableInput, match="a pipe, a socket or a device"):
        load([tmp_path / "pipe.py"], {})


def test_the_process_is_a_layer_and_the_order_is_always_the_same(tmp_path):
    make(tmp_path, {f"{n}/{m}.py": SCRIPT for n in "cab" for m in "zyx"})

    first, second = load([tmp_path], {"MLFLOW_TRACKING_URI": "u"}), load([tmp_path], {})

    assert first.snapshot.process.values == {"MLFLOW_TRACKING_URI": "u"}
    assert list(first.snapshot.files) == list(second.snapshot.files) == sorted(first.snapshot.files)
    assert first.targets == second.targets == tuple(sorted(first.targets))


def test_progress_is_told_from_nothing_to_all(tmp_path):
    make(tmp_path, {f"f{i}.py": "" for i in range(250)})
    told = []

    load([tmp_path], {}, lambda done, total: told.append((done, total)))

    assert told == [(0, 250), (100, 250), (200, 250), (250, 250)]


def test_a_relative_path_and_none_mean_the_current_folder(tmp_path, monkeypatch):
    make(tmp_path, {"train.py": SCRIPT})
    monkeypatch.chdir(tmp_path)

    assert load([Path("train.py")], {}).targets == load([], {}).targets == (tmp_path / "train.py",)
