"""What a file has somebody install, and which dependency files the environment of a script is made from."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Final

from azmlflow.parsing.requirements import conda_requirements
from azmlflow.parsing.tree import Mapping, Node, Tree, get, text
from azmlflow.resolution.bundles import Bundle, Wanted, bundle_of_file
from azmlflow.resolution.jobs import job_documents
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.pip_commands import installed_by_dockerfile, installed_by_notebook
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

DEPENDENCY_KINDS: Final = frozenset({FileKind.REQUIREMENTS, FileKind.CONDA, FileKind.PYPROJECT})


def bundles_of(snapshot: Snapshot, file: SourceFile) -> Iterator[Bundle]:
    """Yield the sets of requirements that a file has somebody install."""
    if file.kind is FileKind.PYPROJECT:
        yield from _of_pyproject(snapshot, file)
    elif file.kind in DEPENDENCY_KINDS:
        yield bundle_of_file(snapshot, file)
    elif file.kind is FileKind.JOB:
        yield from _inline(file)
    elif file.kind is FileKind.NOTEBOOK:
        yield from installed_by_notebook(snapshot, file)
    elif file.kind is FileKind.DOCKERFILE:
        yield from installed_by_dockerfile(snapshot, file)


def _of_pyproject(snapshot: Snapshot, file: SourceFile) -> Iterator[Bundle]:
    """Yield the project's own requirements, and with them those of each group."""
    whole = bundle_of_file(snapshot, file)
    groups = dict.fromkeys(w.requirement.group for w in whole.wanted)
    for group in groups or {"": None}:
        members = tuple(w for w in whole.wanted if w.requirement.group in ("", group))
        yield Bundle(file.path, members, whole.complete)


def _inline(file: SourceFile) -> Iterator[Bundle]:
    """Yield the conda environments that a job's YAML writes out."""
    for tree in file.facts if isinstance(file.facts, tuple) else ():
        for document in job_documents(getattr(tree, "root", None)):
            environment = get(document, "environment")
            conda = get(environment, "conda_file") or get(environment, "conda")
            if isinstance(conda, Mapping):
                yield _of_node(file.path, conda)


def _of_node(path: Path, conda: Node) -> Bundle:
    found = tuple(conda_requirements(conda))
    return Bundle(path, tuple(Wanted(r, Location(path, None, r.span)) for r in found))


def environment_of_job(snapshot: Snapshot, path: Path, document: Node | None) -> Bundle | None:
    """Return what a job's environment is made from, None where that is not in the project: an image, a curated name."""
    environment = get(document, "environment")
    named = text(environment)
    if named is not None:
        return _of_environment_file(snapshot, path, named)
    return _of_environment(snapshot, path, environment)


def _of_environment_file(snapshot: Snapshot, path: Path, named: str) -> Bundle | None:
    if named.startswith("azureml:"):
        return None
    file = snapshot.files.get(Path(normpath(path.parent / named.removeprefix("file:"))))
    tree = file.facts[0] if file and isinstance(file.facts, tuple) and file.facts else None
    return _of_environment(snapshot, file.path, tree.root) if file and isinstance(tree, Tree) else None


def _of_environment(snapshot: Snapshot, path: Path, environment: Node | None) -> Bundle | None:
    conda = get(environment, "conda_file")
    if isinstance(conda, Mapping):
        return _of_node(path, conda)
    written = text(conda)
    file = snapshot.files.get(Path(normpath(path.parent / written))) if written else None
    return bundle_of_file(snapshot, file) if file and file.kind is FileKind.CONDA else None


def dependency_files(snapshot: Snapshot, path: Path) -> tuple[SourceFile, ...]:
    """Return the dependency files that a script's environment may be made from: those beside it and above, nearest first.

    The environment of a logged model, which an MLmodel lies beside, is none.
    """
    folders = remembered(snapshot, "dependency files", None, lambda: _by_folder(snapshot))
    root = snapshot.root_of(path)
    found: list[SourceFile] = []
    for folder in path.parents:
        found += (snapshot.files[each] for each in folders.get(folder, ()) if each in snapshot.files)
        if folder == root:
            break
    return tuple(found)


def _by_folder(snapshot: Snapshot) -> dict[Path, tuple[Path, ...]]:
    found: dict[Path, list[Path]] = {}
    for file in snapshot.of_kind(*DEPENDENCY_KINDS):
        if not is_of_model(snapshot, file.path):
            found.setdefault(home_of(file.path), []).append(file.path)
    return {folder: tuple(paths) for folder, paths in found.items()}


def home_of(path: Path) -> Path:
    """Return the folder whose scripts a dependency file is for: its own, or that above `requirements` and the like."""
    inner = {
        "requirements",
        "environments",
        "environment",
        "envs",
        "conda",
        "dependencies",
        "docker",
        ".devcontainer",
    }
    return path.parent.parent if path.parent.name.lower() in inner else path.parent


def is_of_model(snapshot: Snapshot, path: Path) -> bool:
    """Tell whether a dependency file belongs to a logged model."""
    return path.parent / "MLmodel" in snapshot.present
