"""One connection test: what is asked, what the project says to it, and the probe, whose outcomes are shown as they come."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from azmlflow.lsp import background
from azmlflow.lsp.command_progress import Shown
from azmlflow.lsp.connection_setup import Asked, Setup, set_up
from azmlflow.probes.outcome import Outcome, title_of
from azmlflow.probes.runner import Probe

if TYPE_CHECKING:
    from lsprotocol import types

    from azmlflow.lsp.session import Session

    Notify = Callable[[str, dict[str, Any]], None]

STARTED: Final = "azmlflow/testStarted"
"""The notification that a test has begun, with the steps that it is going to take."""
STEP: Final = "azmlflow/stepStarted"
"""The notification that a step has begun, or within it one credential."""
OUTCOME: Final = "azmlflow/outcome"
"""The notification of one outcome."""
ENDED: Final = "azmlflow/testEnded"
"""The notification that a test is over, whatever became of it; nothing is told of it afterwards."""


class Result(NamedTuple):
    """A test that has ended, by itself or because it was cancelled; the last of its outcomes is the summary."""

    id: str
    asked: Asked
    setup: Setup
    outcomes: tuple[Outcome, ...]
    at: datetime
    cancelled: bool

    @property
    def summary(self) -> Outcome:
        """Return what came of the whole test."""
        return self.outcomes[-1]


class ConnectionTest:
    """A test that is about to begin or under way."""

    def __init__(
        self, session: Session, notify: Notify, asked: Asked, token: types.ProgressToken | None
    ) -> None:
        self.id = str(uuid.uuid4())
        self.asked = asked
        self.setup: Setup | None = None
        self.replaced = False
        """Whether a later test of the same takes its place."""
        self.ended = asyncio.Event()
        self._session = session
        self._notify = notify
        self._shown = Shown(session, token, asked.title, self.cancel)
        self._probe: Probe | None = None
        self._cancelled = False
        self._begun = False
        self._made = False

    def cancel(self) -> None:
        """End it; `run` then returns at once with what there is. May be called at any time."""
        self._cancelled = True
        self._shown.end("Cancelled.")
        if self._probe is not None and not self.ended.is_set():
            background.spawn(background.in_thread(self._probe.cancel))

    def replace(self) -> None:
        """End it in favour of a later one."""
        self.replaced = True
        self.cancel()

    async def prepare(self) -> Setup:
        """Show that something is under way, and return what the project says to what was asked."""
        asked, self._begun = self.asked, True
        steps = [{"step": step, "title": title_of(step)} for step in asked.steps]
        self._notify_of(STARTED, title=asked.title, byItself=asked.by_itself, steps=steps)
        if not asked.quiet:
            self._shown.begin()
        if self._session.store.snapshot.surroundings is None:
            await (
                self._session.around.look()
            )  # without a time of its own the snapshot holds nothing that is learned
        snapshot, terms = self._session.store.snapshot, self._session.around.terms()
        setup = await background.in_thread(lambda: set_up(snapshot, terms, self.asked))
        self.setup = setup
        return setup

    async def run(self, setup: Setup) -> Result:
        """Make the probe; only after `prepare`."""
        asked = self.asked
        probe = Probe(
            setup.request,
            setup.pythons,
            setup.environ,
            setup.folder,
            configuration=setup.configuration,
            timeout=asked.timeout,
            guessed=setup.guessed,
        )
        self._probe = probe
        if self._cancelled:
            probe.cancel()
        loop = asyncio.get_running_loop()

        def here(function: Callable[..., None]) -> Callable[..., None]:
            return lambda *values: _call(loop, partial(function, *values))

        await background.in_thread(lambda: probe.run(here(self._tell), here(self._begin)))
        self._made = True
        self._shown.end(probe.outcomes[-1].message)
        at = datetime.now(timezone.utc)
        kept = setup._replace(environ={})  # no secret is held for longer than it is used
        return Result(self.id, asked, kept, tuple(probe.outcomes), at, self._cancelled)

    def close(self) -> None:
        """Leave nothing behind, whatever became of it."""
        if not self.ended.is_set():
            came_to_nothing = self._cancelled or not self._made
            self.cancel()
            self.ended.set()
            if self._begun:
                self._notify_of(ENDED, cancelled=came_to_nothing)

    def _tell(self, outcome: Outcome) -> None:
        self._notify_of(OUTCOME, outcome=outcome.as_json())

    def _begin(self, step: str, link: str | None, seconds: float) -> None:
        steps, title = self.asked.steps, title_of(step)
        percentage = 100 * steps.index(step) // len(steps) if step in steps else 0
        self._shown.report(f"{title}: {link}" if link else title, percentage)
        self._notify_of(STEP, step=step, title=title, link=link, seconds=seconds)

    def _notify_of(self, method: str, **said: Any) -> None:
        self._notify(method, {"id": self.id, "uri": self.asked.uri, **said})


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], Any]) -> None:
    """Call a function on the event loop from a thread; once the loop has ended there is nobody left to tell."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)
