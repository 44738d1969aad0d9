"""Every kind of file reaches its parser, and its problems and encoding are kept."""

import pytest
from azmlflow.parsing.dockerfile import DockerfileFacts
from azmlflow.parsing.dotenv import DotenvFacts
from azmlflow.parsing.markdown import MarkdownFacts
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import PythonFacts
from azmlflow.parsing.requirements import RequirementsFacts
from azmlflow.parsing.shell import ShellFacts
from azmlflow.parsing.tree import Tree
from azmlflow.workspace.read import PARSERS, Refused, read_bytes, source_of
from azmlflow.workspace.snapshot import FileKind as Kind

GOOD = {
    Kind.PYTHON: ("a.py", "import mlflow\n", PythonFacts),
    Kind.NOTEBOOK: ("a.ipynb", '{"cells": [{"cell_type": "code", "source": "x"}]}', NotebookFacts),
    Kind.DOTENV: (".env", "A=1\n", DotenvFacts),
    Kind.WORKSPACE_CONFIG: ("config.json", '{"workspace_name": "w"}', Tree),
    Kind.EDITOR: (".vscode/launch.json", '{"a": 1, /* c */}', Tree),
    Kind.JOB: ("job.yml", "command: x\ncode: .\n", tuple),
    Kind.YAML: ("ci.yml", "a: mlflow\n---\nb: 1\n", tuple),
    Kind.MLPROJECT: ("MLproject", "name: x\n", tuple),
    Kind.CONDA: ("conda.yml", "name: x\ndependencies:\n- mlflow=2\n", RequirementsFacts),
    Kind.REQUIREMENTS: ("requirements.txt", "mlflow\n", RequirementsFacts),
    Kind.PYPROJECT: ("pyproject.toml", '[project]\ndependencies = ["mlflow"]\n', RequirementsFacts),
    Kind.SETTINGS: ("azmlflow.toml", "select = []\n", Tree),
    Kind.SHELL: ("run.sh", "export A=1\n", ShellFacts),
    Kind.MARKDOWN: ("README.md", "```bash\nexport A=1\n```\n", MarkdownFacts),
    Kind.DOCKERFILE: ("Dockerfile", "FROM x\nENV A=1\n", DockerfileFacts),
    Kind.COMPOSE: ("compose.yml", "services:\n  mlflow: {image: x}\n", tuple),
    Kind.WORKFLOW: ("ci.yml", "on: push\njobs:\n  mlflow: {steps: []}\n", tuple),
    Kind.PIPELINE: ("azure-pipelines.yml", "steps:\n- script: mlflow\n", tuple),
    Kind.IGNORE: (".gitignore", ".env\n", Tree),
}
BROKEN = {
    Kind.NOTEBOOK: ("a.ipynb", "{"),
    Kind.DOTENV: (".env", "A='open"),
    Kind.WORKSPACE_CONFIG: (".azureml/config.json", "{"),
    Kind.EDITOR: (".vscode/settings.json", "{"),
    Kind.JOB: ("job.yml", "command: x\ncode: [\n"),
    Kind.CONDA: ("conda.yml", "name: x\ndependencies:\n- a\n b: [\n"),
    Kind.PYPROJECT: ("pyproject.toml", "[project\n"),
    Kind.SETTINGS: ("azmlflow.toml", "select = ["),
}


def ours(path, kind, data):
    """Return a file that has to be one of ours."""
    file = source_of(path, kind, data)
    assert file is not None
    return file


def test_no_kind_is_forgotten():
    assert set(PARSERS) == set(Kind) == set(GOOD)


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_file_is_parsed_by_its_kind(tmp_path, kind):
    name, text, facts = GOOD[kind]

    file = ours(tmp_path / name, kind, text.encode())

    assert (file.path, file.kind, file.text.value, file.problems, file.version) == (
        tmp_path / name,
        kind,
        text,
        (),
        None,
    )
    assert isinstance(file.facts, facts)


@pytest.mark.parametrize("kind", list(BROKEN))
def test_a_broken_file_keeps_its_problems(tmp_path, kind):
    name, text = BROKEN[kind]

    file = ours(tmp_path / name, kind, text.encode())

    assert file.kind is kind
    assert file.problems


@pytest.mark.parametrize("kind", list(GOOD))
@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"\xef\xbb\xbf", b"\r\r\r"])
def test_any_bytes_are_survived(tmp_path, kind, data):
    source_of(tmp_path / GOOD[kind][0], kind, data)


def test_utf_16_is_read_by_its_mark(tmp_path):
    file = ours(tmp_path / "requirements.txt", Kind.REQUIREMENTS, "mlflow==2.1\r\n".encode("utf-16"))

    assert (file.text.encoding, file.text.newline, file.problems) == ("utf-16", "\r\n", ())
    assert isinstance(file.facts, RequirementsFacts)
    assert [r.name for r in file.facts.requirements] == ["mlflow"]


def test_yaml_of_something_else_is_none_of_our_business(tmp_path):
    assert source_of(tmp_path / "values.yml", Kind.YAML, b"a: 1\n") is None


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path, monkeypatch):
    path = tmp_path / "grown.py"
    path.write_bytes(b"x" * 100)
    pieces = [b"x" * 100 + b"y", b"z" * 50, b""]
    monkeypatch.setattr("azmlflow.workspace.read.os.read", lambda descriptor, size: pieces.pop(0))

    assert read_bytes(str(path)) == b"x" * 100 + b"y" + b"z" * 50


def test_a_file_that_grows_too_large_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "grown.py"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr("azmlflow.workspace.read.os.read", lambda descriptor, size: b"x" * min(size, 101))

    with pytest.raises(Refused, match="larger than"):
        read_bytes(str(path), 1_000)
