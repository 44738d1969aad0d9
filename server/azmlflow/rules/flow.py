"""Which events of a script imply each other."""

from __future__ import annotations

from typing import Final

from azmlflow.resolution.model import Event

_ALWAYS: Final = frozenset({"main", "with"})
"""Guards whose body is run whenever the script is."""


def implied(earlier: Event, later: Event) -> bool:
    """Tell whether an earlier event has happened in every case in which a later one does."""
    if earlier.certain:
        return True
    same_scope = (earlier.location[:2], earlier.scope) == (later.location[:2], later.scope)
    return same_scope and branches(earlier) <= branches(later)


def branches(event: Event) -> frozenset[tuple[str, int]]:
    """Return the branches, loops and the like that an event stands in within its function, with their lines."""
    first = event.fact.statement.line if event.fact else 0
    base = event.statement.span.line - first
    return frozenset((guard.kind, guard.line + base) for guard in event.guards if guard.kind not in _ALWAYS)
