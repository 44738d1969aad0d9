"""Hides secrets in the source lines that the terminal shows: a log of CI keeps them for ever.

What is hidden becomes as many asterisks, so that what is underlined below stays in place.
"""

from __future__ import annotations

import re
from typing import Final

from azmlflow.azure.secret_shapes import MASKED
from azmlflow.azure.variables import SECRETS

_NAME: Final = re.compile(r"(?<![\w-])([\w-]+)[\"'\]]*\s*(?:=(?!=)|:)[ \t]*")
_LITERAL: Final = re.compile(r"[rbufRBUF]{0,2}(?:\"([^\"]*)|'([^']*))")
_ANY_VALUE: Final = re.compile(r"\"([^\"]*)|'([^']*)|([^\s\"'#][^\s#]*)")

_SECRET: Final = re.compile(
    r"secret|passw(or)?d|passphrase|pwd|token|(api|account|access|shared)[_-]?key|connection[_-]?string",
    re.IGNORECASE,
)
_NO_SECRET: Final = re.compile(r"[_-](file|path|url|uri|id|name|credentials)$", re.IGNORECASE)


def mask(line: str, *, code: bool) -> str:
    """Return a line of the same length without the values of secrets; in code only literals are values."""
    is_code = code and not line.lstrip().startswith(("%", "!"))
    value = _LITERAL if is_code else _ANY_VALUE
    named = (value.match(line, match.end()) for match in _NAME.finditer(line) if _is_secret(match[1]))
    for match in (*named, *MASKED.finditer(line)):
        if match and match.lastindex:
            start, end = match.span(match.lastindex)
            line = line[:start] + "*" * (end - start) + line[end:]
    return line


def _is_secret(name: str) -> bool:
    """Tell whether a value of this name is secret."""
    if name.upper() in SECRETS:
        return True
    return _SECRET.search(name) is not None and _NO_SECRET.search(name) is None
