"""IPython's magics: lines that are no Python are replaced, so that the rest parses where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.patterns import pattern

CANDIDATE: Final = pattern(
    r"^[ \t]*(?:[%!?]|(?:pip|conda|mamba|cd)[ \t])|=[ \t]*[!%]|\?[ \t\r]*$", re.MULTILINE
)
NAME: Final = pattern(r"%{1,2}[ \t]*([^\s(]*)[ \t]*")
HELP: Final = pattern(r"%{0,2}[A-Za-z_][\w.*\[\]]*\?{1,2}")
ASSIGNED: Final = pattern(
    r"(?P<target>[A-Za-z_][\w.]*(?:[ \t]*,[ \t]*[A-Za-z_][\w.]*)*)[ \t]*=[ \t]*(?P<sign>!!?|%%?)(?=[^\s=])"
)
AUTOMAGIC: Final = pattern(
    r"(?:pip|conda|mamba|cd)[ \t]+(?=[A-Za-z./~]|--?[A-Za-z])(?!(?:in|is|if|and|or|not|for)\b)"
)
OPTION: Final = pattern(r"-\S*[ \t]*|[0-9]+[ \t]+")
TOKEN: Final = pattern(r"'''|\"\"\"|['\"#()\[\]{}]")
CLOSING: Final = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'''", '"""')}

RUNS_PYTHON: Final = frozenset((
    "time", "timeit", "capture", "prun", "memit", "mprun", "lprun", "snakeviz", "pyinstrument", "pyspark",
    "debug", "heat", "local", "ipytest",
))  # fmt: skip
LANGUAGES: Final = {
    "bash": "bash", "sh": "bash", "shell": "bash", "!": "bash", "sx": "bash", "system": "bash",
    "powershell": "powershell", "pwsh": "powershell", "cmd": "cmd", "md": "markdown", "markdown": "markdown",
    "sql": "sql", "r": "r", "R": "r", "sparkr": "r", "scala": "scala", "spark": "scala", "writefile": "file",
    "file": "file", "python": "process", "python3": "process", "fs": "fs", "javascript": "javascript",
    "js": "javascript", "html": "html", "HTML": "html",
}  # fmt: skip
SHELLS: Final = frozenset(("bash", "sh", "zsh", "dash"))
TIMED: Final = frozenset(("time", "timeit", "prun", "memit"))
"""Line magics that run the Python behind them."""
DATABRICKS: Final = frozenset(("md", "sh", "scala", "fs"))
DATABRICKS_OR_MAGIC: Final = frozenset(("sql", "r", "python"))


class Magic(NamedTuple):
    """A magic: `%name arguments`, `%%name arguments`, `!arguments` (name `!`), `?arguments` (name `?`).

    `target` is the variable that `x = !command` assigns, else empty. `arguments_span` covers the arguments as
    written, continuation lines included; `arguments` joins them on one line.
    """

    name: str
    arguments: str
    span: Span
    arguments_span: Span
    cell_magic: bool = False
    target: str = ""


class Magics(NamedTuple):
    """What a cell's source is once its magics are known."""

    python: str
    magics: tuple[Magic, ...]
    language: str


def read_magics(source: Text, databricks: bool = False) -> Magics:
    """Find the magics of a cell; what is not Python becomes `pass` or nothing, the rest stays in place."""
    if not CANDIDATE.search(source.value):
        return Magics(source.value, (), "python")
    reader = _Reader(source)
    first = reader.cell_magics(databricks)
    if first:
        blank = "".join(_line_end(source, number) for number in range(source.line_count))
        return Magics(blank, tuple(reader.magics), _language(first))
    reader.line_magics()
    return Magics("".join(reader.python), tuple(reader.magics), "python")


class _Reader:
    """Goes through a cell line by line; `quote`, `depth`, `continued` tell whether a statement starts."""

    def __init__(self, source: Text) -> None:
        self.source = source
        self.count = source.line_count
        self.python: list[str] = []
        self.magics: list[Magic] = []
        self.at = 0
        self.quote = ""
        self.depth = 0
        self.continued = False

    def cell_magics(self, databricks: bool) -> Magic | None:
        """Take the cell magics at the top; return the one whose cell is not Python, if there is one."""
        number = self._next_line(0)
        while number < self.count:
            line = self.source.line(number)
            if line.startswith("%%"):
                magic = self._magic(number, number, 0, cell_magic=True)
                runs_python = magic.name in RUNS_PYTHON
            elif _is_databricks(line.strip(), databricks):
                magic = self._magic(number, number, len(line) - len(line.lstrip()), cell_magic=True)
                runs_python = magic.name == "python"
            else:
                return None
            self.magics.append(magic)
            if not runs_python:
                return magic
            self._keep_until(number)
            self._replace(number, number, "pass")
            number = self._next_line(number + 1)
        return None

    def line_magics(self) -> None:
        """Go through the lines that are left."""
        while self.at < self.count:
            line = self.source.line(self.at)
            starts = not (self.quote or self.continued or self.depth > 0)
            indent = len(line) - len(line.lstrip(" \t"))
            sign = line[indent : indent + 1]
            shell = sign == "!" and not self.quote and line[indent + 1 : indent + 2] != "="
            if sign and (starts or shell) and self._line_magic(line, indent):
                continue
            self.python.append(line + _line_end(self.source, self.at))
            self._advance(line)
            self.at += 1

    def _line_magic(self, line: str, indent: int) -> bool:
        """Replace the magic on the current line, if there is one."""
        rest = line[indent:]
        assigned = ASSIGNED.match(rest)
        if rest[0] in "%!":
            self._take(indent, line[:indent] + _timed(line, indent))
        elif assigned:
            text = line[: indent + assigned.start("sign")] + "get_ipython()"
            self._take(indent + assigned.start("sign"), text, assigned["target"])
        elif rest[0] == "?" or HELP.fullmatch(rest.rstrip()):
            arguments = Span(self.at, indent, self.at, len(line.rstrip()))
            self.magics.append(Magic("?", rest.strip().strip("?"), arguments, arguments))
            self._replace(self.at, self.at, line[:indent] + "pass")
        elif AUTOMAGIC.match(rest):
            self._take(indent, line[:indent] + "pass")
        else:
            return False
        self.depth, self.continued = 0, False
        return True

    def _take(self, column: int, replacement: str, target: str = "") -> None:
        last = self.at
        while last + 1 < self.count and self.source.line(last).endswith("\\"):
            last += 1
        self.magics.append(self._magic(self.at, last, column, target=target))
        self._replace(self.at, last, replacement)

    def _magic(self, first: int, last: int, column: int, cell_magic: bool = False, target: str = "") -> Magic:
        line = self.source.line(first)
        name, start = _name(line, column)
        end = len(self.source.line(last).rstrip())
        start = min(start, end) if first == last else start
        arguments = Span(first, start, last, end)
        lines = [line[start:], *(self.source.line(number) for number in range(first + 1, last + 1))]
        joined = " ".join(part.rstrip().removesuffix("\\").strip() for part in lines)
        return Magic(name, joined.strip(), Span(first, column, last, end), arguments, cell_magic, target)

    def _next_line(self, number: int) -> int:
        while number < self.count and not self.source.line(number).strip():
            number += 1
        return number

    def _keep_until(self, number: int) -> None:
        while self.at < number:
            self.python.append(self.source.line(self.at) + _line_end(self.source, self.at))
            self.at += 1

    def _replace(self, first: int, last: int, text: str) -> None:
        self.python.append(text + _line_end(self.source, first))
        self.python += [_line_end(self.source, number) for number in range(first + 1, last + 1)]
        self.at = last + 1

    def _advance(self, line: str) -> None:
        """Follow strings and brackets through a line of Python."""
        at, size = 0, len(line)
        self.continued = False
        while at < size:
            if self.quote:
                at = self._in_string(line, at)
                continue
            token = TOKEN.search(line, at)
            if not token:
                break
            if token[0] == "#":
                return
            at = token.end()
            self._token(token[0])
        self.continued = line.endswith("\\") and not self.quote

    def _token(self, token: str) -> None:
        if token in CLOSING:
            self.quote = token
        else:
            self.depth = max(0, self.depth + (1 if token in "([{" else -1))

    def _in_string(self, line: str, at: int) -> int:
        for match in CLOSING[self.quote].finditer(line, at):
            if match[0] == self.quote:
                self.quote = ""
                return match.end()
        if len(self.quote) == 1 and not line.endswith("\\"):
            self.quote = ""
        return len(line)


def _language(magic: Magic) -> str:
    """Return what a cell of other than Python is run as."""
    if magic.name == "script":
        program = magic.arguments.split(maxsplit=1)[:1]
        return "bash" if SHELLS.intersection(program) else "process"
    return LANGUAGES.get(magic.name, magic.name.lower() or "process")


def _is_databricks(line: str, databricks: bool) -> bool:
    """Tell whether a line starts a Databricks cell of another language."""
    word = line[1:].split(maxsplit=1)[:1] if line.startswith("%") else []
    if not word:
        return False
    if word[0] in DATABRICKS_OR_MAGIC:
        return databricks or line == f"%{word[0]}"
    return word[0] in DATABRICKS


def _timed(line: str, column: int) -> str:
    """Return what replaces a line magic: `pass`, or the Python that it times, in place behind `0;`."""
    name, at = _name(line, column)
    if name not in TIMED or line[at:].rstrip().endswith("\\"):
        return "pass"
    option = OPTION.match(line, at)
    while option:
        at = option.end()
        option = OPTION.match(line, at)
    if not line[at:].strip():
        return "pass"
    return "0;" + " " * (at - column - 2) + line[at:]


def _name(line: str, column: int) -> tuple[str, int]:
    """Return a magic's name and the column of its arguments."""
    if line[column] in "!?":
        return line[column], len(line) - len(line[column:].lstrip("!?"))
    if line[column] != "%":
        word = line[column:].split(maxsplit=1)[0]
        return word, column + len(word) + 1
    match = NAME.match(line, column)
    name = match[1] if match else ""
    bang = name.startswith("!")
    return ("!" if bang else name), match.end() if match else column


def _line_end(source: Text, number: int) -> str:
    starts = source.starts
    end = starts[number + 1] if number + 1 < len(starts) else len(source.value)
    return source.value[starts[number] + len(source.line(number)) : end]


def shell_lines(magics: tuple[Magic, ...]) -> Iterator[Magic]:
    """Yield the magics whose arguments a shell runs."""
    return (magic for magic in magics if magic.name in ("!", "sx", "system") and not magic.cell_magic)
