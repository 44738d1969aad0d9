"""Whether what Azure has granted somebody covers an action, wildcards on both sides.

Sources: what `actions` and `notActions` mean, that `*` stands for any text, and that the last part of an action is one of
four: https://learn.microsoft.com/azure/role-based-access-control/role-definitions; what Resource Manager says of the caller:
https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource. Its list has one entry a role, which grants
its actions without its own exceptions; entries add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

Verdict = Literal["have", "have not", "cannot tell"]
OPERATIONS: Final = ("read", "write", "delete", "action")
"""What the name of an action ends in."""


class Grant(NamedTuple):
    """What one role grants: patterns of actions, and patterns of what is taken out of them, in lower case."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()


def grant_of(entry: Any) -> Grant:
    """Return an entry of Resource Manager's answer; whatever is not a list of texts grants nothing."""
    values = entry if isinstance(entry, Mapping) else {}
    return Grant(_texts(values.get("actions")), _texts(values.get("notActions")))


def verdict(action: str, grants: Iterable[Grant]) -> Verdict:
    """Tell whether an action, or everything under one that ends in `/*`, is granted."""
    found = set(by_operation(action, grants).values())
    if found == {"have"}:
        return "have"
    return "have not" if "have not" in found else "cannot tell"


def by_operation(action: str, grants: Iterable[Grant]) -> dict[str, Verdict]:
    """Tell of each operation under an action whether it is granted: wholly, not at all, or who knows how much of it.

    `.../experiments/*` is all that ends in read, write, delete or action below `experiments/`. It has to be taken apart, as
    a role may grant it in four pieces (`workspaces/*/read`, `workspaces/*/write`, ...).
    """
    held = list(grants)
    return {operation: _of_all(patterns, held) for operation, patterns in _pieces(action.lower()).items()}


def _pieces(action: str) -> dict[str, tuple[str, ...]]:
    if not action.endswith("/*"):
        return {action.rpartition("/")[2]: (action,)}
    above = action[:-1]
    return {operation: (f"{above}{operation}", f"{above}*/{operation}") for operation in OPERATIONS}


def _of_all(patterns: tuple[str, ...], grants: list[Grant]) -> Verdict:
    if all(any(_grants_all(grant, pattern) for grant in grants) for pattern in patterns):
        return "have"
    some = any(_grants_some(grant, pattern) for grant in grants for pattern in patterns)
    return "cannot tell" if some else "have not"


def _grants_all(grant: Grant, wanted: str) -> bool:
    return any(covers(action, wanted) for action in grant.actions) and not any(
        overlap(action, wanted) for action in grant.not_actions
    )


def _grants_some(grant: Grant, wanted: str) -> bool:
    return any(overlap(action, wanted) for action in grant.actions) and not any(
        covers(action, wanted) for action in grant.not_actions
    )


def covers(pattern: str, wanted: str) -> bool:
    """Tell whether a pattern matches everything that another one does; time is linear.

    A `*` of `wanted` may stand for a letter that is not in the pattern, so only a `*` of the pattern can take it.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return wanted == first
    *middle, last = rest
    at, end = len(first), len(wanted) - len(last)
    if not wanted.startswith(first) or not wanted.endswith(last) or end < at:
        return False
    for part in middle:
        found = wanted.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def overlap(one: str, other: str) -> bool:
    """Tell whether any action matches both patterns.

    With a `*` in each, it is enough that their beginnings and their ends agree: what lies between fits into either `*`.
    """
    if "*" not in one:
        return covers(other, one)
    if "*" not in other:
        return covers(one, other)
    begins, ends = (
        (one.partition("*")[0], other.partition("*")[0]),
        (one.rpartition("*")[2], other.rpartition("*")[2]),
    )
    short, long = sorted(begins, key=len)
    short_end, long_end = sorted(ends, key=len)
    return long.startswith(short) and long_end.endswith(short_end)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item.lower() for item in value if isinstance(item, str)) if isinstance(value, list) else ()
