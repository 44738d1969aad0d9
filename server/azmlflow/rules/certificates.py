"""What the rules on certificates share: the files that are named, and what was seen when they were opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.parsing.certificate import CertificateFacts, Fault
from azmlflow.resolution.certificate_uses import CertificateUse
from azmlflow.resolution.environs import concerns_azure
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.layers import LAYER_KINDS
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind
from azmlflow.workspace.surroundings import PathState, Surroundings

KINDS: Final = SCRIPT_KINDS | LAYER_KINDS
PASSWORD_FAULTS: Final = frozenset({Fault.PASSWORD_MISSING, Fault.PASSWORD_WRONG, Fault.PASSWORD_UNUSED})


class Opened(NamedTuple):
    """A certificate file that is named and there. Where its password is not known, it was opened without one."""

    use: CertificateUse
    path: Path
    state: PathState
    facts: CertificateFacts
    locked: bool
    """Whether it has a password, as far as can be told."""

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.path.name


def named(resolution: Resolution) -> Iterator[CertificateUse]:
    """Yield the certificates that azure-identity would read; none where nothing around the files was looked at."""
    if resolution.snapshot.surroundings is None or not concerns_azure(resolution):
        return
    yield from (use for use in resolution.certificates if use.read)


def opened(resolution: Resolution, *, with_password_only: bool = False) -> Iterator[Opened]:
    """Yield the certificates that the file names and that were opened.

    What is named for another machine is only meant where the workspace itself holds it. `with_password_only` adds those
    of which the file sets nothing but the password.
    """
    seen = resolution.snapshot.surroundings
    for use in named(resolution):
        if seen is not None and (use.own or with_password_only) and (use.here or use.is_relative):
            found = open_use(seen, use, resolution.file.kind)
            if found is not None:
                yield found


def open_use(seen: Surroundings, use: CertificateUse, kind: FileKind) -> Opened | None:
    """Return what a use names, None when nothing is there, or where a likelier place was not looked at."""
    if not use.is_relative and is_unexpanded(use, kind):
        return None
    for path in use.paths[:1] if use.exact else use.paths:
        state = seen.paths.get(path)
        if state is None:
            return None
        if state.kind == "file":
            facts = seen.certificates.get((path, use.password.text))
            bare = seen.certificates.get((path, None))
            if facts is None or bare is None or not facts.judged:
                return None
            return Opened(use, path, state, facts, bare.fault is Fault.PASSWORD_MISSING)
    return None


def is_unexpanded(use: CertificateUse, kind: FileKind) -> bool:
    """Tell whether a path begins with the sign for the home folder, which only a shell expands."""
    return use.value.startswith(("~/", "~\\")) and kind is not FileKind.SHELL
