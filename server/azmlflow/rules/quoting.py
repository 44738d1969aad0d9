"""Puts a plain word (letters, digits, `-` and `_`) in the place of another text, quoted as that one was."""

from __future__ import annotations

from typing import Final

_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""Words that YAML takes for something else than text."""


def in_code(old: str, new: str) -> str:
    """Return a Python literal for `new` in the quotation marks of the literal `old`."""
    quote = next((character for character in old if character in "'\""), '"')
    return f"{quote}{new}{quote}"


def in_data(old: str, new: str) -> str:
    """Return `new` as a value of YAML, JSON or an environment file, with quotation marks if `old` or YAML has them."""
    if old[:1] in ("'", '"'):
        return in_code(old, new)
    is_text = new[:1].isalpha() and new.lower() not in _WORDS
    return new if is_text else f'"{new}"'
