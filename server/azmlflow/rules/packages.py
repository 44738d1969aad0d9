"""What several rules ask of packages: what is installed for a script, and what its dependency files ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.version_outlook import admitted
from azmlflow.azure.versions import MLFLOW, PLUGIN, SKINNY, admits, clashes
from azmlflow.parsing._version_specs import poetry_specifier
from azmlflow.parsing.tree import Mapping, get, text
from azmlflow.patterns import pattern
from azmlflow.resolution.bundles import Bundle, Wanted, bundle_of_file, wishes_of
from azmlflow.resolution.effects import USES
from azmlflow.resolution.jobs import job_index
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.packages import dependency_files, environment_of_job, home_of
from azmlflow.resolution.running import is_test
from azmlflow.workspace.interpreter import CHOSEN, IN_PROJECT, Interpreter
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot, SourceFile

_WITHOUT_PLUGIN: Final = frozenset(
    {"azureml-core", "azureml-fsspec", "azureml-dataprep", "azureml-dataset-runtime"}
)
"""Packages of Azure ML that do not depend on azureml-mlflow; any other may."""
_INSTRUCTIONS: Final = (
    *(FileKind.SHELL, FileKind.MARKDOWN, FileKind.DOCKERFILE, FileKind.COMPOSE),
    *(FileKind.WORKFLOW, FileKind.PIPELINE, FileKind.YAML, FileKind.MLPROJECT),
)
_NEEDS_STORE: Final = (*USES, EventKind.AUTOLOG, EventKind.SET_EXPERIMENT, EventKind.READ, EventKind.CLIENT)
_OTHER_PURPOSE: Final = frozenset(
    (
        *("dev", "test", "tests", "lint", "docs", "doc", "ci", "build", "constraints"),
        *("serve", "serving", "score", "scoring", "inference", "deploy"),
    )
)
"""Words in the name of a dependency file that is not for training."""
_PYTHON: Final = pattern(
    r"^[ \t]*(requires-python|python)[ \t]*=[ \t]*[\"']([^\"'\n]{1,60})[\"']", re.MULTILINE
)


def interpreter_of(script: ScriptResolution) -> Interpreter | None:
    """Return the interpreter of the script's project, None when nothing was looked at or found."""
    seen = script.snapshot.surroundings
    return seen.interpreters.get(script.snapshot.root_of(script.file.path)) if seen else None


def is_chosen(interpreter: Interpreter) -> bool:
    """Tell whether the interpreter is the project's for certain; one found on PATH may have nothing to do with it."""
    return interpreter.origin in (CHOSEN, *IN_PROJECT)


def is_well_installed(snapshot: Snapshot, path: Path) -> bool:
    """Tell whether the project's interpreter has azureml-mlflow, and nothing that does not work with it."""
    seen = snapshot.surroundings
    interpreter = seen.interpreters.get(snapshot.root_of(path)) if seen else None
    return (
        interpreter is not None
        and PLUGIN in interpreter.packages
        and not any(True for _ in clashes(interpreter.packages))
    )


def pythons_of(file: SourceFile) -> str:
    """Return which Pythons a pyproject.toml is for; poetry takes one release for all of them, so the oldest decides."""
    found = _PYTHON.search(file.text.value) if file.kind is FileKind.PYPROJECT else None
    if found is None:
        return ""
    asked = poetry_specifier(found[2])
    oldest = next((minor for minor in range(7, 20) if admits(asked, f"3.{minor}.99")), None)
    return asked if found[1] == "requires-python" or oldest is None else f"==3.{oldest}"


def needs_plugin(script: ScriptResolution) -> Event | None:
    """Return the call for which a script needs azureml-mlflow, None where that is not certain."""
    used = next((event for event in script.all(*_NEEDS_STORE) if event.reached and event.certain), None)
    if script.running.platform is Platform.JOB:
        return used if script.tracking.source == "platform" else None
    if not script.running.outside or script.tracking.kind is not UriKind.azureml_workspace:
        return None
    return (script.tracking.setter or used) if used else None


def environments(script: ScriptResolution) -> tuple[Bundle, ...] | None:
    """Return what a script's environment is made from, nearest first; None where that is not in the project.

    What Azure ML runs has the environment of its job; anything else that of the dependency files beside it and above.
    """
    if script.running.platform is Platform.JOB:
        found = [environment_of_job(script.snapshot, run.by.path, run.document) for run in script.jobs]
        known = tuple(bundle for bundle in found if bundle is not None)
        return known if known and len(known) == len(found) else None
    files = dependency_files(script.snapshot, script.file.path)
    return tuple(bundle_of_file(script.snapshot, file) for file in files)


def may_bring_plugin(bundle: Bundle) -> bool:
    """Tell whether azureml-mlflow may come with a set of requirements."""
    if not bundle.complete:
        return True
    names = {wanted.requirement.name for wanted in bundle.wanted if not wanted.is_constraint}
    return any(name.startswith("azureml-") and name not in _WITHOUT_PLUGIN for name in names)


def is_told_elsewhere(snapshot: Snapshot, root: Path) -> bool:
    """Tell whether another file of the project (a README, a Dockerfile, a workflow) says to install azureml-mlflow."""

    def look() -> bool:
        files = (file for file in snapshot.of_kind(*_INSTRUCTIONS) if file.path.is_relative_to(root))
        return any(mentions_plugin(file) for file in files)

    return remembered(snapshot, "plugin told", root, look)


def mentions_plugin(file: SourceFile) -> bool:
    """Tell whether a file names azureml-mlflow anywhere."""
    return PLUGIN in file.text.value or PLUGIN.replace("-", "_") in file.text.value


def mlflow_line(bundle: Bundle) -> Wanted | None:
    """Return the line that asks for MLflow in a file that is for training, not for tests, serving and the like."""
    words = set(bundle.path.stem.lower().replace("_", "-").replace(".", "-").split("-"))
    if not words.isdisjoint(_OTHER_PURPOSE):
        return None
    named = (w for w in bundle.named(MLFLOW, SKINNY) if w.path == bundle.path and not w.requirement.group)
    return next(named, None)


def mlflow_versions(script: ScriptResolution) -> tuple[str, ...]:
    """Return the versions of MLflow that a script may run with, the newest first; none where that is not known."""
    interpreter = interpreter_of(script)
    if script.running.outside and interpreter is not None and is_chosen(interpreter):
        version = interpreter.packages.get(MLFLOW) or interpreter.packages.get(SKINNY)
        return (version,) if version else ()

    def look() -> tuple[str, ...]:
        found = [versions for bundle in environments(script) or () for versions in _asked(bundle)]
        return found[0] if found and all(versions == found[0] for versions in found) else ()

    return remembered(script.snapshot, "mlflow asked", (script.file.path, script.running.platform), look)


def _asked(bundle: Bundle) -> Iterator[tuple[str, ...]]:
    wishes = wishes_of(bundle.wanted) or {}
    asked = ",".join(filter(None, (wishes.get(MLFLOW), wishes.get(SKINNY))))
    if MLFLOW in wishes or SKINNY in wishes:
        yield admitted(SKINNY, asked) if asked else ()


def are_all(versions: tuple[str, ...], specifier: str) -> bool:
    """Tell whether versions are known and all within a specifier."""
    return bool(versions) and all(admits(specifier, version) for version in versions)


def scripts_beside(snapshot: Snapshot, path: Path) -> list[Path]:
    """Return the scripts that a dependency file may be for: those of jobs that name it, then those beside and below.

    Those that name Azure ML come first, then the nearest.
    """
    runs = job_index(snapshot).runs.items()
    by_job = [script for script, jobs in runs if any(_names(job.document, path) for job in jobs)]
    below = [
        file
        for file in snapshot.of_kind(*SCRIPT_KINDS)
        if file.path.is_relative_to(home_of(path)) and "mlflow" in file.text.value and not is_test(file.path)
    ]
    below.sort(key=lambda file: (not _names_workspace(file), len(file.path.parts), file.path))
    found = dict.fromkeys([*by_job, *(file.path for file in below)])
    return [each for each in found if each in snapshot.files]


def _names_workspace(file: SourceFile) -> bool:
    return "azureml" in file.text.value or "mlflow_tracking_uri" in file.text.value


def _names(document: object, path: Path) -> bool:
    """Tell whether a job's environment may be made from a file of this name."""
    environment = get(document, "environment") if isinstance(document, Mapping) else None
    written = text(get(environment, "conda_file")) or text(environment) or ""
    return path.name in written or written.endswith((".yml", ".yaml"))
