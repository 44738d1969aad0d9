"""Repairs of credentials in the environment: comment out, remove, rename, add a name to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from azmlflow.parsing.base import Span, Text
from azmlflow.patterns import pattern
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Fix, in_file
from azmlflow.rules.env_layers import removal_of, removal_of_write
from azmlflow.rules.source import slice_at
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, SourceFile

_COMMENTABLE: Final = frozenset({FileKind.DOTENV, FileKind.SHELL})
_EXPORT: Final = pattern(r"(?:export|declare -x|readonly)[ \t]+")


def taking_out(resolution: Resolution, setting: Setting, *, safe: bool) -> Iterator[Fix]:
    """Yield the fix that takes a variable out: as a comment where that can be, else by removing it."""
    commented = commented_out(resolution.file, setting)
    if commented:
        yield Fix(f"Comment out {setting.name}", commented, safe)
    elif resolution.file.kind not in _COMMENTABLE:
        yield from removing(resolution, setting, safe=safe)


def removing(resolution: Resolution, setting: Setting, *, safe: bool) -> Iterator[Fix]:
    """Yield the fix that removes a variable, if that is simple."""
    edit = _removal(resolution, setting)
    if edit is not None:
        yield Fix(f"Remove {setting.name}", (edit,), safe)


def _removal(resolution: Resolution, setting: Setting) -> Edit | None:
    if resolution.file.kind not in SCRIPT_KINDS:
        return removal_of(resolution.file, setting)
    writes = resolution.script.all(EventKind.WRITE_VARIABLE) if resolution.script else ()
    event = next((e for e in writes if e.location == setting.place), None)
    return removal_of_write(resolution.file, event) if event is not None else None


def commented_out(file: SourceFile, setting: Setting) -> tuple[Edit, ...]:
    """Return the edits that make a comment of the lines of a variable; none where the lines hold more than it."""
    span, text = setting.place.span, file.text
    if file.kind not in _COMMENTABLE or setting.place.path != file.path:
        return ()
    if file.kind is FileKind.SHELL and not _is_whole_line(text, span):
        return ()
    lines = range(span.line, span.end_line + 1)
    return tuple(Edit(in_file(file.path, Span.at(line)), "# ") for line in lines)


def _is_whole_line(text: Text, span: Span) -> bool:
    """Tell whether a line of a script, not indented, holds one assignment and nothing else."""
    line, entry = text.line(span.line).rstrip(), text.slice(span)
    return span.line == span.end_line and _EXPORT.sub("", line, count=1) in (
        entry,
        _EXPORT.sub("", entry, count=1),
    )


def replaced(resolution: Resolution, setting: Setting, old: str, new: str) -> tuple[Edit, ...]:
    """Return the edit that writes `new` for a part of a value; none where it is written otherwise than as itself."""
    return _in_place(resolution, setting.written.span, setting, old, new)


def renamed(resolution: Resolution, setting: Setting, new: str) -> tuple[Edit, ...]:
    """Return the edit that gives a variable another name; none where the name is not written out."""
    return _in_place(resolution, setting.place.span, setting, setting.name, new)


def _in_place(resolution: Resolution, span: Span, setting: Setting, old: str, new: str) -> tuple[Edit, ...]:
    location = setting.place._replace(span=span)
    source = slice_at(resolution.snapshot, location)
    at = source.find(old)
    if at < 0 or location.path != resolution.file.path or "\n" in source[:at]:
        return ()
    column = span.column + at
    part = Span(span.line, column, span.line, column + len(old))
    return (Edit(location._replace(span=part), new),)


def names_to_fill_in(
    file: SourceFile, after: Setting, names: Iterable[str], *, as_comments: bool
) -> tuple[Edit, ...]:
    """Return the edit that puts names behind a variable of an environment file.

    Nothing is left empty, for that would raise: the names become comments, or get a placeholder that AZM303 reports
    until it is filled in.
    """
    if file.kind is not FileKind.DOTENV or after.place.path != file.path:
        return ()
    line = after.place.span.end_line
    end = Span.at(line, len(file.text.line(line)))
    lines = (f"# {name}=" if as_comments else f"{name}=<{_plain(name)}>" for name in names)
    added = "".join(f"{file.text.newline}{line}" for line in lines)
    return (Edit(in_file(file.path, end), added),)


def _plain(name: str) -> str:
    """Return `tenant-id` for AZURE_TENANT_ID."""
    return name.removeprefix("AZURE_").lower().replace("_", "-")


def is_commented_out(file: SourceFile, name: str) -> bool:
    """Tell whether the file holds a variable as a comment: whoever did that knows that it is not set."""
    if name not in file.text.value:
        return False
    pattern = rf"^[ \t]*#[# \t]*(?:export[ \t]+)?{re.escape(name)}\b"
    return re.search(pattern, file.text.value, re.MULTILINE) is not None
