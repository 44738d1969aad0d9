"""Builds small projects on disk for the tests."""

from pathlib import Path

from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import PythonFacts
from azmlflow.workspace.snapshot import Snapshot

SCRIPT = "import mlflow\nmlflow.log_metric('a', 1)\n"
CONFIG = '{"subscription_id": "s", "resource_group": "r", "workspace_name": "w"}\n'


def make(root: Path, files: dict[str, str]) -> Path:
    """Write files below a folder; a name that ends in a slash is a folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def names(paths, root: Path) -> list[str]:
    """Return paths relative to the root, sorted, with forward slashes."""
    return sorted(Path(path).relative_to(root).as_posix() for path in paths)


def parsed(snapshot: Snapshot, root: Path) -> list[str]:
    """Return the names of the files below a root that the snapshot holds parsed."""
    return names((path for path in snapshot.files if path.is_relative_to(root)), root)


def skipped(snapshot: Snapshot, root: Path) -> dict[str, str]:
    """Return the reasons for which files below a root were not read, by name."""
    return {
        s.path.relative_to(root).as_posix(): s.reason for s in snapshot.skipped if s.path.is_relative_to(root)
    }


def contents(snapshot: Snapshot) -> dict[str, object]:
    """Return all that a snapshot says in a form that compares by value: files, imports, skips and what is present."""
    files = {
        str(path): (file.kind, file.text.value, _plain(file.facts), file.problems)
        for path, file in snapshot.files.items()
    }
    return {
        "roots": snapshot.roots,
        "files": files,
        "imports": dict(snapshot.imports),
        "present": snapshot.present,
        "ignored": snapshot.ignored,
        "settings": dict(snapshot.settings),
        "skipped": snapshot.skipped,
    }


def _plain(facts: object) -> object:
    """Return facts as values; a Python file's blocks are cut wherever the last edits cut them, so their facts count."""
    if isinstance(facts, PythonFacts):
        placed = [(line, fact) for line, block in facts.placed() for fact in block.facts]
        return (
            "".join(block.text for block in facts.blocks),
            placed,
            list(facts.comments()),
            list(facts.problems()),
        )
    if isinstance(facts, NotebookFacts):
        cells = [
            (c.index, c.kind, c.source.value, c.python, c.magics, c.language, _plain(c.facts))
            for c in facts.cells
        ]
        return facts._replace(cells=()), cells
    return facts
