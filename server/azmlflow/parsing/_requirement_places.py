"""Requirements that are a path or an address: what they are called, as far as the place tells."""

from __future__ import annotations

from typing import Final

from azmlflow.parsing._version_specs import Parsed
from azmlflow.patterns import pattern

LONGEST_FILE: Final = 300
EGG: Final = pattern(r"[#&]egg=([A-Za-z0-9._-]+)")
WHEEL: Final = pattern(r"([A-Za-z0-9][A-Za-z0-9._]*)-([0-9][A-Za-z0-9._!+]*)-\S*\.whl")


def is_place(line: str) -> bool:
    """Tell whether a requirement is a path or an address."""
    return (
        "://" in line.partition("@")[0] or line.startswith((".", "/", "\\")) or line.lower().endswith(".whl")
    )


def of_place(line: str) -> Parsed | None:
    """Return the requirement that an address tells the name of."""
    egg = EGG.search(line)
    if egg:
        return Parsed(egg[1], egg.start(1), "", egg.end(1), egg.end(1), (), "", line)
    start = max(line.rfind("/"), line.rfind("\\")) + 1
    wheel = WHEEL.match(line, start, start + LONGEST_FILE)
    if wheel:
        return Parsed(wheel[1], wheel.start(1), f"=={wheel[2]}", wheel.start(2), wheel.end(2), (), "", line)
    return None
