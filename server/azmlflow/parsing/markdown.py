"""Markdown: the fenced blocks that a reader would paste into a shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.parsing.base import Problem, Text
from azmlflow.parsing.comments import WORD, Comment, find_comments
from azmlflow.patterns import pattern

if TYPE_CHECKING:
    from azmlflow.parsing.shell import ShellFacts

FENCE: Final = pattern(r"[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)")
SESSIONS: Final = frozenset(("console", "shell-session", "shellsession", "sh-session", "terminal"))
SHELLS: Final = SESSIONS | frozenset((
    "bash", "sh", "shell", "zsh", "powershell", "pwsh", "ps1", "cmd", "bat", "batch", "azurecli",
    "azurecli-interactive",
))  # fmt: skip
PROMPT: Final = pattern(r"[ \t]*(?:\([\w.-]+\)[ \t]*)?(?:\$|PS[^>]{0,80}>|[A-Za-z]:[^>]{0,80}>)[ \t]+")
SESSION_PROMPT: Final = pattern(r"[ \t]*(?:[\w.-]+@[\w.-]+[^$#]{0,80}[$#]|[%>#])[ \t]+")


class Fence(NamedTuple):
    """The inside of a fenced block. Columns are the file's; prompts and a session's output are blanked."""

    language: str
    first_line: int
    text: str


class MarkdownFacts(NamedTuple):
    """The shell blocks of a document, in order."""

    fences: tuple[Fence, ...]
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()

    def shell(self) -> Iterator[ShellFacts]:
        """Yield what each block sets and runs; spans count in the document."""
        from azmlflow.parsing.shell import parse_shell

        return (parse_shell(Text(fence.text), fence.first_line) for fence in self.fences)


def parse_markdown(text: Text) -> MarkdownFacts:
    """Return the fenced blocks of a document that hold shell commands; one never closed ends with it."""
    fences = tuple(_fence(text, *found) for found in _fenced(text) if found[0] in SHELLS)
    comments = list(find_comments(text, "<!--"))
    for fence in fences:
        comments += _comments(fence) if WORD in fence.text else ()
    return MarkdownFacts(fences, (), tuple(sorted(comments, key=lambda comment: comment.span)))


def _fenced(text: Text) -> Iterator[tuple[str, int, int]]:
    """Yield (language, first line, line of the closing fence) of each block."""
    if "```" not in text.value and "~~~" not in text.value:
        return
    opened: tuple[str, str, int] | None = None
    for number in range(text.line_count):
        fence = FENCE.match(text.line(number))
        if not fence:
            continue
        if opened is None:
            opened = fence[1], fence[2].lower(), number + 1
        elif fence[1].startswith(opened[0]) and not fence[2]:
            yield opened[1], opened[2], number
            opened = None
    if opened:
        yield opened[1], opened[2], text.line_count


def _fence(text: Text, language: str, first: int, last: int) -> Fence:
    lines = [text.line(number) for number in range(first, last)]
    prompts = [_prompt(line, language in SESSIONS) for line in lines]
    if any(prompts):
        lines = list(_session(lines, prompts))
    return Fence(language, first, "\n".join(lines))


def _session(lines: list[str], prompts: list[int]) -> Iterator[str]:
    """Blank the prompts, and the lines without one that continue nothing: they are output."""
    continued = False
    for line, prompt in zip(lines, prompts, strict=True):
        shown = " " * prompt + line[prompt:] if prompt or continued else ""
        yield shown
        continued = shown.endswith(("\\", "`"))


def _prompt(line: str, session: bool) -> int:
    """Return how long a line's prompt is."""
    if not line or line.isspace():
        return 0
    match = PROMPT.match(line) or (SESSION_PROMPT.match(line) if session else None)
    return match.end() if match else 0


def _comments(fence: Fence) -> Iterator[Comment]:
    for comment in find_comments(Text(fence.text)):
        yield Comment(comment.text, comment.span.shifted(fence.first_line))
