"""Ways of setting the tracking URI that are not followed: where one may be at work, nothing is missing for certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python import lexer
from azmlflow.patterns import pattern
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.modules import find_module
from azmlflow.resolution.running import is_test
from azmlflow.workspace.snapshot import YAML_KINDS, FileKind, Snapshot, SourceFile

_SETTER: Final = "set_tracking_uri"
_ASSIGNED: Final = pattern(rf"{MLFLOW_TRACKING_URI}[\"']?\s*=")
_SETS_VARIABLES: Final = (FileKind.SHELL, FileKind.EDITOR, FileKind.DOCKERFILE, *YAML_KINDS)
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
    followed = {event.location.path for event in script.events} | set(
        _project_modules(snapshot, path, imported)
    )
    files = [script.file, *(snapshot.files[p] for p in followed if p in snapshot.files and p != path)]
    return any(_names_it(file) for file in files) or _started_with_it(script)


def is_documented(script: ScriptResolution) -> bool:
    """Tell whether the nearest texts, beside the script or above it, have the reader set the variable in the shell."""
    snapshot, folder = script.snapshot, script.file.path.parent

    def look() -> bool:
        texts = [
            file for file in snapshot.of_kind(FileKind.MARKDOWN) if folder.is_relative_to(file.path.parent)
        ]
        nearest = max((len(file.path.parts) for file in texts), default=0)
        return any(_ASSIGNED.search(file.text.value) for file in texts if len(file.path.parts) == nearest)

    return remembered(snapshot, "tracking documented", folder, look)


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
    """Tell whether a launch configuration sets the variable, or a shell script or workflow that names the script."""
    snapshot, root, name = script.snapshot, script.snapshot.root_of(script.file.path), script.file.path.stem

    def look() -> bool:
        named = re.compile(rf"\b{re.escape(name)}\b")
        return any(
            MLFLOW_TRACKING_URI in file.text.value
            and (file.kind is FileKind.EDITOR or named.search(file.text.value))
            for file in snapshot.of_kind(*_SETS_VARIABLES)
            if file.path.is_relative_to(root) and not is_test(file.path)
        )

    return remembered(snapshot, "started with a tracking URI", (root, name), look)
