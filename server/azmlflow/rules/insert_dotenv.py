"""The repair of a script that nothing gives the variables of its environment file: it loads the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.parsing.requirements import Requirement, RequirementsFacts
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Fix
from azmlflow.rules.credential_calls import credential_calls
from azmlflow.rules.insertion import find_spot
from azmlflow.rules.sheet import Site, units_of
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile

PACKAGE: Final = "python-dotenv"
_MLFLOW: Final = frozenset({"mlflow", "mlflow-skinny"})
_BRINGS_IT: Final = "3.15.0"
"""A version of MLflow that requires python-dotenv itself."""
READS_STORE: Final = USES | {EventKind.SET_EXPERIMENT, EventKind.READ, EventKind.CLIENT}
"""Calls that talk to the store: the first of them makes azureml-mlflow read the environment and sign in."""
_READS: Final = READS_STORE | {
    EventKind.AUTOLOG,
    EventKind.SET_TRACKING,
    EventKind.SET_REGISTRY,
    EventKind.READ_CONFIG,
    EventKind.WORKSPACE,
    EventKind.LAUNCH,
}
"""What may read the environment, and has to come after the file is loaded."""


def dotenv_fixes(script: ScriptResolution, dotenv: SourceFile, what: str) -> Iterator[Fix]:
    """Yield the repair that loads the file before anything that may read `what` it sets; none without a sure place."""
    units = units_of(script.file)
    spot = find_spot(units, list(sites_that_read(script)))
    if spot is None:
        return
    added = Additions(units, spot)
    added.add(f"{added.name_of('dotenv', 'load_dotenv')}()")
    path = script.file.path
    edits = (Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())
    needs = "" if _is_required(script) else f", which needs {PACKAGE}"
    yield Fix(f"Load {what} from {dotenv.path.name} (load_dotenv{needs})", tuple(edits), safe=False)


def sites_that_read(script: ScriptResolution) -> Iterator[Site]:
    """Yield the lines of the file that use MLflow or Azure, or lead to a helper that does."""
    for event in script.all(*_READS):
        if event.reached:
            place = event.location if event.location.path == script.file.path else event.entry
            yield Site(place.cell, place.span.line)
    for _, fact, origin in credential_calls(script.file):
        yield Site(origin.cell, origin.line + fact.span.line)


def _is_required(script: ScriptResolution) -> bool:
    """Tell whether python-dotenv comes with the project's packages, or whether that is not to be seen."""
    snapshot, root = script.snapshot, script.snapshot.root_of(script.file.path)
    seen = snapshot.surroundings.interpreters.get(root) if snapshot.surroundings else None
    if seen is not None and PACKAGE in seen.packages:
        return True
    files = snapshot.of_kind(FileKind.REQUIREMENTS, FileKind.CONDA, FileKind.PYPROJECT)
    facts = [f.facts for f in files if f.path.is_relative_to(root) and isinstance(f.facts, RequirementsFacts)]
    required = [requirement for found in facts for requirement in found.requirements]
    return not required or any(_brings_it(requirement) for requirement in required)


def _brings_it(requirement: Requirement) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(requirement.specifier)
    except InvalidSpecifier:
        allowed = SpecifierSet()
    return requirement.name == PACKAGE or (requirement.name in _MLFLOW and allowed.contains(_BRINGS_IT))
