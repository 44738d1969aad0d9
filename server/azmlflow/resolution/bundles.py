"""Sets of requirements that are installed together: those of a dependency file with the files that it refers to.

Where a part cannot be read the set says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os.path import normpath
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.parsing.requirements import Reference, Requirement, RequirementsFacts
from azmlflow.workspace.snapshot import Location, Snapshot, SourceFile

DEEPEST: Final = 10
"""Files that refer to files that refer to files: no more than this."""


class Wanted(NamedTuple):
    """A requirement and the place where it is written; a constraint asks for nothing by itself."""

    requirement: Requirement
    location: Location
    is_constraint: bool = False

    @property
    def path(self) -> Path:
        """Return the file it is written in."""
        return self.location.path


class Bundle(NamedTuple):
    """Requirements that are installed together, in the order of the installer; `complete` when all of them are read."""

    path: Path
    wanted: tuple[Wanted, ...]
    complete: bool = True

    def named(self, *names: str) -> Iterator[Wanted]:
        """Yield what is asked for of some packages, constraints left out."""
        return (w for w in self.wanted if w.requirement.name in names and not w.is_constraint)

    def lists(self, *names: str) -> bool:
        """Tell whether one of some packages is asked for."""
        return any(True for _ in self.named(*names))


def bundle_of_file(snapshot: Snapshot, file: SourceFile) -> Bundle:
    """Return the requirements of one dependency file, all groups together, with those it refers to."""
    found: list[Wanted] = []
    complete = collect(snapshot, file, found, (), constraints=False)
    return Bundle(file.path, tuple(found), complete)


def collect(
    snapshot: Snapshot, file: SourceFile, found: list[Wanted], above: tuple[Path, ...], constraints: bool
) -> bool:
    """Add the requirements of a file in their order; return whether all of them could be read."""
    facts = file.facts
    if not isinstance(facts, RequirementsFacts) or file.path in above or len(above) > DEEPEST:
        return False
    complete = True
    pending = list(facts.references)
    for requirement in facts.requirements:
        while pending and pending[0].span < requirement.span:
            complete &= _follow(snapshot, file.path, pending.pop(0), found, (*above, file.path), constraints)
        found.append(Wanted(requirement, Location(file.path, None, requirement.span), constraints))
    for reference in pending:
        complete &= _follow(snapshot, file.path, reference, found, (*above, file.path), constraints)
    return complete


def _follow(
    snapshot: Snapshot,
    path: Path,
    reference: Reference,
    found: list[Wanted],
    above: tuple[Path, ...],
    constraints: bool,
) -> bool:
    kind, name = reference.kind, reference.path
    if kind == "editable":
        return _is_own_project(snapshot, path, name)
    file = snapshot.files.get(Path(normpath(path.parent / name))) if name else None
    if file is None:
        return kind == "constraints"
    return collect(snapshot, file, found, above, constraints or kind == "constraints")


def _is_own_project(snapshot: Snapshot, path: Path, name: str) -> bool:
    """Tell whether `-e .` means a project whose pyproject.toml is read anyway."""
    folder = Path(normpath(path.parent / name.partition("[")[0]))
    return folder / "pyproject.toml" in snapshot.files


def wishes_of(wanted: Iterable[Wanted]) -> dict[str, str] | None:
    """Return name -> specifier in the order of the lines; None where a package's version is not to be known.

    That is so where it is taken from an address, or asked for twice under different conditions.
    """
    wishes: dict[str, str] = {}
    limits: dict[str, str] = {}
    for requirement, _, is_constraint in wanted:
        if is_constraint:
            limits[requirement.name] = requirement.specifier
        elif requirement.url or wishes.get(requirement.name, requirement.specifier) != requirement.specifier:
            return None
        else:
            wishes[requirement.name] = requirement.specifier
    return {name: ",".join(filter(None, (wish, limits.get(name, "")))) for name, wish in wishes.items()}
