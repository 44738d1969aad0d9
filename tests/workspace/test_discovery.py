"""The walk finds what is ours, and leaves out what is not, without opening a file."""

import os
from pathlib import Path

import pytest
from azmlflow.workspace.discovery import walk

from tests.workspace.tree import CONFIG, SCRIPT, make, names


@pytest.fixture
def scanned(monkeypatch):
    """Record every folder that is listed; the listing itself is real."""
    folders = []
    real = os.scandir

    def scandir(path):
        folders.append(str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    return folders


def found(root: Path, **options) -> list[str]:
    return names((file.path for file in walk(root, **options).files), root)


def test_files_come_sorted_and_others_not_at_all(tmp_path):
    make(tmp_path, {"b.py": "", "a/z.py": "", "a.py": "", "data.csv": "", "a/n.ipynb": "", "picture.png": ""})

    assert [Path(f.path).name for f in walk(tmp_path).files] == ["a.py", "n.ipynb", "z.py", "b.py"]


@pytest.mark.parametrize("name", ["venv", ".venv", "env", "anything"])
def test_a_virtual_environment_costs_one_look_however_large(tmp_path, scanned, name):
    make(tmp_path, {"train.py": SCRIPT, f"{name}/pyvenv.cfg": ""})
    for package in range(50):
        make(
            tmp_path / name / "lib" / "python3.11" / "site-packages" / f"p{package}",
            {f"m{i}.py": "" for i in range(20)},
        )

    assert found(tmp_path) == ["train.py"]
    assert scanned == [str(tmp_path), str(tmp_path / name)]


@pytest.mark.parametrize(
    "shape",
    [
        {"bin/activate": "", "lib/x.py": ""},
        {"Scripts/activate.ps1": "", "Lib/x.py": ""},
        {"conda-meta/history": "", "x.py": ""},
    ],
)
def test_an_environment_without_its_mark_is_known_by_its_shape(tmp_path, shape):
    make(tmp_path / "env", shape)
    make(tmp_path, {"train.py": SCRIPT})

    assert found(tmp_path) == ["train.py"]


def test_a_folder_that_is_only_called_env_is_entered(tmp_path):
    make(tmp_path, {"env/train.py": SCRIPT, "env/lib.py": ""})

    assert found(tmp_path) == ["env/lib.py", "env/train.py"]


@pytest.mark.parametrize(
    "folder",
    [
        "node_modules",
        "site-packages",
        "__pycache__",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".git",
        "x.dist-info",
        ".tox",
        "mlruns",
    ],
)
def test_folders_of_tools_are_not_entered(tmp_path, scanned, folder):
    make(tmp_path, {f"{folder}/deep/x.py": SCRIPT, "train.py": SCRIPT})

    assert found(tmp_path) == ["train.py"]
    assert str(tmp_path / folder / "deep") not in scanned


def test_what_git_ignores_is_left_out_but_not_the_environment_and_configs(tmp_path):
    make(
        tmp_path,
        {
            ".gitignore": "*.env\n.env*\nout/\n.azureml\n.vscode/\nconfig.json\nscratch.py\n",
            "train.py": SCRIPT,
            "scratch.py": SCRIPT,
            ".env": "A=1",
            "sub/.env.dev": "A=1",
            "sub/prod.env": "A=1",
            ".azureml/config.json": CONFIG,
            ".azureml/run.py": SCRIPT,
            ".vscode/launch.json": "{}",
            "sub/config.json": CONFIG,
            "out/model.py": SCRIPT,
            "out/.env": "A=1",
        },
    )

    result = walk(tmp_path)

    kept = [
        ".azureml/config.json",
        ".env",
        ".vscode/launch.json",
        "sub/.env.dev",
        "sub/config.json",
        "sub/prod.env",
    ]
    assert names((f.path for f in result.files if f.ignored), tmp_path) == kept
    assert names((f.path for f in result.files if not f.ignored), tmp_path) == ["train.py"]


def test_what_the_settings_exclude_is_left_out_altogether(tmp_path):
    make(tmp_path, {"train.py": "", "old/train.py": "", "old/.env": "", "sub/.env": "", "sub/gen_x.py": ""})

    assert found(tmp_path, exclude=["old/", "gen_*.py", "/sub/.env"]) == ["train.py"]


def test_patterns_above_the_root_hold_up_to_the_top_of_the_repository(tmp_path):
    make(
        tmp_path,
        {
            ".gitignore": "c.py\n",
            "repo/.git/": "",
            "repo/.gitignore": "a.py\n",
            "repo/sub/.gitignore": "!b.py\n",
        },
    )
    make(tmp_path / "repo" / "sub", {"a.py": "", "b.py": "", "c.py": ""})

    assert found(tmp_path / "repo" / "sub") == ["b.py", "c.py"]


def test_a_repository_inside_another_has_only_its_own_patterns(tmp_path):
    make(tmp_path, {".git/": "", ".gitignore": "*.py\n", "inner/.git/": "", "inner/a.py": "", "b.py": ""})

    assert found(tmp_path) == ["inner/a.py"]


def test_a_folder_asked_for_is_walked_even_when_git_ignores_it(tmp_path):
    make(
        tmp_path,
        {
            ".git/": "",
            ".gitignore": "out/\n*.tmp.py\n",
            "out/a.py": "",
            "out/b.tmp.py": "",
            "out/node_modules/c.py": "",
        },
    )

    assert found(tmp_path, whole=[tmp_path / "out"]) == ["out/a.py"]
    assert found(tmp_path / "out") == ["a.py"]


def test_local_stores_certificates_and_git_are_noted(tmp_path):
    make(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "mlruns\n*.db\n",
            "mlflow.db": "",
            "mlruns/0/meta.yaml": "",
            "mlruns/models/x": "",
            "empty/mlruns/": "",
            "certs/sp.pem": "",
            "model/MLmodel": "",
        },
    )

    noted = names(walk(tmp_path).present, tmp_path)

    assert noted == [".git", "certs/sp.pem", "mlflow.db", "mlruns", "mlruns/0/meta.yaml", "model/MLmodel"]


def test_a_limit_stops_at_what_is_nearest_and_says_so(tmp_path):
    make(tmp_path, {f"far{i}/deep/f{n}.py": "" for i in range(5) for n in range(10)})
    make(tmp_path, {"near/job/train.py": "", "near/conf.py": "", "near/other/b.py": ""})

    result = walk(tmp_path, near=[tmp_path / "near" / "job"], limit=3)

    assert names((f.path for f in result.files), tmp_path) == [
        "near/conf.py",
        "near/job/train.py",
        "near/other/b.py",
    ]
    assert [(s.path, s.reason) for s in result.skipped] == [
        (tmp_path, "it holds very many files: only the nearest 3 of them were read")
    ]


def test_a_whole_folder_has_no_limit(tmp_path):
    make(tmp_path, {f"all/f{n}.py": "" for n in range(10)} | {f"rest/f{n}.py": "" for n in range(10)})

    files = found(tmp_path, whole=[tmp_path / "all"], limit=1)

    assert len([name for name in files if name.startswith("all/")]) == 10


def test_other_roots_are_left_to_themselves(tmp_path):
    make(tmp_path, {"a.py": "", "inner/b.py": ""})

    assert found(tmp_path, other_roots=[tmp_path, tmp_path / "inner"]) == ["a.py"]


def test_folders_nested_without_end_are_given_up(tmp_path):
    folder = tmp_path
    for _ in range(110):
        folder = folder / "d"
    folder.mkdir(parents=True)

    result = walk(tmp_path)

    assert len(result.folders) == 101
    assert [s.reason for s in result.skipped] == [
        "it lies more than 100 folders deep: what is below it was not read"
    ]


@pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname == "Darwin", reason="the file system refuses such names"
)
def test_a_name_that_is_not_unicode_is_one_skip(tmp_path):
    make(tmp_path, {"train.py": ""})
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.py")).write_text("")

    result = walk(tmp_path)

    assert names((f.path for f in result.files), tmp_path) == ["train.py"]
    assert [s.reason for s in result.skipped] == ["its name is not valid Unicode: rename it"]
