"""Applies fixes to text: pure, so that the terminal, the editor and the tests share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.rules.base import Edit, Fix
from azmlflow.rules.source import text_at
from azmlflow.workspace.snapshot import Snapshot

Place = tuple[Path, "int | None"]


class Applied(NamedTuple):
    """What came of applying fixes: the whole new text of each file, and which fixes are in it."""

    texts: Mapping[Path, str]
    applied: tuple[Fix, ...]
    skipped: tuple[Fix, ...]
    """Fixes that touch what an applied one touches, or a file that is not there (or, to create, is)."""


def apply_fixes(snapshot: Snapshot, fixes: Iterable[Fix]) -> Applied:
    """Apply as many fixes as fit together, each wholly or not at all, the earlier of two that overlap."""
    accepted: dict[Place, list[Edit]] = {}
    applied: list[Fix] = []
    skipped: list[Fix] = []
    for fix in fixes:
        fits = all(_possible(snapshot, edit) and not _collides(edit, accepted) for edit in fix.edits)
        (applied if fits and fix.edits else skipped).append(fix)
        for edit in fix.edits if fits else ():
            accepted.setdefault((edit.location.path, edit.location.cell), []).append(edit)
    return Applied(_texts(snapshot, accepted), tuple(applied), tuple(skipped))


def edit_text(text: Text, edits: Iterable[tuple[Span, str]]) -> str:
    """Return the text with each span replaced; spans do not overlap, and new lines end as the text's own do.

    Insertions at one position come out in the order given.
    """
    parts: list[str] = []
    done = 0
    for span, new in sorted(edits, key=lambda edit: (edit[0][:2], edit[0][2:])):
        start = text.offset(span.line, span.column)
        parts += text.value[done:start], _with_newline(new, text.newline)
        done = text.offset(span.end_line, span.end_column)
    return "".join((*parts, text.value[done:]))


def _with_newline(new: str, newline: str) -> str:
    plain = new.replace("\r\n", "\n")
    return plain if newline == "\n" else plain.replace("\n", newline)


def _possible(snapshot: Snapshot, edit: Edit) -> bool:
    path = edit.location.path
    exists = path in snapshot.files or path in snapshot.present
    return not exists if edit.create else text_at(snapshot, edit.location) is not None


def _collides(edit: Edit, accepted: Mapping[Place, list[Edit]]) -> bool:
    others = accepted.get((edit.location.path, edit.location.cell), ())
    return any(edit.create or _overlap(edit.location.span, other.location.span) for other in others)


def _overlap(one: Span, other: Span) -> bool:
    """Tell whether two stretches share a character, or begin at the same position."""
    if one[:2] == other[:2]:
        return True
    first, second = sorted((one, other))
    return first[2:] > second[:2]


def _texts(snapshot: Snapshot, accepted: Mapping[Place, list[Edit]]) -> dict[Path, str]:
    texts: dict[Path, str] = {}
    cells: dict[Path, dict[int, str]] = {}
    for (path, cell), edits in accepted.items():
        if edits[0].create:
            texts[path] = edits[0].text
            continue
        text = text_at(snapshot, edits[0].location)
        if text is None:
            continue
        new = edit_text(text, [(edit.location.span, edit.text) for edit in edits])
        if cell is None:
            texts[path] = new
        else:
            cells.setdefault(path, {})[cell] = new
    return texts | {path: _notebook(snapshot, path, sources) for path, sources in cells.items()}


def _notebook(snapshot: Snapshot, path: Path, sources: Mapping[int, str]) -> str:
    from azmlflow.parsing.notebook import render_notebook

    return render_notebook(snapshot.files[path].text, sources)
