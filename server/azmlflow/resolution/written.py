"""A tracking URI as it is written somewhere: what is wrong with it, where exactly, and the edits that put it right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from azmlflow.azure.tracking_uri import FaultKind, UriFault, faults
from azmlflow.azure.variables import MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.strings import Piece
from azmlflow.patterns import pattern
from azmlflow.resolution.model import Event
from azmlflow.workspace.snapshot import Location

Use = Literal["tracking", "registry"]
USES: Final[dict[str, Use]] = {MLFLOW_TRACKING_URI: "tracking", MLFLOW_REGISTRY_URI: "registry"}
"""The variables that hold a URI, and what it is used for."""

Carrier = Literal["python", "dotenv", "json", "yaml", "shell", "magic"]

STAND_IN: Final = "a0a1a2a3-b0b1-4c0c-8d0d-e0e1e2e3e4e5"
"""What a computed part counts as: it is good as a host's label, as a subscription and as a name."""

_MAY_BE_COMPUTED: Final = frozenset({FaultKind.cut_off, FaultKind.no_host, FaultKind.bare_azureml})
_TO_BE_FILLED_IN: Final = _MAY_BE_COMPUTED | {
    FaultKind.placeholder,
    FaultKind.unexpanded,
    FaultKind.subscription_not_guid,
    FaultKind.foreign_host,
}
_BARE: Final = pattern(r"[^\s'\"`#$\\{}]+")


class UriLiteral(NamedTuple):
    """A place where a tracking or registry URI is written out.

    `location` covers it with its quotation marks, `text` is what MLflow gets, where each piece of it stands in
    `source` say the `pieces` (None when a character is written otherwise than as itself).
    """

    text: str
    location: Location
    source: Text
    pieces: tuple[Piece, ...] | None
    use: Use
    carrier: Carrier
    replaceable: bool = True
    """Whether the whole of it may be written anew when its pieces are not known."""
    event: Event | None = None
    """The call or assignment that uses it, in code."""
    template: bool = False
    """It stands in a form that is to be filled in."""
    overwritten: bool = False
    """It stands in a job, where Azure ML puts its own URI in its place."""

    @property
    def computed(self) -> bool:
        """Tell whether a part of it is known only when the code runs."""
        return self.pieces is not None and any(piece.text is None for piece in self.pieces)

    def faults(self) -> Iterator[UriFault]:
        """Yield what is certainly wrong, in order; a part that is computed or still to be filled in may be right."""
        for fault in faults(self.text, registry_allowed=self.use == "registry"):
            if self.template and fault.kind in _TO_BE_FILLED_IN:
                continue
            if self.computed and (fault.kind in _MAY_BE_COMPUTED or self._is_computed(fault)):
                continue
            yield fault

    def span(self, start: int, end: int) -> Location:
        """Return where a stretch of the text stands; the whole literal where that cannot be said."""
        if self.pieces is None:
            return self._searched(self.text[start:end])
        standing = [at for at in self._offsets()[start:end] if at >= 0]
        return self._at(standing[0], standing[-1] + 1) if standing else self.location

    def edits(self, repaired: str) -> tuple[tuple[Location, str], ...]:
        """Return the replacements that turn the text into `repaired`; none when no edit can do that."""
        if self.pieces is None:
            written = _quoted(repaired, self.carrier) if self.replaceable else None
            return () if written is None else ((self.location, written),)
        offsets = self._offsets()
        if len(self.pieces) == 1 and not self.computed:
            return ((self._at(offsets[0], offsets[-1] + 1), repaired),) if offsets else ()
        hunks = tuple(_hunks(self.text, repaired, offsets))
        return () if None in hunks else tuple((self._at(h[0], h[1]), h[2]) for h in hunks if h is not None)

    def _is_computed(self, fault: UriFault) -> bool:
        """Tell whether a fault lies in a computed part; quotation marks and a registry are told by what is constant."""
        offsets = self._offsets()
        if fault.kind is FaultKind.quoted:
            return False
        end = fault.start + 1 if fault.kind is FaultKind.registry else fault.end
        return -1 in offsets[fault.start : end]

    def _offsets(self) -> list[int]:
        """Return for each character where it stands in the source, -1 where it is computed."""
        found: list[int] = []
        for piece in self.pieces or ():
            found += (
                [-1] * len(STAND_IN)
                if piece.text is None
                else range(piece.start, piece.start + len(piece.text))
            )
        return found

    def _at(self, start: int, end: int) -> Location:
        return self.location._replace(span=self.source.span(start, end))

    def _searched(self, part: str) -> Location:
        start = self.source.offset(self.location.span.line, self.location.span.column)
        written = self.source.slice(self.location.span)
        if not part or part == self.text or written.count(part) != 1:
            return self.location
        at = start + written.index(part)
        return self._at(at, at + len(part))


def text_of_pieces(pieces: tuple[Piece, ...]) -> str:
    """Return the text of pieces, with a stand-in for each computed one."""
    return "".join(STAND_IN if piece.text is None else piece.text for piece in pieces)


def literal_of(
    place: Location,
    source: Text,
    name: str,
    value: str,
    gaps: re.Pattern[str],
    carrier: Carrier,
    skipped: int = 0,
) -> UriLiteral | None:
    """Return the URI in a variable's value, written at `place` with or without quotation marks.

    `gaps` matches what is filled in before anything is started; the first `skipped` characters are no part of the URI.
    None where a value with gaps is written otherwise than character by character.
    """
    text = value[skipped:]
    written = source.slice(place.span)
    inner = 0 if written == value else 1 if written[1:-1] == value else None
    if inner is None:
        whole = UriLiteral(text, place, source, None, USES[name], carrier, replaceable=not skipped)
        return None if gaps.search(text) else whole
    start = source.offset(place.span.line, place.span.column) + inner + skipped
    pieces = cut_at_gaps(text, start, gaps)
    return UriLiteral(text_of_pieces(pieces), place, source, pieces, USES[name], carrier)


def cut_at_gaps(text: str, start: int, gaps: re.Pattern[str]) -> tuple[Piece, ...]:
    """Return the pieces of a text that stands at `start`, computed ones where `gaps` matches."""
    pieces: list[Piece] = []
    at = 0
    for gap in gaps.finditer(text):
        if at < gap.start():
            pieces.append(Piece(text[at : gap.start()], start + at))
        pieces.append(Piece(None, start + gap.start()))
        at = gap.end()
    if at < len(text) or not pieces:
        pieces.append(Piece(text[at:], start + at))
    return tuple(pieces)


def _hunks(text: str, repaired: str, offsets: list[int]) -> Iterator[tuple[int, int, str] | None]:
    """Yield (start, end, new) for each difference; None for one that no edit of the source can make."""
    from difflib import SequenceMatcher  # late: only a fix needs it

    for kind, start, end, first, last in SequenceMatcher(None, text, repaired, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if start == end:
            at = _place_between(offsets, start)
            yield None if at is None else (at, at, repaired[first:last])
            continue
        old = offsets[start:end]
        whole = -1 not in old and old[-1] - old[0] == len(old) - 1
        yield (old[0], old[-1] + 1, repaired[first:last]) if whole else None


def _place_between(offsets: list[int], at: int) -> int | None:
    """Return where something is inserted before the character `at`: beside a neighbour that is not computed."""
    if at > 0 and offsets[at - 1] >= 0:
        return offsets[at - 1] + 1
    return offsets[at] if at < len(offsets) and offsets[at] >= 0 else None


def _quoted(text: str, carrier: Carrier) -> str | None:
    """Return a literal for a text, None where its characters would need more than quotation marks."""
    if carrier in ("json", "yaml"):
        return json.dumps(text)
    if not _BARE.fullmatch(text):
        return None
    return text if carrier == "magic" else f'"{text}"'
