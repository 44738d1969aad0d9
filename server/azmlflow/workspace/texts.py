"""The text that a location lies in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from azmlflow.parsing.base import Text
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

if TYPE_CHECKING:
    from azmlflow.parsing.notebook import NotebookFacts


def text_of(file: SourceFile, cell: int | None) -> Text:
    """Return the text that spans count in: a notebook's cell when `cell` is given, else the file.

    A cell that is not there has no text.
    """
    if cell is None or file.kind is not FileKind.NOTEBOOK:
        return file.text
    cells = cast("NotebookFacts", file.facts).cells
    return next((c.text for c in cells if c.index == cell), Text(""))


def mentions(file: SourceFile, words: Iterable[str]) -> bool:
    """Tell whether a file holds one of some words; an open notebook is what its cells say, not the file on disk."""
    if file.kind is not FileKind.NOTEBOOK:
        return any(word in file.text.value for word in words)
    cells = cast("NotebookFacts", file.facts).cells
    return any(word in cell.text.value for word in words for cell in cells)


def text_at(snapshot: Snapshot, location: Location) -> Text | None:
    """Return the text that a location lies in, or None when the file is not in the snapshot."""
    file = snapshot.files.get(location.path)
    return text_of(file, location.cell) if file else None
