"""Markdown: the fenced blocks that hold shell commands."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from azmlflow.parsing.base import Problem, Text

SHELLS: Final = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "shell-session", "azurecli", "powershell", "pwsh", "ps1", "cmd"}
)
_FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?([\w-]*)")
_PROMPT: Final = re.compile(r"([ \t]*)(\$|PS>|>)(?= )")


class Fence(NamedTuple):
    """A fenced block: its language in lower case, the line its text begins at, and the text with prompts blanked."""

    language: str
    first_line: int
    text: str


class MarkdownFacts(NamedTuple):
    """The shell blocks of a document in order."""

    fences: tuple[Fence, ...]
    problems: tuple[Problem, ...] = ()


def parse_markdown(text: Text) -> MarkdownFacts:
    """Return the fenced shell blocks; an unclosed one ends with the document."""
    fences: list[Fence] = []
    opened: tuple[str, str, int] | None = None
    for number in range(text.line_count):
        fence = _FENCE.match(text.line(number))
        if opened is None and fence:
            opened = (fence.group(1), fence.group(2).lower(), number + 1)
        elif opened is not None and fence and fence.group(1).startswith(opened[0]) and not fence.group(2):
            fences += _closed(text, opened, number)
            opened = None
    if opened is not None:
        fences += _closed(text, opened, text.line_count)
    return MarkdownFacts(tuple(fences))


def _closed(text: Text, opened: tuple[str, str, int], end: int) -> list[Fence]:
    _, language, first = opened
    if language not in SHELLS:
        return []
    lines = (_PROMPT.sub(lambda m: " " * len(m.group()), text.line(n), count=1) for n in range(first, end))
    return [Fence(language, first, "\n".join(lines))]
