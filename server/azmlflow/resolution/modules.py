"""Scripts and the project's own modules as sequences of facts with their place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import Block, PythonFacts
from azmlflow.parsing.python.facts import Assign, Define, Fact, Import, MagicCommand
from azmlflow.parsing.python.relevance import relevant
from azmlflow.resolution.memo import remembered
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

MAGICS: Final = frozenset({"env", "set_env", "dotenv", "run"})
"""Magics that change what the statements after them see."""


class Origin(NamedTuple):
    """Where a block stands; spans of its facts count lines from there."""

    path: Path
    cell: int | None
    line: int

    def locate(self, span: Span) -> Location:
        """Return the location of a span that is relative to the block."""
        return Location(self.path, self.cell, span.shifted(self.line))


class Placed(NamedTuple):
    """A fact with the place of its block."""

    fact: Fact
    origin: Origin


@dataclass(slots=True)
class Module:
    """One file's facts, grouped by scope; only blocks that can matter are read."""

    path: Path
    units: tuple[tuple[int | None, PythonFacts], ...]
    scopes: dict[str, list[Placed]] = field(default_factory=dict)
    _imports: dict[str, tuple[Import, Origin]] | None = None

    def body(self, scope: str) -> list[Placed]:
        """Return the facts of one scope in order."""
        return self.scopes.get(scope, [])

    def definitions(self) -> Iterator[Placed]:
        """Yield the functions and classes that the module defines at its top level."""
        return (placed for placed in self.body("") if isinstance(placed.fact, Define))

    def assigned(self, name: str) -> tuple[Assign, Origin] | None:
        """Find the last assignment to a module-level name, also in blocks that nothing else made relevant."""
        found = None
        for cell, facts in self.units:
            for index in facts.indices(
                f"names {name}", lambda block: block.defines is None and name in block.text
            ):
                for fact in _assignments(facts.blocks[index], name):
                    found = fact, Origin(self.path, cell, facts.lines[index])
        return found

    def imported(self, name: str) -> tuple[Import, Origin] | None:
        """Find the import that binds a module-level name, also in blocks that nothing else made relevant."""
        if self._imports is None:
            self._imports = {
                fact.bound: (fact, origin) for fact, origin in _module_imports(self.units, self.path)
            }
        return self._imports.get(name)


def _module_imports(
    units: tuple[tuple[int | None, PythonFacts], ...], path: Path
) -> Iterator[tuple[Import, Origin]]:
    for cell, facts in units:
        for index in facts.indices("imports", lambda block: block.defines is None and "import" in block.text):
            for fact in facts.blocks[index].facts:
                if isinstance(fact, Import) and fact.scope == "":
                    yield fact, Origin(path, cell, facts.lines[index])


def _assignments(block: Block, name: str) -> Iterator[Assign]:
    for fact in block.facts:
        if isinstance(fact, Assign) and fact.target == name and fact.scope == "" and fact.key is None:
            yield fact


def units_of(file: SourceFile) -> tuple[tuple[int | None, PythonFacts], ...]:
    """Return (cell, facts) of a script's or notebook's Python parts in order."""
    if isinstance(file.facts, PythonFacts):
        return ((None, file.facts),)
    if isinstance(file.facts, NotebookFacts):
        return tuple((cell.index, facts) for cell, facts in file.facts.python_cells())
    return ()


def read_module(snapshot: Snapshot, file: SourceFile) -> Module:
    """Return the module of a file: the facts of the blocks that can matter, and a notebook's magics."""
    names = project_names(snapshot, file.path)
    if not isinstance(file.facts, PythonFacts):
        return _read(file, names)
    known = file.facts.derived.get("module")
    if not isinstance(known, tuple) or known[0] != names:
        known = file.facts.derived["module"] = (names, _read(file, names))
    module: Module = known[1]
    return module


def _read(file: SourceFile, names: frozenset[str]) -> Module:
    units = units_of(file)
    scopes: dict[str, list[Placed]] = {}
    chosen = relevant([facts for _, facts in units], names)
    for (cell, _), blocks in zip(units, chosen, strict=True):
        for line, block in blocks:
            origin = Origin(file.path, cell, line)
            for fact in block.facts:
                scopes.setdefault(fact.scope, []).append(Placed(fact, origin))
    if isinstance(file.facts, NotebookFacts):
        commands = scopes.get("", []) + list(_magics(file.path, file.facts))
        scopes[""] = sorted(commands, key=_place)
    return Module(file.path, units, scopes)


def _magics(path: Path, notebook: NotebookFacts) -> Iterator[Placed]:
    for cell, _ in notebook.python_cells():
        for magic in cell.magics:
            if magic.name in MAGICS:
                fact = MagicCommand(magic.name, magic.arguments, magic.span)
                yield Placed(fact, Origin(path, cell.index, 0))


def _place(placed: Placed) -> tuple[int, int]:
    return placed.origin.cell or 0, placed.origin.line + placed.fact.statement.line


def project_names(snapshot: Snapshot, path: Path) -> frozenset[str]:
    """Return the last name of each module of the project that the file imports."""
    return remembered(snapshot, "project names", path, lambda: _project_names(snapshot, path))


def _project_names(snapshot: Snapshot, path: Path) -> frozenset[str]:
    imported = snapshot.imports.get(path, frozenset())
    return frozenset(
        module.rpartition(".")[2] for module in imported if find_module(snapshot, path, module) is not None
    )


def find_module(snapshot: Snapshot, importer: Path, module: str, level: int = 0) -> Path | None:
    """Return the file of a project module as Python would find it from the importer, None when not the project's.

    Looked for beside the importer, in each folder above it up to the root, and in the root's `src`: the folders
    that a script's own folder, an installed package or a working folder put on the search path.
    """
    return remembered(
        snapshot, "modules", (importer, module, level), lambda: _find(snapshot, importer, module, level)
    )


def _find(snapshot: Snapshot, importer: Path, module: str, level: int) -> Path | None:
    stems = remembered(snapshot, "stems", None, lambda: _stems(snapshot))
    inside = "".join(f"/{part}" for part in module.split(".") if part)
    bases = remembered(snapshot, "bases", (importer, level), lambda: tuple(_bases(snapshot, importer, level)))
    for base in bases:
        found = stems.get(base + inside)
        if found is not None and found != importer:
            return found
    return None


def _stems(snapshot: Snapshot) -> dict[str, Path]:
    """Map what a module's path looks like without `.py` or `/__init__.py` to its file; a module beats a package."""
    stems: dict[str, Path] = {}
    for file in snapshot.of_kind(FileKind.PYTHON):
        text = file.path.as_posix()
        if text.endswith("/__init__.py"):
            stems.setdefault(text.removesuffix("/__init__.py"), file.path)
        else:
            stems[text.rpartition(".")[0]] = file.path
    return stems


def _bases(snapshot: Snapshot, importer: Path, level: int) -> Iterator[str]:
    folder = importer.parent
    if level:
        for _ in range(level - 1):
            folder = folder.parent
        yield folder.as_posix()
        return
    root = snapshot.root_of(importer)
    yield folder.as_posix()
    while folder != root and folder.is_relative_to(root):
        folder = folder.parent
        yield folder.as_posix()
    yield (root / "src").as_posix()
