"""What a check found, ready to be written in any format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from azmlflow.rules.base import Confidence, Finding, Fix, Severity
from azmlflow.workspace.snapshot import SkippedFile, Snapshot


class Reported(NamedTuple):
    """One finding with its repairs, the preferred one first."""

    finding: Finding
    fixes: tuple[Fix, ...]

    @property
    def severity(self) -> Severity:
        """How bad it is here."""
        return self.finding.severity or self.finding.rule.severity

    @property
    def confidence(self) -> Confidence:
        """How sure it is here."""
        return self.finding.confidence or self.finding.rule.confidence


class Report(NamedTuple):
    """The findings of a check in order of their files, and what is needed to show them.

    Paths are shown relative to `base` where they lie in it.
    """

    snapshot: Snapshot
    found: tuple[Reported, ...]
    checked: int
    skipped: tuple[SkippedFile, ...]
    base: Path
    unsafe: bool = False
    """Whether unsafe fixes count as fixes."""
    repaired: int = 0
    """How many findings were repaired before."""

    def shown(self, path: Path) -> str:
        """Return a path as it is shown: with forward slashes, relative to the base where it can be."""
        return (path.relative_to(self.base) if path.is_relative_to(self.base) else path).as_posix()

    def fixable(self, *, unsafe: bool) -> int:
        """Count the findings that `--fix` would repair."""
        return sum(1 for reported in self.found if applicable(reported.fixes, unsafe=unsafe))


def applicable(fixes: Iterable[Fix], *, unsafe: bool) -> Fix | None:
    """Return the fix that `--fix` applies: the first that is safe, or the first of all when unsafe ones are wanted."""
    return next((fix for fix in fixes if fix.safe or unsafe), None)
