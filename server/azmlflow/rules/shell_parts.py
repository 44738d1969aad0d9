"""The stretches of a file that a shell runs: a script, the blocks of a document, the cells and lines of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from azmlflow.parsing.base import Text
from azmlflow.parsing.cells import Cell
from azmlflow.parsing.magics import Magic, shell_lines
from azmlflow.parsing.markdown import MarkdownFacts
from azmlflow.parsing.notebook import NotebookFacts, cell_shell
from azmlflow.parsing.shell import ShellFacts, parse_shell
from azmlflow.workspace.snapshot import SourceFile

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
