"""YAML becomes trees with spans, from the parser's events: no tag is obeyed, no alias can explode."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from azmlflow.parsing._yaml_builder import Builder, Stop
from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.tree import Tree
from azmlflow.patterns import pattern

MAX_DOCUMENTS: Final = 1_000
UNPRINTABLE: Final = pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MESSAGES: Final = (
    ("tab character", "YAML is indented by spaces: replace this tab"),
    ("cannot start any token", "a tab or reserved character starts this value: use spaces, or quote it"),
    ("mapping values are not allowed", "a second `: ` on this line: quote the value, or indent it"),
    ("could not find expected ':'", "a key without a colon: write `key: value`"),
    ("unexpected end of stream", "a quoted string is never closed"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing; `{{...}}` has to stand in quotes"),
    (
        "node content",
        "a value is missing or starts with a reserved character; `{{...}}` has to stand in quotes",
    ),
    ("expected '-'", "this line does not belong to the list above it: mend the indentation"),
    ("expected key", "this line does not belong to the mapping above it: mend the indentation"),
    ("expected <block end>", "this line does not belong to what is above it: mend the indentation"),
    ("<document start>", "there is text after the end of the document: mend the indentation"),
    ("hexdecimal number", "an unknown escape in double quotes: use single quotes, or write `\\\\`"),
    ("unknown escape", "an unknown escape in double quotes: use single quotes, or write `\\\\`"),
)


def parse_yaml(text: Text) -> tuple[Tree, ...]:
    """Return one tree for each document, and one for a file that holds none.

    What stands before a syntax error is kept. Dates stay strings, tags are ignored, `<<` is merged.
    """
    base = 1 if text.value.startswith("\ufeff") else 0
    value, problems = _printable(text, base)
    trees: list[Tree] = []
    builder = Builder(text, base)
    try:
        for event in _events(value):
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                builder = Builder(text, base, builder.count)
            elif kind == "DocumentEndEvent":
                trees.append(builder.close_all())
                if len(trees) == MAX_DOCUMENTS:
                    break
                builder = Builder(text, base, builder.count)
            elif not kind.startswith("Stream"):
                builder.feed(event)
    except Stop:
        trees.append(builder.close_all())
    except Exception as error:  # noqa: BLE001 - whatever the parser trips over, what came before stands
        problems.append(_syntax_problem(error, text, base))
        if builder.root is not None or builder.stack:
            trees.append(builder.close_all())
    return _with_problems(trees, problems)


def _with_problems(trees: list[Tree], problems: list[Problem]) -> tuple[Tree, ...]:
    if not trees:
        return (Tree(None, tuple(problems)),)
    last = trees[-1]
    return (*trees[:-1], Tree(last.root, (*last.problems, *problems)))


def _printable(text: Text, base: int) -> tuple[str, list[Problem]]:
    """Return the text with what YAML forbids replaced one for one, so that offsets hold."""
    value = text.value[base:] if base else text.value
    match = UNPRINTABLE.search(value)
    if match is None:
        return value, []
    at = match.start() + base
    problem = Problem("a character that YAML does not allow: remove it", text.span(at, at + 1))
    return UNPRINTABLE.sub("\ufffd", value), [problem]


def _events(value: str) -> Iterator[Any]:
    yaml: Any = import_module("yaml")  # late: most sessions open no YAML file
    events: Iterator[Any] = yaml.parse(value, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return events


def _syntax_problem(error: Exception, text: Text, base: int) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = mark.index + base if mark is not None else len(text.value)
    said = str(getattr(error, "problem", "") or "")
    message = next((ours for theirs, ours in MESSAGES if theirs in said), "YAML cannot be read from here on")
    line = text.position(min(at, len(text.value)))[0]
    return Problem(message, Span(line, 0, line, len(text.line(line))))
