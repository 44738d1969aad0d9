"""What a plain YAML scalar means: the rules of YAML 1.1 as PyYAML's safe loader applies them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeAlias

CORE: Final = "tag:yaml.org,2002:"
LONG: Final = 400
Value: TypeAlias = "str | int | float | bool | None"
Maker: TypeAlias = Callable[[str], Value]


@cache
def _resolvers() -> dict[str, list[tuple[re.Pattern[str], Maker]]]:
    """Return, by first character, the patterns of YAML 1.1 with what makes the value."""
    yaml: Any = import_module("yaml")
    makers: dict[str, Maker] = {"bool": _to_bool, "int": _to_int, "float": _to_float, "null": lambda _: None}
    table: dict[str, list[tuple[re.Pattern[str], Maker]]] = {}
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items():
        kept = [(pattern, makers[tag[len(CORE) :]]) for tag, pattern in pairs if tag[len(CORE) :] in makers]
        table[first] = kept
    return table


def resolve(value: str) -> Value:
    """Return what a plain scalar means in YAML 1.1, dates left as strings."""
    if len(value) > LONG:
        return value
    for pattern, make in _resolvers().get(value[:1], ()):
        if pattern.match(value):
            try:
                return make(value)
            except ValueError:
                return value
    return value


def _to_bool(value: str) -> bool:
    return value.lower() in ("yes", "true", "on")


def _to_int(value: str) -> int:
    digits = value.replace("_", "")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if ":" in digits:
        return sign * int(_sexagesimal(digits))
    if digits.startswith(("0b", "0x")):
        return sign * int(digits[2:], 2 if digits[1] == "b" else 16)
    return sign * int(digits, 8 if digits[0] == "0" and digits != "0" else 10)


def _to_float(value: str) -> float:
    digits = value.replace("_", "").lower()
    sign = -1.0 if digits[0] == "-" else 1.0
    digits = digits.lstrip("+-")
    if digits in (".inf", ".nan"):
        return sign * float(digits[1:])
    return sign * (_sexagesimal(digits) if ":" in digits else float(digits))


def _sexagesimal(digits: str) -> float:
    total: float = 0
    for part in digits.split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return total
