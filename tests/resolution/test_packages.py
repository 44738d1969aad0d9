"""What is installed together: files with what they refer to, commands of notebooks and Dockerfiles, a job's environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from azmlflow.resolution.bundles import Bundle, bundle_of_file, wishes_of
from azmlflow.resolution.jobs import job_index
from azmlflow.resolution.packages import bundles_of, dependency_files, environment_of_job
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot

from tests.rules.harness import as_text


def snapshot_of(root: Path, files: Mapping[str, object]) -> Snapshot:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_text(name, content), encoding="utf-8")
    return load([root], {}).snapshot


def bundles(root: Path, name: str, content: object, **others: object) -> list[Bundle]:
    snapshot = snapshot_of(root, {name: content, **others})
    return list(bundles_of(snapshot, snapshot.files[root / name]))


def names(bundle: Bundle) -> list[str]:
    return [f"{w.requirement.name}{w.requirement.specifier}" for w in bundle.wanted]


def test_a_file_is_read_with_those_it_refers_to_in_the_order_of_the_lines(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "numpy\n-r requirements/more.txt\nmlflow\n-c constraints.txt\n",
        "requirements/more.txt": "-r ../requirements.txt\nazureml-mlflow\n",
        "constraints.txt": "mlflow==3.4.0\npytz<2025\n",
    }
    snapshot = snapshot_of(tmp_path, files)

    bundle = bundle_of_file(snapshot, snapshot.files[tmp_path / "requirements.txt"])

    assert names(bundle) == ["numpy", "azureml-mlflow", "mlflow", "mlflow==3.4.0", "pytz<2025"]
    assert [w.is_constraint for w in bundle.wanted] == [False, False, False, True, True]
    assert not bundle.complete, "the files refer to each other"
    assert wishes_of(bundle.wanted) == {"numpy": "", "azureml-mlflow": "", "mlflow": "==3.4.0"}


@pytest.mark.parametrize(
    ("line", "complete"),
    [
        ("-r missing.txt", False),
        ("-c missing.txt", True),
        ("-e .", True),
        ("-e ../other", False),
        ("--index-url x", True),
    ],
)
def test_what_cannot_be_read_makes_a_file_incomplete(tmp_path: Path, line: str, complete: bool) -> None:
    files = {"requirements.txt": f"mlflow\n{line}\n", "pyproject.toml": "[project]\nname = 'p'\n"}
    snapshot = snapshot_of(tmp_path, files)

    assert bundle_of_file(snapshot, snapshot.files[tmp_path / "requirements.txt"]).complete is complete


def test_a_conda_environment_may_refer_to_a_requirement_file(tmp_path: Path) -> None:
    conda = "name: x\ndependencies:\n  - python=3.10\n  - pip:\n      - -r requirements.txt\n      - mlflow\n"
    (bundle,) = bundles(tmp_path, "conda.yml", conda, **{"requirements.txt": "azureml-mlflow\n"})

    assert names(bundle) == ["python==3.10.*", "azureml-mlflow", "mlflow"]


def test_the_groups_of_a_project_are_installed_each_with_the_projects_own(tmp_path: Path) -> None:
    project = """
[project]
name = "p"
dependencies = ["numpy"]
[project.optional-dependencies]
azure = ["azureml-mlflow"]
[dependency-groups]
dev = ["pytest"]
"""
    assert [names(b) for b in bundles(tmp_path, "pyproject.toml", project)] == [
        ["numpy"],
        ["numpy", "azureml-mlflow"],
        ["numpy", "pytest"],
    ]


@pytest.mark.parametrize(
    ("cell", "expected", "complete"),
    [
        ("%pip install -q mlflow==3.4.0 azureml-mlflow", ["mlflow==3.4.0", "azureml-mlflow"], True),
        (
            "!pip3 install --upgrade 'mlflow[extras]>=3,<4' -i https://x.example/simple pytz",
            ["mlflow>=3,<4", "pytz"],
            True,
        ),
        ("!python -m pip install mlflow && echo azureml-mlflow", ["mlflow"], True),
        ("!uv pip install mlflow", ["mlflow"], True),
        ("%pip install mlflow -r requirements.txt", ["mlflow", "numpy"], True),
        ("%pip install mlflow -r missing.txt", ["mlflow"], False),
        ("%pip install mlflow=={version}", [], False),
        ("!pip install $PACKAGES mlflow", ["mlflow"], False),
        ("%pip install git+https://github.com/mlflow/mlflow", [], False),
        ("%pip install -U  # mlflow", [], True),
    ],
)
def test_a_notebook_installs_with_magics_and_commands(
    tmp_path: Path, cell: str, expected: list[str], complete: bool
) -> None:
    (bundle,) = bundles(tmp_path, "a.ipynb", [cell], **{"requirements.txt": "numpy\n"})

    assert names(bundle) == expected
    assert bundle.complete is complete


@pytest.mark.parametrize(
    "cell",
    [
        "%pip show mlflow",
        "!conda install mlflow",
        "print('pip install mlflow')",
        "%%bash\npip install mlflow",
    ],
)
def test_other_cells_install_nothing_that_is_seen(tmp_path: Path, cell: str) -> None:
    assert bundles(tmp_path, "a.ipynb", [cell]) == []


def test_spans_of_a_command_cover_the_words(tmp_path: Path) -> None:
    snapshot = snapshot_of(
        tmp_path,
        {
            "Dockerfile": 'FROM python:3.11\nRUN apt-get update && \\\n    pip install "mlflow>=3" \\\n      pytz==2025.2\n'
        },
    )
    file = snapshot.files[tmp_path / "Dockerfile"]
    (bundle,) = bundles_of(snapshot, file)

    assert [file.text.slice(w.requirement.span) for w in bundle.wanted] == ["mlflow>=3", "pytz==2025.2"]
    assert [file.text.slice(w.requirement.specifier_span) for w in bundle.wanted] == [">=3", "==2025.2"]
    assert [file.text.slice(w.requirement.name_span) for w in bundle.wanted] == ["mlflow", "pytz"]


def test_a_very_long_command_is_read_in_linear_time(tmp_path: Path) -> None:
    words = "'" * 50_000 + " pip install " + "-r x " * 20_000
    found = bundles(tmp_path, "Dockerfile", f"FROM x\nRUN pip install {words}\n")

    assert len(found) <= 2


def test_the_dependency_files_of_a_script_are_those_beside_and_above_it(tmp_path: Path) -> None:
    files: dict[str, object] = dict.fromkeys(
        (
            "requirements.txt",
            "src/requirements/train.txt",
            "src/conda.txt",
            "other/requirements.txt",
            "src/model/requirements.txt",
        ),
        "mlflow\n",
    )
    snapshot = snapshot_of(tmp_path, {**files, "src/train.py": "import mlflow\nmlflow.start_run()\n"})

    found = [
        f.path.relative_to(tmp_path).as_posix()
        for f in dependency_files(snapshot, tmp_path / "src" / "train.py")
    ]

    assert found == ["src/requirements/train.txt", "requirements.txt"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("\n  image: x\n  conda_file: ../env/conda.yml", ["mlflow"]),
        ("\n  conda_file:\n    dependencies: [{pip: [azureml-mlflow]}]", ["azureml-mlflow"]),
        (" file:../env/environment.yml", ["mlflow"]),
        (" azureml:mine:3", None),
        ("\n  image: x", None),
        ("\n  conda_file: missing.yml", None),
        (" []", None),
    ],
)
def test_the_environment_of_a_job(tmp_path: Path, environment: str, expected: list[str] | None) -> None:
    job = f"$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncode: .\ncommand: python train.py\nenvironment:{environment}\n"
    files = {
        "jobs/job.yml": job,
        "jobs/train.py": "import mlflow\nmlflow.start_run()\n",
        "env/conda.yml": "name: x\ndependencies:\n  - pip:\n      - mlflow\n",
        "env/environment.yml": "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nconda_file: conda.yml\n",
    }
    snapshot = snapshot_of(tmp_path, files)
    (run,) = job_index(snapshot).runs[tmp_path / "jobs" / "train.py"]

    found = environment_of_job(snapshot, run.by.path, run.document)

    assert (names(found) if found else None) == expected
