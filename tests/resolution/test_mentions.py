"""Which names the scripts of a project hold, and that an edit is seen."""

from __future__ import annotations

from pathlib import Path

from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import ChangedLines, PythonFacts, parse_python
from azmlflow.resolution.mentions import code_names, names_in
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile

ROOT = Path("/project").absolute()
OTHER = Path("/other").absolute()


def script(name: str, source: str, facts: PythonFacts | None = None) -> SourceFile:
    text = Text(source)
    return SourceFile(ROOT / name, FileKind.PYTHON, text, facts or parse_python(text))


def snapshot(*files: SourceFile, roots: tuple[Path, ...] = (ROOT,)) -> Snapshot:
    return Snapshot(roots, {file.path: file for file in files})


def test_a_name_counts_in_whatever_case_and_whatever_it_stands_in():
    held = names_in(script("a.py", "tenant = settings.azure_tenant_id\n'''AZURE_CLIENT_ID'''\nx = 1\n"))
    assert held == {"AZURE_TENANT_ID", "AZURE_CLIENT_ID"}


def test_a_part_of_a_name_is_not_the_name():
    assert not code_names(snapshot(script("a.py", "AZURE_CLIENT_IDS = 1\n")), ROOT, ["AZURE_CLIENT_ID"])


def test_a_prefix_may_become_any_name():
    files = snapshot(script("a.py", "class Config:\n    env_prefix = 'AZURE_'\n"))
    assert code_names(files, ROOT, ["AZURE_CLIENT_ID"])
    assert not code_names(files, ROOT, ["MLFLOW_TRACKING_URL"])


def test_one_script_can_be_left_out_and_another_root_is_never_asked():
    file = script("a.py", "os.environ['AZURE_CLIENT_ID']\n")
    assert code_names(snapshot(file), ROOT, ["AZURE_CLIENT_ID"])
    assert not code_names(snapshot(file), ROOT, ["AZURE_CLIENT_ID"], but=file.path)
    assert not code_names(snapshot(file, roots=(ROOT, OTHER)), OTHER, ["AZURE_CLIENT_ID"])


def test_an_edit_is_seen():
    before = script("a.py", "import os\nx = 1\ny = os.environ['AZURE_TENANT_ID']\n")
    assert names_in(before) == {"AZURE_TENANT_ID"}
    text = Text("import os\nx = 1\ny = os.environ['AZURE_CLIENT_ID']\n")
    assert isinstance(before.facts, PythonFacts)
    after = script("a.py", text.value, parse_python(text, before.facts, ChangedLines(2, 3, 3)))
    assert names_in(after) == {"AZURE_CLIENT_ID"}
    assert names_in(before) == {"AZURE_TENANT_ID"}
