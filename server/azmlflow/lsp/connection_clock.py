"""What time does to connection tests: tokens expire, what was learned grows old, and the interval of the settings passes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from azmlflow.workspace.learned import HOLDS_FOR, Learned, learned_of

if TYPE_CHECKING:
    from azmlflow.lsp.connection_test import Result
    from azmlflow.lsp.connections import Connections
    from azmlflow.lsp.kept_tests import Key
    from azmlflow.lsp.session import Session

LONGEST_SLEEP: Final = 60.0
"""Seconds after which the clock is looked at again: a machine that sleeps stops the timers of the event loop."""


class ConnectionClock:
    """Looks at the clock when the next thing may happen; used on the event loop only."""

    def __init__(self, session: Session, connections: Connections) -> None:
        self._session = session
        self._connections = connections
        self._learned: tuple[Learned, ...] = ()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def look(self) -> None:
        """Let go what no longer holds, test again what is due, and look again when the next thing may not hold or be due."""
        now = datetime.now(timezone.utc)
        self._learned = tuple(learned for learned in self._learned if now - learned.at < HOLDS_FOR)
        self._session.store.learn(self._learned)
        for key, kept in tuple(self._connections.kept.items()):
            if kept.expires and kept.expires <= now:
                self._connections.expire(key)
        self._repeat(now)
        self._wait(now)

    def learn_from(self, result: Result) -> None:
        """Keep what a workspace said of itself, as long as that may be taken to hold."""
        details, workspace = result.summary.details, result.setup.request.workspace
        uri = details.get("uri")
        found = learned_of(workspace, uri, details.get("region"), result.at) if workspace and uri else None
        if found:
            others = (learned for learned in self._learned if not learned.workspace.same_as(found.workspace))
            self._learned = (*others, found)
            self._session.store.learn(self._learned)

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        if self._timer:
            self._timer.cancel()

    def _repeat(self, now: datetime) -> None:
        """Make the test again that is due for longest; at most one is made at a time."""
        due = {key: at for key, at in self._due().items() if at <= now}
        if due:
            self._connections.repeat(min(due, key=lambda key: due[key]), now)

    def _due(self) -> dict[Key, datetime]:
        """Return when the last test of each folder is to be made again; while one is under way its end is waited for."""
        settings = self._session.configuration.get(None)
        if self._connections.is_busy or settings is None or not settings.test_interval:
            return {}
        interval = timedelta(minutes=settings.test_interval)
        shown = (pair for pair in self._connections.kept.items() if self._connections.is_shown(pair[0]))
        moments = ((key, kept.due(interval)) for key, kept in shown)
        return {key: at for key, at in moments if at is not None}

    def _wait(self, now: datetime) -> None:
        moments = [kept.expires for kept in self._connections.kept.values() if kept.expires]
        moments += [learned.at + HOLDS_FOR for learned in self._learned]
        moments += self._due().values()
        if self._timer:
            self._timer.cancel()
        if moments and not self._stopped:
            seconds = max(0.0, min((min(moments) - now).total_seconds(), LONGEST_SLEEP))
            self._timer = asyncio.get_running_loop().call_later(seconds, self.look)
