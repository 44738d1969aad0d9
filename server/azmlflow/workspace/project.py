"""What was found and read on disk in some roots: the part of a workspace that changes, made into Snapshots."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from azmlflow.workspace import paths
from azmlflow.workspace.classify import provisional_kind
from azmlflow.workspace.discovery import Found, changes_walk, walk
from azmlflow.workspace.documents import Opened
from azmlflow.workspace.links import env_file_problem
from azmlflow.workspace.modules import ModuleIndex
from azmlflow.workspace.read import Refused, limit_of, read_bytes, source_of
from azmlflow.workspace.roots import read_above, read_in
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.settings_reader import find_settings
from azmlflow.workspace.skim import Skim, skim_notebook, skim_python
from azmlflow.workspace.snapshot import (
    SCRIPT_KINDS,
    EnvironmentLayer,
    FileKind,
    SkippedFile,
    Snapshot,
    SourceFile,
)

if TYPE_CHECKING:
    from azmlflow.workspace.surroundings import Surroundings

Progress: TypeAlias = Callable[[int, int], None]

PROGRESS_STEP: Final = 100


class Scope(NamedTuple):
    """How much of the roots is walked; see `discovery.walk`. `files` are read whatever discovery thinks of them."""

    whole: tuple[Path, ...] = ()
    near: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    limit: int | None = None
    outside: bool = True
    """Whether the configs and environment files above the roots are read, which the code in them would find."""


class Project:
    """The files of some roots as they are on disk. Not safe to be used from two threads at once."""

    def __init__(self, roots: Iterable[Path], environ: Mapping[str, str], scope: Scope | None = None) -> None:
        self.roots = tuple(dict.fromkeys(roots))
        self.scope = scope or Scope()
        self.settings: dict[Path, Settings] = {}
        self.env_files: Mapping[Path, Path] = {}
        self._process = EnvironmentLayer("process", dict(environ), {})
        self._walked: dict[str, Found] = {}
        self._found: dict[str, Found] = {}
        self._loose: tuple[Path, ...] = ()
        self._passed: tuple[SkippedFile, ...] = ()
        self._present: frozenset[str] = frozenset()
        self._skims: dict[str, Skim] = {}
        self._files: dict[str, SourceFile | None] = {}
        self._refused: dict[str, str] = {}
        self._closed: dict[str, str] = {}
        """The environment files of the editor that are not to be read, and why."""
        self.imported: frozenset[Path] = frozenset()
        """The modules that a script of interest imports, as of the last snapshot."""
        self._packages: dict[str, tuple[str, ...]] = {}
        self._paths: dict[str, Path] = {}
        self.surroundings: Surroundings | None = None
        """What was last looked at around the files."""

    def load(self, progress: Progress | None = None) -> None:
        """Walk the roots and read everything anew."""
        self._skims, self._files, self._refused = {}, {}, {}
        self._list()
        for done, found in enumerate(self._found.values()):
            if progress and done % PROGRESS_STEP == 0:
                progress(done, len(self._found))
            self._read(found)
        if progress:
            progress(len(self._found), len(self._found))

    def refresh(self, paths: Iterable[Path]) -> None:
        """Read again what changed, appeared or went away on disk; the rest is kept as it was read."""
        changed = {str(path) for path in paths}
        if any(self._needs_walk(path) for path in changed):
            before = set(self._found)
            self._list()
            changed |= before ^ set(self._found)
        for path in changed:
            self._forget(path)
            if path in self._found:
                self._read(self._found[path])

    def snapshot(self, opened: Mapping[Path, Opened] | None = None) -> Snapshot:
        """Return the moment: the files on disk, those that an editor holds in their place.

        Modules that a script of interest imports are read here, when they were only skimmed before.
        """
        held = {str(path): document for path, document in (opened or {}).items()}
        skims = {**self._skims, **{path: d.skim for path, d in held.items() if d.skim}}
        self._parse_imported(skims, held)
        files = {**self._files, **{path: document.file for path, document in held.items()}}
        return Snapshot(
            roots=self.roots,
            files={file.path: file for _, file in sorted(files.items()) if file},
            imports={self._path(path): skims[path].imports for path in sorted(skims)},
            present=frozenset(map(Path, self._all_present())),
            ignored=frozenset(Path(f.path) for f in self._found.values() if f.ignored),
            process=self._process,
            settings=dict(self.settings),
            env_files=self.env_files,
            skipped=self._all_skipped(held),
            surroundings=self.surroundings,
        )

    def checked(self) -> list[Path]:
        """Return the paths of the files that were looked into and are ours, parsed or only skimmed."""
        ours = (f.path for f in self._found.values() if f.kind is not FileKind.IGNORE)
        return [self._path(path) for path in ours if path in self._skims or self._files.get(path)]

    def look_around(self, folders: Iterable[Path]) -> None:
        """Read the configs that code in these folders, outside every root, would meet; those of earlier ones go."""
        self._loose = tuple(sorted(set(folders)))
        self._look_outside_again()

    def use_env_files(self, chosen: Mapping[Path, Path]) -> None:
        """Read the environment file that the editor loads in each of some roots, whatever its name."""
        self.env_files = dict(chosen)
        self._look_outside_again()

    def _look_outside_again(self) -> None:
        before = self._found
        self._add_outside()
        for path in before.keys() - self._found.keys():
            self._forget(path)
        for path in self._found.keys() - before.keys():
            self._read(self._found[path])

    def on_disk(self, path: Path) -> SourceFile | None:
        """Return a file as it was last read from disk, or None when it was not parsed."""
        return self._files.get(str(path))

    def _list(self) -> None:
        self.settings = {root: find_settings(root) for root in self.roots}
        found: dict[str, Found] = {}
        passed: list[SkippedFile] = []
        present: list[str] = []
        for root in self.roots:
            result = walk(
                root,
                self.settings[root].exclude,
                [folder for folder in self.scope.whole if folder.is_relative_to(root)],
                [folder for folder in self.scope.near if folder.is_relative_to(root)],
                self.scope.limit,
                self.roots,
            )
            found.update((file.path, file) for file in result.files)
            found.update((path, Found(path, FileKind.IGNORE)) for path in result.rules)
            passed += result.skipped
            present += result.present
        self._walked = found
        self._passed = tuple(dict.fromkeys(passed))
        self._present = frozenset([*present, *_repositories_above(self.roots)])
        self._add_outside()

    def _add_outside(self) -> None:
        """Add what the walk does not come upon: files asked for by name, and what lies above roots and loose files."""
        found = dict(self._walked)
        above = (path for root in self.roots if self.scope.outside for path in read_above(root))
        loose = self._loose if self.scope.outside else ()
        around = (path for folder in loose for path in (*read_in(folder), *read_above(folder)))
        for path in (*self.scope.files, *above, *around):
            kind = provisional_kind(path.name, path.parent.name)
            if kind is not None and os.path.lexists(path) and not path.is_dir():
                found.setdefault(str(path), Found(str(path), kind))
        self._closed = {}
        for chosen in self._env_paths():
            if chosen not in found and paths.exists(chosen):
                problem = env_file_problem(chosen, map(str, self.roots), outside=self.scope.outside)
                if problem:
                    self._closed[chosen] = problem
                else:
                    found[chosen] = Found(chosen, FileKind.DOTENV)
        self._found = dict(sorted(found.items()))

    def _read(self, found: Found) -> None:
        try:
            data = read_bytes(found.path, limit_of(found.kind))
            if found.kind in SCRIPT_KINDS and not self._skim(found, data).mentions:
                return
            self._files[found.path] = source_of(self._path(found.path), found.kind, data)
        except Refused as refused:
            self._refused[found.path] = str(refused)

    def _skim(self, found: Found, data: bytes) -> Skim:
        look = skim_python if found.kind is FileKind.PYTHON else skim_notebook
        skim = self._skims[found.path] = look(data, self.package_of(found.path))
        return skim

    def package_of(self, path: str) -> tuple[str, ...]:
        """Return the folders between the innermost root and the file."""
        folder = paths.parent_of(path)
        package = self._packages.get(folder)
        if package is None:
            inside = [root for root in map(str, self.roots) if paths.is_below(folder, root)]
            package = tuple(paths.parts_of(folder[len(max(inside, key=len, default=folder)) :]))
            self._packages[folder] = package
        return package

    def _parse_imported(self, skims: Mapping[str, Skim], held: Mapping[str, Opened]) -> None:
        """Parse the modules that scripts of interest import, however indirectly, and drop what nobody imports now."""
        index = ModuleIndex((path for path in skims if not path.endswith(".ipynb")), map(str, self.roots))
        wanted = {path for path, skim in skims.items() if skim.mentions or path in held}
        pending = list(wanted)
        imported: set[str] = set()
        while pending:
            importer = pending.pop()
            modules = index.imported(importer, skims[importer].imports)
            imported |= modules
            pending += modules - wanted
            wanted |= modules
        self.imported = frozenset(map(self._path, imported))
        for path in sorted(wanted.difference(self._files, self._refused, held)):
            self._parse(self._found[path])
        for path in self._skims.keys() - wanted:
            self._files.pop(path, None)

    def _parse(self, found: Found) -> None:
        try:
            self._files[found.path] = source_of(self._path(found.path), found.kind, read_bytes(found.path))
        except Refused as refused:
            self._refused[found.path] = str(refused)

    def _needs_walk(self, path: str) -> bool:
        """Tell whether a change can mean more than another content of one file that is known."""
        if path in self._env_paths() and (path in self._found) != paths.exists(path):
            return True
        known = self._found.get(path)
        name, folder = paths.name_of(path), paths.name_of(paths.parent_of(path))
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            gone = any(paths.is_below(other, path) for other in (*self._found, *self._present))
            return gone or changes_walk(name)
        if known is not None and stat.S_ISREG(mode):
            return known.kind in (FileKind.PYPROJECT, FileKind.SETTINGS, FileKind.IGNORE)
        return not stat.S_ISREG(mode) or changes_walk(name) or provisional_kind(name, folder) is not None

    def _env_paths(self) -> frozenset[str]:
        return frozenset(map(str, self.env_files.values()))

    def _path(self, path: str) -> Path:
        """Return the Path, made once: making it costs more than reading a small file."""
        return self._paths.get(path) or self._paths.setdefault(path, Path(path))

    def _forget(self, path: str) -> None:
        self._skims.pop(path, None)
        self._files.pop(path, None)
        self._refused.pop(path, None)

    def _all_present(self) -> set[str]:
        """Return what exists without being parsed; a config.json of something else is in a lookup's way."""
        configs = {path for path, found in self._found.items() if found.kind is FileKind.WORKSPACE_CONFIG}
        return {*self._present, *(p for p, file in self._files.items() if file is None and p in configs)}

    def _all_skipped(self, held: Mapping[str, Opened]) -> tuple[SkippedFile, ...]:
        unread = (*self._refused.items(), *self._closed.items())
        refused = (SkippedFile(Path(path), reason) for path, reason in unread)
        on_disk = (skipped for skipped in (*self._passed, *refused) if str(skipped.path) not in held)
        documents = (SkippedFile(self._path(path), d.refused) for path, d in held.items() if d.refused)
        return tuple(sorted((*on_disk, *documents)))


def _repositories_above(roots: Iterable[Path]) -> Iterator[str]:
    """Yield the `.git` of each repository that a root lies in without being its top."""
    for root in roots:
        above = (str(folder / ".git") for folder in root.parents)
        yield from (path for path in above if os.path.lexists(path))
