"""The project around one PATH, with the interpreter that its code runs in: what `doctor` and `test-connection` begin with."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from azmlflow.cli.errors import WrongUse

if TYPE_CHECKING:
    from azmlflow.workspace.interpreter import Interpreter
    from azmlflow.workspace.load import Loaded
    from azmlflow.workspace.snapshot import Snapshot


class Examined(NamedTuple):
    """A PATH that was read: `absolute` is where it is, `folder` itself or the one that holds it."""

    snapshot: Snapshot
    targets: tuple[Path, ...]
    absolute: Path
    folder: Path
    interpreter: Interpreter | None

    @property
    def is_file(self) -> bool:
        """Tell whether it is a file."""
        return self.absolute != self.folder


def examine(path: Path, python: str | None) -> Examined:
    """Read a file or folder, what is around it, and the interpreter; `python` is the one that the user names.

    WrongUse for a path that cannot be read and for an interpreter that is none.
    """
    from azmlflow.resolution.doctor.packages import interpreter_of
    from azmlflow.workspace.interpreter import CHOSEN

    loaded = _load(path)
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - as `load` makes paths absolute
    folder = absolute if path.is_dir() else absolute.parent
    snapshot = _look(loaded.snapshot, python)
    interpreter = interpreter_of(snapshot, folder)
    if python and (interpreter is None or interpreter.origin != CHOSEN):
        raise WrongUse(f"--python names no interpreter with a folder of packages: {python}")
    return Examined(snapshot, loaded.targets, absolute, folder, interpreter)


def _load(path: Path) -> Loaded:
    from azmlflow.cli.collect import Progress
    from azmlflow.workspace.load import UnreadableInput, load

    progress = Progress() if sys.stderr.isatty() else None
    try:
        return load([path], os.environ, progress)
    except UnreadableInput as error:
        raise WrongUse(str(error)) from None
    finally:
        if progress:
            progress.clear()


def _look(snapshot: Snapshot, python: str | None) -> Snapshot:
    """Return the snapshot with what is around its files; an interpreter is looked for even in an empty folder."""
    from dataclasses import replace
    from datetime import datetime, timezone

    from azmlflow.resolution.wanted import wanted
    from azmlflow.workspace.surroundings import Terms, look

    chosen = os.path.abspath(python) if python and os.path.exists(python) else python  # noqa: PTH100, PTH110
    interpreters = dict.fromkeys(snapshot.roots, chosen) if chosen else {}
    terms = Terms(datetime.now(timezone.utc), True, snapshot.roots, os.environ, interpreters)
    everything = wanted(snapshot, process=True)._replace(interpreters=frozenset(snapshot.roots))
    return replace(snapshot, surroundings=look(everything, terms))
