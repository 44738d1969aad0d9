"""Names that the scripts of a project hold: which variables their code may read, set or build a credential from.

A name counts wherever it stands, in whatever case: code that reads it through a settings class is code all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import Block, PythonFacts
from azmlflow.patterns import pattern
from azmlflow.resolution.modules import units_of
from azmlflow.workspace.snapshot import Snapshot, SourceFile

_TELLING: Final = ("AZURE", "azure", "Azure", "MLFLOW", "mlflow_", "Credential", "AML", "aml_", "IDENTITY")
_IDENTIFIER: Final = pattern(r"\w+")
_PREFIX: Final = "AZURE_"
_NOTHING: Final[frozenset[str]] = frozenset()
_KEY: Final = "telling names"


def code_names(snapshot: Snapshot, root: Path, names: Iterable[str], but: Path | None = None) -> bool:
    """Tell whether a script of a root, other than `but`, holds one of some names; they are given in upper case.

    Code that puts a name together from `AZURE_` and something else may mean any of that prefix.
    """
    wanted = frozenset(names)
    prefixed = any(name.startswith(_PREFIX) for name in wanted)
    return any(
        not held.isdisjoint(wanted) or (prefixed and _PREFIX in held)
        for held in _held_by_scripts(snapshot, root, but)
    )


def names_in(file: SourceFile) -> frozenset[str]:
    """Return the telling names of a script in upper case."""
    return _NOTHING.union(*(_names_of(facts) for _, facts in units_of(file)))


def _held_by_scripts(snapshot: Snapshot, root: Path, but: Path | None) -> Iterator[frozenset[str]]:
    alone = snapshot.roots == (root,)
    for path, file in snapshot.files.items():
        facts = file.facts
        if not isinstance(facts, (PythonFacts, NotebookFacts)) or path == but:
            continue
        if alone or path.is_relative_to(root):
            yield _names_of(facts) if isinstance(facts, PythonFacts) else names_in(file)


def _names_of(facts: PythonFacts) -> frozenset[str]:
    """Return the names in some blocks; kept with what was read of them, for it is asked at each keystroke elsewhere."""
    known = facts.derived.get(_KEY)
    if not isinstance(known, frozenset):
        blocks = (facts.blocks[index] for index in facts.indices("telling blocks", _tells))
        known = frozenset(name for block in blocks for name in _names_of_block(block)) or _NOTHING
        facts.derived[_KEY] = known
    return known


def _tells(block: Block) -> bool:
    return any(word in block.text for word in _TELLING)


def _names_of_block(block: Block) -> Iterator[str]:
    for word in set(_IDENTIFIER.findall(block.text)):
        if any(telling in word for telling in _TELLING):
            yield word.upper()
