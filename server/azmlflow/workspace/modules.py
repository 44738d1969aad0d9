"""Which file of the project an imported module is, as far as folders tell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from azmlflow.workspace import paths

_SOURCE_FOLDERS: Final = ("", "src" + os.sep)


class ModuleIndex:
    """The Python files of some roots, to look modules up in.

    What `sys.path` will hold is not known before the code runs. Tried are the importing file's folder and every folder
    above it up to its root, each also with `src`: where scripts, packages and `PYTHONPATH=src` would find it.
    """

    def __init__(self, files: Iterable[str], roots: Iterable[str]) -> None:
        self._files = frozenset(files)
        self._roots = frozenset(roots)
        folders = {paths.parent_of(file) for file in self._files}
        stems = {paths.name_of(file).rpartition(".")[0] for file in self._files}
        self._tops = stems.union(*map(paths.parts_of, folders))

    def find(self, importer: str, dotted: str) -> str | None:
        """Return the path of the module `dotted` as seen from the file `importer`, or None when it is not ours."""
        if dotted.partition(".")[0] not in self._tops:
            return None
        relative = dotted.replace(".", os.sep)
        for folder in self._search_path(importer):
            for source in _SOURCE_FOLDERS:
                base = f"{folder}{source}{relative}"
                for candidate in (f"{base}.py", f"{base}{os.sep}__init__.py"):
                    if candidate in self._files:
                        return candidate
        return None

    def imported(self, importer: str, names: Iterable[str]) -> set[str]:
        """Return the files that run when `importer` imports `names`; a package's `__init__` runs with its modules."""
        found: set[str] = set()
        for name in names:
            end = len(name)
            while end > 0:
                path = self.find(importer, name[:end])
                if path is not None and path != importer:
                    found.add(path)
                end = name.rfind(".", 0, end)
        return found

    def _search_path(self, importer: str) -> Iterator[str]:
        folder = importer
        while folder not in self._roots:
            parent = paths.parent_of(folder)
            if parent == folder:
                return
            folder = parent
            yield paths.with_separator(folder)
