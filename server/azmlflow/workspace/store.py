"""The language server's workspace: files on disk, overlaid by the documents that the editor holds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from azmlflow.workspace import documents
from azmlflow.workspace.classify import provisional_kind
from azmlflow.workspace.documents import EditorCell, Opened
from azmlflow.workspace.environment import env_file_meant
from azmlflow.workspace.project import Progress, Project, Scope
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot

if TYPE_CHECKING:
    from azmlflow.parsing.python.document import ChangedLines
    from azmlflow.workspace.learned import Learned
    from azmlflow.workspace.surroundings import Surroundings

ROOT_LIMIT: Final = 20_000
"""How many files of a workspace folder are looked into: somebody will open their home folder."""


class Store:
    """Holds the current Snapshot and replaces it as files and documents change.

    `load`, `changed_on_disk`, `add_root` and `remove_root` read files and wait for each other: call them off the loop.
    What takes documents never waits for them, and `change`, `change_cell` and `change_notebook_structure` touch no
    file. All may be called from any thread; the edits of one document have to come in order.
    """

    def __init__(self, roots: Iterable[Path], environ: Mapping[str, str], *, trusted: bool = True) -> None:
        self._environ = dict(environ)
        self._trusted = trusted
        self._project = self._project_of(roots)
        self._snapshot = self._project.snapshot()
        self._opened: dict[Path, Opened] = {}
        self._learned: tuple[Learned, ...] = ()
        self._disk = threading.Lock()
        """Held by whoever reads files."""
        self._state = threading.Lock()
        """Held for an instant, to replace the snapshot together with the open documents."""
        self._revision = 0
        self._settled = 0

    @property
    def snapshot(self) -> Snapshot:
        """The workspace as it is now; what was handed out earlier does not change."""
        return self._snapshot

    @property
    def opened(self) -> tuple[Path, ...]:
        """The paths of the open documents and notebooks."""
        return tuple(self._opened)

    def load(self, progress: Progress | None = None) -> None:
        """Read the roots from disk; documents may be opened and edited meanwhile."""
        with self._disk:
            self._project.load(progress)
            self._settle()
        self._catch_up()

    def add_root(self, root: Path) -> None:
        """Take in another workspace folder; all are read again."""
        self._replace_roots([*self._project.roots, root])

    def remove_root(self, root: Path) -> None:
        """Let a workspace folder go; its open documents stay."""
        self._replace_roots([known for known in self._project.roots if known != root])

    def use_env_files(self, written: Mapping[Path, str]) -> bool:
        """Take which environment file the editor loads in each root, as its settings write it; tell whether that is new.

        Reads the files, like `load`.
        """
        meant = {root: env_file_meant(text, root, self._environ) for root, text in written.items()}
        chosen = {root: path for root, path in meant.items() if path is not None}
        if chosen == self._project.env_files:
            return False
        with self._disk:
            self._project.use_env_files(chosen)
            self._settle()
        self._catch_up()
        return True

    def changed_on_disk(self, paths: Iterable[Path]) -> set[Path]:
        """Read again what was created, changed or deleted; return the files whose findings may now be others.

        Those are the files that changed and all open documents; none when nothing of ours changed. A document that is
        open stays as the editor holds it.
        """
        with self._disk:
            before = self._snapshot
            self._project.refresh(paths)
            self._settle()
            after = self._snapshot
        self._catch_up()
        known = before.files.keys() | after.files.keys()
        changed = {path for path in known if before.files.get(path) is not after.files.get(path)}
        return changed.union(self._opened) if changed or _differ_beside_files(before, after) else set()

    def surround(self, surroundings: Surroundings) -> bool:
        """Take what was looked at around the files; tell whether it is anything else than before."""
        with self._state:
            before, self._project.surroundings = self._project.surroundings, surroundings
            same = surroundings.same_as(before)
            if not same:
                self._snapshot = replace(self._snapshot, surroundings=surroundings, memo={})
        return not same

    def learn(self, learned: Iterable[Learned]) -> bool:
        """Take all that connection tests have learned; tell whether it is anything else than before."""
        with self._state:
            before, self._learned = self._learned, tuple(learned)
            if self._learned != before:
                self._snapshot = replace(self._snapshot, learned=self._learned, memo={})
        return self._learned != before

    def open(self, path: Path, text: str, version: int, kind: FileKind | None = None) -> None:
        """Take a document in place of its file; `kind` is what the editor says it is, else its name decides.

        May read a few files: modules that it imports, and configs around it when it lies outside the roots.
        """
        if path in self._project.env_files.values() and provisional_kind(path.name, path.parent.name) is None:
            kind = FileKind.DOTENV
        self._hold(path, documents.opened_text(path, text, version, kind, self._package_of(path)))

    def open_notebook(
        self,
        path: Path,
        cells: Sequence[EditorCell],
        version: int,
        kernel: str | None = None,
        language: str | None = None,
    ) -> None:
        """Take an open notebook in place of its file; reads files as `open` does."""
        before = self._snapshot.files.get(path)
        package = self._package_of(path)
        self._hold(path, documents.opened_notebook(path, cells, version, before, kernel, language, package))

    def change(self, path: Path, text: str, version: int, changed: ChangedLines | None = None) -> None:
        """Replace an open document's text; with the lines that changed, only those of a script are parsed anew."""
        before, package = self._opened.get(path), self._package_of(path)
        self._amend(path, documents.changed_text(path, before, text, version, changed, package))

    def change_cell(self, path: Path, index: int, text: str, version: int) -> None:
        """Replace the text of one cell of an open notebook."""
        before = self._opened.get(path)
        if before is not None:
            self._amend(path, documents.changed_cell(before, index, text, version, self._package_of(path)))

    def change_notebook_structure(
        self,
        path: Path,
        cells: Sequence[EditorCell],
        version: int,
        kernel: str | None = None,
        language: str | None = None,
    ) -> None:
        """Replace all cells of an open notebook, after some were added, removed or moved, or its kernel changed."""
        before = self._opened.get(path)
        file, package = before.file if before else None, self._package_of(path)
        self._amend(path, documents.opened_notebook(path, cells, version, file, kernel, language, package))

    def close(self, path: Path) -> None:
        """Let a document go: what is on disk counts again, as it was last read."""
        with self._state:
            self._opened.pop(path, None)
            self._snapshot = self._snapshot.without_file(path)
            self._revision += 1
        self._catch_up()

    def dependents(self, path: Path) -> set[Path]:
        """Return the open documents whose findings may change with this file, itself included when it is open.

        A script is on its own unless others import it; a config, an environment file or a job concerns all.
        """
        file = self._snapshot.files.get(path)
        if file is not None and file.kind in SCRIPT_KINDS and path not in self._project.imported:
            return {path} & self._opened.keys()
        return set(self._opened)

    def _hold(self, path: Path, document: Opened) -> None:
        before = self._snapshot
        with self._state:
            self._opened[path] = document
            self._snapshot = _overlaid(self._snapshot, {path: document})
            if self._brings_others(path, document, before):
                self._revision += 1
        self._catch_up()

    def _amend(self, path: Path, document: Opened) -> None:
        with self._state:
            self._opened[path] = document
            self._snapshot = _overlaid(self._snapshot, {path: document})

    def _brings_others(self, path: Path, document: Opened, before: Snapshot) -> bool:
        """Tell whether other files are to be read for a document, because it was not known as it is now."""
        if path not in before.files:
            return True
        return document.skim is not None and before.imports.get(path) != document.skim.imports

    def _catch_up(self) -> None:
        """Read what open documents need, unless somebody reads already, who will then do it."""
        while self._settled != self._revision and self._disk.acquire(blocking=False):
            try:
                self._settle()
            finally:
                self._disk.release()

    def _settle(self) -> None:
        """Make the snapshot anew from disk and the open documents; to be called by the holder of `_disk`."""
        with self._state:
            for path, document in self._opened.items():
                self._opened[path] = documents.above_file(document, self._project.on_disk(path))
            opened, revision = dict(self._opened), self._revision
        roots = self._project.roots
        loose = (path.parent for path in opened if path.is_absolute() and not _is_inside(path, roots))
        self._project.look_around(loose)
        fresh = self._project.snapshot(opened)
        with self._state:
            fresh = replace(fresh, surroundings=self._project.surroundings, learned=self._learned)
            self._snapshot = _overlaid(fresh, self._opened)
            self._settled = revision

    def _replace_roots(self, roots: Iterable[Path]) -> None:
        with self._disk:
            project = self._project_of(roots)
            project.surroundings = self._project.surroundings
            project.env_files = self._project.env_files
            project.load()
            self._project = project
            self._settle()
        self._catch_up()

    def _project_of(self, roots: Iterable[Path]) -> Project:
        return Project(roots, self._environ, Scope(limit=ROOT_LIMIT, outside=self._trusted))

    def _package_of(self, path: Path) -> tuple[str, ...]:
        return self._project.package_of(str(path))


def _overlaid(snapshot: Snapshot, opened: Mapping[Path, Opened]) -> Snapshot:
    """Return the snapshot with documents in place of their files."""
    for path, document in opened.items():
        if document.file is not None:
            snapshot = snapshot.with_file(document.file)
        elif path in snapshot.files:
            snapshot = snapshot.without_file(path)
        if document.skim is not None and snapshot.imports.get(path) != document.skim.imports:
            imports = {**snapshot.imports, path: document.skim.imports}
            snapshot = replace(snapshot, imports=imports, memo={})
    return snapshot


def _differ_beside_files(before: Snapshot, after: Snapshot) -> bool:
    """Tell whether two snapshots differ in what findings may rest on, the files themselves apart."""
    return (before.present, before.ignored, before.settings, before.imports) != (
        after.present,
        after.ignored,
        after.settings,
        after.imports,
    )


def _is_inside(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)
