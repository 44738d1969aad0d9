"""Results put together: texts joined, one of several values."""

from __future__ import annotations

from collections.abc import Sequence

from azmlflow.resolution.results import Known, OfWorkspace, Partial, Result, Unknown
from azmlflow.workspace.snapshot import Location


def joined(parts: Sequence[Result], place: Location) -> Result:
    """Return the text of parts one after the other; as much of its beginning as is certain."""
    prefix = ""
    because = tuple(link for part in parts for link in part.because)
    for part in parts:
        if isinstance(part, Known):
            prefix += part.text or ""
            continue
        if isinstance(part, Partial):
            prefix += part.prefix
        if not prefix:
            return Unknown(_reason_of(part), because)
        return Partial(prefix, _reason_of(part), because, place)
    return Known(prefix, because, None, place)


def one_of(results: tuple[Result, ...]) -> Result:
    """Return what several candidates agree on, else unknown with the candidates."""
    first = results[0]
    if all(isinstance(r, Known) and isinstance(first, Known) and r.text == first.text for r in results):
        return first
    because = tuple(link for result in results for link in result.because)
    return Unknown("it is one of several values", because, results)


def without_false(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Drop what `or` passes over, and what stands behind the first that is certainly true."""
    kept: list[Result] = []
    for result in results[:-1]:
        if isinstance(result, Known) and not result.text:
            continue
        kept.append(result)
        if isinstance(result, Known):
            return tuple(kept)
    return (*kept, results[-1])


def _reason_of(result: Result) -> str:
    if isinstance(result, (Unknown, Partial)):
        return result.reason
    if isinstance(result, OfWorkspace):
        return "the workspace gives a part of it"
    return f"{getattr(result, 'variable', 'a variable')} is not set here"
