"""What `pip install` in a notebook or a Dockerfile installs."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.parsing._version_specs import parse_pip
from azmlflow.parsing.base import Text
from azmlflow.parsing.dockerfile import DockerfileFacts
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.requirements import Requirement, normalised
from azmlflow.patterns import pattern
from azmlflow.resolution.bundles import Bundle, Wanted, collect
from azmlflow.workspace.snapshot import Location, Snapshot, SourceFile

LONGEST_COMMAND: Final = 20_000

_INSTALLS: Final = pattern(r"\bpip[\d.]*[ \t]+install\b")
_WORD: Final = pattern(r"(?P<quote>[\"'])(?P<inner>[^\"'\r\n]*)(?P=quote)|[^\s\"';&|]+|[;&|]+")
_TAKES_ARGUMENT: Final = frozenset(
    (
        *(
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--trusted-host",
            "--cert",
            "--client-cert",
        ),
        *("-t", "--target", "--prefix", "--root", "--src", "--python", "--platform", "--python-version"),
        *(
            "-e",
            "--editable",
            "--proxy",
            "--timeout",
            "--retries",
            "--cache-dir",
            "--no-binary",
            "--only-binary",
        ),
        *("--upgrade-strategy", "--report", "-C", "--config-settings", "--progress-bar"),
    )
)
_VARIABLE: Final = frozenset("$`{%")
_REFERS: Final = {
    "-r": "requirements",
    "--requirement": "requirements",
    "-c": "constraints",
    "--constraint": "constraints",
}


class _Source(NamedTuple):
    """The text that a command stands in."""

    snapshot: Snapshot
    file: SourceFile
    cell: int | None
    text: Text


def installed_by_notebook(snapshot: Snapshot, file: SourceFile) -> Iterator[Bundle]:
    """Yield what each `%pip install` and `!pip install` of one line installs."""
    if not isinstance(file.facts, NotebookFacts) or "pip" not in file.text.value:
        return
    for cell in file.facts.cells:
        for magic in cell.magics:
            command = f"pip {magic.arguments}" if magic.name == "pip" else magic.arguments
            span = magic.arguments_span
            if magic.name in ("pip", "!", "sx", "system") and span.line == span.end_line:
                offset = cell.text.offset(span.line, span.column) - (4 if magic.name == "pip" else 0)
                yield from _of_command(_Source(snapshot, file, cell.index, cell.text), command, offset)


def installed_by_dockerfile(snapshot: Snapshot, file: SourceFile) -> Iterator[Bundle]:
    """Yield what each `pip install` of a RUN installs."""
    for run in file.facts.runs if isinstance(file.facts, DockerfileFacts) else ():
        yield from _of_command(_Source(snapshot, file, None, file.text), run.command, run.start)


def _of_command(source: _Source, command: str, offset: int) -> Iterator[Bundle]:
    """Yield what each `pip install` in a shell command installs; incomplete where a variable stands in it."""
    for start in _INSTALLS.finditer(command[:LONGEST_COMMAND]):
        found: list[Wanted] = []
        complete, option = True, ""
        for word in _WORD.finditer(command, start.end(), LONGEST_COMMAND):
            value = word["inner"] if word["quote"] else word[0]
            if word[0][0] in ";&|#":
                break
            if option in _REFERS:
                complete &= _refer(source, value, _REFERS[option], found)
                option = ""
            elif option or value.startswith("-"):
                option = value if not option and value in {*_REFERS, *_TAKES_ARGUMENT} else ""
            else:
                wanted = _wanted(source, value, offset + word.start() + (1 if word["quote"] else 0))
                complete &= wanted is not None
                found += [wanted] if wanted else []
        yield Bundle(source.file.path, tuple(found), complete)


def _wanted(source: _Source, value: str, at: int) -> Wanted | None:
    parsed = parse_pip(value) if _VARIABLE.isdisjoint(value) else None
    if parsed is None:
        return None
    span, name, specifier = (
        source.text.span(at + start, at + end)
        for start, end in (
            (0, len(value)),
            (parsed.name_at, parsed.name_at + len(parsed.name)),
            (parsed.specifier_at, parsed.specifier_end),
        )
    )
    described = (normalised(parsed.name), parsed.name, parsed.specifier, parsed.extras, parsed.marker)
    requirement = Requirement(*described, span, name, specifier, "pip", parsed.url)
    return Wanted(requirement, Location(source.file.path, source.cell, span))


def _refer(source: _Source, name: str, kind: str, found: list[Wanted]) -> bool:
    path = Path(normpath(source.file.path.parent / name))
    file = source.snapshot.files.get(path)
    return file is not None and collect(source.snapshot, file, found, (), constraints=kind == "constraints")
