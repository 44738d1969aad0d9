"""Parses a block whatever state it is in: lines that break it are set aside, the rest is still read."""

from __future__ import annotations

import ast
import warnings
from typing import Final

from azmlflow.parsing.base import Problem, Span
from azmlflow.parsing.python.extract import facts_of
from azmlflow.parsing.python.facts import Fact, Unread
from azmlflow.patterns import pattern

ATTEMPTS: Final = 8
"""How many broken lines are set aside before the whole block is given up; text in another language breaks on all."""

_BLAMED: Final = pattern(r"on line (\d+)")


def read(text: str) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """Return the facts of a block's source and what could not be read."""
    lines = text.split("\n")
    unread: list[Unread] = []
    problems: list[Problem] = []
    source = text
    for _ in range(ATTEMPTS):
        try:
            return (*unread, *facts_of(_parse(source), source)), tuple(problems)
        except SyntaxError as error:
            line = _broken_line(error, len(lines))
            if line is None or lines[line].strip() in ("", "pass"):
                break
            span = Span(line, 0, line, len(lines[line]))
            unread.append(Unread(lines[line], span))
            problems.append(Problem(f"this line is not valid Python ({error.msg})", span))
            lines[line] = _indentation(lines[line]) + "pass"
            source = "\n".join(lines)
        except (ValueError, RecursionError, MemoryError):
            break
    whole = Span(0, 0, len(lines) - 1, len(lines[-1]))
    return (Unread(text, whole),), (Problem("this statement is not valid Python", whole),)


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _broken_line(error: SyntaxError, count: int) -> int | None:
    """Return the line to set aside: the one the message blames, else the one where the parser stopped."""
    message = error.msg or ""
    if "triple-quoted" in message:
        return None
    blamed = _BLAMED.search(message)
    number = int(blamed.group(1)) if blamed else error.lineno
    return number - 1 if number is not None and 1 <= number <= count else None


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
