"""A notebook's cell: its source, what of it is Python, and what its magics do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, Literal

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.comments import WORD, Comment, find_comments
from azmlflow.parsing.magics import Magic, Magics, read_magics
from azmlflow.patterns import pattern

if TYPE_CHECKING:
    from azmlflow.parsing.python.document import PythonFacts

CellKind = Literal["code", "markdown", "raw"]
FIRST_WORD: Final = pattern(r"%\S*")


class Cell:
    """One cell; spans count from its own first line and column.

    `index` counts all cells. `python` is the source with all that is not Python replaced, line for line.
    `language` is what the cell is run as: `python`, `bash`, `sql`, ..., `file` for `%%writefile`, `process`
    for another interpreter. `first_line` is the cell's first line in a script exported from Databricks.
    """

    __slots__ = ("_facts", "first_line", "id", "index", "kind", "language", "magics", "python", "source")

    def __init__(
        self,
        index: int,
        kind: CellKind,
        source: Text,
        read: Magics,
        id_: str | None = None,
        first_line: int = 0,
    ) -> None:
        self.index = index
        self.kind = kind
        self.source = source
        self.id = id_
        self.first_line = first_line
        self.python, self.magics, self.language = read
        self._facts: PythonFacts | None = None

    @property
    def text(self) -> Text:
        """The source, under the name that a file's text has."""
        return self.source

    @property
    def facts(self) -> PythonFacts:
        """The facts of the Python part, read when first asked for."""
        if self._facts is None:
            self._facts = self._parse(None)
        return self._facts

    @property
    def written_file(self) -> str | None:
        """The path that `%%writefile` writes to, `$variables` left as they are."""
        magic = next((magic for magic in self.magics if magic.cell_magic), None)
        if magic is None or magic.name not in ("writefile", "file"):
            return None
        words = [word for word in _words(magic.arguments) if word not in ("-a", "--append")]
        return words[-1] if words else None

    @property
    def body(self) -> Text:
        """The source without its cell magic, line for line: a shell script, or what `%%writefile` writes."""
        if not self.magics or not self.magics[0].cell_magic:
            return self.source
        value, start = self.source.value, self.source.offset(*self.magics[0].span[:2])
        if value.startswith("%%", start):
            end = self.source.offset(*self.magics[0].span[2:])
            return Text(value[:start] + value[end:])
        word = FIRST_WORD.match(value, start)
        end = word.end() if word else start
        return Text(value[:start] + " " * (end - start) + value[end:])

    def comments(self) -> tuple[Comment, ...]:
        """Return the comments addressed to azmlflow."""
        if self.kind != "code" or WORD not in self.source.value:
            return ()
        found = find_comments(self.source)
        if self.language != "python":
            return found
        on_magics = [comment for comment in found if _on_magic(comment.span, self.magics)]
        return tuple(sorted((*self.facts.comments(), *on_magics), key=lambda comment: comment.span))

    def reuse(self, previous: Cell) -> None:
        """Take over what was read of the statements that stand unchanged in this cell's former version."""
        if previous._facts is not None and self._facts is None:
            self._facts = self._parse(previous._facts)

    def _parse(self, previous: PythonFacts | None) -> PythonFacts:
        from azmlflow.parsing.python.document import parse_python

        return parse_python(Text(self.python), previous)

    def __repr__(self) -> str:
        """Show which cell it is; never its source, which may hold secrets."""
        return f"Cell({self.index}, {self.kind}, {self.language})"


def make_cell(
    index: int,
    kind: CellKind,
    source: str,
    language: str = "python",
    databricks: bool = False,
    id_: str | None = None,
) -> Cell:
    """Return the cell of a source; `language` is the one its notebook runs, unless a magic says otherwise."""
    text = Text(source)
    if kind != "code":
        return Cell(index, kind, text, Magics("", (), "markdown" if kind == "markdown" else "raw"), id_)
    read = read_magics(text, databricks)
    if read.language == "python" and language != "python":
        first = read.magics[0] if read.magics and read.magics[0].cell_magic else None
        if first is None or first.name != "python":
            read = Magics("", read.magics if first else (), language)
    return Cell(index, kind, text, read, id_)


def parse_cell_source(text: str, index: int, previous: Cell | None = None) -> Cell:
    """Return the code cell that an editor holds; statements shared with `previous` are not read again."""
    cell = make_cell(index, "code", text)
    if previous is not None:
        cell.reuse(previous)
    return cell


def _words(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError:
        return arguments.split()


def _on_magic(span: Span, magics: tuple[Magic, ...]) -> bool:
    return any(magic.span.line <= span.line <= magic.span.end_line for magic in magics)
