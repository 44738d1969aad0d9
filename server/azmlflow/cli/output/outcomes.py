"""What comes of a connection test as lines of text: one for each step, link or host, and under it what to do."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from azmlflow.cli.terminal import Painter, clean
from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import STEP_OF, Outcome

_STYLES: Final = {"ok": "green", "failed": "red", "warning": "yellow"}
"""Word of an outcome -> its style; the others are dim."""

COLUMN: Final = 11
"""Where a line's text begins."""
_AS_ABOVE: Final = "As above."
_NO_BREAK: Final = "\u00a0"
WORTH_TELLING: Final = 0.1
"""Seconds from which on a line says how long it took."""


class Lines:
    """Turns outcomes into lines as they come; steps that were not reached are told together.

    `width` is how wide a line may be.
    """

    def __init__(self, paint: Painter, width: int) -> None:
        self._paint = paint
        self._width = max(60, width)
        self._left: list[Outcome] = []
        self._said: set[str] = set()
        """Advice and commands that stand in the lines above."""

    def heading(self, path: str, python: str) -> str:
        """Return the first line: what is tested, and in which interpreter."""
        what = "this folder" if path == "." else path
        return f"Testing {self._paint('bold', clean(what))} with {clean(python)}"

    def of(self, outcome: Outcome) -> Iterator[str]:
        """Yield the lines that an outcome adds; none while it is kept back to be told with others."""
        if outcome.outcome == "not-reached" and outcome.step != o.SUMMARY:
            if self._left and self._left[0].message != outcome.message:
                yield from self._told_together()
            self._left.append(outcome)
            return
        yield from self._told_together()
        if outcome.step == o.SUMMARY:
            yield from self._headline(outcome)
        else:
            yield from self._line(outcome)
            yield from self._warnings(outcome)
            yield from self._remedy(outcome)

    def running(self, step: str, link: str | None) -> str:
        """Return what is being done now, in one short line."""
        title = STEP_OF[step].title if step in STEP_OF else step
        return clean(f"{title}: {link}" if link else title)

    def _line(self, outcome: Outcome) -> Iterator[str]:
        title = _title(outcome)
        message = _plain(outcome.message)
        text = message if message.startswith(f"{title} ") else f"{title}: {message}"
        taken = f" ({outcome.seconds:.1f}{_NO_BREAK}s)" if outcome.seconds >= WORTH_TELLING else ""
        yield from self._told(outcome.word, title, text + taken)

    def _warnings(self, outcome: Outcome) -> Iterator[str]:
        warnings = outcome.details.get("warnings")
        for warning in warnings if isinstance(warnings, list | tuple) else ():
            yield from self._noted("yellow", "!", _plain(str(warning)))

    def _remedy(self, outcome: Outcome) -> Iterator[str]:
        """Yield what to do about an outcome: what stands above already is said again only where the script ends."""
        advice, command = outcome.advice, outcome.command
        said = set() if outcome.hard else self._said
        if advice:
            yield from self._noted("cyan", "=", _AS_ABOVE if advice in said else _plain(advice))
        if command and command not in said:
            yield f"{'':<{COLUMN}}  {self._paint('bold', _plain(command))}"
        if outcome.url and (advice or command) and (command or advice) not in said:
            yield f"{'':<{COLUMN}}  {self._paint('dim', _plain(outcome.url))}"
        self._said |= {text for text in (advice, command) if text}

    def _told_together(self) -> Iterator[str]:
        if self._left:
            left, self._left = self._left, []
            title, kind = _title(left[0]), "credential" if left[0].link else "step"
            more = len(left) - 1
            others = f" and {more} more {kind}{'s' if more > 1 else ''}" if more else ""
            yield from self._told(left[0].word, title, f"{title}{others}: {_plain(left[0].message)}")

    def _told(self, word: str, title: str, text: str) -> Iterator[str]:
        style = _STYLES.get(word, "dim")
        first, *rest = _wrapped(text, self._width - COLUMN)
        if first.startswith(title):
            first = self._paint("bold", title) + first[len(title) :]
        yield f"{self._paint(style, word)}{' ' * (COLUMN - len(word))}{first}"
        yield from (f"{'':<{COLUMN}}{line}" for line in rest)

    def _noted(self, style: str, mark: str, text: str) -> Iterator[str]:
        first, *rest = _wrapped(text, self._width - COLUMN - 2)
        yield f"{'':<{COLUMN}}{self._paint(style, mark)} {first}"
        yield from (f"{'':<{COLUMN}}  {line}" for line in rest)

    def _headline(self, outcome: Outcome) -> Iterator[str]:
        style = {"ok": "yellow" if outcome.code else "green", "failed": "red"}.get(outcome.outcome, "yellow")
        taken = f" ({outcome.seconds:.1f} s)"
        yield ""
        yield self._paint(style, _plain(outcome.message)) + taken


def _title(outcome: Outcome) -> str:
    """Return what a line is about: a link, a host that was tried, or else the step."""
    if outcome.link or (outcome.host and outcome.step == o.NETWORK):
        return clean(outcome.link or outcome.host or "")
    return clean(STEP_OF[outcome.step].title if outcome.step in STEP_OF else outcome.step)


def _plain(text: str) -> str:
    """Return a text in one line, with nothing in it that moves the cursor."""
    return clean(" ".join(text.split()))


def _wrapped(text: str, width: int) -> list[str]:
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    return [line.replace(_NO_BREAK, " ") for line in lines]
