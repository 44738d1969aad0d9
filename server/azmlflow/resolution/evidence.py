"""Signs that a file's runs are meant for Azure ML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from azmlflow.azure.uri_parsing import classify
from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.parsing.base import Span
from azmlflow.parsing.requirements import RequirementsFacts
from azmlflow.resolution.dotenv import find
from azmlflow.resolution.model import ConfigCandidate, Evidence
from azmlflow.resolution.results import Because
from azmlflow.workspace.environment import layer_of_dotenv
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile


def evidence_of(
    snapshot: Snapshot, file: SourceFile, configs: Sequence[ConfigCandidate]
) -> tuple[Evidence, ...]:
    """Return every sign, the strongest kind first."""
    return (
        *_target(snapshot, file.path),
        *_configs(configs),
        *_variable(snapshot, file.path),
        *_code(snapshot, file.path),
        *_packages(snapshot, file.path),
    )


def _target(snapshot: Snapshot, path: Path) -> Iterator[Evidence]:
    settings = snapshot.settings.get(snapshot.root_of(path))
    if settings is not None and settings.target is not None:
        place = Location(settings.target, None, Span.at(0))
        yield Evidence("target", Because("the project's settings name this workspace config", place))


def _configs(configs: Sequence[ConfigCandidate]) -> Iterator[Evidence]:
    for candidate in configs:
        if candidate.workspace is not None:
            place = Location(candidate.path, None, Span.at(0))
            what = f"{candidate.path.name} names the workspace {candidate.workspace.workspace_name}"
            yield Evidence("config", Because(what, place))


def _variable(snapshot: Snapshot, path: Path) -> Iterator[Evidence]:
    """An environment file with an azureml URI, which the script's folder or one above it holds."""
    file = find(snapshot, path.parent)
    layer = layer_of_dotenv(file, snapshot.process.values) if file else None
    if layer is not None and classify(layer.values.get(MLFLOW_TRACKING_URI, "")).is_azureml:
        place = layer.locations.get(MLFLOW_TRACKING_URI)
        yield Evidence("variable", Because(f"{layer.origin} sets {MLFLOW_TRACKING_URI}", place))


def _code(snapshot: Snapshot, path: Path) -> Iterator[Evidence]:
    imported = snapshot.imports.get(path, frozenset())
    module = next((m for m in sorted(imported) if m.startswith(("azure.ai.ml", "azureml."))), None)
    if module is not None:
        yield Evidence("code", Because(f"it imports {module}", Location(path, None, Span.at(0))))


def _packages(snapshot: Snapshot, path: Path) -> Iterator[Evidence]:
    root = snapshot.root_of(path)
    kinds = (FileKind.REQUIREMENTS, FileKind.CONDA, FileKind.PYPROJECT)
    for file in snapshot.of_kind(*kinds):
        if not file.path.is_relative_to(root) or not isinstance(file.facts, RequirementsFacts):
            continue
        for requirement in file.facts.requirements:
            if requirement.name == "azureml-mlflow":
                place = Location(file.path, None, requirement.span)
                yield Evidence("package", Because(f"{file.path.name} requires azureml-mlflow", place))
