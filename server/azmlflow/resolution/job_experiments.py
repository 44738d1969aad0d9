"""In which experiments Azure ML runs a script, as far as YAML says."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from azmlflow.parsing.tree import Node, Scalar, Tree, get, text
from azmlflow.resolution.jobs import job_documents
from azmlflow.resolution.model import JobRun
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile


class NamedExperiment(NamedTuple):
    """The experiment of a job, and where its name is written."""

    name: str
    location: Location


def experiments_of(snapshot: Snapshot, run: JobRun) -> Iterator[NamedExperiment]:
    """Yield the experiment that a job's YAML names, or those of the pipelines that use a component; perhaps none.

    The step of a pipeline runs in the pipeline's experiment. A name that is filled in later is left out.
    """
    file = snapshot.files.get(run.by.path)
    if file is None or run.document is None:
        return
    for root in _roots(file):
        documents = list(job_documents(root))
        if any(document is run.document for document in documents):
            if get(root, "jobs") is not None or get(root, "experiment_name") is not None:
                yield from _named(file, root)
            else:
                yield from _of_users(snapshot, file.path)


def _of_users(snapshot: Snapshot, component: Path) -> Iterator[NamedExperiment]:
    """Yield the experiments of the pipelines with a step whose component is another file."""
    for file in snapshot.of_kind(FileKind.JOB):
        for root in _roots(file):
            if any(component in _components(file, document) for document in job_documents(root)):
                yield from _named(file, root)


def _components(file: SourceFile, document: Node) -> Iterator[Path]:
    for key in ("component", "trial"):
        written = text(get(document, key))
        if written is not None:
            yield Path(normpath(file.path.parent / written.removeprefix("file:")))


def _roots(file: SourceFile) -> Iterator[Node]:
    for tree in file.facts if isinstance(file.facts, tuple) else ():
        if isinstance(tree, Tree) and tree.root is not None:
            yield tree.root


def _named(file: SourceFile, root: Node) -> Iterator[NamedExperiment]:
    name = get(root, "experiment_name")
    if isinstance(name, Scalar) and isinstance(name.value, str) and not set("${<#") & set(name.value):
        yield NamedExperiment(name.value.strip(), Location(file.path, None, name.span))
