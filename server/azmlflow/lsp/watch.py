"""Learns of files that change on disk: from the client where it can watch, else, and outside the folders, by itself."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lsprotocol import types

from azmlflow.lsp import background

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

log = logging.getLogger(__name__)

GLOBS: Final = (
    "**/*.{py,pyw,ipynb,yml,yaml,sh,bash,zsh,ps1,md,toml,env}",
    "**/{.env*,.envrc,*.env.*,env.*}",
    "**/*{requirements,constraints}*.{txt,in}",
    "**/requirements/*.{txt,in}",
    "**/{config,project,settings,launch}.json",
    "**/{MLproject,MLmodel,mlflow.db,mlruns,.gitignore}",
    "**/{Pipfile,Procfile,Makefile,makefile,GNUmakefile,justfile,Justfile,.justfile,mise.toml,.mise.toml}",
    "**/*.{pem,pfx,p12,crt,cer,key,dockerfile,containerfile}",
    "**/{Dockerfile,Containerfile}",
    "**/{Dockerfile,Containerfile}.*",
)
"""What the workspace reads or asks for the presence of; a test holds them against `workspace.classify`."""


class Watched(NamedTuple):
    """What we watch ourselves: whole folders, and single files outside them."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]


class Watch:
    """Our own watcher, begun anew whenever there is something else to watch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watched = Watched((), ())
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Watch, and return once no change is missed any more."""
        self.follow()
        if self._task:
            await self._begun.wait()

    def follow(self) -> None:
        """Watch what there is to watch now; the earlier watch ends only when the new one has begun."""
        wanted = self._wanted()
        if wanted != self._watched:
            earlier, self._watched = self._task, wanted
            self._task = background.spawn(self._run(wanted, earlier)) if any(wanted) else None
            if earlier and not self._task:
                earlier.cancel()

    async def changed(self, paths: Collection[Path]) -> None:
        """Read files again that changed on disk, and look at the open documents where that matters."""
        await self._session.ready.wait()
        affected = await background.in_thread(lambda: self._session.store.changed_on_disk(paths))
        await self._session.around.look()
        self._session.diagnostics.refresh_soon(affected)
        self._session.connections_may_differ(paths)
        if affected or any(map(self._session.documents.at, paths)):  # what was edited counts once it is saved
            self._session.aims.look_soon()
        self.follow()

    def _wanted(self) -> Watched:
        session = self._session
        inside = tuple(f"{folder}{os.sep}" for folder in session.folders)
        snapshot, around = session.store.snapshot, session.store.snapshot.surroundings
        files = {path for path in snapshot.files if not str(path).startswith(inside)}
        files |= {path for path in (around.paths if around else ()) if not _is_announced(path, inside)}
        files |= {path for path in snapshot.env_files.values() if not _is_ours(path, inside)}
        folders = () if session.capabilities.register_watchers else tuple(session.folders)
        return Watched(folders, tuple(sorted(files)))

    async def _run(self, wanted: Watched, earlier: asyncio.Task[None] | None) -> None:
        from azmlflow.workspace.watcher import watch

        try:
            async for paths in watch(wanted.folders, wanted.files):
                if paths:
                    background.spawn(self.changed(paths))
                    continue
                log.info("Watching %d folders and %d single files.", len(wanted.folders), len(wanted.files))
                self._begun.set()
                if earlier:
                    earlier.cancel()
        except OSError as error:
            log.warning(
                "Files cannot be watched (%s): reopen the folder to see what changed on disk.", error.strerror
            )
        finally:
            self._begun.set()  # whatever became of it, nobody shall wait for ever


def _is_announced(path: Path, inside: tuple[str, ...]) -> bool:
    """Tell whether a client that watches the folders by GLOBS, or our own watch over them, tells of a path."""
    from azmlflow.workspace.discovery import changes_walk

    return str(path).startswith(inside) and changes_walk(path.name)


def _is_ours(path: Path, inside: tuple[str, ...]) -> bool:
    """Tell whether a client that watches by GLOBS tells of a file because its name says that we read it."""
    from azmlflow.workspace.classify import provisional_kind

    return str(path).startswith(inside) and provisional_kind(path.name, path.parent.name) is not None


def registration() -> types.Registration:
    """Return what asks the client to watch."""
    watchers = [types.FileSystemWatcher(glob) for glob in GLOBS]
    # A folder that goes is announced by its own name alone.
    watchers.append(types.FileSystemWatcher("**/*", types.WatchKind.Delete))
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    return types.Registration(method, method, types.DidChangeWatchedFilesRegistrationOptions(watchers))
