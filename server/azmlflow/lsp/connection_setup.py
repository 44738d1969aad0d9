"""What a connection test needs to know of the project, and by what one later tells that it would be another test now."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request
from azmlflow.resolution.connection import Configured, Connection, configured, connection_of
from azmlflow.resolution.connection_environ import INTERCEPTING
from azmlflow.resolution.wanted import wanted
from azmlflow.workspace.interpreter import IN_PROJECT
from azmlflow.workspace.surroundings import look

if TYPE_CHECKING:
    from azmlflow.workspace.snapshot import Snapshot
    from azmlflow.workspace.surroundings import Terms


class Asked(NamedTuple):
    """What the user asked for: the steps for a document or folder.

    `uri` is as the client writes it; `subject` says what is tested, such as "connection of train.py". `by_itself` says
    that nobody asked for it now, `quiet` that its progress is not shown either.
    """

    path: Path
    uri: str
    subject: str
    steps: tuple[str, ...]
    link: str | None = None
    timeout: float | None = None
    may_interact: bool = False
    by_itself: bool = False
    quiet: bool = False

    @property
    def title(self) -> str:
        """Return what is shown while the test is made."""
        return f"Testing the {self.subject}"

    def again(self, *, quiet: bool = False) -> Asked:
        """Return what may be done over again unasked: nothing that opens a window or writes to the workspace."""
        steps = tuple(step for step in self.steps if not o.STEP_OF[step].by_name)
        return self._replace(steps=steps, may_interact=False, by_itself=True, quiet=quiet)


class Setup(NamedTuple):
    """All that a probe is given.

    `files` are those that it rests on. `digest` stands for everything that decides what the probe would do; it hides
    the variables' values. `target` is what is tested: two tests of one target make one superfluous.
    """

    request: Request
    pythons: tuple[Path, ...]
    environ: Mapping[str, str]
    folder: Path
    configuration: Outcome
    files: frozenset[Path]
    digest: str
    target: str
    guessed: bool = False
    diverting: frozenset[tuple[str, str]] = frozenset()
    """Variables that the project's files set and by which tokens go another way, each with a hash of its value."""
    brought: bool = False
    """Whether the interpreter is one that lies in the project and that nobody chose."""

    @property
    def workspace(self) -> str | None:
        """Return the name of the workspace, where the project tells it."""
        return self.request.workspace.workspace_name if self.request.workspace else None


def set_up(snapshot: Snapshot, terms: Terms, asked: Asked) -> Setup:
    """Return what a test is given, after a look at what lies around the files; touches the disk."""
    want = wanted(snapshot, process=True)
    interpreters = want.interpreters | {snapshot.root_of(asked.path / "x"), snapshot.root_of(asked.path)}
    seen = look(want._replace(interpreters=interpreters), terms)
    connection = connection_of(replace(snapshot, surroundings=seen), asked.path)
    said = configured(connection)
    workspace = connection.workspace
    return Setup(
        request=Request.to(connection, asked.steps, asked.link, may_interact=asked.may_interact),
        pythons=connection.pythons(Path(sys.executable)),
        environ=connection.environ,
        folder=connection.folder,
        configuration=Outcome.of_json(said.as_json()),
        files=connection.files,
        digest=_digest(connection, said, connection.files - snapshot.files.keys()),
        target=workspace.arm_id.casefold() if workspace else str(asked.path),
        guessed=connection.guessed,
        diverting=_diverting(connection),
        brought=connection.interpreter is not None and connection.interpreter.origin in IN_PROJECT,
    )


def what_waits(before: Setup, now: Setup) -> str | None:
    """Return what keeps a test from being made again unasked, as the end of a sentence: the user has not seen it yet."""
    names = sorted({name for name, _ in now.diverting - before.diverting})
    if names:
        return f"and {', '.join(names)} would lead tokens another way: test again if you trust that."
    if now.brought and now.pythons != before.pythons:
        return f"and {'/'.join(now.pythons[0].parts[-3:])} would be started: test again if you trust it."
    return None


def _diverting(connection: Connection) -> frozenset[tuple[str, str]]:
    set_here = (name for name in connection.origins if name.upper() in INTERCEPTING)
    return frozenset(
        (name, sha256(connection.environ[name].encode("utf-8", "surrogatepass")).hexdigest())
        for name in set_here
    )


def _digest(connection: Connection, said: Configured, unread: Iterable[Path]) -> str:
    """Return a hash of what a probe would be given, and of the state of the files that only it reads."""
    python = connection.interpreter.python if connection.interpreter else None
    given = (
        connection.uri,
        connection.workspace,
        connection.credential,
        connection.experiment,
        sorted(connection.environ.items()),
        str(python),
        str(connection.folder),
        (said.verdict, said.code),
        [(str(path), _state_of(path)) for path in sorted(unread)],
    )
    return sha256(json.dumps(given).encode()).hexdigest()


def _state_of(path: Path) -> tuple[int, int] | None:
    """Return the time of a file's last change and its size, None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
