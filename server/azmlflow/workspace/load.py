"""The PATHs of `azmlflow check` become a Snapshot of the projects around them and the list of files to report."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.workspace.classify import provisional_kind
from azmlflow.workspace.paths import with_separator
from azmlflow.workspace.project import Progress, Project, Scope
from azmlflow.workspace.read import Refused, limit_of, read_bytes, reason_of
from azmlflow.workspace.roots import root_of
from azmlflow.workspace.snapshot import Snapshot

CONTEXT_LIMIT: Final = 5_000
"""How many files around the PATHs are looked into; all those under the PATHs are."""


class UnreadableInput(Exception):
    """A PATH that cannot be checked; `reason` completes the sentence "PATH: ..."."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Loaded(NamedTuple):
    """What a check works on.

    `targets` are the files under the PATHs that were looked into, sorted; one that never mentions MLflow or Azure is
    among them without being in `snapshot.files`.
    """

    snapshot: Snapshot
    targets: tuple[Path, ...]


def load(paths: Sequence[Path], environ: Mapping[str, str], progress: Progress | None = None) -> Loaded:
    """Read the files and folders to check, and as context the projects that they lie in.

    `progress` is called with (files done, files in all). Raises UnreadableInput for a path that does not exist or
    cannot be read; anything unreadable below a folder is in the snapshot's `skipped`.
    """
    folders: list[Path] = []
    files: list[Path] = []
    for path in paths or (Path(),):
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
        (folders if _is_folder(path, absolute) else files).append(absolute)
    roots = sorted({root_of(path, environ) for path in (*folders, *files)})
    scope = Scope(tuple(folders), tuple(file.parent for file in files), tuple(files), CONTEXT_LIMIT)
    project = Project(roots, environ, scope)
    project.load(progress)
    below = tuple(with_separator(str(folder)) for folder in folders)
    targets = (path for path in project.checked() if path in files or str(path).startswith(below))
    return Loaded(project.snapshot(), tuple(targets))


def _is_folder(path: Path, absolute: Path) -> bool:
    """Tell a folder from a file that can be checked; raises UnreadableInput for what is neither."""
    try:
        mode = absolute.stat().st_mode
        if stat.S_ISDIR(mode):
            with os.scandir(absolute):
                return True
        kind = provisional_kind(absolute.name, absolute.parent.name)
        if kind is None:
            raise UnreadableInput(path, "it is not a kind of file that azmlflow reads")
        read_bytes(str(absolute), limit_of(kind))
    except OSError as error:
        raise UnreadableInput(path, reason_of(error)) from None
    except Refused as refused:
        raise UnreadableInput(path, str(refused)) from None
    return False
