"""The interpreter that the project's code runs in, and the packages there that decide whether MLflow reaches Azure ML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from azmlflow.azure.versions import LOGGED_MODELS, MLFLOW, PLUGIN, SKINNY, Clash, admits, clashes, unmet
from azmlflow.resolution.redaction import Redactor
from azmlflow.workspace.interpreter import Interpreter
from azmlflow.workspace.snapshot import Snapshot

IDENTITY: Final = "azure-identity"
BROKER: Final = "azure-identity-broker"
SHOWN: Final = (
    MLFLOW,
    SKINNY,
    PLUGIN,
    IDENTITY,
    BROKER,
    "azure-ai-ml",
    "azureml-core",
    "sqlalchemy",
    "cryptography",
    "python-dotenv",
)
"""What is listed where it is installed."""
_NEEDED: Final = (PLUGIN, IDENTITY)
_MLFLOW: Final = (MLFLOW, SKINNY)


def interpreter_of(snapshot: Snapshot, folder: Path) -> Interpreter | None:
    """Return the interpreter that the code in a folder runs in, None where none was found."""
    seen = snapshot.surroundings
    return seen.interpreters.get(snapshot.root_of(folder / "x")) if seen else None


def packages_report(
    snapshot: Snapshot, folder: Path, redactor: Redactor
) -> tuple[dict[str, Any] | None, list[dict[str, Any]], list[str]]:
    """Return the interpreter, its packages with what is to be said of each, and what is wrong with them."""
    found = interpreter_of(snapshot, folder)
    if found is None:
        return None, [], []
    interpreter = {"path": redactor.path(found.python), "origin": found.origin, "version": found.version}
    missing = [name for name in _NEEDED if name not in found.packages]
    if not any(name in found.packages for name in _MLFLOW):
        missing.append(MLFLOW)
    rows = [_row(name, found, name in missing) for name in SHOWN if name in found.packages or name in missing]
    problems = [_says_missing(name, interpreter["path"]) for name in missing]
    problems += [_says_clash(clash, found.packages) for clash in clashes(found.packages)]
    # Where nobody chose it, nothing tells that the code runs there: what is missing is then nothing wrong.
    return interpreter, rows, [] if found.guessed else problems


def _says_missing(name: str, path: str | None) -> str:
    what = "MLflow (mlflow or mlflow-skinny)" if name == MLFLOW else f"The package {name}"
    return f"{what} is not installed in {path}."


def _says_clash(clash: Clash, packages: Mapping[str, str]) -> str:
    one, other = (f"{name} {packages.get(name) or packages.get(MLFLOW, '')}" for name in clash[0:3:2])
    return f"{one} does not work with {other}: {clash.fault}."


def _row(name: str, found: Interpreter, missing: bool) -> dict[str, Any]:
    verdict, says = ("missing", "not installed") if missing else _judged(name, found.packages)
    return {"name": name, "version": found.packages.get(name) or None, "verdict": verdict, "says": says}


def _judged(name: str, packages: Mapping[str, str]) -> tuple[str, str]:
    """Return a verdict (clash, unmet, unknown, ok) on an installed package, and why."""
    for clash in clashes(packages):
        if name in (clash.first, clash.second):
            other = clash.second if name == clash.first else clash.first
            return "clash", f"does not work with {other}: {clash.fault}"
    for package, other, specifier in unmet(packages):
        if name == other:
            return "unmet", f"{package} asks for {specifier}"
    version = packages.get(name, "")
    if name in _MLFLOW and admits(LOGGED_MODELS.second_versions, version) and PLUGIN in packages:
        return "unknown", LOGGED_MODELS.fault
    return "ok", ""
