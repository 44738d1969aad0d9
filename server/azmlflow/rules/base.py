"""The vocabulary of rules: the record, findings and fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from azmlflow.parsing.base import Span
from azmlflow.workspace.snapshot import FileKind, Location

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution

Severity = Literal["error", "warning", "information"]
Confidence = Literal["high", "medium", "low"]
Persona = Literal["regular", "pedantic"]

DOCUMENTATION_ROOT = "https://azmlflow.github.io/rules"


class Edit(NamedTuple):
    """Replace the text at a location; with `create`, the file does not exist yet and `text` is all of it."""

    location: Location
    text: str
    create: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair the user may apply; safe means that it cannot change what the code does in any other way."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


class Related(NamedTuple):
    """Another place that explains a finding."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's record. The module's docstring is its documentation, with fixed headings."""

    code: str
    name: str
    summary: str
    severity: Severity
    confidence: Confidence
    since: str
    source_url: str
    """The page or source file that proves the claim about Azure or MLflow."""
    kinds: frozenset[FileKind]
    """The kinds of file the rule looks at."""
    fixable: Literal["always", "sometimes", "never"] = "never"
    persona: Persona = "regular"
    hides_source: bool = False
    """Whether the place of a finding holds a secret, so that no output may show the text there."""

    @property
    def url(self) -> str:
        """Return the address of the rule's page."""
        return f"{DOCUMENTATION_ROOT}/{self.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place. `fixes` is called only when somebody asks for the repairs."""

    rule: Rule
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """Overrides the rule's severity where the evidence is weaker."""
    confidence: Confidence | None = None
    make_fixes: Callable[[], Iterable[Fix]] | None = None

    @property
    def code(self) -> str:
        """Return the rule's code."""
        return self.rule.code

    def fixes(self) -> tuple[Fix, ...]:
        """Compute the repairs, the preferred one first."""
        return tuple(self.make_fixes()) if self.make_fixes else ()


Check = Callable[["Resolution"], Iterator[Finding]]


class RuleModule(NamedTuple):
    """A rule as the registry holds it: its record, its check and its documentation."""

    rule: Rule
    check: Check
    documentation: str


def in_file(path: Path, span: Span, cell: int | None = None) -> Location:
    """Return a location; shorthand that keeps rules readable."""
    return Location(path, cell, span)


def module(namespace: Any) -> RuleModule:
    """Return the registry entry of an imported rule module."""
    return RuleModule(namespace.RULE, namespace.check, namespace.__doc__ or "")
