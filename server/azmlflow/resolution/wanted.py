"""What a snapshot would have looked at around its files: paths that variables name, git's index, interpreters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os.path import normpath
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final

from azmlflow.azure.variables import (
    AZURE_CLIENT_CERTIFICATE_PASSWORD,
    AZURE_CLIENT_CERTIFICATE_PATH,
    PATH_VARIABLES,
)
from azmlflow.resolution.environs import Environ, process_environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot, SourceFile
from azmlflow.workspace.surroundings import Wanted
from azmlflow.workspace.texts import mentions

if TYPE_CHECKING:
    from azmlflow.resolution.certificate_uses import CertificateUse

TELLING: Final = (*PATH_VARIABLES, AZURE_CLIENT_CERTIFICATE_PASSWORD, "CertificateCredential")
"""The words without which a file names nothing that is to be looked at."""

_MAY_BE_SECRET: Final = frozenset({FileKind.DOTENV, FileKind.EDITOR})
_PACKAGES_MATTER: Final = (*SCRIPT_KINDS, FileKind.REQUIREMENTS, FileKind.CONDA, FileKind.PYPROJECT)


def wanted(snapshot: Snapshot, *, process: bool = False) -> Wanted:
    """Return what to look at so that every rule has what it needs; with `process`, what its variables name too.

    No finding is about the variables of the process.
    """
    paths: set[Path] = set()
    certificates: set[tuple[Path, str | None]] = set()
    for environ in _environs(snapshot, process):
        for name in PATH_VARIABLES:
            paths.update(candidates(environ, name, snapshot.process.values))
        passwords = {None, environ.text(AZURE_CLIENT_CERTIFICATE_PASSWORD)}
        for path in candidates(environ, AZURE_CLIENT_CERTIFICATE_PATH, snapshot.process.values):
            certificates.update((path, password) for password in passwords)
    for use in _certificate_calls(snapshot):
        paths.update(use.paths)
        certificates.update((path, password) for path in use.paths for password in (None, use.password.text))
    interpreters = snapshot.roots if any(True for _ in snapshot.of_kind(*_PACKAGES_MATTER)) else ()
    repositories = _repositories(snapshot, (path for path, _ in certificates))
    return Wanted(frozenset(paths), frozenset(certificates), repositories, frozenset(interpreters))


def candidates(environ: Environ, name: str, process: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the absolute paths that a variable's value may mean, the likeliest first.

    What azure-identity and requests do not expand (`~`) is expanded here all the same: to tell what was meant.
    """
    value = environ.text(name)
    return paths_meant(value, environ.folders, process) if value else ()


def paths_meant(value: str, folders: Iterable[Path], process: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the absolute paths that a written path may mean, from some folders; none for one with odd characters."""
    if "\0" in value or "\n" in value:
        return ()
    home = process.get("HOME") or process.get("USERPROFILE")
    if value.startswith(("~/", "~\\")):
        return (Path(normpath(Path(home) / value[2:])),) if home else ()
    if is_absolute(value):
        return (Path(value),)
    return tuple(dict.fromkeys(Path(normpath(folder / value)) for folder in folders))


def is_absolute(value: str) -> bool:
    """Tell whether a written path is absolute on some system."""
    return PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()


def repository_of(snapshot: Snapshot, path: Path) -> Path | None:
    """Return the git repository that holds a path, as far as the snapshot knows."""
    return next((folder for folder in path.parents if folder / ".git" in snapshot.present), None)


def _environs(snapshot: Snapshot, process: bool) -> Iterator[Environ]:
    """Yield the environments in which a variable that names a path is set, and that of the process itself."""
    for file in snapshot.of_kind(*LAYER_KINDS, *SCRIPT_KINDS):
        if mentions(file, TELLING):
            yield from Resolution(snapshot, file).environs
    if process:
        yield process_environ(snapshot)


def _certificate_calls(snapshot: Snapshot) -> Iterator[CertificateUse]:
    from azmlflow.resolution.certificate_uses import calls_of

    for file in snapshot.of_kind(*SCRIPT_KINDS):
        yield from calls_of(snapshot, file)


def _repositories(snapshot: Snapshot, certificates: Iterable[Path]) -> dict[Path, frozenset[Path]]:
    found: dict[Path, set[Path]] = {}
    files = (file.path for file in snapshot.files.values() if _may_hold_secrets(file))
    for path in (*files, *certificates):
        repository = repository_of(snapshot, path)
        if repository is not None:
            found.setdefault(repository, set()).add(path)
    return {repository: frozenset(paths) for repository, paths in found.items()}


def _may_hold_secrets(file: SourceFile) -> bool:
    return file.kind in _MAY_BE_SECRET or file.path.name == ".envrc"
