"""Dependency files: pip's requirement lines, conda environments, the tables of pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from azmlflow.parsing._requirement_places import is_place, of_place
from azmlflow.parsing._version_specs import (
    CONDA_EXPORT,
    Parsed,
    parse_conda_spec,
    parse_pip,
    poetry_specifier,
)
from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.comments import Comment, find_comments
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree, get, text
from azmlflow.patterns import pattern

MAX_REQUIREMENTS: Final = 20_000
SEPARATORS: Final = pattern(r"[-_.]+")
OPTION: Final = pattern(r"(--requirement|--constraint|--editable|-r|-c|-e)(?:[ \t]*=[ \t]*|[ \t]*)")
OPTIONS_BEHIND: Final = pattern(r"\s--?[A-Za-z]")
NOT_READ: Final = "this is no requirement that pip can read: write name==version"
KINDS: Final[dict[str, ReferenceKind]] = {
    "-r": "requirements", "--requirement": "requirements", "-c": "constraints", "--constraint": "constraints",
    "-e": "editable", "--editable": "editable",
}  # fmt: skip

Source = Literal["pip", "conda", "poetry", "pyproject", "override"]
ReferenceKind = Literal["requirements", "constraints", "editable"]


class Requirement(NamedTuple):
    """One dependency. `name` is normalised; `specifier` is what pip would write, also for conda and poetry.

    `specifier_span` covers the versions as written, and is empty where they would be written. `source` is
    `override` for what uv puts above all else. `group` is the extra or group that it belongs to.
    """

    name: str
    raw_name: str
    specifier: str
    extras: tuple[str, ...]
    marker: str
    span: Span
    name_span: Span
    specifier_span: Span
    source: Source
    url: str = ""
    group: str = ""


class Reference(NamedTuple):
    """Another file, or a project's folder, that a requirement file names."""

    kind: ReferenceKind
    path: str
    span: Span


class RequirementsFacts(NamedTuple):
    """The dependencies of one file, in order."""

    requirements: tuple[Requirement, ...]
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()
    references: tuple[Reference, ...] = ()


def normalised(name: str) -> str:
    """Return a package's name as the index compares it (PEP 503)."""
    return SEPARATORS.sub("-", name).lower()


def parse_requirements(text: Text) -> RequirementsFacts:
    """Return the requirements of a pip file; lines that pip could not read are problems."""
    reader = _Lines(text)
    for start, line in reader.logical():
        reader.take(start, line)
        if len(reader.requirements) >= MAX_REQUIREMENTS or len(reader.problems) >= MAX_REQUIREMENTS:
            break
    return RequirementsFacts(
        tuple(reader.requirements), tuple(reader.problems), find_comments(text), tuple(reader.references)
    )


class _Lines:
    """Reads a pip file line by line."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.requirements: list[Requirement] = []
        self.problems: list[Problem] = []
        self.references: list[Reference] = []

    def logical(self) -> Iterator[tuple[int, str]]:
        """Yield (offset, line) of each line with what continues it, letter for letter, comments cut off."""
        number = 0
        while number < self.text.line_count:
            first = number
            while self._goes_on(number):
                number += 1
            number += 1
            start = self.text.offset(first, 0)
            line = self.text.value[start : self.text.offset(number, 0)]
            if number > first + 1:
                line = re.sub(r"\\(\r\n|\r|\n)", lambda match: " " * len(match[0]), line)
            line = _without_comment(line).rstrip()
            if line.strip():
                yield start, line

    def _goes_on(self, number: int) -> bool:
        line = self.text.line(number)
        return line.endswith("\\") and not line.lstrip().startswith("#") and number + 1 < self.text.line_count

    def take(self, start: int, line: str) -> None:
        """Read one line that holds something."""
        indent = len(line) - len(line.lstrip())
        start, line = start + indent, line[indent:]
        if line.startswith("-"):
            self._option(start, line)
            return
        behind = OPTIONS_BEHIND.search(line)
        body = line[: behind.start()].rstrip() if behind else line
        span = self.text.span(start, start + len(line))
        if CONDA_EXPORT.fullmatch(body):
            self._add(parse_conda_spec(body), start, span, "conda")
        elif is_place(body):
            self._add(of_place(body), start, span, "pip")
        elif not self._add(parse_pip(body), start, span, "pip") and "{" not in line and line[0] not in "@<$":
            self.problems.append(Problem(NOT_READ, span))

    def _option(self, start: int, line: str) -> None:
        match = OPTION.match(line)
        if not match:
            return
        path = line[match.end() :].strip().strip("\"'")
        span = self.text.span(start, start + len(line))
        self.references.append(Reference(KINDS[match[1]], path, span))
        if KINDS[match[1]] == "editable":
            self._add(of_place(line), start, span, "pip")

    def _add(self, parsed: Parsed | None, start: int, span: Span, source: Source) -> bool:
        if parsed is None:
            return False
        at, end = start + parsed.specifier_at, start + parsed.specifier_end
        name_at = start + parsed.name_at
        name_span = self.text.span(name_at, name_at + len(parsed.name))
        self.requirements.append(_requirement(parsed, span, name_span, self.text.span(at, end), source))
        return True


def parse_conda(tree: Tree) -> RequirementsFacts:
    """Return the requirements of a conda environment, those of its `pip:` lists included."""
    return RequirementsFacts(
        tuple(conda_requirements(tree.root)), references=tuple(conda_references(tree.root))
    )


def conda_references(node: Node | None) -> Iterator[Reference]:
    """Yield the files that the `pip:` lists of a conda environment name (`-r requirements.txt`)."""
    items = get(node, "dependencies")
    for item in items.items if isinstance(items, Sequence) else ():
        for inner in _strings(get(item, "pip")):
            match = OPTION.match((text(inner) or "").strip())
            if match:
                path = (text(inner) or "").strip()[match.end() :].strip().strip("\"'")
                yield Reference(KINDS[match[1]], path, inner.span)


def conda_requirements(node: Node | None) -> Iterator[Requirement]:
    """Yield the requirements of a conda environment, which may stand inside another file."""
    items = get(node, "dependencies")
    for item in items.items if isinstance(items, Sequence) else ():
        if isinstance(item, Scalar):
            yield from _of_string(item, "conda")
        for inner in _strings(get(item, "pip")):
            if not (text(inner) or "").lstrip().startswith("-"):
                yield from _of_string(inner, "pip")


def parse_pyproject_dependencies(tree: Tree) -> RequirementsFacts:
    """Return the requirements of pyproject.toml: the project's, its groups', poetry's and uv's."""
    project, tool = get(tree.root, "project"), get(tree.root, "tool")
    found = list(_listed(get(project, "dependencies"), "pyproject"))
    found += _grouped(get(project, "optional-dependencies"))
    found += _grouped(get(tree.root, "dependency-groups"))
    found += _listed(get(tool, "uv", "dev-dependencies"), "pyproject", "dev")
    found += _listed(get(tool, "uv", "override-dependencies"), "override")
    poetry = get(tool, "poetry")
    found += _poetry(get(poetry, "dependencies"))
    found += _poetry(get(poetry, "dev-dependencies"), "dev")
    for name, group in _entries(get(poetry, "group")):
        found += _poetry(get(group, "dependencies"), str(name.value))
    return RequirementsFacts(tuple(found[:MAX_REQUIREMENTS]))


def _entries(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _strings(node: Node | None) -> Iterator[Scalar]:
    items = node.items if isinstance(node, Sequence) else ()
    return (item for item in items if isinstance(item, Scalar))


def _listed(node: Node | None, source: Source, group: str = "") -> Iterator[Requirement]:
    for item in _strings(node):
        yield from _of_string(item, source, group)


def _grouped(node: Node | None) -> Iterator[Requirement]:
    for name, items in _entries(node):
        yield from _listed(items, "pyproject", str(name.value))


def _poetry(node: Node | None, group: str = "") -> Iterator[Requirement]:
    for key, value in _entries(node):
        if key.value == "python" or not isinstance(key.value, str):
            continue
        for wanted in value.items if isinstance(value, Sequence) else (value,):
            yield _of_poetry(key, wanted, group)


def _of_poetry(key: Scalar, wanted: Node, group: str) -> Requirement:
    version = wanted if isinstance(wanted, Scalar) else get(wanted, "version")
    extras = tuple(str(extra.value) for extra in _strings(get(wanted, "extras")))
    url = text(get(wanted, "git")) or text(get(wanted, "url")) or text(get(wanted, "path")) or ""
    written = text(version) or ""
    at = (
        Span.at(wanted.span.line, wanted.span.column)
        if version is None
        else _inside(version, 0, len(written))
    )
    span = Span(*key.span[:2], *wanted.span[2:]) if key.span[:2] <= wanted.span[2:] else key.span
    name = str(key.value)
    marker = text(get(wanted, "markers")) or ""
    specifier = poetry_specifier(written)
    return Requirement(
        normalised(name), name, specifier, extras, marker, span, key.span, at, "poetry", url, group
    )


def _of_string(item: Scalar, source: Source, group: str = "") -> Iterator[Requirement]:
    written = text(item)
    if written is None:
        return
    parsed = parse_conda_spec(written) if source == "conda" else parse_pip(_without_comment(written))
    if parsed is None and is_place(written):
        parsed = of_place(written)
    if parsed is not None:
        name_span = _inside(item, parsed.name_at, parsed.name_at + len(parsed.name))
        specifier_span = _inside(item, parsed.specifier_at, parsed.specifier_end)
        yield _requirement(parsed, item.span, name_span, specifier_span, source, group)


def _requirement(
    parsed: Parsed, span: Span, name_span: Span, specifier_span: Span, source: Source, group: str = ""
) -> Requirement:
    name = normalised(parsed.name)
    described = (name, parsed.name, parsed.specifier, parsed.extras, parsed.marker)
    return Requirement(*described, span, name_span, specifier_span, source, parsed.url, group)


def _inside(node: Node, start: int, end: int) -> Span:
    """Return the span of a stretch of a scalar's value, or of the whole literal when it holds escapes."""
    line, column, end_line, end_column = node.span
    width = end_column - column - len(text(node) or "")
    if line != end_line or width not in (0, 2):
        return node.span
    column += width // 2
    return Span(line, column + start, line, column + end)


def _without_comment(line: str) -> str:
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]
