"""The tracking URIs that code writes out: in calls, in os.environ, behind a name, and in a notebook's %env."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.magics import Magic
from azmlflow.parsing.notebook import NotebookFacts, cell_shell
from azmlflow.parsing.python.facts import Constant, MagicCommand
from azmlflow.parsing.python.strings import pieces_of
from azmlflow.patterns import pattern
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.results import Known, Partial, Result, Unknown
from azmlflow.resolution.sdk import argument
from azmlflow.resolution.shell_uris import uris_of_shell
from azmlflow.resolution.written import USES, UriLiteral, Use, cut_at_gaps, text_of_pieces
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location, Snapshot
from azmlflow.workspace.texts import text_at

_LONGEST: Final = 20_000
_MAGIC: Final = pattern(r"\s*(\w+)(?:\s*=\s*|\s+)(\S(?:.*\S)?)\s*")
_EXPANDED: Final = pattern(r"\{[^{}]{1,200}\}|\$\w+")


def uris_of_script(script: ScriptResolution) -> Iterator[UriLiteral]:
    """Yield each URI once that the script uses, or that a function in it would use, and each that a %env sets."""
    seen: set[Location] = set()
    for event in script.events:
        if event.location.path != script.file.path or isinstance(event.fact, MagicCommand):
            continue
        for result, use in _subjects(event):
            for literal in _literals(script.snapshot, event, result, use):
                if literal.location not in seen:
                    seen.add(literal.location)
                    yield literal
    if isinstance(script.file.facts, NotebookFacts):
        yield from _of_cells(script, script.file.facts)


def _subjects(event: Event) -> Iterator[tuple[Result, Use]]:
    """Yield what an event uses as a URI."""
    if event.kind is EventKind.CLIENT and event.call is not None:
        registry = argument(event.call, 1, "registry_uri")
        if isinstance(registry, Constant) and isinstance(registry.value, str):
            lines = event.location.span.line - event.call.span.line
            place = event.location._replace(span=registry.span.shifted(lines))
            yield Known(registry.value, (), place), "registry"
    if event.result is None:
        return
    if event.kind in (EventKind.SET_TRACKING, EventKind.CLIENT):
        yield event.result, "tracking"
    elif event.kind is EventKind.SET_REGISTRY:
        yield event.result, "registry"
    elif event.kind is EventKind.WRITE_VARIABLE and event.name in USES:
        yield event.result, USES[event.name]


def _literals(snapshot: Snapshot, event: Event, result: Result, use: Use) -> Iterator[UriLiteral]:
    if isinstance(result, Unknown):
        for option in result.options:
            yield from _literals(snapshot, event, option, use)
    elif isinstance(result, Known) and result.text is not None and result.literal is not None:
        yield from _of_literal(snapshot, event, result.text, result.literal, use)
    elif isinstance(result, (Known, Partial)) and result.expression is not None:
        yield from _of_expression(snapshot, event, result, result.expression, use)


def _of_literal(
    snapshot: Snapshot, event: Event, text: str, place: Location, use: Use
) -> Iterator[UriLiteral]:
    """A string in code; what an environment file holds is that file's own affair."""
    file = snapshot.files.get(place.path)
    source = text_at(snapshot, place)
    if file is None or source is None or file.kind not in SCRIPT_KINDS:
        return
    written = source.slice(place.span)
    start = source.offset(place.span.line, place.span.column)
    pieces = pieces_of(written) if len(written) < _LONGEST else None
    if pieces is not None and text_of_pieces(pieces) != text:
        pieces = None
    moved = None if pieces is None else tuple(piece._replace(start=piece.start + start) for piece in pieces)
    yield UriLiteral(text, place, source, moved, use, "python", event=event)


def _of_expression(
    snapshot: Snapshot, event: Event, result: Known | Partial, place: Location, use: Use
) -> Iterator[UriLiteral]:
    """An f-string, or strings added up: where its constant parts stand is known, the rest may be computed."""
    source = text_at(snapshot, place)
    written = source.slice(place.span) if source else ""
    pieces = pieces_of(written) if len(written) < _LONGEST else None
    if source is None or (pieces is None and not isinstance(result, Known)):
        return
    text = result.text or "" if isinstance(result, Known) else text_of_pieces(pieces or ())
    if pieces is not None and text_of_pieces(pieces) != text:
        pieces = None
    start = source.offset(place.span.line, place.span.column)
    moved = None if pieces is None else tuple(piece._replace(start=piece.start + start) for piece in pieces)
    yield UriLiteral(text, place, source, moved, use, "python", replaceable=False, event=event)


def _of_cells(script: ScriptResolution, facts: NotebookFacts) -> Iterator[UriLiteral]:
    for cell in facts.cells:
        if not any(name in cell.source.value for name in USES):
            continue
        place = Location(script.file.path, cell.index, Span.at(0))
        for shell in cell_shell(cell):
            yield from uris_of_shell(shell, place, cell.source)
        for magic in cell.magics:
            if magic.name in ("env", "set_env") and not magic.cell_magic:
                yield from _of_magic(magic, place._replace(span=magic.arguments_span), cell.source)


def _of_magic(magic: Magic, place: Location, source: Text) -> Iterator[UriLiteral]:
    """`%env NAME=value` keeps quotation marks; `{name}` and `$name` are filled in by IPython."""
    match = _MAGIC.fullmatch(source.slice(magic.arguments_span))
    if match is None or match[1] not in USES:
        return
    start = source.offset(place.span.line, place.span.column) + match.start(2)
    pieces = cut_at_gaps(match[2], start, _EXPANDED)
    span = source.span(start, start + len(match[2]))
    yield UriLiteral(
        text_of_pieces(pieces), place._replace(span=span), source, pieces, USES[match[1]], "magic"
    )
