"""The JSON of a notebook: which cells it has, and how their sources are replaced with all else untouched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from json import decoder
from typing import Any, Final, NamedTuple

from azmlflow.parsing.base import Text
from azmlflow.patterns import pattern

SPACE: Final = pattern(r"[ \t\r\n]*")
ESCAPED: Final = pattern(r"(?<!\\)(?:\\\\)*\\u(?!00[01])")
LONE: Final = pattern("[\ud800-\udfff]")
SCAN: Final[Callable[[str, int, bool], tuple[str, int]]] = decoder.scanstring  # type: ignore[attr-defined]
DECODE: Final = json.JSONDecoder().raw_decode


class _Place(NamedTuple):
    """Where a cell's source stands in the JSON, and its value there."""

    start: int
    end: int
    value: object


def cells_of(notebook: object) -> list[dict[str, Any]]:
    """Return the cells of a decoded notebook, whatever its format; what is no object is left out."""
    if not isinstance(notebook, dict):
        return []
    lists = [notebook.get("cells")]
    sheets = notebook.get("worksheets")
    if isinstance(sheets, list):
        lists += [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, dict)]


def source_key(cell: Mapping[str, Any]) -> str:
    """Return the key under which a cell keeps its source: code of nbformat 3 has it under `input`."""
    return "input" if "source" not in cell and "input" in cell else "source"


def joined(source: object) -> str:
    """Return a source that is written as a string or as a list of lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def render_notebook(original: Text, cells: Mapping[int, str]) -> str:
    """Return a notebook's JSON with the sources of some cells, by index, replaced and the rest untouched.

    The style stays: list or string, indentation, escapes, and the very letters of each line that did not
    change. A file that is no notebook, and a cell without a source, stay as they are.
    """
    text = original.value
    try:
        json.loads(text.removeprefix("\ufeff"))
        places = dict(enumerate(_places(text, 1 if text.startswith("\ufeff") else 0)))
    except (ValueError, RecursionError, IndexError):
        return text
    style = _Style(text, [place for place in places.values() if place])
    pieces, at = [], 0
    for index, place in sorted(places.items(), key=lambda item: item[1].start if item[1] else 0):
        if place is None or index not in cells or cells[index] == joined(place.value):
            continue
        pieces += [text[at : place.start], style.literal(place, cells[index])]
        at = place.end
    return "".join([*pieces, text[at:]])


def output_places(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (index, start, end) of each cell's list of outputs in a notebook's JSON; none when it is broken."""
    try:
        json.loads(text.removeprefix("\ufeff"))
        for index, cell in enumerate(_cells(text, 1 if text.startswith("\ufeff") else 0)):
            members = _members(text, cell)
            if "outputs" in members:
                yield index, *members["outputs"]
    except (ValueError, RecursionError, IndexError):
        return


def _places(text: str, at: int) -> Iterator[_Place | None]:
    """Yield the place of each cell's source, in the order of `cells_of`."""
    return (_place(text, cell) for cell in _cells(text, at))


def _cells(text: str, at: int) -> Iterator[int]:
    """Yield where each cell begins, in the order of `cells_of`."""
    top = _members(text, at)
    lists = [top["cells"][0]] if "cells" in top else []
    for start, _ in _elements(text, top["worksheets"][0]) if "worksheets" in top else ():
        sheet = _members(text, start)
        lists += [sheet["cells"][0]] if "cells" in sheet else []
    for start in lists:
        yield from (cell for cell, _ in _elements(text, start) if text[cell] == "{")


def _place(text: str, at: int) -> _Place | None:
    members = _members(text, at)
    key = source_key(members)
    if key not in members:
        return None
    start, end = members[key]
    return _Place(start, end, DECODE(text, start)[0])


def _skip(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _members(text: str, at: int) -> dict[str, tuple[int, int]]:
    """Return where the value of each key of a well-formed object stands; of a repeated key the last."""
    found: dict[str, tuple[int, int]] = {}
    at = _skip(text, at)
    if text[at] != "{":
        return found
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, at = SCAN(text, at + 1, True)
        start = _skip(text, _skip(text, at) + 1)
        end = DECODE(text, start)[1]
        found[key] = start, end
        at = _after_comma(text, end)
    return found


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where each element of a well-formed array stands."""
    if text[at] != "[":
        return
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = DECODE(text, at)[1]
        yield at, end
        at = _after_comma(text, end)


def _after_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


class _Style:
    """How this notebook writes its sources."""

    def __init__(self, text: str, places: list[_Place]) -> None:
        self.text = text
        self.ascii = text.isascii() and ESCAPED.search(text) is not None
        self.model = next((place for place in places if isinstance(place.value, list) and place.value), None)

    def literal(self, place: _Place, source: str) -> str:
        """Return the JSON of a new source in the style of the old one."""
        if not isinstance(place.value, list):
            return self._string(source)
        lines = source.splitlines(keepends=True)
        if not lines:
            return "[]"
        known = self._known(place) if place.value else {}
        opening, comma, closing = self._separators(place)
        return f"[{opening}{comma.join(known.get(line) or self._string(line) for line in lines)}{closing}]"

    def _string(self, value: str) -> str:
        literal = json.dumps(value, ensure_ascii=self.ascii)
        return LONE.sub(lambda match: f"\\u{ord(match[0]):04x}", literal)

    def _known(self, place: _Place) -> dict[str, str]:
        """Return the letters of each line as they stand in the file."""
        spans = _elements(self.text, place.start)
        literals = (self.text[start:end] for start, end in spans)
        return {value: literal for literal in literals if isinstance(value := json.loads(literal), str)}

    def _separators(self, place: _Place) -> tuple[str, str, str]:
        """Return what stands before, between and behind the lines of a list."""
        model = place if place.value else self.model
        if model is None:
            return self._guessed(place)
        spans = list(_elements(self.text, model.start))
        opening = self.text[model.start + 1 : spans[0][0]]
        closing = self.text[spans[-1][1] : model.end - 1]
        if len(spans) > 1:
            return opening, self.text[spans[0][1] : spans[1][0]], closing
        return opening, f",{opening}" if "\n" in opening else ", ", closing

    def _guessed(self, place: _Place) -> tuple[str, str, str]:
        """Return the separators of a notebook without a single line of source."""
        line = self.text[self.text.rfind("\n", 0, place.start) + 1 : place.start]
        if "\n" not in self.text:
            return "", ", ", ""
        indent = line[: len(line) - len(line.lstrip())]
        second = self.text.split("\n", 2)[1]
        unit = second[: len(second) - len(second.lstrip())] or " "
        return f"\n{indent}{unit}", f",\n{indent}{unit}", f"\n{indent}"
