"""How git is made to leave a file out: a line in the .gitignore that decides on it, or a new .gitignore."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.parsing.base import Span
from azmlflow.patterns import pattern
from azmlflow.resolution.wanted import repository_of
from azmlflow.rules.base import Edit, in_file
from azmlflow.workspace.ignore import IgnoreRules
from azmlflow.workspace.snapshot import FileKind, Snapshot, SourceFile

GITIGNORE: Final = ".gitignore"
_SPECIAL: Final = pattern(r"[\\*?\[]|^[#!]|\s(?=\s*$)")
"""What a pattern means otherwise than as itself (https://git-scm.com/docs/gitignore)."""


def is_ignored(snapshot: Snapshot, path: Path) -> bool:
    """Tell whether git leaves out a file that it does not track, as far as the project's own .gitignore files say.

    What the user's own settings of git leave out is not known. In a folder that is left out everything is.
    """
    if path in snapshot.ignored:
        return True
    repository = repository_of(snapshot, path)
    above = [folder for folder in path.parents if repository and repository in folder.parents]
    return _leaves_out(snapshot, path, False) or any(_leaves_out(snapshot, f, True) for f in above)


def ignore_edit(snapshot: Snapshot, path: Path) -> Edit | None:
    """Return the edit that makes git leave out a file: a line at the end of the nearest .gitignore, or a new one.

    None for a file that git leaves out already, that lies in no repository or outside the workspace's folders, or
    where a .gitignore could not be read. It changes nothing for a file that git tracks.
    """
    repository, root = repository_of(snapshot, path), snapshot.root_of(path)
    if repository is None or root not in snapshot.roots or "\n" in path.name or is_ignored(snapshot, path):
        return None
    nearest = next(_governing(snapshot, path), None)
    folder = nearest.path.parent if nearest else max(repository, root, key=lambda f: len(f.parts))
    if any(skipped.path == folder / GITIGNORE for skipped in snapshot.skipped):
        return None
    line = f"{pattern_of(path, folder)}\n"
    if nearest is None:
        return Edit(in_file(folder / GITIGNORE, Span.at(0)), line, create=True)
    last = nearest.text.line_count - 1
    end = Span.at(last, len(nearest.text.line(last)))
    return Edit(in_file(nearest.path, end), line if not nearest.text.line(last) else f"\n{line}")


def pattern_of(path: Path, folder: Path) -> str:
    """Return the line for a file in the .gitignore of a folder above it.

    An environment file is named as everybody does, which means those of all folders below too; any other file is
    meant where it lies and nowhere else.
    """
    relative = _SPECIAL.sub(lambda match: f"\\{match[0]}", path.relative_to(folder).as_posix())
    return relative if "/" in relative or path.name.startswith(".env") else f"/{relative}"


def _governing(snapshot: Snapshot, path: Path) -> Iterator[SourceFile]:
    """Yield the .gitignore files that git asks about a path, the one with the last word first."""
    repository = repository_of(snapshot, path)
    for folder in path.parents if repository else ():
        file = snapshot.files.get(folder / GITIGNORE)
        if file is not None and file.kind is FileKind.IGNORE:
            yield file
        if folder == repository:
            return


def _leaves_out(snapshot: Snapshot, path: Path, is_folder: bool) -> bool:
    """Tell what the nearest .gitignore that mentions a path says of it."""
    for file in _governing(snapshot, path):
        lines = (file.text.line(number) for number in range(file.text.line_count))
        relative = path.relative_to(file.path.parent).as_posix()
        decided = IgnoreRules(lines).decide(relative, path.name, is_folder)
        if decided is not None:
            return decided
    return False
