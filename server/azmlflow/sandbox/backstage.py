"""What outlasts a change of scenario: the folder, the keys, and what a handler keeps for itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Part = TypeVar("Part")


@dataclass
class Backstage:
    """The box's own things, all gone when it is closed.

    `folder` is a temporary folder. `lock` guards changes that requests make to the world.
    """

    folder: Path
    lock: threading.RLock = field(default_factory=threading.RLock)
    _parts: dict[str, _Part] = field(default_factory=dict)

    def part(self, name: str, make: Callable[[], Part]) -> Part:
        """Return the part of that name, made once, when it is first asked for; what `make` raises is raised.

        Others may be made meanwhile. A part with a method `close` is closed with the box.
        """
        with self.lock:
            part = self._parts.setdefault(name, _Part())
        with part.lock:
            if not part.made:
                part.value, part.made = make(), True
            value: Part = part.value
            return value

    def close(self) -> None:
        """Close the parts, the newest first."""
        with self.lock:
            parts, self._parts = list(self._parts.values()), {}
        for part in reversed(parts):
            if callable(close := getattr(part.value, "close", None)):
                close()


@dataclass
class _Part:
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: bool = False
    value: Any = None
