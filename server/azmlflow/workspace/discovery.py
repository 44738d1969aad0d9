"""The walk: which files of a folder are ours to read, decided by their names, without opening them.

Nothing outside the root is entered, no link to a folder is followed, and what git ignores is left out, except for
environment files and workspace configs, which usually are ignored and matter most.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.workspace import paths
from azmlflow.workspace.classify import CONFIG_FOLDERS, EXACT_NAMES, STARTERS, provisional_kind
from azmlflow.workspace.ignore import Chain, IgnoreRules, chain_above, chain_in, is_ignored
from azmlflow.workspace.links import file_link_problem, folder_link_problem
from azmlflow.workspace.read import A_FOLDER, NOT_REGULAR, reason_of
from azmlflow.workspace.snapshot import FileKind, SkippedFile

SKIPPED_FOLDERS: Final = frozenset(
    (
        *(".git", ".hg", ".svn", ".bzr", ".terraform", ".gradle", ".idea", ".vscode-test"),
        *("node_modules", "bower_components", ".yarn", ".pnpm-store", "_build", "buck-out"),
        *("site-packages", "dist-packages", "__pycache__", "__pypackages__", ".eggs", ".pixi", ".direnv"),
        *(".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".cache"),
        *(".ipynb_checkpoints", ".virtual_documents", "mlruns", "mlartifacts"),
    )
)
SKIPPED_ENDINGS: Final = (".dist-info", ".egg-info")
CONTEXT_FOLDERS: Final = frozenset({*CONFIG_FOLDERS, ".vscode"})

_ENVIRONMENT_NAMES: Final = frozenset({"venv", ".venv", "env", ".env", "virtualenv", ".virtualenv"})
_ENVIRONMENT_SHAPES: Final = (
    frozenset({"bin", "lib"}),
    frozenset({"Scripts", "Lib"}),
    frozenset({"bin", "include"}),
)
_KEPT_WHEN_IGNORED: Final = frozenset({FileKind.DOTENV, FileKind.WORKSPACE_CONFIG, FileKind.EDITOR})
_PRESENT_NAMES: Final = frozenset(
    {".git", "mlflow.db", "MLmodel", "uv.lock", "poetry.lock", "pdm.lock", *STARTERS}
)
_CERTIFICATES: Final = (".pem", ".pfx", ".p12", ".crt", ".cer", ".key")
_DEEPEST: Final = 100


class Found(NamedTuple):
    """A file worth opening and what its name suggests; `ignored` when git would leave it out."""

    path: str
    kind: FileKind
    ignored: bool = False


@dataclass(slots=True)
class Walk:
    """What a walk came upon, in the order of paths; `folders` are those that it entered, `rules` their .gitignore files."""

    folders: list[str] = field(default_factory=list)
    files: list[Found] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)


class _Folder(NamedTuple):
    """A folder to look into; of an ignored one only the files are looked at that are kept when ignored."""

    path: str
    chain: Chain
    depth: int
    ignored: bool = False


@dataclass(slots=True)
class _Listing:
    """The entries of one folder, sorted into what they are."""

    folders: list[str] = field(default_factory=list)
    files: list[tuple[os.DirEntry[str], FileKind]] = field(default_factory=list)
    links: list[os.DirEntry[str]] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)


def walk(
    root: Path,
    exclude: Iterable[str] = (),
    whole: Iterable[Path] = (),
    near: Iterable[Path] = (),
    limit: int | None = None,
    other_roots: Iterable[Path] = (),
) -> Walk:
    """List the files of a root that are worth opening; never raises.

    `exclude` holds patterns of the settings, as in a .gitignore at the root. The folders of `whole` (inside the root)
    are walked to their ends, even when they would be left out; then the rest, what is nearest to them and to the
    folders of `near` first, until `limit` more files were listed. `other_roots` are not entered: they are walked on
    their own.
    """
    walker = _Walker(str(root), IgnoreRules(exclude), other_roots)
    nearest: list[str] = []
    for folder in map(str, whole):
        walker.run(deque([walker.entry(folder)]), None)
        nearest += _parents(folder, walker.root)
    for folder in map(str, near):
        nearest += [folder, *_parents(folder, walker.root)]
    walker.run(deque(map(walker.entry, [*nearest, walker.root])), limit)
    result = walker.result
    result.files.sort()
    result.present.sort()
    result.skipped.sort()
    return result


def changes_walk(name: str) -> bool:
    """Tell whether a file of this name, though never read as one of ours, changes what a walk comes upon."""
    return name in (".gitignore", "pyvenv.cfg") or name in _PRESENT_NAMES or name.endswith(_CERTIFICATES)


class _Walker:
    def __init__(self, root: str, exclude: IgnoreRules, other_roots: Iterable[Path]) -> None:
        self.root = root
        self.exclude = exclude
        self.result = Walk()
        self.seen = {str(path) for path in other_roots}
        self.seen.discard(root)
        self.stop_at: int | None = None
        self.cut = False

    def entry(self, folder: str) -> _Folder:
        """Return a folder to begin at, with the patterns that hold there."""
        return _Folder(folder, chain_above(folder, self.root), 0)

    def run(self, pending: deque[_Folder], limit: int | None) -> None:
        """Visit folders until none is left, or `limit` files were taken."""
        self.stop_at = None if limit is None else len(self.result.files) + limit
        while pending and not self.cut:
            folder = pending.popleft()
            if folder.path not in self.seen:
                self.seen.add(folder.path)
                pending.extend(self._visit(folder))
        if self.cut:
            self._skip(self.root, f"it holds very many files: only the nearest {limit} of them were read")

    def _visit(self, folder: _Folder) -> Iterator[_Folder]:
        """Take one folder's files and yield the folders in it that are to be visited."""
        listing = self._list(folder)
        if listing is None or (folder.depth and _is_environment(folder.path, listing)):
            return
        self.result.folders.append(folder.path)
        if folder.depth and _should_be_a_file(folder.path):
            self._skip(folder.path, A_FOLDER)
        chain = folder.chain
        if ".gitignore" in listing.marks or ".git" in listing.folders:
            chain = chain_in(chain, folder.path, is_repository=".git" in listing.folders)
        if ".gitignore" in listing.marks:
            self.result.rules.append(f"{paths.with_separator(folder.path)}.gitignore")
        self._take_files(folder, listing, chain)
        if folder.depth >= _DEEPEST:
            self._skip(folder.path, "it lies more than 100 folders deep: what is below it was not read")
        elif not folder.ignored:
            yield from self._below(folder, listing, chain)

    def _list(self, folder: _Folder) -> _Listing | None:
        listing = _Listing()
        try:
            with os.scandir(folder.path) as entries:
                _sort_entries(entries, folder.path, listing)
        except OSError as error:
            self._skip(folder.path, reason_of(error))
            return None
        return listing

    def _take_files(self, folder: _Folder, listing: _Listing, chain: Chain) -> None:
        for entry, kind in sorted(listing.files, key=_name_of):
            path = entry.path
            if self._excluded(path, entry.name, is_folder=False):
                continue
            ignored = folder.ignored or is_ignored(chain, path, entry.name, is_folder=False)
            if ignored and kind not in _KEPT_WHEN_IGNORED:
                continue
            if problem := _entry_problem(entry, self.root):
                self._skip(path, problem)
            elif len(self.result.files) == self.stop_at:
                self.cut = True
                break
            else:
                self.result.files.append(Found(path, kind, ignored))
        self.result.present += listing.present

    def _below(self, folder: _Folder, listing: _Listing, chain: Chain) -> Iterator[_Folder]:
        for name in sorted(listing.folders):
            path = paths.with_separator(folder.path) + name
            if name == "mlruns":
                self.result.present += _marks_of_store(path)
            if (
                name in SKIPPED_FOLDERS
                or name.endswith(SKIPPED_ENDINGS)
                or self._excluded(path, name, is_folder=True)
            ):
                continue
            ignored = is_ignored(chain, path, name, is_folder=True)
            if not ignored or name in CONTEXT_FOLDERS:
                yield _Folder(path, chain, folder.depth + 1, ignored)
        for entry in listing.links:
            if entry.name not in SKIPPED_FOLDERS and not is_ignored(
                chain, entry.path, entry.name, is_folder=False
            ):
                self._report_link(entry)

    def _report_link(self, entry: os.DirEntry[str]) -> None:
        problem = folder_link_problem(entry, self.root)
        if problem and not self._excluded(entry.path, entry.name, is_folder=True):
            self._skip(entry.path, problem)

    def _excluded(self, path: str, name: str, *, is_folder: bool) -> bool:
        if not self.exclude:
            return False
        relative = path[len(self.root) :].replace(os.sep, "/").lstrip("/")
        return self.exclude.decide(relative, name, is_folder) is True

    def _skip(self, path: str, reason: str) -> None:
        self.result.skipped.append(SkippedFile(Path(path), reason))


def _sort_entries(entries: Iterable[os.DirEntry[str]], folder: str, listing: _Listing) -> None:
    folder_name = paths.name_of(folder)
    for entry in entries:
        name = entry.name
        if entry.is_dir(follow_symlinks=False) and not _is_junction(entry):
            listing.folders.append(name)
            if name in _PRESENT_NAMES:
                listing.present.append(entry.path)
        elif (kind := provisional_kind(name, folder_name)) is not None and kind is not FileKind.IGNORE:
            listing.files.append((entry, kind))
        elif name in _PRESENT_NAMES or name.endswith(_CERTIFICATES):
            listing.present.append(entry.path)
        elif entry.is_symlink() or _is_junction(entry):
            listing.links.append(entry)
        else:
            listing.marks.add(name)


def _name_of(file: tuple[os.DirEntry[str], FileKind]) -> str:
    return file[0].name


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return os.name == "nt" and getattr(entry, "is_junction", bool)()


def _entry_problem(entry: os.DirEntry[str], root: str) -> str | None:
    """Say why a file is not opened, or return None."""
    if not entry.name.isascii() and not _is_unicode(entry.name):
        return "its name is not valid Unicode: rename it"
    if entry.is_file(follow_symlinks=False):
        return None
    return file_link_problem(entry.path, root) if entry.is_symlink() else NOT_REGULAR


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _is_environment(folder: str, listing: _Listing) -> bool:
    """Tell whether a folder holds an installed Python, made by venv, virtualenv or conda."""
    if "pyvenv.cfg" in listing.marks or "conda-meta" in listing.folders:
        return True
    named = paths.name_of(folder).lower() in _ENVIRONMENT_NAMES
    return named and any(shape.issubset(listing.folders) for shape in _ENVIRONMENT_SHAPES)


def _should_be_a_file(folder: str) -> bool:
    name = paths.name_of(folder)
    return name in EXACT_NAMES or name.endswith((".py", ".ipynb"))


def _marks_of_store(path: str) -> list[str]:
    """Return `mlruns` when there is anything in it, and the meta.yaml that makes MLflow use it by default."""
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return []
    experiments = (f"{path}{os.sep}{name}{os.sep}meta.yaml" for name in names if name.isdigit())
    metas = [meta for meta in experiments if paths.is_file(meta)]
    return [path, *metas[:1]] if names else []


def _parents(folder: str, root: str) -> list[str]:
    """Return the folders above a folder, nearest first, up to and without the root."""
    found: list[str] = []
    while folder != root and len(folder) > len(root):
        folder = paths.parent_of(folder)
        found.append(folder)
    return found
