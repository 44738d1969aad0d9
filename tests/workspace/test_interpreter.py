"""Interpreters found and read on disk, beside real virtual environments and beside hand-made and hostile ones."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from azmlflow.parsing.requirements import normalised
from azmlflow.workspace.installed import MOST_ENTRIES, packages_in
from azmlflow.workspace.interpreter import Interpreter, find_interpreter

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
posix = pytest.mark.skipif(os.name == "nt", reason="links and pipes as POSIX has them")


def real_venv(folder: Path, *options: str) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", *options, str(folder)], check=True)
    return folder


def fake_venv(folder: Path, python: str = "3.11", config: str = "version = 3.11.4\n") -> Path:
    """A virtual environment as POSIX lays it out, which no interpreter is behind."""
    site = folder / "lib" / f"python{python}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").touch(0o755)
    (folder / "pyvenv.cfg").write_text(f"home = /nowhere/bin\n{config}")
    return site


def fake_installation(prefix: Path, python: str = "3.11") -> Path:
    site = prefix / "lib" / f"python{python}" / "site-packages"
    site.mkdir(parents=True)
    (prefix / "bin").mkdir(exist_ok=True)
    (prefix / "bin" / "python3").touch(0o755)
    return site


def install(site: Path, name: str, version: str) -> None:
    """Put a package's metadata there as pip does."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def found(
    root: Path, chosen: str | None = None, inside: tuple[Path, ...] | None = None, **environ: str
) -> Interpreter:
    interpreter = find_interpreter(root, environ, chosen, inside)
    assert interpreter is not None
    return interpreter


# ---- which interpreter ----


def test_a_real_environment_in_the_project_is_read(tmp_path: Path) -> None:
    venv = real_venv(tmp_path / ".venv")
    site = next(path for path in venv.rglob("site-packages") if "lib64" not in path.parts)
    install(site, "azureml-mlflow", "1.62.0.post6")

    interpreter = found(tmp_path)

    assert interpreter.origin == ".venv"
    assert interpreter.version == ".".join(map(str, sys.version_info[:3]))
    assert interpreter.packages == {"azureml-mlflow": "1.62.0.post6"}
    assert interpreter.python.parent.parent == venv


def test_the_same_packages_are_seen_as_python_itself_sees() -> None:
    interpreter = found(Path("/nowhere"), chosen=sys.executable, HOME=os.environ.get("HOME", ""))
    ours = {
        normalised(d.metadata["Name"]): d.version
        for d in distributions(path=list(map(str, interpreter.site_packages)))
    }

    assert interpreter.packages == ours
    assert interpreter.packages["packaging"]


def test_the_order_is_the_choice_then_the_project_then_the_shell_then_path(tmp_path: Path) -> None:
    for name in ("chosen", ".venv", "active", "conda", "path"):
        fake_venv(tmp_path / name)
    environ: dict[str, Any] = {
        "VIRTUAL_ENV": str(tmp_path / "active"),
        "CONDA_PREFIX": str(tmp_path / "conda"),
        "PATH": str(tmp_path / "path" / "bin"),
    }

    assert found(tmp_path, "chosen/bin/python", **environ).origin == "chosen in the editor"
    assert found(tmp_path, None, **environ).origin == ".venv"
    (tmp_path / ".venv").rename(tmp_path / "venv")
    assert found(tmp_path, None, **environ).origin == "venv"
    (tmp_path / "venv").rename(tmp_path / "other")
    assert found(tmp_path, None, **environ).origin == "VIRTUAL_ENV"
    del environ["VIRTUAL_ENV"]
    assert found(tmp_path, None, **environ).origin == "CONDA_PREFIX"
    del environ["CONDA_PREFIX"]
    assert found(tmp_path, None, **environ).origin == "PATH"
    assert find_interpreter(tmp_path, {}, None) is None


@pytest.mark.parametrize(
    "chosen", ["env", "env/bin/python", "${workspaceFolder}/env/bin/python", "{root}/env", "~/env/bin/python"]
)
def test_a_choice_is_a_file_or_a_folder_written_in_any_way(tmp_path: Path, chosen: str) -> None:
    fake_venv(tmp_path / "env")

    interpreter = found(tmp_path, chosen.replace("{root}", str(tmp_path)), HOME=str(tmp_path))

    assert interpreter.origin == "chosen in the editor"
    assert interpreter.python.parts[-3:] == ("env", "bin", "python")


@pytest.mark.parametrize(
    "chosen",
    [
        "python",
        "python3",
        "",
        "gone/bin/python",
        "\0",
        "a\0b/python",
        "\\\\host\\share\\python.exe",
        "//host/share/python",
    ],
)
def test_what_is_no_choice_leaves_the_search_to_the_rest(tmp_path: Path, chosen: str) -> None:
    fake_venv(tmp_path / ".venv")

    assert found(tmp_path, chosen).origin == ".venv"


def test_a_folder_that_only_has_the_name_is_no_environment(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()

    assert find_interpreter(tmp_path, {}, None) is None


@posix
def test_a_conda_environment_tells_its_exact_version(tmp_path: Path) -> None:
    prefix = tmp_path / "envs" / "train"
    install(fake_installation(prefix, "3.10"), "mlflow", "2.10.2")
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta" / "python-3.10.13-hd12c33a_0_cpython.json").touch()
    (prefix / "conda-meta" / "python-dateutil-2.9.0-pyhd8ed1ab_0.json").touch()

    interpreter = found(tmp_path, CONDA_PREFIX=str(prefix))

    assert interpreter.version == "3.10.13"
    assert interpreter.packages == {"mlflow": "2.10.2"}


def test_the_layout_of_windows_is_read_too(tmp_path: Path) -> None:
    venv = tmp_path / ".venv"
    install(venv / "Lib" / "site-packages", "mlflow-skinny", "3.15.0")
    (venv / "Scripts").mkdir()
    (venv / "Scripts" / "python.exe").touch()
    (venv / "pyvenv.cfg").write_text("home = C:\\Python312\r\nversion_info = 3.12.1.final.0\r\n")

    interpreter = found(tmp_path)

    assert interpreter.python.name == "python.exe"
    assert interpreter.version == "3.12.1"
    assert interpreter.packages == {"mlflow-skinny": "3.15.0"}


def test_a_plain_installation_of_windows_tells_its_version_by_its_library(tmp_path: Path) -> None:
    install(tmp_path / "Lib" / "site-packages", "mlflow", "3.1.0")
    for name in ("python.exe", "python3.dll", "python312.dll"):
        (tmp_path / name).touch()

    assert found(tmp_path, str(tmp_path / "python.exe")).version == "3.12"


@posix
def test_debian_keeps_packages_in_folders_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.11").touch(0o755)
    (tmp_path / "bin" / "python3").symlink_to("python3.11")
    (tmp_path / "lib" / "python3.9" / "site-packages").mkdir(parents=True)
    install(tmp_path / "lib" / "python3.9" / "site-packages", "of-another-python", "1")
    install(tmp_path / "local" / "lib" / "python3.11" / "dist-packages", "mlflow", "2.9.0")
    install(tmp_path / "lib" / "python3" / "dist-packages", "pytz", "2022.7")

    interpreter = found(Path("/nowhere"), PATH=str(tmp_path / "bin"))

    assert interpreter.version == "3.11"
    assert interpreter.packages == {"mlflow": "2.9.0", "pytz": "2022.7"}


@posix
def test_the_user_has_packages_of_his_own_outside_virtual_environments(tmp_path: Path) -> None:
    home = tmp_path / "home"
    install(fake_installation(tmp_path / "python"), "mlflow", "2.0")
    install(home / ".local" / "lib" / "python3.11" / "site-packages", "azureml-mlflow", "1.60.0")
    install(fake_venv(tmp_path / "env"), "mlflow", "2.0")
    path = str(tmp_path / "python" / "bin")

    assert "azureml-mlflow" in found(tmp_path, PATH=path, HOME=str(home)).packages
    assert "azureml-mlflow" not in found(tmp_path, PATH=path, HOME=str(home), PYTHONNOUSERSITE="1").packages
    assert "azureml-mlflow" not in found(tmp_path, "env/bin/python", HOME=str(home)).packages


@posix
def test_a_virtual_environment_may_let_the_systems_packages_in(tmp_path: Path) -> None:
    base = tmp_path / "base"
    install(fake_installation(base), "azureml-mlflow", "1.60.0")
    install(base / "lib" / "python3.11" / "site-packages", "mlflow", "2.0")
    site = fake_venv(
        tmp_path / ".venv",
        config=f"home = {base / 'bin'}\ninclude-system-site-packages = TRUE\nversion = 3.11.4\n",
    )
    install(site, "mlflow", "3.1.0")
    closed = fake_venv(
        tmp_path / "closed", config=f"home = {base / 'bin'}\ninclude-system-site-packages = false\n"
    )

    assert found(tmp_path).packages == {"azureml-mlflow": "1.60.0", "mlflow": "3.1.0"}
    assert closed.is_dir()
    assert found(tmp_path, "closed").packages == {}


def test_a_real_environment_with_the_systems_packages_sees_what_python_sees(tmp_path: Path) -> None:
    venv = real_venv(tmp_path / ".venv", "--system-site-packages")
    interpreter = found(tmp_path)
    script = (
        "import importlib.metadata as m; print(*{d.metadata['Name'] for d in m.distributions()}, sep='\\n')"
    )
    seen = subprocess.run(
        [interpreter.python, "-I", "-c", script], capture_output=True, text=True, check=True
    )

    assert interpreter.python.is_relative_to(venv)
    assert set(map(normalised, seen.stdout.split())) <= set(interpreter.packages)


@posix
def test_pyenvs_script_is_followed_to_the_version_that_the_project_names(tmp_path: Path) -> None:
    home, project = tmp_path / "pyenv", tmp_path / "project" / "src"
    project.mkdir(parents=True)
    (home / "shims").mkdir(parents=True)
    (home / "shims" / "python3").write_text("#!/usr/bin/env bash\nexit 1\n")
    for version in ("3.10.4", "3.12.1"):
        install(fake_installation(home / "versions" / version, version.rpartition(".")[0]), "mlflow", version)
    (home / "version").write_text("3.12.1\n")
    path = str(home / "shims")

    assert found(project, PATH=path).packages == {"mlflow": "3.12.1"}
    (project.parent / ".python-version").write_text("3.10\n")
    assert found(project, PATH=path).packages == {"mlflow": "3.10.4"}
    assert found(project, PATH=path, PYENV_VERSION="3.12.1").packages == {"mlflow": "3.12.1"}
    (project.parent / ".python-version").write_text("../../../etc\n")
    assert found(project, PATH=path).packages == {"mlflow": "3.12.1"}


@posix
def test_links_that_lead_nowhere_or_in_a_circle_are_survived(tmp_path: Path) -> None:
    site = fake_venv(tmp_path / ".venv")
    install(site, "mlflow", "3.0.0")
    python = tmp_path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to("python3")

    assert found(tmp_path).packages == {"mlflow": "3.0.0"}
    assert (
        found(tmp_path, "bin/python3", PATH=str(tmp_path / "bin"), VIRTUAL_ENV=str(tmp_path / "loop")).origin
        == ".venv"
    )


@posix
def test_in_an_untrusted_workspace_nothing_outside_is_read(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    install(fake_venv(outside), "secret-package", "1.0")
    (root / ".venv").symlink_to(outside)
    environ: dict[str, Any] = {"VIRTUAL_ENV": str(outside), "PATH": str(outside / "bin")}
    assert found(root, **environ).packages == {"secret-package": "1.0"}

    assert find_interpreter(root, environ, str(outside / "bin" / "python"), (root,)) is None

    (root / ".venv").unlink()
    site = fake_venv(
        root / ".venv", config=f"home = {outside / 'bin'}\ninclude-system-site-packages = true\n"
    )
    install(site, "mlflow", "3.0.0")
    (site / "more.pth").write_text(f"{outside / 'lib' / 'python3.11' / 'site-packages'}\n")
    python = root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python3")
    assert found(root, None, (root,), **environ).packages == {"mlflow": "3.0.0"}


# ---- what is installed ----


def test_names_of_every_shape_are_read(tmp_path: Path) -> None:
    for name in (
        "azureml_mlflow-1.62.0.post6.dist-info",
        "ruamel.yaml-0.18.6.dist-info",
        "torch-2.13.0+cpu.dist-info",
        "PyYAML-6.0.egg-info",
        "PyGObject-3.42.2-py3.11.egg-info",
        "old_style-1.0-py3.8-linux-x86_64.egg",
    ):
        (tmp_path / name).mkdir()
    (tmp_path / "develop.egg-link").write_text("/somewhere\n.\n")
    (tmp_path / "own_project.egg-info").mkdir()
    (tmp_path / "own_project.egg-info" / "PKG-INFO").write_text(
        "Metadata-Version: 2.1\nname:Own.Project\nversion: 0.1.dev0\n\nVersion: 9\n"
    )
    (tmp_path / "a_file-2.egg-info").write_text("Name: a-file\nVersion: 2\n")
    (tmp_path / "with-dash-1.0-2.dist-info").mkdir()
    (tmp_path / "with-dash-1.0-2.dist-info" / "METADATA").write_text("Name: with-dash\nVersion: 1.0-2\n")

    assert packages_in([tmp_path]) == {
        "azureml-mlflow": "1.62.0.post6",
        "ruamel-yaml": "0.18.6",
        "torch": "2.13.0+cpu",
        "pyyaml": "6.0",
        "pygobject": "3.42.2",
        "old-style": "1.0",
        "develop": "",
        "own-project": "0.1.dev0",
        "a-file": "2",
        "with-dash": "1.0-2",
    }


def test_what_a_removal_left_behind_and_what_is_hostile_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "~lflow-3.0.0.dist-info").mkdir()
    (tmp_path / "mlflow-`id`.dist-info").mkdir()
    (tmp_path / "-1.0.dist-info").mkdir()
    (tmp_path / "a b-1.0.dist-info").mkdir()
    (tmp_path / "big.egg-info").write_bytes(b"Name: big\n" * 200_000)
    (tmp_path / "torn.egg-info").write_bytes(b"\xff\xfe\0Name: torn\nVersion: 1\n")
    (tmp_path / "odd-version.egg-info").write_text("Name: odd\nVersion: \x1b[31mred\n")
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.egg-info")

    assert packages_in([tmp_path, tmp_path / "missing", tmp_path / "big.egg-info"]) == {"odd": ""}


def test_of_two_versions_in_one_folder_the_later_counts_and_the_first_folder_wins(tmp_path: Path) -> None:
    install(tmp_path / "one", "mlflow", "2.9.2")
    install(tmp_path / "one", "mlflow", "2.10.0")
    install(tmp_path / "two", "mlflow", "3.9.0")
    install(tmp_path / "two", "pytz", "2025.2")

    assert packages_in([tmp_path / "one", tmp_path / "two"]) == {"mlflow": "2.10.0", "pytz": "2025.2"}


def test_a_huge_folder_is_read_up_to_a_bound(tmp_path: Path) -> None:
    for number in range(MOST_ENTRIES + 10):
        (tmp_path / f"p{number}-1.dist-info").touch()

    assert len(packages_in([tmp_path])) == MOST_ENTRIES


def test_folders_that_path_files_name_are_read_too(tmp_path: Path) -> None:
    site = fake_venv(tmp_path / ".venv")
    install(tmp_path / "more", "azureml-mlflow", "1.62.0")
    (tmp_path / "project" / "ours.egg-info").mkdir(parents=True)
    (tmp_path / "project" / "ours.egg-info" / "PKG-INFO").write_text("Name: ours\nVersion: 0.3\n")
    (site / "links.pth").write_text(f"# a comment\nimport os; os.abort()\n{tmp_path / 'more'}\n\n/nowhere\n")
    (site / "ours.egg-link").write_text(f"{tmp_path / 'project'}\n.\n")

    assert found(tmp_path).packages == {"azureml-mlflow": "1.62.0", "ours": "0.3"}


def test_no_interpreter_is_ever_run(tmp_path: Path) -> None:
    fake_venv(tmp_path / ".venv")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    python.chmod(0o755)

    assert found(tmp_path, "python", PATH=str(python.parent)).origin == ".venv"
    assert not (tmp_path / "ran").exists()
