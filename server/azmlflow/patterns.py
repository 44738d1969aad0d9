"""Regular expressions that are compiled when they are first used, so that importing a module does not pay for them.

Compiling the patterns of all rules takes about a third as long as everything else before the first finding.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a pattern until one of its attributes is asked for; from then on the attributes are its own."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return the compiled pattern, to all appearances; a mistake in it is a `re.error` where it is first used."""
    return cast("re.Pattern[str]", _Lazy(source, flags))
