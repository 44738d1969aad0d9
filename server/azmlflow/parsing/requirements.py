"""Dependency files: requirement lines of pip, conda environments, pyproject tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.comments import Comment, find_comments
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree, get, text, walk

Source = Literal["pip", "conda", "poetry", "pyproject", "override"]

_NAME: Final = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[([^\]]*)\])?")
_SEPARATORS: Final = re.compile(r"[-_.]+")


class Requirement(NamedTuple):
    """One dependency; `name` is normalised, `specifier` as written."""

    name: str
    raw_name: str
    specifier: str
    extras: tuple[str, ...]
    marker: str
    span: Span
    name_span: Span
    specifier_span: Span
    source: Source


class RequirementsFacts(NamedTuple):
    """The dependencies of one file in order."""

    requirements: tuple[Requirement, ...]
    problems: tuple[Problem, ...] = ()
    comments: tuple[Comment, ...] = ()


def parse_requirements(text: Text) -> RequirementsFacts:
    """Return the requirements of a pip file; options, paths and addresses are passed over."""
    found = [
        _of_line(line, Span(number, 0, number, len(line)), "pip") for number, line in _logical_lines(text)
    ]
    return RequirementsFacts(tuple(filter(None, found)), (), find_comments(text))


def parse_conda(tree: Tree) -> RequirementsFacts:
    """Return the requirements of a conda environment, those of its `pip:` lists included."""
    found: list[Requirement | None] = []
    for path, node in walk(get(tree.root, "dependencies")):
        written = text(node)
        if written is None or path[-1:] == ("pip",):
            continue
        inside = "pip" in path
        found.append(
            _of_line(written if inside else _conda_spec(written), node.span, "pip" if inside else "conda")
        )
    return RequirementsFacts(tuple(filter(None, found)))


def parse_pyproject_dependencies(tree: Tree) -> RequirementsFacts:
    """Return the requirements of pyproject.toml: [project], groups, poetry's tables, uv's overrides."""
    root = tree.root
    found: list[Requirement | None] = []
    for node in (get(root, "project", "dependencies"), get(root, "project", "optional-dependencies")):
        found += _strings(node, "pyproject")
    found += _strings(get(root, "dependency-groups"), "pyproject")
    found += _strings(get(root, "tool", "uv", "override-dependencies"), "override")
    found += _poetry(get(root, "tool", "poetry", "dependencies"))
    groups = get(root, "tool", "poetry", "group")
    for _, group in groups.entries if isinstance(groups, Mapping) else ():
        found += _poetry(get(group, "dependencies"))
    return RequirementsFacts(tuple(filter(None, found)))


def _strings(node: Node | None, source: Source) -> Iterator[Requirement | None]:
    for _, inner in walk(node):
        written = text(inner)
        if written is not None and not isinstance(inner, Sequence):
            yield _of_line(written, inner.span, source)


def _poetry(node: Node | None) -> Iterator[Requirement | None]:
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if not isinstance(key.value, str) or key.value == "python":
            continue
        version = text(value) or text(get(value, "version")) or ""
        span = value.span if isinstance(value, Scalar) else key.span
        yield Requirement(
            normalised(key.value), key.value, version, (), "", key.span, key.span, span, "poetry"
        )


def _conda_spec(written: str) -> str:
    """Turn `channel::name=1.2=build` into what pip would write."""
    plain = written.rpartition("::")[2]
    name, equals, rest = plain.partition("=")
    if not equals or rest.startswith("=") or name[-1:] in "<>!~":
        return plain
    return f"{name}=={rest.partition('=')[0]}.*"


def _logical_lines(text: Text) -> Iterator[tuple[int, str]]:
    number = 0
    while number < text.line_count:
        first, line = number, text.line(number)
        while line.endswith("\\") and number + 1 < text.line_count:
            number += 1
            line = line[:-1] + text.line(number)
        number += 1
        stripped = line.strip()
        if stripped and not stripped.startswith(("#", "-", ".", "/", "\\")):
            yield first, line


def _of_line(line: str, place: Span, source: Source) -> Requirement | None:
    body = re.split(r"(?:^|\s)#|\s--?\w", line, maxsplit=1)[0]
    requirement, _, marker = body.partition(";")
    indent = len(requirement) - len(requirement.lstrip())
    match = _NAME.match(requirement, indent)
    if match is None or "://" in requirement.partition("@")[0]:
        return None
    specifier = requirement[match.end() :].strip()
    start = place.column + match.start(1) if source == "pip" else place.column
    name_span = Span(place.line, start, place.line, start + len(match.group(1)))
    after = Span(
        place.line, name_span.end_column, place.line, name_span.end_column + len(requirement) - match.end(1)
    )
    extras = tuple(part.strip() for part in (match.group(2) or "").split(",") if part.strip())
    raw = match.group(1)
    return Requirement(
        normalised(raw), raw, specifier, extras, marker.strip(), place, name_span, after, source
    )


def normalised(name: str) -> str:
    """Return a package's name as the index compares it (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()
