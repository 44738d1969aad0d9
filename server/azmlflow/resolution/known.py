"""The workspaces that a project names somewhere: what a missing name can be filled in from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from azmlflow.azure.tracking_uri import faults, parse_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef, is_guid, is_placeholder, stray_characters
from azmlflow.resolution.configs import read_candidate
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile


class KnownWorkspace(NamedTuple):
    """A workspace, and a file that names it."""

    workspace: WorkspaceRef
    path: Path


def known_workspaces(
    snapshot: Snapshot, root: Path, but_not: Path | None = None
) -> tuple[KnownWorkspace, ...]:
    """Return each workspace that files of a root name in full, once; those of `but_not` do not count.

    This reads every file that holds `azureml://`, so it is for repairs, not for checks.
    """
    found: list[KnownWorkspace] = []
    for file in snapshot.files.values():
        if file.path == but_not or not file.path.is_relative_to(root):
            continue
        for workspace in _named_in(snapshot, file):
            if is_usable(workspace) and not any(workspace.same_as(known.workspace) for known in found):
                found.append(KnownWorkspace(workspace, file.path))
    return tuple(found)


def is_usable(workspace: WorkspaceRef) -> bool:
    """Tell whether all three names can be real ones."""
    clean = not any(is_placeholder(name) or stray_characters(name) for name in workspace)
    return clean and is_guid(workspace.subscription_id)


def _named_in(snapshot: Snapshot, file: SourceFile) -> Iterator[WorkspaceRef]:
    if file.kind is FileKind.WORKSPACE_CONFIG:
        workspace = read_candidate(snapshot, file.path).workspace
        if workspace is not None:
            yield workspace
    elif "azureml://" in file.text.value and not is_template(file.path):
        for literal in Resolution(snapshot, file).uris:
            parsed = (
                None if literal.computed or any(faults(literal.text)) else parse_tracking_uri(literal.text)
            )
            if parsed is not None and parsed.workspace is not None:
                yield parsed.workspace
