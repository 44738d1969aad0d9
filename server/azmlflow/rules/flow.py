"""Which events of a script imply each other, and what is lost when the store changes under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from azmlflow.parsing.python.facts import Guard
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, ScriptResolution

_ALWAYS: Final = frozenset({"main", "with"})
"""Guards whose body is run whenever the script is."""
_BEGINS: Final = frozenset({EventKind.START_RUN, EventKind.LOG})


class Lost(NamedTuple):
    """What the store no longer holds from now on: the event that made it, and what comes of that, after "is set"."""

    event: Event
    consequence: str


def lost_by(script: ScriptResolution, index: int) -> Lost | None:
    """Return what is lost when the event at an index sets the tracking URI, None when nothing is."""
    setter, before = script.events[index], script.events[:index]
    return _lost_run(setter, before) or _lost_experiment(script, index)


def _lost_run(setter: Event, before: Sequence[Event]) -> Lost | None:
    """Return the run that is active for certain when the tracking URI is set."""
    runs = [e for e in before if e.kind in _BEGINS and e.statement == setter.run and implied(e, setter)]
    text = "while a run is active: the next call that logs fails, for the run is in a local store"
    return Lost(runs[-1], text) if runs else None


def _lost_experiment(script: ScriptResolution, index: int) -> Lost | None:
    """Return the set_experiment before it that no other follows before the next run."""
    setter, before = script.events[index], script.events[:index]
    chosen = [e for e in before if e.kind is EventKind.SET_EXPERIMENT and implied(e, setter)]
    for event in script.events[index:]:
        if event.kind is EventKind.SET_EXPERIMENT:
            return None
        if event.kind in USES:
            break
    text = "after set_experiment: the next run fails, for the experiment is in a local store"
    return Lost(chosen[-1], text) if chosen else None


def implied(earlier: Event, later: Event) -> bool:
    """Tell whether an earlier event has happened in every case in which a later one does."""
    if earlier.certain:
        return True
    same_scope = (earlier.location[:2], earlier.scope) == (later.location[:2], later.scope)
    return same_scope and branches(earlier) <= branches(later)


def branches(event: Event) -> frozenset[tuple[str, int]]:
    """Return the branches, loops and the like that an event stands in within its function, with their lines."""
    first = event.fact.statement.line if event.fact else 0
    return branches_of(event.guards, event.statement.span.line - first)


def branches_of(guards: Iterable[Guard], base: int) -> frozenset[tuple[str, int]]:
    """Return the guards of a block that begins at a line, those apart whose body is always run."""
    return frozenset((guard.kind, guard.line + base) for guard in guards if guard.kind not in _ALWAYS)
