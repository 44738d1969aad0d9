"""What is looked at around the files of a project: paths that variables name, interpreters, git's index, the date.

Looking happens when somebody asks for it, never on a keystroke; rules read the result from the Snapshot.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from azmlflow.workspace.read import MEGABYTE, Refused, read_bytes

if TYPE_CHECKING:
    from azmlflow.parsing.certificate import CertificateFacts
    from azmlflow.workspace.interpreter import Interpreter

MOST_PATHS: Final = 1_000
LARGEST_CERTIFICATE: Final = MEGABYTE


class PathState(NamedTuple):
    """What is at a path. `mode` holds the permission bits, None where nothing is or they mean nothing (Windows)."""

    kind: Literal["file", "folder", "missing", "unreadable", "other"]
    mode: int | None = None


class Wanted(NamedTuple):
    """What the resolution asks to be looked at; a certificate is (path, password), and its path is among `paths`."""

    paths: frozenset[Path] = frozenset()
    certificates: frozenset[tuple[Path, str | None]] = frozenset()
    repositories: Mapping[Path, frozenset[Path]] = {}
    """The files of each git repository of which it matters whether git tracks them."""
    interpreters: frozenset[Path] = frozenset()
    """The roots whose interpreter is looked for."""


class Terms(NamedTuple):
    """On which terms one looks: what the clock says, and whether files outside the roots may be read."""

    now: datetime
    trusted: bool
    roots: tuple[Path, ...]
    environ: Mapping[str, str]
    interpreters: Mapping[Path, str] = {}
    """The interpreter that the editor's user chose for a root."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was seen. A path that is in no mapping was not looked at: nothing may be concluded from that."""

    now: datetime
    trusted: bool = True
    paths: Mapping[Path, PathState] = field(default_factory=dict)
    certificates: Mapping[tuple[Path, str | None], CertificateFacts] = field(default_factory=dict, repr=False)
    """What a certificate file holds, by its path and the password that it would be opened with."""
    tracked: frozenset[Path] = frozenset()
    """Those of the wanted files that git tracks."""
    ignored: frozenset[Path] = frozenset()
    """Those of the wanted files that git leaves out."""
    repositories: frozenset[Path] = frozenset()
    """The git repositories whose index was read; of files in others it is not known whether git tracks them."""
    interpreters: Mapping[Path, Interpreter] = field(default_factory=dict)
    """The interpreter of each root and what is installed there, where one was found."""

    def same_as(self, other: Surroundings | None) -> bool:
        """Tell whether the same was seen, the time of looking apart (days count)."""
        return other is not None and self._seen() == other._seen()

    def _seen(self) -> tuple[object, ...]:
        seen = (self.trusted, self.paths, self.certificates, self.tracked, self.ignored, self.repositories)
        return (self.now.date(), *seen, self.interpreters)


def look(wanted: Wanted, terms: Terms) -> Surroundings:
    """Look at what is wanted; never raises, opens regular files only, none outside the roots unless trusted."""
    allowed = [path for path in sorted(wanted.paths)[:MOST_PATHS] if _may_look(path, terms)]
    states = {path: state_of(path) for path in allowed}
    tracked, repositories = _tracked(wanted.repositories, terms)
    return Surroundings(
        now=terms.now,
        trusted=terms.trusted,
        paths=states,
        certificates=_certificates(wanted.certificates, states),
        tracked=tracked,
        ignored=_ignored(wanted.repositories, repositories),
        repositories=repositories,
        interpreters=_interpreters(wanted.interpreters, terms),
    )


def state_of(path: Path) -> PathState:
    """Return what is at a path."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return PathState("missing")
    except (OSError, ValueError):
        return PathState("unreadable")
    bits = stat.S_IMODE(mode) if os.name == "posix" else None
    if stat.S_ISDIR(mode):
        return PathState("folder", bits)
    if not stat.S_ISREG(mode):
        return PathState("other", bits)
    return PathState("file" if os.access(path, os.R_OK) else "unreadable", bits)


def _may_look(path: Path, terms: Terms) -> bool:
    """Tell whether a path may be touched at all: a network share never, a path outside the roots only when trusted.

    Touching `\\\\host\\share` would send the user's Windows credentials to that host.
    """
    if str(path).startswith(("\\\\", "//")) or not path.is_absolute():
        return False
    return terms.trusted or is_inside(path, terms.roots)


def is_inside(path: Path, roots: Iterable[Path]) -> bool:
    """Tell whether a path, links followed, lies in one of the roots."""
    try:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError, ValueError):
        return False


def _certificates(
    wanted: Iterable[tuple[Path, str | None]], states: Mapping[Path, PathState]
) -> dict[tuple[Path, str | None], CertificateFacts]:
    found: dict[tuple[Path, str | None], CertificateFacts] = {}
    for path, password in wanted:
        if path in states and states[path].kind == "file":
            from azmlflow.parsing.certificate import read_certificate

            try:
                data = read_bytes(str(path), LARGEST_CERTIFICATE)
            except Refused:
                continue
            found[path, password] = read_certificate(data, password)
    return found


def _tracked(wanted: Mapping[Path, frozenset[Path]], terms: Terms) -> tuple[frozenset[Path], frozenset[Path]]:
    tracked: set[Path] = set()
    read: set[Path] = set()
    for repository, files in wanted.items():
        from azmlflow.workspace.git import tracked_files

        if terms.trusted or is_inside(repository, terms.roots):
            found = tracked_files(repository, files, lambda path: _may_look(path, terms))
            if found is not None:
                read.add(repository)
                tracked |= found
    return frozenset(tracked), frozenset(read)


def _ignored(wanted: Mapping[Path, frozenset[Path]], read: frozenset[Path]) -> frozenset[Path]:
    from azmlflow.workspace.ignored import ignored_files

    return frozenset(path for repository in read for path in ignored_files(repository, wanted[repository]))


def _interpreters(roots: Iterable[Path], terms: Terms) -> dict[Path, Interpreter]:
    found: dict[Path, Interpreter] = {}
    for root in roots:
        from azmlflow.workspace.interpreter import find_interpreter

        inside = None if terms.trusted else terms.roots
        interpreter = find_interpreter(root, terms.environ, terms.interpreters.get(root), inside)
        if interpreter is not None:
            found[root] = interpreter
    return found
