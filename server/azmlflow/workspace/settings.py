"""Settings of a project: `[tool.azmlflow]` in pyproject.toml, or azmlflow.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Persona = Literal["regular", "pedantic"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project asks for; every field has the default that holds when no file says otherwise."""

    select: tuple[str, ...] = ()
    """Codes or prefixes to report; empty means all."""
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Glob relative to the root -> codes that are not reported there."""
    exclude: tuple[str, ...] = ()
    persona: Persona = "regular"
    target: Path | None = None
    """The workspace config that counts, when several could."""
    source: Path | None = None
    """The file these settings were read from."""
