"""The stretches of a file that a shell runs: a script, the blocks of a document, the cells and lines of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.cells import Cell
from azmlflow.parsing.magics import Magic, shell_lines
from azmlflow.parsing.markdown import MarkdownFacts
from azmlflow.parsing.notebook import NotebookFacts, cell_shell
from azmlflow.parsing.shell import Assignment, Command, ShellFacts, parse_shell
from azmlflow.workspace.snapshot import SourceFile

_SHOWING: Final = frozenset({"az", "cd", "echo", "env", "ls", "printenv", "printf", "pwd", "set", "true"})
"""Programs that have no use for MLflow's variables."""

Kind = Literal["script", "block", "cell", "line"]


class ShellPart(NamedTuple):
    """What one shell runs from its start to its end; `magic` is the notebook's `!` line that it is."""

    facts: ShellFacts
    kind: Kind
    cell: int | None
    source: Text
    magic: Magic | None = None


def shell_parts(file: SourceFile, words: re.Pattern[str]) -> Iterator[ShellPart]:
    """Yield the parts of a file in which one of some words stands, in order."""
    if not words.search(file.text.value):
        return
    if isinstance(file.facts, ShellFacts):
        yield ShellPart(file.facts, "script", None, file.text)
    elif isinstance(file.facts, MarkdownFacts):
        for fence in file.facts.fences:
            if words.search(fence.text):
                yield ShellPart(parse_shell(Text(fence.text), fence.first_line), "block", None, file.text)
    elif isinstance(file.facts, NotebookFacts):
        for cell in file.facts.cells:
            if words.search(cell.source.value):
                yield from _parts_of_cell(cell)


def _parts_of_cell(cell: Cell) -> Iterator[ShellPart]:
    lines = tuple(shell_lines(cell.magics))
    facts = tuple(cell_shell(cell))
    whole = facts[: len(facts) - len(lines)]
    for script in whole:
        yield ShellPart(script, "cell", cell.index, cell.source)
    for line, magic in zip(facts[len(whole) :], lines, strict=True):
        yield ShellPart(line, "line", cell.index, cell.source, magic)


def is_followed(part: ShellPart, assignment: Assignment) -> bool:
    """Tell whether a program that could want the variable is started behind it, or gets it as an argument."""
    later = (c for c in part.facts.commands if c.span[:2] >= assignment.span[2:])
    return any(command.program not in _SHOWING for command in later)


def is_needed_outside(part: ShellPart, assignment: Assignment, parts: tuple[ShellPart, ...]) -> bool:
    """Tell whether a variable is set for programs, and no one exports it: the shell itself makes no use of it.

    Shown by an `echo`, it may be there to be copied, unless a program is started afterwards.
    """
    name = assignment.name
    if any(other.name == name and other.exported for p in parts for other in p.facts.assignments):
        return False
    if any(name in (a.value or "") and a.expands for a in part.facts.assignments if a.name != name):
        return False
    users = [c for c in part.facts.commands if any(word.expands and name in word.text for word in c.words)]
    shows = all(_only_shows(part, command) for command in users)
    return bool(part.facts.commands) and shows and (not users or is_followed(part, assignment))


def _only_shows(part: ShellPart, command: Command) -> bool:
    rest = part.source.line(command.span.end_line)[command.span.end_column :]
    return command.program in ("echo", "printf") and ">" not in rest and "|" not in rest


def covers(outer: Span, inner: Span) -> bool:
    """Tell whether a span lies inside another."""
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]
