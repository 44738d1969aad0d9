"""Reads what is to be checked and runs the rules on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from azmlflow.cli.errors import WrongUse
from azmlflow.cli.report import Reported
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import wanted as worth_a_look
from azmlflow.rules.base import Persona
from azmlflow.rules.engine import check_file, fixes_of
from azmlflow.rules.selection import Selection
from azmlflow.rules.suppression_unknown import means_a_rule
from azmlflow.workspace.load import Loaded, UnreadableInput, load
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.surroundings import Terms, look


class Wanted:
    """What the command line says about rules; the project's settings say the rest."""

    def __init__(self, select: str | None, ignore: str | None, persona: Persona | None) -> None:
        self.select = _codes("--select", select)
        self.ignore = _codes("--ignore", ignore)
        self.persona = persona

    def of(self, resolution: Resolution) -> Selection:
        """Return what is reported in one file."""
        return Selection.of(resolution.settings, select=self.select, ignore=self.ignore, persona=self.persona)


def read(paths: Iterable[str]) -> Loaded:
    """Read files and folders, showing how far it is when somebody is looking; one that cannot be read is WrongUse."""
    progress = Progress() if sys.stderr.isatty() else None
    try:
        loaded = load([Path(path) for path in paths], os.environ, progress)
        return loaded._replace(snapshot=look_around(loaded.snapshot))
    except UnreadableInput as error:
        raise WrongUse(str(error)) from None
    finally:
        if progress:
            progress.clear()


def look_around(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with what its files ask to be looked at."""
    terms = Terms(datetime.now(timezone.utc), True, snapshot.roots, os.environ)
    return replace(snapshot, surroundings=look(worth_a_look(snapshot), terms))


def check(snapshot: Snapshot, targets: Iterable[Path], wanted: Wanted) -> tuple[Reported, ...]:
    """Return the findings of each file in order, with their fixes."""
    return tuple(reported for path in targets for reported in check_one(snapshot, path, wanted))


def check_one(snapshot: Snapshot, path: Path, wanted: Wanted) -> Iterator[Reported]:
    """Yield the findings of one file; none when nothing in it made it worth keeping."""
    file = snapshot.files.get(path)
    if file is not None:
        resolution = Resolution(snapshot, file)
        for finding in check_file(resolution, wanted.of(resolution)):
            yield Reported(finding, fixes_of(finding))


class Progress:
    """One line on standard error that counts files; the first half second stays silent."""

    def __init__(self) -> None:
        from time import monotonic

        self._now = monotonic
        self._next = monotonic() + 0.5
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show how many files were read, ten times a second at most."""
        now = self._now()
        if now >= self._next:
            self._next, self._shown = now + 0.1, True
            print(f"\r{done} of {total} files read", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _codes(option: str, value: str | None) -> tuple[str, ...] | None:
    """Return the codes or beginnings of codes in a list with commas; one that fits no rule is WrongUse."""
    if value is None:
        return None
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    unknown = next((name for name in names if not means_a_rule(name)), None)
    if unknown is not None:
        raise WrongUse(
            f"{option} names '{unknown}', which is no rule: `azmlflow rule --all` lists the codes and names"
        )
    return names
