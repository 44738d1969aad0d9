"""Hides secrets in lines of source, wherever they would be shown or copied: a log of CI keeps them for ever.

What is hidden becomes as many asterisks, so that what is underlined below stays in place. Ids are no secrets, and shown in part.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.secret_shapes import MASKED
from azmlflow.azure.variables import is_secret
from azmlflow.patterns import pattern

_PART: Final = 8
_NAME: Final = pattern(r"(?<![\w-])([\w-]+)[\"'\]]*\s*(?:=(?!=)|:)[ \t]*")
_LITERAL: Final = pattern(r"[rbufRBUF]{0,2}(?:\"([^\"]*)|'([^']*))")
_ANY_VALUE: Final = pattern(r"(?![\"\x27]?\$\{\{ *[\w.-]+ *\}\})(?:\"([^\"]*)|'([^']*)|([^\s\"'#][^\s#]*))")
"""What follows a name; an expression of GitHub (`${{ secrets.NAME }}`) only says where the value is kept."""


def mask(line: str, *, code: bool) -> str:
    """Return a line of the same length without the values of secrets; in code only literals are values."""
    is_code = code and not line.lstrip().startswith(("%", "!"))
    value = _LITERAL if is_code else _ANY_VALUE
    named = (value.match(line, match.end()) for match in _NAME.finditer(line) if is_secret(match[1]))
    for match in (*named, *MASKED.finditer(line)):
        if match and match.lastindex:
            start, end = match.span(match.lastindex)
            line = line[:start] + "*" * (end - start) + line[end:]
    return line


def part_of(identifier: str) -> str:
    """Return the beginning of an id, by which its owner knows it again."""
    return identifier if len(identifier) <= _PART else f"{identifier[:_PART]}…"


def part_of_user(name: str) -> str:
    """Return the first letter and the domain of a user's name."""
    before, at, domain = name.rpartition("@")
    return f"{(before or domain)[:1]}…{at}{domain if at else ''}"


def holds_secret(text: str, *, code: bool) -> bool:
    """Tell whether any line of a text holds what `mask` would hide."""
    return any(mask(line, code=code) != line for line in text.splitlines())
