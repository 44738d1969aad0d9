"""A Python file as a sequence of blocks; after an edit only the blocks it touched are read again."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from azmlflow.parsing.base import Problem, Text
from azmlflow.parsing.comments import Comment
from azmlflow.parsing.python import lexer
from azmlflow.parsing.python.facts import Fact
from azmlflow.patterns import pattern

_LINE_COUNT: Final = attrgetter("line_count")
_LENGTH: Final = attrgetter("length")
_HEADER: Final = pattern(r"(?:@|(?:async\s+)?def\b|class\b)")
_DEFINED: Final = pattern(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_SUBMITS: Final = pattern(
    r"azure\.ai\.ml|azureml\.|\b(?:command|spark|RunFunction|ScriptRunConfig|Estimator|\w+(?:Step|Job|Component|Task))\("
)


class ChangedLines(NamedTuple):
    """An edit: old lines [first, old_end) became new lines [first, new_end); both ends hold the touched lines."""

    first: int
    old_end: int
    new_end: int


class Block:
    """A top-level statement; its facts are read when first asked for and count lines from its own first."""

    __slots__ = (
        "_comments",
        "_read",
        "_submits",
        "defines",
        "length",
        "line_count",
        "mentions",
        "tells",
        "text",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.length = len(text)
        self.line_count = text.count("\n")
        self.defines: str | None = _defined(text)
        """The function or class that the block defines, if that is what it is."""
        self.mentions: tuple[object, bool] = (None, False)
        """The last question about names (an identity) and its answer; see `relevance`."""
        self.tells: tuple[object, bool] = (None, False)
        """The same for telling words."""
        self._read: tuple[tuple[Fact, ...], tuple[Problem, ...]] | None = None
        self._comments: tuple[Comment, ...] | None = None
        self._submits: bool | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts, lines relative to the block."""
        return self._ensure()[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what could not be read, lines relative to the block."""
        return self._ensure()[1]

    @property
    def comments(self) -> tuple[Comment, ...]:
        """Return the comments addressed to azmlflow, lines relative to the block."""
        if self._comments is None:
            self._comments = _comments(self.text) if "azmlflow:" in self.text else ()
        return self._comments

    @property
    def submits(self) -> bool:
        """Tell whether the block may send a script to Azure ML, which is what other files want to know of it."""
        if self._submits is None:
            self._submits = bool(_SUBMITS.search(self.text))
        return self._submits

    def _ensure(self) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
        if self._read is None:
            from azmlflow.parsing.python.recovery import read

            self._read = read(self.text)
        return self._read


class Edited(NamedTuple):
    """How facts came out of older ones: blocks [start, start + len(removed)) were replaced by `fresh`."""

    of: int
    """The identity of the older facts; a reference would keep every version alive."""
    start: int
    removed: tuple[Block, ...]
    fresh: tuple[Block, ...]
    derived: dict[str, object]
    """What had been derived from the older facts and can be brought up to date."""


class PythonFacts:
    """The blocks of one file in order; together their texts are the file's text."""

    __slots__ = ("_lines", "blocks", "derived", "edited")

    def __init__(self, blocks: list[Block], edited: Edited | None = None) -> None:
        self.blocks = blocks
        self.edited = edited
        self.derived: dict[str, object] = {}
        """What readers worked out about these very blocks."""
        self._lines: list[int] | None = None

    @property
    def lines(self) -> list[int]:
        """The first line of each block, and the number of the last line behind them."""
        if self._lines is None:
            self._lines = [0, *accumulate(map(_LINE_COUNT, self.blocks))]
        return self._lines

    def placed(self) -> Iterator[tuple[int, Block]]:
        """Yield (first line, block) for every block."""
        return zip(self.lines, self.blocks, strict=False)

    def comments(self) -> tuple[Comment, ...]:
        """Return the comments addressed to azmlflow with their lines in the file."""
        return tuple(
            Comment(comment.text, comment.span.shifted(self.lines[index]))
            for index in self.indices("comments", lambda block: bool(block.comments))
            for comment in self.blocks[index].comments
        )

    def problems(self) -> Iterator[Problem]:
        """Yield what could not be read, with lines in the file; this reads every block."""
        for line, block in self.placed():
            for problem in block.problems:
                yield Problem(problem.message, problem.span.shifted(line))

    def submits(self) -> bool:
        """Tell whether any block may send a script to Azure ML; without its SDK in the file none can."""
        if not self.indices("azure", lambda block: "azure" in block.text):
            return False
        return bool(self.indices("submits", lambda block: block.submits))

    def tells_others_as(self, older: PythonFacts) -> bool:
        """Tell whether these facts say the same to other files as the ones they were edited from.

        Other files want to know which jobs a script submits, and which tracking URIs it writes out.
        """
        edited = self.edited
        if edited is None or edited.of != id(older):
            return False
        touched = (*edited.removed, *edited.fresh)
        return not any(block.submits or "azureml:" in block.text for block in touched)

    def indices(self, name: str, holds: Callable[[Block], bool]) -> list[int]:
        """Return the indices of the blocks for which something holds; after an edit only fresh blocks are asked."""
        known = self.derived.get(name)
        if not isinstance(known, list):
            known = self._updated(name, holds)
            self.derived[name] = known
        return known

    def _updated(self, name: str, holds: Callable[[Block], bool]) -> list[int]:
        older = self.edited.derived.get(name) if self.edited else None
        if self.edited is None or not isinstance(older, list):
            return [index for index, block in enumerate(self.blocks) if holds(block)]
        start, end = self.edited.start, self.edited.start + len(self.edited.removed)
        shift = len(self.edited.fresh) - len(self.edited.removed)
        fresh = [start + i for i, block in enumerate(self.edited.fresh) if holds(block)]
        return [*(i for i in older if i < start), *fresh, *(i + shift for i in older if i >= end)]


def parse_python(
    text: Text, previous: PythonFacts | None = None, changed: ChangedLines | None = None
) -> PythonFacts:
    """Cut a file into blocks; never raises.

    With the facts before an edit and the lines it changed, only the blocks around it are cut and read again.
    Without `changed`, blocks of `previous` whose text stands unchanged keep what was read of them.
    """
    source = lexer.normalised(text.value)
    if previous is not None and changed is not None:
        return _edited(previous, source, changed)
    known = {block.text: block for block in previous.blocks} if previous else {}
    return PythonFacts(_cut(source, known))


# An editor opens the very text that was just read from disk, or the other way round.
_latest: tuple[str, list[Block]] = ("", [])


def _cut(source: str, known: dict[str, Block]) -> list[Block]:
    global _latest
    text, blocks = _latest
    if not known and blocks and text == source:
        return blocks
    starts = [0, *lexer.boundaries(source), len(source)]
    pieces = [source[a:b] for a, b in pairwise(starts)]
    blocks = [known.get(piece) or Block(piece) for piece in pieces]
    _latest = (source, blocks)
    return blocks


def _edited(previous: PythonFacts, source: str, changed: ChangedLines) -> PythonFacts:
    """Cut again from the block before the edit until a cut falls on an old one behind it."""
    blocks, lines = previous.blocks, previous.lines
    index = max(0, bisect_right(lines, changed.first, hi=len(blocks)) - 2)
    start = sum(map(_LENGTH, blocks[:index]))
    line = lines[index]
    shift = changed.new_end - changed.old_end
    fresh: list[Block] = []
    for at in lexer.boundaries(source, start):
        fresh.append(Block(source[start:at]))
        line += fresh[-1].line_count
        start = at
        end = bisect_left(lines, line - shift, hi=len(blocks))
        if line - shift >= changed.old_end and end < len(blocks) and lines[end] == line - shift:
            return _replaced(previous, index, end, fresh)
    fresh.append(Block(source[start:]))
    return _replaced(previous, index, len(blocks), fresh)


def _replaced(previous: PythonFacts, start: int, end: int, fresh: list[Block]) -> PythonFacts:
    """Return the facts in which blocks [start, end) are replaced; blocks that did not change are kept."""
    blocks = previous.blocks
    known = {block.text: block for block in blocks[start:end]}
    fresh = [known.get(block.text, block) for block in fresh]
    edited = Edited(id(previous), start, tuple(blocks[start:end]), tuple(fresh), previous.derived)
    return PythonFacts([*blocks[:start], *fresh, *blocks[end:]], edited)


def _defined(text: str) -> str | None:
    if not _HEADER.match(text):
        return None
    match = _DEFINED.search(text)
    return match.group(1) if match else None


def _comments(text: str) -> tuple[Comment, ...]:
    whole = Text(text)
    found = ((offset, comment) for offset, comment in lexer.comments(text) if "azmlflow:" in comment)
    return tuple(Comment(c, whole.span(offset, offset + len(c))) for offset, c in found)
