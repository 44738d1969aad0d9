"""Whatever happens to files and documents, the store ends where a fresh look would begin."""

import shutil
import tempfile
from pathlib import Path

from azmlflow.parsing.python.document import ChangedLines
from azmlflow.workspace.documents import EditorCell
from azmlflow.workspace.store import Store
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.workspace.test_store import notebook
from tests.workspace.tree import CONFIG, SCRIPT, contents

TEXTS = {
    "a.py": [SCRIPT + "import b\n", "import b\n", "def f():\n    '''\n", "x = (\n", SCRIPT, ""],
    "b.py": ["from pkg import c\n", "x = 1\n", "import mlflow\nif x:\n  y\n", ""],
    "pkg/__init__.py": ["", SCRIPT],
    "pkg/c.py": ["from . import d\n", "NAME = 'n'\r\nimport os\r\n", ""],
    "pkg/d.py": ["y = 2", "é = '😀'  # azmlflow: ignore\n"],
    ".env": ["A=1\nB=${A}\n", "A='open\n", "", "export C=2 # c"],
    "sub/.env": ["A=2", "broken"],
    "config.json": [CONFIG, '{"workspace_name": ', "{}", '{"vocab": 1}'],
    "job.yml": ["command: python a.py\ncode: .\n", "a: 1\n", "command: [\n", "jobs:\n  x: azureml:y\n"],
    "n.ipynb": [
        notebook("import mlflow", "import b"),
        notebook("x = 1"),
        "{",
        "",
        notebook("%pip x", "!ls\nimport a"),
    ],
    ".gitignore": ["", "b.py\n", "sub/\n*.env\n", "pkg/\n"],
    "README.md": ["# Title\n```python\nimport mlflow\n```\n", ""],
}
SCRIPTS = [name for name in TEXTS if name.endswith(".py")]
OPENABLE = [name for name in TEXTS if name not in ("n.ipynb", ".gitignore")]
CELL_TEXTS = st.sampled_from(
    ["import mlflow", "import b", "%pip install x\nx = 1", "def f(:\n", "", "!ls", "a = '''\nb"]
)
CELLS = st.lists(st.builds(EditorCell, st.sampled_from(["code", "code", "markdown"]), CELL_TEXTS), max_size=4)


class Workspace(RuleBasedStateMachine):
    """Files are written and deleted, documents are opened, typed into and closed, in any order."""

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp()).resolve()
        (self.root / ".git").mkdir()
        self.texts: dict[str, str] = {}
        self.cells: list[EditorCell] | None = None
        self.version = 0
        self.store = Store([self.root], {})
        self.store.load()

    def teardown(self):
        shutil.rmtree(self.root)

    @initialize(data=st.data())
    def fill(self, data):
        for name in TEXTS:
            if data.draw(st.booleans()):
                self.write(name, data)

    @rule(name=st.sampled_from(list(TEXTS)), data=st.data())
    def write(self, name, data):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data.draw(st.sampled_from(TEXTS[name])).encode())
        self.store.changed_on_disk([path])

    @rule(name=st.sampled_from([*TEXTS, "pkg", "sub"]))
    def delete(self, name):
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        self.store.changed_on_disk([path])

    @rule(name=st.sampled_from(OPENABLE), data=st.data())
    def open(self, name, data):
        self.texts[name] = data.draw(st.sampled_from(TEXTS[name]))
        self.version += 1
        self.store.open(self.root / name, self.texts[name], self.version)

    @rule(name=st.sampled_from(OPENABLE), data=st.data())
    def type(self, name, data):
        """Replace some lines of an open document by others, as an editor does."""
        if name not in self.texts:
            return
        old = self.texts[name].splitlines(keepends=True)
        first = data.draw(st.integers(0, len(old)))
        end = data.draw(st.integers(first, len(old)))
        fresh = data.draw(st.sampled_from(TEXTS[name])).splitlines(keepends=True)
        fresh = [line if line.endswith("\n") else line + "\n" for line in fresh]
        self.texts[name] = "".join([*old[:first], *fresh, *old[end:]])
        self.version += 1
        whole = old and not old[-1].endswith("\n") and end == len(old)
        changed = (
            None
            if whole or not name.endswith(".py")
            else ChangedLines(first, end + 1, first + len(fresh) + 1)
        )
        self.store.change(self.root / name, self.texts[name], self.version, changed)

    @rule(name=st.sampled_from(OPENABLE))
    def close(self, name):
        if self.texts.pop(name, None) is not None:
            self.store.close(self.root / name)

    @rule(cells=CELLS)
    def open_notebook(self, cells):
        act = self.store.open_notebook if self.cells is None else self.store.change_notebook_structure
        self.cells = cells
        self.version += 1
        act(self.root / "n.ipynb", cells, self.version, "python3", "python")

    @rule(text=CELL_TEXTS, data=st.data())
    def type_in_cell(self, text, data):
        if self.cells:
            index = data.draw(st.integers(0, len(self.cells) - 1))
            self.cells = [
                *self.cells[:index],
                self.cells[index]._replace(text=text),
                *self.cells[index + 1 :],
            ]
            self.version += 1
            self.store.change_cell(self.root / "n.ipynb", index, text, self.version)

    @rule()
    def close_notebook(self):
        if self.cells is not None:
            self.cells = None
            self.store.close(self.root / "n.ipynb")

    @invariant()
    def is_as_fresh(self):
        self.store.changed_on_disk([])  # what an edit imports is followed at the next event
        fresh = Store([self.root], {})
        fresh.load()
        if self.cells is not None:
            fresh.open_notebook(self.root / "n.ipynb", self.cells, 1, "python3", "python")
        for name, text in self.texts.items():
            fresh.open(self.root / name, text, 1)

        assert contents(self.store.snapshot) == contents(fresh.snapshot)


Workspace.TestCase.settings = settings(max_examples=400, stateful_step_count=30, deadline=None)
TestWorkspace = Workspace.TestCase
