"""Who runs a file: the user outside Azure ML, or something that explains why it sets no tracking URI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final, NamedTuple

from azmlflow.azure.notebooks import NotebookHost, host_of_kernel, is_databricks_source
from azmlflow.parsing.base import Span
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.document import PythonFacts
from azmlflow.parsing.python.facts import Define
from azmlflow.parsing.tree import Mapping, get, text, walk
from azmlflow.resolution.jobs import JobIndex, job_index
from azmlflow.resolution.model import Event, Platform, Running
from azmlflow.resolution.modules import Module, find_module
from azmlflow.resolution.results import Because
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "unit_tests", "integration_tests"})


ON_ITS_OWN: Final = frozenset({Platform.IMPORTED, Platform.TEST, Platform.SCORING})
"""Platforms on which what other modules do is somebody else's affair: such files are not followed into others."""


def explained(snapshot: Snapshot, file: SourceFile, module: Module) -> Running | None:
    """Return what explains how a file runs before it is followed; what the file itself says comes first."""
    return next(_explanations(snapshot, file, module), None)


def running_of(
    snapshot: Snapshot, file: SourceFile, known: Running | None, events: tuple[Event, ...], module: Module
) -> Running:
    """Return how a file comes to run, once it is known what it does when it is started."""
    if known is not None:
        return known
    if not _starts_by_itself(file, module) and not any(event.reached for event in events):
        return Running(Platform.LIBRARY, (Because("nothing in it runs when it is started", None),))
    return next(_by_upload(job_index(snapshot), file), Running(Platform.OUTSIDE, ()))


def _explanations(snapshot: Snapshot, file: SourceFile, module: Module) -> Iterator[Running]:
    yield from _by_host(file)
    for run in job_index(snapshot).runs.get(file.path, ())[:1]:
        yield Running(Platform.JOB, (Because("Azure ML runs it in this job", run.by),))
    yield from _by_mlproject(snapshot, file)
    if is_test(_inside(snapshot, file.path)):
        yield Running(Platform.TEST, (Because("its name or folder is a test's", None),))
    if _scores(file, module):
        yield Running(
            Platform.SCORING, (Because("it defines init() and run(), as a scoring script does", None),)
        )
    if not _starts_by_itself(file, module):
        yield from _by_importer(snapshot, file)


def _by_host(file: SourceFile) -> Iterator[Running]:
    here = Location(file.path, None, Span.at(0))
    if isinstance(file.facts, NotebookFacts):
        host = host_of_kernel(file.facts.kernel or "")
        if host is not None:
            platform = _PLATFORMS[host]
            yield Running(
                platform, (Because(f"its kernel {file.facts.kernel} is one of {platform.value}", here),)
            )
        if file.facts.databricks:
            yield Running(Platform.DATABRICKS, (Because("it is a Databricks notebook", here),))
    elif is_databricks_source(file.text.value[:200]):
        yield Running(Platform.DATABRICKS, (Because("it is a notebook exported by Databricks", here),))


_PLATFORMS = {
    NotebookHost.azureml_compute: Platform.COMPUTE_INSTANCE,
    NotebookHost.synapse: Platform.SYNAPSE,
    NotebookHost.databricks: Platform.DATABRICKS,
}


def _by_mlproject(snapshot: Snapshot, file: SourceFile) -> Iterator[Running]:
    for project in snapshot.of_kind(FileKind.MLPROJECT):
        tree = project.facts[0] if isinstance(project.facts, tuple) and project.facts else None
        entries = get(getattr(tree, "root", None), "entry_points")
        for _, node in walk(entries) if isinstance(entries, Mapping) else ():
            command = text(node)
            if command and file.path.is_relative_to(project.path.parent) and file.path.name in command:
                place = Location(project.path, None, node.span)
                yield Running(Platform.MLPROJECT, (Because("it is an entry point of this MLproject", place),))


def _inside(snapshot: Snapshot, path: Path) -> Path:
    """Return a path relative to its root: where the project itself lies says nothing of its files."""
    root = snapshot.root_of(path)
    return path.relative_to(root) if path.is_relative_to(root) else path


def is_test(path: PurePath) -> bool:
    """Tell whether a file is a test by pytest's and unittest's naming; folders above the project must not count."""
    name = path.name
    if name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py":
        return True
    return not _TEST_FOLDERS.isdisjoint(part.lower() for part in path.parts[:-1][-3:])


def _scores(file: SourceFile, module: Module) -> bool:
    """Tell whether the file is a scoring script: Azure ML calls its init() once and its run() for each request."""
    defined = {placed.fact.name for placed in module.definitions() if isinstance(placed.fact, Define)}
    if not isinstance(file.facts, PythonFacts) or defined.isdisjoint({"init", "run"}):
        return False
    return {"init", "run"} <= {block.defines for block in file.facts.blocks}


def _starts_by_itself(file: SourceFile, module: Module) -> bool:
    """Tell whether the file has a `__main__` guard; a notebook is always started by itself."""
    if isinstance(file.facts, NotebookFacts):
        return True
    return any(guard.kind == "main" for placed in module.body("") for guard in placed.fact.guards)


def _by_importer(snapshot: Snapshot, file: SourceFile) -> Iterator[Running]:
    importers = importer_index(snapshot).importers
    for name in module_names(snapshot, file.path):
        for importer in importers.get(name, ()):
            if importer != file.path and find_module(snapshot, importer, name) == file.path:
                place = Location(importer, None, Span.at(0))
                yield Running(Platform.IMPORTED, (Because(f"{importer.name} imports it", place),))


def module_names(snapshot: Snapshot, path: Path) -> tuple[str, ...]:
    """Return the dotted names by which a file of the project can be imported, the shortest first."""
    root = snapshot.root_of(path)
    inside = path.with_suffix("").relative_to(root).parts if path.is_relative_to(root) else (path.stem,)
    parts = inside[:-1] if inside[-1] == "__init__" else inside
    return tuple(".".join(parts[start:]) for start in range(len(parts) - 1, -1, -1))


class ImporterIndex(NamedTuple):
    """The files of a project by the names of the modules they import."""

    importers: dict[str, tuple[Path, ...]]


def importer_index(snapshot: Snapshot) -> ImporterIndex:
    """Return the index of a snapshot, kept as long as the files stay what they are to each other."""
    index = snapshot.memo.get("importers")
    if not isinstance(index, ImporterIndex):
        index = snapshot.memo["importers"] = ImporterIndex({})
        for path, modules in snapshot.imports.items():
            for module in modules:
                index.importers[module] = (*index.importers.get(module, ()), path)
    return index


def _by_upload(index: JobIndex, file: SourceFile) -> Iterator[Running]:
    for folder, by in index.uploads.items():
        if file.path.is_relative_to(folder):
            yield Running(Platform.UPLOADED, (Because(f"this job uploads the folder {folder.name}", by),))
