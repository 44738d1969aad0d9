"""Comments that silence findings: `# azmlflow: ignore[AZM101]` on the line, `# azmlflow: ignore-file` for the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from azmlflow.parsing.base import Span
from azmlflow.parsing.comments import WORD, Comment, find_comments
from azmlflow.parsing.python.document import PythonFacts
from azmlflow.parsing.tree import Scalar, Tree, walk
from azmlflow.patterns import pattern
from azmlflow.rules.base import Finding
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile

if TYPE_CHECKING:
    from azmlflow.parsing.notebook import NotebookFacts

_DIRECTIVE: Final = pattern(
    r"(?:#|//)[ \t]*azmlflow:[ \t]*(?P<verb>[A-Za-z][\w-]*)?[ \t]*(?P<list>\[(?P<codes>[^\]#]*)(?P<closed>\])?)?[^#\r\n]*"
)
_CODE: Final = pattern(r"[^,\s]+")


class Code(NamedTuple):
    """One code that a suppression names, as written, and its place."""

    text: str
    location: Location


@dataclass(slots=True, eq=False)
class Directive:
    """One comment to azmlflow. `codes` is None when it names none and so means every rule.

    `used` collects the codes of the findings it silenced.
    """

    verb: str
    codes: tuple[Code, ...] | None
    location: Location
    closed: bool = True
    used: set[str] = field(default_factory=set)

    @property
    def whole_file(self) -> bool:
        """Tell whether it speaks for the file, not for its line."""
        return self.verb == "ignore-file"

    def silences(self, finding: Finding) -> bool:
        """Tell whether a finding is covered, wherever it is; only by its name may a suppression hide its own faults."""
        if self.codes is None:
            return not finding.code.startswith("AZM9")
        return any(code.text.upper() == finding.code for code in self.codes)


class Suppressions:
    """The directives of one file, ready to be asked about findings."""

    def __init__(self, directives: tuple[Directive, ...]) -> None:
        self.all = directives
        self._of_file = [d for d in directives if d.whole_file]
        self._of_line: dict[tuple[int | None, int], list[Directive]] = {}
        for directive in directives:
            if directive.verb == "ignore":
                place = (directive.location.cell, directive.location.span.line)
                self._of_line.setdefault(place, []).append(directive)

    @property
    def whole_file(self) -> bool:
        """Tell whether a bare `ignore-file` silences everything."""
        return any(directive.codes is None for directive in self._of_file)

    def silence(self, finding: Finding) -> bool:
        """Tell whether a finding is silenced, and remember by which comments."""
        covering = [d for d in self._candidates(finding) if d.silences(finding)]
        for directive in covering:
            directive.used.add(finding.code)
        return bool(covering)

    def _candidates(self, finding: Finding) -> Iterator[Directive]:
        yield from self._of_file
        span, cell = finding.location.span, finding.location.cell
        if self._of_line:
            for line in range(span.line, span.end_line + 1):
                yield from self._of_line.get((cell, line), ())


NONE: Final = Suppressions(())


def directives(file: SourceFile) -> tuple[Directive, ...]:
    """Return the comments to azmlflow in a file, in order; prose after the word is no directive."""
    if not isinstance(file.facts, PythonFacts) and WORD not in file.text.value:
        return ()
    return tuple(d for cell, comment in comments(file) for d in _read(file, cell, comment))


def comments(file: SourceFile) -> Iterator[tuple[int | None, Comment]]:
    """Yield (cell, comment) for each comment that holds the marker; JSON has none."""
    if file.kind is FileKind.NOTEBOOK:
        for cell in cast("NotebookFacts", file.facts).cells:
            yield from ((cell.index, comment) for comment in _of_facts(cell) or ())
    elif file.kind is not FileKind.WORKSPACE_CONFIG:
        found = _of_facts(file.facts)
        yield from ((None, comment) for comment in (_of_text(file) if found is None else found))


def _of_facts(facts: object) -> Iterable[Comment] | None:
    """Return the comments that a parser kept, None when it keeps none."""
    found: Any = getattr(facts, "comments", None)
    return found() if callable(found) else found  # type: ignore[no-any-return]


def _of_text(file: SourceFile) -> Iterable[Comment]:
    """Return the comments of a file that became trees: what stands in a value is no comment."""
    trees = (
        file.facts if isinstance(file.facts, tuple) and not isinstance(file.facts, Tree) else (file.facts,)
    )
    roots = [tree.root for tree in trees if isinstance(tree, Tree)]
    strings = [node.span for root in roots for _, node in walk(root) if isinstance(node, Scalar)]
    return find_comments(file.text, "//" if file.kind is FileKind.EDITOR else "#", strings)


def _read(file: SourceFile, cell: int | None, comment: Comment) -> Iterator[Directive]:
    """Yield the directives of one comment, which stands on one line."""
    for match in _DIRECTIVE.finditer(comment.text):
        if match["verb"] or match["list"]:
            codes = None if match["list"] is None else tuple(_codes(file, cell, comment, match))
            end = match.end() - (len(match[0]) - len(match[0].rstrip()))
            location = _place(file, cell, comment, match.start(), end)
            yield Directive(
                match["verb"] or "", codes, location, closed=match["list"] is None or bool(match["closed"])
            )


def _codes(file: SourceFile, cell: int | None, comment: Comment, match: re.Match[str]) -> Iterator[Code]:
    offset = match.start("codes")
    for code in _CODE.finditer(match["codes"]):
        yield Code(code[0], _place(file, cell, comment, offset + code.start(), offset + code.end()))


def _place(file: SourceFile, cell: int | None, comment: Comment, start: int, end: int) -> Location:
    line, column = comment.span.line, comment.span.column
    return Location(file.path, cell, Span(line, column + start, line, column + end))
