"""What a symbolic value evaluates to, with the provenance of the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.workspace.snapshot import Location


class Because(NamedTuple):
    """One link of provenance: what happens at a place; the place is None for what no file says (a default)."""

    what: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Known:
    """A text (or None) that is certain; `literal` is where it stands when it is written out in one piece.

    `expression` is what puts it together, when it is an f-string or strings added up.
    """

    text: str | None
    because: tuple[Because, ...] = ()
    literal: Location | None = None
    expression: Location | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """A text of which only the beginning is certain; `expression` as in Known."""

    prefix: str
    reason: str
    because: tuple[Because, ...] = ()
    expression: Location | None = None


@dataclass(frozen=True, slots=True)
class OfWorkspace:
    """The tracking URI that the SDK gives for a workspace; the workspace is None where its names are unknown."""

    workspace: WorkspaceRef | None
    reason: str | None
    because: tuple[Because, ...] = ()
    credential: str | None = None
    """As in Handle: MLflow takes the credential over with the URI."""


@dataclass(frozen=True, slots=True)
class Unset:
    """An environment variable that nothing seen sets."""

    variable: str
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not to be known from the files; `reason` completes "unknown, because ...". `options` are the candidates."""

    reason: str
    because: tuple[Because, ...] = ()
    options: tuple[Result, ...] = ()


Result: TypeAlias = "Known | Partial | OfWorkspace | Unset | Unknown"


@dataclass(frozen=True, slots=True)
class Handle:
    """An SDK object that stands for a workspace: a client, or the workspace itself."""

    workspace: WorkspaceRef | None
    reason: str | None
    because: tuple[Because, ...] = ()
    names: tuple[str | None, str | None, str | None] = (None, None, None)
    """Subscription, resource group and workspace as far as each is known."""
    credential: str | None = None
    """The class whose call without arguments makes the client's credential; None for any other way to make it."""


def with_cause(result: Result, cause: Because) -> Result:
    """Return the result with one more link of provenance in front, unless that place is named already."""
    if any(link.location == cause.location for link in result.because):
        return result
    return replace(result, because=(cause, *result.because))
