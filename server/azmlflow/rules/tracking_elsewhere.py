"""Ways of setting the tracking URI that are not followed: where one may be at work, nothing is missing for certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python import lexer
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.modules import find_module
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile

_SETTER: Final = "set_tracking_uri"
_ASSIGNED: Final = re.compile(rf"{MLFLOW_TRACKING_URI}[\"']?\s*=")
_NAMED: Final = re.compile(MLFLOW_TRACKING_URI)
_SETS_VARIABLES: Final = (FileKind.SHELL, FileKind.EDITOR, FileKind.YAML)
_RUN_OF_A_JOB: Final = frozenset({"azureml.core.Run", "azureml.core.run", "azureml.core.run.Run"})
_OURS: Final = ("mlflow", "azureml")


def may_be_set(script: ScriptResolution) -> bool:
    """Tell whether something in the project may set the tracking URI of a script, or runs the script elsewhere."""
    snapshot, path = script.snapshot, script.file.path
    imported = snapshot.imports.get(path, frozenset())
    if imported & _RUN_OF_A_JOB or any(_may_set(snapshot, path, module) for module in imported):
        return True
    if (script.experiment.value or "").startswith("/"):
        return True  # a path names an experiment in Databricks only
    followed = {event.location.path for event in script.events} | set(_project_modules(snapshot, path, imported))
    files = [script.file, *(snapshot.files[p] for p in followed if p in snapshot.files and p != path)]
    return any(_names_it(file) for file in files) or _started_with_it(script)


def is_documented(script: ScriptResolution) -> bool:
    """Tell whether a text of the project has the reader set the variable in the shell."""
    return _any_says(script, _ASSIGNED, FileKind.MARKDOWN)


def _may_set(snapshot: Snapshot, importer: Path, module: str) -> bool:
    """Tell whether a module of another package is about tracking by its name: it may set anything."""
    lowered = module.lower()
    if module.partition(".")[0] in _OURS or not ("mlflow" in lowered or "tracking" in lowered):
        return False
    owner = module.rpartition(".")[0]
    return find_module(snapshot, importer, module) is None and (
        not owner or find_module(snapshot, importer, owner) is None
    )


def _project_modules(snapshot: Snapshot, importer: Path, imported: frozenset[str]) -> Iterator[Path]:
    for module in imported:
        path = find_module(snapshot, importer, module)
        if path is not None:
            yield path


def _names_it(file: SourceFile) -> bool:
    """Tell whether the code of a file, comments left out, names the function or the variable."""
    if isinstance(file.facts, NotebookFacts):
        sources = [cell.source.value for cell in file.facts.cells if cell.kind == "code"]
    else:
        sources = [file.text.value]
    return any(_in_code(source) for source in sources if _SETTER in source or MLFLOW_TRACKING_URI in source)


def _in_code(source: str) -> bool:
    for offset, comment in lexer.comments(source):
        source = source[:offset] + " " * len(comment) + source[offset + len(comment) :]
    return _SETTER in source or MLFLOW_TRACKING_URI in source


def _started_with_it(script: ScriptResolution) -> bool:
    """Tell whether a shell script, a launch configuration or a workflow of the project sets the variable."""
    return _any_says(script, _NAMED, *_SETS_VARIABLES)


def _any_says(script: ScriptResolution, pattern: re.Pattern[str], *kinds: FileKind) -> bool:
    """Tell whether a file of some kinds in the script's root holds a pattern; asked once for all its scripts."""
    snapshot, root = script.snapshot, script.snapshot.root_of(script.file.path)

    def look() -> bool:
        files = (file for file in snapshot.of_kind(*kinds) if file.path.is_relative_to(root))
        return any(pattern.search(file.text.value) for file in files)

    return remembered(snapshot, "tracking set elsewhere", (root, kinds), look)
