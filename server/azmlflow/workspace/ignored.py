"""Which of some files git would leave out, by the patterns of their repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from azmlflow.workspace import paths
from azmlflow.workspace.ignore import chain_in, is_ignored


def ignored_files(repository: Path, files: Iterable[Path]) -> frozenset[Path]:
    """Return those of some files that a .gitignore of the repository or its .git/info/exclude leaves out.

    The user's own patterns for all repositories (core.excludesFile) are not looked at.
    """
    return frozenset(file for file in files if _is_ignored(repository, file))


def _is_ignored(repository: Path, file: Path) -> bool:
    if not file.is_relative_to(repository):
        return False
    folder = str(repository)
    chain = chain_in((), folder, is_repository=True)
    *folders, name = file.relative_to(repository).parts
    for part in folders:
        folder = paths.with_separator(folder) + part
        if is_ignored(chain, folder, part, is_folder=True):
            return True
        chain = chain_in(chain, folder, is_repository=False)
    return is_ignored(chain, str(file), name, is_folder=False)
