"""TOML: values by the standard parser, places by a look at the lines."""

from __future__ import annotations

import re
import sys
from typing import Any, Final

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HEADER: Final = re.compile(r"[ \t]*(\[\[?)([^\]\n]+)\]\]?")
_KEY: Final = re.compile(
    r"[ \t]*((?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*'))*)[ \t]*="
)
_PART: Final = re.compile(r"\"[^\"]*\"|'[^']*'|[\w-]+")
_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")

Path = tuple[str, ...]


def parse_toml(text: Text) -> Tree:
    """Return a TOML document; of a broken one nothing, and a problem at the place that breaks it."""
    try:
        value = tomllib.loads(text.value.replace("\r\n", "\n").removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Tree(None, (_problem(error, text),))
    return Tree(_node(value, (), _places(text), Span.at(0)), ())


def _problem(error: Exception, text: Text) -> Problem:
    message = str(error) or "it is nested too deeply"
    found = _PLACE.search(message)
    line = int(found.group(1)) - 1 if found else max(0, text.line_count - 1)
    what = message[: found.start()].strip() if found else message
    return Problem(f"not valid TOML: {what[:1].lower()}{what[1:]}", Span(line, 0, line, len(text.line(line))))


def _places(text: Text) -> dict[Path, tuple[Span, Span]]:
    """Map the path of each key written at the start of a line to the spans of key and value."""
    places: dict[Path, tuple[Span, Span]] = {}
    table: Path = ()
    for number in range(text.line_count):
        line = text.line(number)
        header = _HEADER.match(line)
        if header and "=" not in line[: header.end()]:
            table = _parts(header.group(2))
            span = Span(number, header.start(2), number, header.end(2))
            places.setdefault(table, (span, span))
            continue
        key = _KEY.match(line)
        if key:
            span = Span(number, key.start(1), number, key.end(1))
            start = key.end() + len(line[key.end() :]) - len(line[key.end() :].lstrip())
            places.setdefault(
                (*table, *_parts(key.group(1))), (span, Span(number, start, number, len(line.rstrip())))
            )
    return places


def _parts(key: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(key))


def _node(value: Any, path: Path, places: dict[Path, tuple[Span, Span]], near: Span) -> Node:
    span = places.get(path, (near, near))[1]
    if isinstance(value, dict):
        entries = tuple(
            (Scalar(key, places.get((*path, key), (span, span))[0]), _node(inner, (*path, key), places, span))
            for key, inner in value.items()
        )
        return Mapping(entries, span)
    if isinstance(value, list):
        return Sequence(tuple(_node(inner, path, places, span) for inner in value), span)
    return Scalar(value if isinstance(value, (str, int, float, bool)) else str(value), span)
