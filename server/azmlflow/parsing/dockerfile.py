"""Dockerfiles: the environment that each stage sets, and the commands that it runs.

The grammar is that of https://docs.docker.com/reference/dockerfile/ for ENV, ARG, FROM and RUN; all other instructions
are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.comments import Comment, find_comments
from azmlflow.patterns import pattern

MAX_INSTRUCTIONS: Final = 20_000
ESCAPE: Final = pattern(r"#[ \t]*escape[ \t]*=[ \t]*([\\`])[ \t]*$", re.IGNORECASE)
INSTRUCTION: Final = pattern(r"[ \t]*([A-Za-z]+)(?=[ \t]|$)[ \t]*")
STAGE: Final = pattern(r"(?:--\S+[ \t]+)*(\S+)(?:[ \t]+[Aa][Ss][ \t]+(\S+))?")
NAME: Final = pattern(r"[A-Za-z_][\w.-]*")
HEREDOC: Final = pattern(r"<<-?([\"']?)([A-Za-z_]\w*)\1")


class Variable(NamedTuple):
    """A variable that ENV sets. `value` is without quotes; `expands`: Docker would still replace something in it.

    `stage` is the index of the FROM that it stands below.
    """

    name: str
    value: str
    expands: bool
    name_span: Span
    value_span: Span
    span: Span
    stage: int


class Stage(NamedTuple):
    """A `FROM image AS name`; `parent` is the index of the earlier stage that it begins from, if it does."""

    image: str
    name: str
    parent: int | None
    span: Span


class Run(NamedTuple):
    """The command of a RUN, its lines joined by spaces so that every character keeps its offset."""

    command: str
    start: int
    span: Span
    stage: int


class DockerfileFacts(NamedTuple):
    """What a Dockerfile sets and runs, in order."""

    stages: tuple[Stage, ...]
    variables: tuple[Variable, ...]
    runs: tuple[Run, ...]
    comments: tuple[Comment, ...]


class _Instruction(NamedTuple):
    """An instruction and where its arguments begin; continued lines are joined, letter for letter."""

    name: str
    body: str
    start: int


def parse_dockerfile(text: Text) -> DockerfileFacts:
    """Return what a Dockerfile sets and runs; never raises, and passes over what it does not know."""
    stages: list[Stage] = []
    variables: list[Variable] = []
    runs: list[Run] = []
    escape = _escape_of(text)
    for instruction in _instructions(text, escape):
        span = text.span(instruction.start, instruction.start + len(instruction.body))
        if instruction.name == "FROM":
            stages += _stage(instruction.body, span, stages)
        elif instruction.name == "ENV":
            variables += _variables(text, instruction, escape, len(stages) - 1)
        elif instruction.name == "RUN":
            runs.append(Run(instruction.body, instruction.start, span, len(stages) - 1))
    return DockerfileFacts(tuple(stages), tuple(variables), tuple(runs), find_comments(text))


def _escape_of(text: Text) -> str:
    match = ESCAPE.match(text.line(0))
    return match[1] if match else "\\"


def _instructions(text: Text, escape: str) -> Iterator[_Instruction]:
    number = count = 0
    while number < text.line_count and count < MAX_INSTRUCTIONS:
        line = text.line(number)
        if line.strip() and not line.lstrip().startswith("#"):
            count += 1
            end, body = _joined(text, number, escape)
            match = INSTRUCTION.match(body)
            if match:
                start = text.offset(number, 0) + match.end()
                name = match[1].upper()
                if name in ("RUN", "COPY"):
                    end = _behind_heredocs(text, body, end)
                yield _Instruction(name, body[match.end() :].rstrip(), start)
            number = end
        else:
            number += 1


def _joined(text: Text, first: int, escape: str) -> tuple[int, str]:
    """Return the line behind an instruction and its text, where line ends and comments between became spaces."""
    number, parts = first, []
    while number < text.line_count:
        start = text.offset(number, 0)
        whole = text.value[start : text.offset(number + 1, 0)]
        line = whole.rstrip("\r\n")
        is_comment = number > first and line.lstrip().startswith("#")
        is_blank = number > first and not line.strip()
        number += 1
        if is_comment or is_blank:
            parts.append(" " * len(whole))
            continue
        stripped = line.rstrip(" \t")
        if not stripped.endswith(escape):
            parts.append(line)
            break
        parts.append(stripped[:-1].ljust(len(whole)))
    return number, "".join(parts)


def _behind_heredocs(text: Text, body: str, number: int) -> int:
    """Return the line behind the texts that `<<WORD` opens; a word that never closes opens none."""
    for match in HEREDOC.finditer(body):
        if f"\n{match[2]}" in text.value or f"\t{match[2]}" in text.value:
            lines = range(number, text.line_count)
            closing = next((n for n in lines if text.line(n).strip() == match[2]), None)
            if closing is None:
                break  # the text below opens no other end: looking again and again would cost its square
            number = closing + 1
    return number


def _stage(body: str, span: Span, earlier: list[Stage]) -> Iterator[Stage]:
    match = STAGE.match(body)
    if match:
        image, name = match[1], (match[2] or "").lower()
        parent = next(
            (i for i in reversed(range(len(earlier))) if image.lower() in (earlier[i].name, str(i))), None
        )
        yield Stage(image, name, parent, span)


def _variables(text: Text, instruction: _Instruction, escape: str, stage: int) -> Iterator[Variable]:
    body, start = instruction.body, instruction.start
    name = NAME.match(body)
    if name and not body.startswith("=", name.end()):
        value = body[name.end() :].strip()
        at = len(body) - len(body[name.end() :].lstrip())
        yield _variable(text, start, name[0], (0, at, at + len(value)), value, stage)
        return
    at = 0
    while at < len(body):
        name = NAME.match(body, at)
        if name is None or not body.startswith("=", name.end()):
            at += 1
            continue
        end, value, expands = _word(body, name.end() + 1, escape)
        found = _variable(text, start, name[0], (at, name.end() + 1, end), value, stage)
        yield found._replace(expands=expands)
        at = end + 1


def _variable(
    text: Text, start: int, name: str, places: tuple[int, int, int], value: str, stage: int
) -> Variable:
    name_at, value_at, end = (start + place for place in places)
    spans = (text.span(name_at, name_at + len(name)), text.span(value_at, end), text.span(name_at, end))
    return Variable(name, value, "$" in value, *spans, stage)


def _word(body: str, at: int, escape: str) -> tuple[int, str, bool]:
    """Return the end of a value, the value without quotes and escapes, and whether something in it is replaced."""
    value: list[str] = []
    quote, expands = "", False
    while at < len(body):
        character = body[at]
        if character == escape and quote != "'" and at + 1 < len(body):
            at += 1
            value.append(body[at])
        elif quote and character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote = character
        elif not quote and character.isspace():
            break
        else:
            expands = expands or (character == "$" and quote != "'")
            value.append(character)
        at += 1
    return at, "".join(value), expands
