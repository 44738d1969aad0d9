"""Which scripts Azure ML runs: found in job YAML and in the SDK calls that submit jobs."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from azmlflow.azure.jobs import SCRIPT_PLACES
from azmlflow.parsing.tree import Mapping, Node, Scalar, get, text
from azmlflow.resolution.commands import scripts_run
from azmlflow.resolution.model import JobRun, Upload
from azmlflow.resolution.submissions import submissions
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot, SourceFile


class JobIndex(NamedTuple):
    """The jobs of a workspace by the script they run, and the folders that they upload."""

    runs: dict[Path, tuple[JobRun, ...]]
    uploads: dict[Path, Location]


def job_index(snapshot: Snapshot) -> JobIndex:
    """Return the index of a snapshot, kept as long as no job and no submitting script changes."""
    index = snapshot.memo.get("jobs")
    if not isinstance(index, JobIndex):
        index = snapshot.memo["jobs"] = _build(snapshot)
    return index


def _build(snapshot: Snapshot) -> JobIndex:
    index = JobIndex({}, {})
    for found in _all_runs(snapshot):
        if isinstance(found, Upload):
            index.uploads.setdefault(found.folder, found.by)
        else:
            index.runs[found.script] = (*index.runs.get(found.script, ()), found)
    return index


def _all_runs(snapshot: Snapshot) -> Iterator[JobRun | Upload]:
    for file in snapshot.of_kind(FileKind.JOB):
        yield from _runs_of_yaml(snapshot, file)
    for file in snapshot.of_kind(*SCRIPT_KINDS):
        yield from submissions(snapshot, file)


def _runs_of_yaml(snapshot: Snapshot, file: SourceFile) -> Iterator[JobRun | Upload]:
    if not isinstance(file.facts, tuple):
        return
    for tree in file.facts:
        root = getattr(tree, "root", None)
        for document in job_documents(root):
            yield from _runs_of_document(snapshot, file, document)


def job_documents(root: Node | None) -> Iterator[Mapping]:
    """Yield a YAML's own mapping and those of the jobs inside a pipeline, inline components included."""
    if not isinstance(root, Mapping):
        return
    yield root
    jobs = get(root, "jobs")
    for _, job in jobs.entries if isinstance(jobs, Mapping) else ():
        if isinstance(job, Mapping):
            yield job
        for key in ("component", "trial"):
            inner = get(job, key)
            if isinstance(inner, Mapping):
                yield inner


def _runs_of_document(snapshot: Snapshot, file: SourceFile, document: Mapping) -> Iterator[JobRun | Upload]:
    for place in SCRIPT_PLACES:
        named = get(document, *place.script)
        written = text(named)
        code = code_folder(file.path.parent, get(document, *place.code))
        if written is None or code is None or not isinstance(named, Scalar):
            continue
        by = Location(file.path, None, named.span)
        if code not in snapshot.files:
            yield Upload(code, by)
        scripts = (
            scripts_run(snapshot, code, written) if place.is_command else [Path(normpath(code / written))]
        )
        for script in scripts:
            yield JobRun(script, by, document)


def code_folder(folder: Path, code: Node | None) -> Path | None:
    """Return what `code:` names: a folder, or a script itself; the old schema has a mapping with local_path."""
    written = text(code) or text(get(code, "local_path"))
    if written is None or ":" in written.partition("/")[0]:
        return None
    return Path(normpath(folder / written))
