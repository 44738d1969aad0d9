"""What the child says, line by line: the parent believes nothing of it that is not in the form that was agreed on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, get_args

from azmlflow.probes.outcome import STEP_OF, Verdict

_VERDICTS: Final = frozenset(get_args(Verdict))
_DEEPEST: Final = 20
"""Levels of an outcome's details, which are read by functions that call themselves."""
_TEXTS: Final = ("host", "code", "advice", "command", "url")


def understood(line: str) -> Mapping[str, Any] | None:
    """Return what a line says; one that is none of ours, as a package may write it, says nothing."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    kind = message.get("kind")
    if kind == "begin":
        return message if _is_begin(message) else None
    if kind == "outcome":
        return message if _is_outcome(message.get("outcome")) else None
    return message if kind == "end" else None


def _is_begin(message: Mapping[str, Any]) -> bool:
    seconds = message.get("seconds")
    return (
        _is_step(message.get("step"))
        and "link" in message
        and _is_name(message["link"])
        and isinstance(seconds, int | float)
    )


def _is_outcome(values: Any) -> bool:
    if not isinstance(values, dict) or not _is_step(values.get("step")):
        return False
    verdict, message = values.get("outcome"), values.get("message")
    return (
        isinstance(verdict, str)
        and verdict in _VERDICTS
        and isinstance(message, str)
        and _is_name(values.get("link"))
        and all(isinstance(values.get(name), str | None) for name in _TEXTS)
        and isinstance(values.get("hard", False), bool)
        and isinstance(values.get("seconds", 0.0), int | float)
        and isinstance(values.get("details", {}), dict)
        and _is_shallow(values.get("details", {}), _DEEPEST)
    )


def _is_step(name: Any) -> bool:
    return isinstance(name, str) and name in STEP_OF


def _is_name(value: Any) -> bool:
    """Tell whether a value is the name of a link, or None."""
    return value is None or (isinstance(value, str) and value.isidentifier())


def _is_shallow(value: Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)
