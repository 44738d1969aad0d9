"""The tracking URIs that a shell script sets, for itself or for one command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.parsing.base import Text
from azmlflow.parsing.shell import Assignment, ShellFacts
from azmlflow.patterns import pattern
from azmlflow.resolution.written import USES, UriLiteral, literal_of
from azmlflow.workspace.snapshot import Location

_EXPANDED: Final = pattern(
    r"\$?\{\{[^{}]{1,200}\}\}|\$\{[^{}]{1,200}\}|\$\([^()]{1,200}\)|`[^`]{1,200}`|\$[\w:]+|%\w+%"
)
_NOTHING: Final = pattern(r"(?!)")


def uris_of_shell(facts: ShellFacts, place: Location, source: Text) -> Iterator[UriLiteral]:
    """Yield the URIs that a script's assignments write out; `place` names the file and the cell that it stands in."""
    for assignment in facts.assignments:
        if assignment.name in USES and assignment.value and assignment.substitution is None:
            literal = _of_assignment(assignment, place._replace(span=assignment.value_span), source)
            if literal is not None:
                yield literal


def _of_assignment(assignment: Assignment, place: Location, source: Text) -> UriLiteral | None:
    gaps = _EXPANDED if assignment.expands else _NOTHING
    return literal_of(place, source, assignment.name, assignment.value or "", gaps, "shell")
