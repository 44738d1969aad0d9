"""The store is at every moment what a fresh look at the disk and the open documents would give."""

import json
import os
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.python.document import ChangedLines, PythonFacts
from azmlflow.workspace.documents import EditorCell
from azmlflow.workspace.learned import learned_of
from azmlflow.workspace.read import PARSERS
from azmlflow.workspace.snapshot import FileKind
from azmlflow.workspace.store import Store

from tests.workspace.tree import CONFIG, SCRIPT, contents, make, parsed, skipped


def notebook(*sources: str, kernel: str = "python3") -> str:
    cells = [
        {"cell_type": "code", "id": f"c{i}", "source": source, "outputs": []}
        for i, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": kernel, "language": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def project(tmp_path) -> Path:
    return make(
        tmp_path / "project",
        {
            ".git/": "",
            ".gitignore": "ignored.py\n",
            "train.py": SCRIPT + "from helper import uri\n",
            "helper.py": "uri = 'azureml'\n",
            "constants.py": "NAME = 'x'\n",
            "plain.py": "x = 1\n",
            "ignored.py": SCRIPT,
            "run.ipynb": notebook("import mlflow", "print(1)"),
            ".env": "A=1\n",
            "config.json": CONFIG,
            "job.yml": "command: python train.py\ncode: .\n",
        },
    )


@pytest.fixture
def store(project) -> Store:
    loaded = Store([project], {"HOME": "/nowhere"})
    loaded.load()
    return loaded


def as_fresh(store: Store, *roots: Path) -> bool:
    """Compare a store that has no open documents with one that is loaded anew."""
    fresh = Store(roots, {"HOME": "/nowhere"})
    fresh.load()
    assert contents(store.snapshot) == contents(fresh.snapshot)
    return True


class NoFiles:
    """Makes every look at the disk fail."""

    def __init__(self, monkeypatch):
        for name in ("open", "scandir", "stat", "lstat"):
            monkeypatch.setattr(os, name, self.refuse)

    def refuse(self, *arguments, **options):
        raise AssertionError(f"a file was touched: {arguments}")


def test_before_loading_there_is_nothing_and_documents_may_already_be_opened(project):
    store = Store([project], {})
    assert dict(store.snapshot.files) == {}

    store.open(project / "train.py", "import mlflow\n", 1)
    assert parsed(store.snapshot, project) == ["train.py"]

    store.load()
    assert store.snapshot.files[project / "train.py"].text.value == "import mlflow\n"
    assert "config.json" in parsed(store.snapshot, project)


def test_an_open_document_hides_its_file_until_it_is_closed(store, project):
    path = project / "train.py"
    on_disk = store.snapshot.files[path]

    store.open(path, "import mlflow  # édité\n", 7)
    assert store.snapshot.files[path].text.value == "import mlflow  # édité\n"
    assert store.snapshot.files[path].version == 7
    path.write_text("import mlflow\nx = 2\n")
    store.changed_on_disk([path])
    assert store.snapshot.files[path].version == 7
    store.close(path)

    assert store.snapshot.files[path].text.value == "import mlflow\nx = 2\n"
    assert on_disk.text.value.startswith(SCRIPT), "a snapshot that was handed out does not change"
    assert as_fresh(store, project)


def test_a_keystroke_reads_only_what_it_touched_and_no_file(store, project, monkeypatch):
    path = project / "train.py"
    text = "import mlflow\n" + "".join(f"def f{i}():\n    return {i}\n" for i in range(50))
    store.open(path, text, 1)
    before = store.snapshot.files[path].facts
    NoFiles(monkeypatch)

    store.change(path, text.replace("import mlflow\n", "import mlflow, os\n", 1), 2, ChangedLines(0, 1, 1))
    store.change(project / ".env", "A=2\n", 1)

    after = store.snapshot.files[path]
    assert (after.version, after.text.line(0)) == (2, "import mlflow, os")
    assert isinstance(before, PythonFacts)
    assert isinstance(after.facts, PythonFacts)
    assert sum(block in before.blocks for block in after.facts.blocks) >= len(before.blocks) - 2
    assert store.snapshot.imports[path] == {"mlflow", "os"}


def test_an_edit_replaces_one_file_and_leaves_the_others_the_same(store, project):
    before = store.snapshot

    store.change(project / "config.json", '{"workspace_name": ', 3)

    after = store.snapshot
    assert after.files[project / "config.json"].problems
    assert all(after.files[path] is file for path, file in before.files.items() if path.name != "config.json")


def test_a_document_of_another_kind_than_its_name_is_what_the_editor_says(store, project):
    store.open(project / "Untitled-1", SCRIPT, 1, FileKind.PYTHON)
    store.open(project / "notes.txt", "hello", 1)
    store.change(project / "Untitled-1", SCRIPT + "x = 1\n", 2)

    assert store.snapshot.files[project / "Untitled-1"].kind is FileKind.PYTHON
    assert project / "notes.txt" not in store.snapshot.files
    store.close(project / "Untitled-1")
    store.close(project / "notes.txt")
    assert as_fresh(store, project)


def test_yaml_becomes_ours_and_stops_being_ours_while_it_is_typed(store, project):
    path = project / "new.yml"
    store.open(path, "a: 1\n", 1)
    assert path not in store.snapshot.files
    store.change(path, "command: python x\ncode: .\n", 2)
    assert store.snapshot.files[path].kind is FileKind.JOB
    store.change(path, "", 3)
    assert path not in store.snapshot.files


def test_files_that_discovery_left_out_work_once_they_are_open(store, project, tmp_path):
    elsewhere = make(
        tmp_path / "elsewhere" / "deep", {"x.py": SCRIPT, "../config.json": CONFIG, ".env": "B=1\n"}
    )
    assert "ignored.py" not in parsed(store.snapshot, project)

    store.open(project / "ignored.py", SCRIPT, 1)
    store.open(elsewhere / "x.py", SCRIPT, 1)

    assert "ignored.py" in parsed(store.snapshot, project)
    assert parsed(store.snapshot, tmp_path / "elsewhere") == ["config.json", "deep/.env", "deep/x.py"]
    store.close(project / "ignored.py")
    store.close(elsewhere / "x.py")
    assert parsed(store.snapshot, tmp_path / "elsewhere") == []
    assert as_fresh(store, project)


def test_modules_that_an_opened_script_imports_are_read(store, project):
    assert "constants.py" not in parsed(store.snapshot, project)

    store.open(project / "plain.py", "import constants\n", 1)
    assert "constants.py" in parsed(store.snapshot, project)

    store.close(project / "plain.py")
    assert "constants.py" not in parsed(store.snapshot, project)


def test_an_import_that_was_typed_is_followed_when_the_file_is_saved(store, project):
    path = project / "train.py"
    store.open(path, SCRIPT, 1)
    text = SCRIPT + "import constants\n"

    store.change(path, text, 2)
    path.write_text(text)
    changed = store.changed_on_disk([path])

    assert "constants.py" in parsed(store.snapshot, project)
    assert path in changed


def test_a_document_that_cannot_be_read_is_one_skip_and_silences_nothing(store, project, monkeypatch):
    def fail(text):
        raise ValueError("secret")

    monkeypatch.setitem(PARSERS, FileKind.DOTENV, fail)
    store.open(project / ".env", "A=1\n", 1)
    store.open(project / "huge.env", "A" * 1_000_001, 1)

    failed = "azmlflow failed to read it (ValueError): please report this file"
    assert skipped(store.snapshot, project) == {
        ".env": failed,
        "huge.env": "it is larger than 1 MB: it was not read",
    }
    assert "train.py" in parsed(store.snapshot, project)


def test_changes_on_disk_name_what_may_have_other_findings(store, project):
    store.open(project / "train.py", SCRIPT, 1)

    (project / ".env").write_text("A=2\n")
    assert store.changed_on_disk([project / ".env"]) == {project / ".env", project / "train.py"}
    make(project, {"data.csv": "", "sub/new.py": SCRIPT})
    assert store.changed_on_disk([project / "data.csv"]) == set()
    assert store.changed_on_disk([project / "sub"]) == {project / "sub/new.py", project / "train.py"}
    (project / "mlflow.db").write_text("")
    assert store.changed_on_disk([project / "mlflow.db"]) == {project / "train.py"}
    store.close(project / "train.py")
    assert as_fresh(store, project)


def test_what_git_ignores_is_decided_again_when_it_changes(store, project):
    (project / ".gitignore").write_text("plain.py\n.env\n")

    store.changed_on_disk([project / ".gitignore"])

    assert "ignored.py" in parsed(store.snapshot, project)
    assert project / ".env" in store.snapshot.ignored
    assert as_fresh(store, project)


@pytest.mark.parametrize("change", ["delete", "folder", "link", "pipe", "replace"])
def test_a_file_that_turns_into_something_else(store, project, change):
    path = project / "train.py"
    path.unlink()
    if change == "folder":
        make(project, {"train.py/inner.py": SCRIPT})
    elif change == "link":
        path.symlink_to("plain.py")
    elif change == "pipe":
        os.mkfifo(path)
    elif change == "replace":
        path.write_text("x = 1\n")

    store.changed_on_disk([path])

    assert as_fresh(store, project)


def test_dependents_are_all_open_documents_unless_a_script_stands_alone(store, project):
    for name in ("train.py", "helper.py", ".env"):
        store.open(project / name, (project / name).read_text(), 1)
    everything = set(store.opened)

    assert store.dependents(project / "train.py") == {project / "train.py"}
    assert store.dependents(project / "helper.py") == everything
    assert store.dependents(project / ".env") == everything
    assert store.dependents(project / "config.json") == everything


def test_roots_come_and_go(store, project, tmp_path):
    other = make(tmp_path / "other", {"azmlflow.toml": "", "b.py": SCRIPT})

    store.add_root(other)
    assert store.snapshot.roots == (project, other)
    assert set(store.snapshot.settings) == {project, other}
    assert other / "b.py" in store.snapshot.files
    assert as_fresh(store, project, other)

    store.remove_root(project)
    assert parsed(store.snapshot, tmp_path) == ["other/azmlflow.toml", "other/b.py"]
    assert as_fresh(store, other)


def test_nested_roots_read_each_file_once(project):
    make(project / "sub", {"a.py": SCRIPT + "from . import b\n", "b.py": ""})
    store = Store([project, project / "sub"], {})
    store.load()

    assert parsed(store.snapshot, project).count("sub/a.py") == 1
    assert "b" in store.snapshot.imports[project / "sub/a.py"]
    assert store.snapshot.root_of(project / "sub/a.py") == project / "sub"


def test_documents_are_taken_while_another_thread_reads(project):
    """Opening and editing never wait for the reading thread, and nothing they did is lost when it is done."""
    store = Store([project], {})
    reading, edited = threading.Event(), threading.Event()

    def progress(done, total):
        reading.set()
        assert edited.wait(20)

    thread = threading.Thread(target=store.load, args=(progress,))
    thread.start()
    assert reading.wait(20)
    store.open(project / "plain.py", "import constants\n", 1)
    store.change(project / "plain.py", "import constants\nx = 2\n", 2)
    edited.set()
    thread.join(20)

    assert store.snapshot.files[project / "plain.py"].version == 2
    assert {"constants.py", "train.py", ".env"} <= set(parsed(store.snapshot, project))


CELLS = (
    EditorCell("code", "import mlflow"),
    EditorCell("markdown", "# Title"),
    EditorCell("code", "print(1)"),
)


def test_a_notebook_is_held_cell_by_cell(store, project):
    path = project / "run.ipynb"
    store.open_notebook(path, CELLS, 1, kernel="python310-sdkv2", language="Python")

    file = store.snapshot.files[path]

    assert [(c.index, c.kind, c.source.value) for c in file.facts.cells] == [
        (0, "code", "import mlflow"),
        (1, "markdown", "# Title"),
        (2, "code", "print(1)"),
    ]
    assert (file.facts.kernel, file.facts.language, file.facts.nbformat, file.version) == (
        "python310-sdkv2",
        "python",
        4,
        1,
    )
    assert "nbformat" in file.text.value, "the outputs on disk stay known"


def test_a_keystroke_in_a_cell_parses_that_cell_and_touches_no_file(store, project, monkeypatch):
    path = project / "run.ipynb"
    store.open_notebook(path, CELLS, 1)
    before = store.snapshot.files[path].facts
    NoFiles(monkeypatch)

    store.change_cell(path, 2, "from helper import uri\n%pip install x", 2)
    store.change_cell(path, 9, "beyond", 3)
    store.change_cell(project / "closed.ipynb", 0, "x", 1)

    after = store.snapshot.files[path].facts
    assert after.cells[0] is before.cells[0]
    assert after.cells[2].source.value == "from helper import uri\n%pip install x"
    assert [magic.name for magic in after.cells[2].magics] == ["pip"]
    assert store.snapshot.imports[path] == {"mlflow", "helper", "helper.uri"}


def test_cells_are_added_removed_and_moved(store, project):
    path = project / "run.ipynb"
    store.open_notebook(path, CELLS, 1)
    first = store.snapshot.files[path].facts.cells[0]
    assert first.facts.blocks

    moved = (EditorCell("code", "select 1", "sql"), CELLS[2], CELLS[0])
    store.change_notebook_structure(path, moved, 2)

    cells = store.snapshot.files[path].facts.cells
    assert [(c.index, c.language, c.source.value) for c in cells] == [
        (0, "sql", "select 1"),
        (1, "python", "print(1)"),
        (2, "python", "import mlflow"),
    ]
    assert cells[2].facts.blocks[0] is first.facts.blocks[0], "what stands unchanged is not read again"


def test_a_closed_notebook_is_its_file_again(store, project):
    path = project / "run.ipynb"
    store.open_notebook(path, CELLS, 1)
    path.write_text(notebook("import mlflow", "x = 3"))
    store.changed_on_disk([path])
    assert store.snapshot.files[path].version == 1

    store.close(path)

    assert as_fresh(store, project)


def test_a_notebook_opened_as_text_is_parsed_from_its_json(store, project):
    store.open(project / "new.ipynb", notebook("import mlflow"), 1)
    store.change(project / "new.ipynb", notebook("import mlflow", "y"), 2)

    assert len(store.snapshot.files[project / "new.ipynb"].facts.cells) == 2


def test_what_is_learned_stays_through_edits_and_changes_on_disk(store, project):
    ref = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg", "ws")
    uri = f"azureml://westeurope.api.azureml.ms/mlflow/v2.0{ref.arm_id}"
    learned = (learned_of(ref, uri, None, datetime(2026, 6, 15, tzinfo=timezone.utc)),)
    assert store.learn(learned)
    assert not store.learn(learned)
    store.open(project / "train.py", "import mlflow\n", 1)
    store.change(project / "train.py", "import mlflow\n\n", 2)
    (project / "new.py").write_text("import mlflow\n")
    store.changed_on_disk([project / "new.py"])
    store.remove_root(project)
    assert store.snapshot.learned == learned
    assert store.learn(())
    assert store.snapshot.learned == ()
