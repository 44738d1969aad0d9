"""Patterns are compiled late; that they can be is found out here, not by a user."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import azmlflow
import pytest
from azmlflow.patterns import _Lazy, pattern

APART = ("azmlflow.__main__",)


def lazy_patterns() -> Iterator[tuple[str, Any]]:
    for module in pkgutil.walk_packages(azmlflow.__path__, "azmlflow."):
        if module.name not in APART:
            for name, value in vars(import_module(module.name)).items():
                if isinstance(value, _Lazy):
                    yield f"{module.name}.{name}", value


def test_every_pattern_compiles() -> None:
    found = dict(lazy_patterns())

    assert len(found) > 100
    for name, lazy in found.items():
        assert re.compile(lazy.pattern, lazy.flags).pattern == lazy.pattern, name


def test_a_late_pattern_is_used_like_any_other() -> None:
    words = pattern(r"(\w)b", re.IGNORECASE)

    match = words.search("xaB")
    assert match is not None
    assert match[1] == "a"
    assert words.sub("-", "ab cb") == "- -"
    assert "search" in vars(words), "the second use is as fast as that of a compiled pattern"


def test_a_mistake_shows_at_the_first_use() -> None:
    broken = pattern("(")

    with pytest.raises(re.error):
        broken.search("x")
