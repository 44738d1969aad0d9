"""Remembers what was worked out from the whole workspace, for as long as the snapshot says it holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from azmlflow.workspace.snapshot import Snapshot

Kept = TypeVar("Kept")


def remembered(snapshot: Snapshot, what: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """Return what `make` returned for this question before, else ask it; `what` tells questions apart."""
    answers = cast("dict[Hashable, Kept]", snapshot.memo.setdefault(what, {}))
    if key not in answers:
        answers[key] = make()
    return answers[key]
