"""A connection test as a page to read: a line for each outcome, what to do below those that failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from azmlflow.probes.outcome import STEP_OF, SUMMARY, Outcome

if TYPE_CHECKING:
    from azmlflow.lsp.connection_test import Result

_WIDTH: Final = 11


def page_of(result: Result) -> Iterator[str]:
    """Yield the lines of the page; what others have said keeps to its own line and is printable."""
    yield from map(_printable, _page(result))


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def _page(result: Result) -> Iterator[str]:
    yield f"The {result.asked.subject}, tested {result.at:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield result.summary.message
    yield from _remedy(result.summary, "")
    yield ""
    for outcome in result.outcomes:
        if outcome.step != SUMMARY:
            yield from _lines(outcome)


def _lines(outcome: Outcome) -> Iterator[str]:
    step = STEP_OF.get(outcome.step)
    what = outcome.link or outcome.host or (step.title if step else outcome.step)
    seconds = f" ({outcome.seconds:.1f} s)" if outcome.seconds else ""
    yield f"{outcome.word:<{_WIDTH}}{what}{seconds}: {outcome.message}"
    if outcome.outcome == "failed":
        yield from _remedy(outcome, " " * _WIDTH)


def _remedy(outcome: Outcome, indent: str) -> Iterator[str]:
    """Yield what to do: a sentence, a line to copy, and where to read on."""
    code = f" ({outcome.code})" if outcome.code else ""
    if outcome.advice:
        yield f"{indent}{outcome.advice}{code}"
    if outcome.command:
        yield f"{indent}$ {outcome.command}"
    if outcome.url:
        yield f"{indent}{outcome.url}"
