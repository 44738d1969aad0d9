"""How a variable that a file sets gets another value, is switched off, or gets another variable at its side.

Each edit keeps to the file's own language and style; where that takes more than a word, None says so.
"""

from __future__ import annotations

import json
import re
from typing import Final

from azmlflow.parsing.base import Span, Text
from azmlflow.patterns import pattern
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit
from azmlflow.rules.env_layers import removal_of, removal_of_write
from azmlflow.rules.source import indentation, text_of
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import SCRIPT_KINDS, YAML_KINDS, FileKind, SourceFile

_QUOTES: Final = ("", '"', "'")
_COMMENTS: Final = frozenset({FileKind.DOTENV, FileKind.SHELL, FileKind.DOCKERFILE})
"""Kinds of file in which a line that sets one variable can become a comment."""
_BATCH: Final = frozenset({".bat", ".cmd"})
_BEFORE: Final = {
    FileKind.DOTENV: re.compile(r"\s*(?:export\s+)?"),
    FileKind.SHELL: re.compile(r"\s*(?:export\s+|set\s+\"?|\$env:)?", re.IGNORECASE),
    FileKind.DOCKERFILE: re.compile(r"\s*ENV\s+", re.IGNORECASE),
    FileKind.PYTHON: re.compile(r"\s*(?:os\.)?environ\[['\"]|\s*(?:os\.)?environ\.setdefault\(['\"]"),
    FileKind.NOTEBOOK: re.compile(r"\s*(?:os\.)?environ\[['\"]|\s*(?:os\.)?environ\.setdefault\(['\"]|%env "),
    **dict.fromkeys((*YAML_KINDS, FileKind.JOB), re.compile(r"\s*(?:- )?[\"']?")),
}
"""What stands before the name on a line that sets one variable and does nothing else."""
_AFTER: Final = pattern(r"[\"']?[\])]?\s*(?:#.*)?")
"""What may follow the value there."""


def with_value(file: SourceFile, setting: Setting, value: str) -> Edit | None:
    """Return the edit that gives a variable another value, in the quotation marks that are there."""
    span = _inner(file, setting)
    return Edit(setting.written._replace(span=span), value) if span is not None else None


def with_more(file: SourceFile, setting: Setting, more: str) -> Edit | None:
    """Return the edit that appends something to a variable's value."""
    span = _inner(file, setting)
    if span is None:
        return None
    return Edit(setting.written._replace(span=Span.at(span.end_line, span.end_column)), more)


def switched_off(resolution: Resolution, setting: Setting) -> tuple[str, Edit] | None:
    """Return ("Comment out" or "Remove", the edit) so that the file no longer sets a variable."""
    file = resolution.file
    if setting.place.path != file.path:
        return None
    if file.kind in SCRIPT_KINDS:
        edit = _unwritten(resolution, setting)
    elif file.kind in _COMMENTS:
        line = _own_line(file, setting)
        if line is None or file.path.suffix.lower() in _BATCH:
            return None
        start = Span.at(line, len(indentation(file.text, line)))
        return "Comment out", Edit(setting.place._replace(span=start), "# ")
    else:
        edit = removal_of(file, setting)
    return ("Remove", edit) if edit is not None else None


def beside(file: SourceFile, setting: Setting, name: str, value: str) -> Edit | None:
    """Return the edit that sets another variable right beside one, written as that one is."""
    if setting.place.path != file.path:
        return None
    text = text_of(file, setting.place.cell)
    if file.kind is FileKind.EDITOR or _is_in_braces(file, text, setting):
        return _before_key(file, text, setting, name, value)
    line = _own_line(file, setting)
    span = _inner(file, setting)
    if line is None or span is None:
        return None
    written = text.line(line)
    at = written.index(setting.name, setting.place.span.column)
    kept = _AFTER.match(written, span.end_column)
    closing = kept.group().partition("#")[0].rstrip() if kept else ""
    new = f"{written[:at]}{name}{written[at + len(setting.name) : span.column]}{value}{closing}"
    if line + 1 < text.line_count:
        return Edit(setting.place._replace(span=Span.at(line + 1)), f"{new}\n")
    return Edit(setting.place._replace(span=Span.at(line, len(written))), f"\n{new}")


def _inner(file: SourceFile, setting: Setting) -> Span | None:
    """Return where the value stands without its quotation marks, None where it is not written as it is."""
    text = text_of(file, setting.written.cell)
    if setting.value is None or setting.written.path != file.path:
        return None
    source, value = text.slice(setting.written.span), setting.value
    for quote in _QUOTES:
        end = text.offset(*setting.written.span[2:]) - len(quote)
        if source == f"{quote}{value}{quote}" or source.endswith(f"={value}{quote}"):
            return text.span(end - len(value), end)
    return None


def _own_line(file: SourceFile, setting: Setting) -> int | None:
    """Return the line on which a variable is set, None where it has more than one line or shares it."""
    text, span = text_of(file, setting.place.cell), _inner(file, setting)
    before = _BEFORE.get(file.kind)
    line = setting.place.span.line
    if span is None or before is None or (span.line, span.end_line) != (line, line):
        return None
    written = text.line(line)
    at = written.find(setting.name, setting.place.span.column)
    alone = at >= 0 and before.fullmatch(written, 0, at) and _AFTER.fullmatch(written, span.end_column)
    return line if alone else None


def _is_in_braces(file: SourceFile, text: Text, setting: Setting) -> bool:
    """Tell whether an entry of YAML stands between braces, with others on its line."""
    before = text.line(setting.place.span.line)[: setting.place.span.column].rstrip()
    return file.kind in (*YAML_KINDS, FileKind.JOB) and before.endswith(("{", ","))


def _before_key(file: SourceFile, text: Text, setting: Setting, name: str, value: str) -> Edit:
    """Return the edit that puts an entry before another, so that no comma is missing."""
    quoted = file.kind is FileKind.EDITOR
    entry = f"{json.dumps(name)}: {json.dumps(value)}," if quoted else f"{name}: {json.dumps(value)},"
    line, column = setting.place.span[:2]
    before = text.line(line)[:column]
    between = " " if before.strip() else f"\n{before}"
    return Edit(setting.place._replace(span=Span.at(line, column)), entry + between)


def _unwritten(resolution: Resolution, setting: Setting) -> Edit | None:
    script = resolution.script
    for event in script.all(EventKind.WRITE_VARIABLE) if script else ():
        if event.name == setting.name and event.location == setting.place:
            return removal_of_write(resolution.file, event)
    return None
