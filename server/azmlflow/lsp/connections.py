"""The connection tests of one session: one at a time for each target, their results with their time, and the status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from azmlflow.lsp import background, connection_status
from azmlflow.lsp.connection_setup import Asked, Setup, set_up, what_waits
from azmlflow.lsp.connection_status import Status, status_of
from azmlflow.lsp.connection_test import ConnectionTest, Result
from azmlflow.workspace.learned import HOLDS_FOR, Learned, learned_of

if TYPE_CHECKING:
    from lsprotocol import types

    from azmlflow.lsp.session import Session

    WhenCancelled = Callable[[Callable[[], None]], None]

DEBOUNCE: Final = 0.5
LONGEST_SLEEP: Final = 60.0
"""Seconds after which the clock is looked at again: a machine that sleeps stops the timers of the event loop."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The last test of a target, and what it means now."""

    result: Result
    status: Status
    expires: datetime | None

    @property
    def asked(self) -> Asked:
        """Return what the user asked for."""
        return self.result.asked


class Why(NamedTuple):
    """What has changed since a test, and what then waits for the user, as the end of a sentence."""

    what: str
    waits: str | None


class Connections:
    """Makes tests when the user asks, and again when what they rest on has changed; used on the event loop only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: list[ConnectionTest] = []
        self._kept: dict[str, Kept] = {}
        self._learned: tuple[Learned, ...] = ()
        self._changed: set[Path] = set()
        self._due = False
        """Whether it is to be seen whether anything must be tested again."""
        self._soon: asyncio.TimerHandle | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._shown: str | None = None
        """The target that the client was last told of."""
        self._told: Status | None = None
        self._ended = False

    async def test(
        self,
        asked: Asked,
        token: types.ProgressToken | None = None,
        when_cancelled: WhenCancelled | None = None,
        *,
        agreed: Setup | None = None,
    ) -> Result:
        """Make a test and return its result; an earlier one of the same target is cancelled.

        `token` is the client's for the progress; `when_cancelled` is given what ends the test. `agreed` is what the user
        has seen tested, where nobody asked for this test: should the files have changed again meanwhile, it is not made.
        """
        test = ConnectionTest(self._session, self.notify, asked, token)
        if when_cancelled:
            when_cancelled(test.cancel)
        self._running.append(test)
        try:
            await self._replace(test, lambda other: other.asked.path == asked.path)
            earlier = self._kept_of(test)
            workspace = earlier.status.workspace if earlier else None
            self._tell(test, Status("checking", f"{asked.title}.", workspace))
            setup = await test.prepare()
            if agreed is not None and what_waits(agreed, setup):
                test.cancel()
            await self._replace(
                test, lambda other: other.setup is not None and other.setup.target == setup.target
            )
            self._tell(test, Status("checking", f"{asked.title}.", setup.workspace))
            result = await test.run(setup)
        except BaseException:
            self._restore(test, "The test could not be made.")
            raise
        else:
            if result.cancelled:
                self._restore(test, "The test was cancelled.")
            else:
                self._take(test, result)
            return result
        finally:
            self._running.remove(test)
            test.close()
            if self._due:
                self._schedule()

    def changed(self, paths: Iterable[Path]) -> None:
        """Test again, once nothing has changed for a moment, what rests on files that changed, or on the settings."""
        if self._kept or self._running:
            self._changed.update(paths)
            self._due = True
            self._schedule()

    def notify(self, method: str, parameters: dict[str, Any]) -> None:
        """Send a notification of ours, as long as the client wants any."""
        if not self._ended:
            self._session.server.protocol.notify(method, parameters)

    def end(self) -> None:
        """End every test, for the client is about to leave."""
        for test in self._running:
            test.replace()
        for timer in (self._soon, self._clock):
            if timer:
                timer.cancel()
        self._ended = True

    async def _replace(self, test: ConnectionTest, is_same: Callable[[ConnectionTest], bool]) -> None:
        """Cancel the other tests of the same and wait until they have ended, which is a matter of milliseconds."""
        for other in [other for other in self._running if other is not test and is_same(other)]:
            if not other.replaced:
                other.replace()
                await other.ended.wait()

    def _take(self, test: ConnectionTest, result: Result) -> None:
        """Keep a result and tell the client; what it replaces is forgotten.

        A test of some steps alone that is in order takes nothing away from an earlier one that connected.
        """
        target, details = result.setup.target, result.summary.details
        status = status_of(result.outcomes, result.setup.workspace, result.at)
        earlier = self._kept.get(target)
        same = earlier is not None and earlier.result.setup.digest == result.setup.digest
        if earlier and same and status.state == "unknown" and earlier.status.state == "connected":
            self._tell(test, earlier.status)
            return
        others = {key: kept for key, kept in self._kept.items() if kept.asked.path != result.asked.path}
        self._kept = {**others, target: Kept(result, status, _moment(details.get("expires_on")))}
        self._learn_from(result)
        self._tell(test, status)
        self._shown = target
        asyncio.get_running_loop().call_soon(self._look_at_clock)  # when this test is not under way any more

    def _restore(self, test: ConnectionTest, headline: str) -> None:
        """Tell the client what held before a test that came to nothing."""
        earlier, workspace = self._kept_of(test), test.setup.workspace if test.setup else None
        self._tell(test, earlier.status if earlier else Status("unknown", headline, workspace))

    def _kept_of(self, test: ConnectionTest) -> Kept | None:
        """Return what is known of the target of a test, or until that is known of its document or folder."""
        if test.setup is not None:
            return self._kept.get(test.setup.target)
        return next((kept for kept in self._kept.values() if kept.asked.path == test.asked.path), None)

    def _tell(self, test: ConnectionTest | None, status: Status) -> None:
        """Tell the client a status, unless it is what it was told last, or the test's successor has the word."""
        if status != self._told and not (test and test.replaced):
            self._told = status
            self.notify(connection_status.METHOD, status.as_json())

    def _schedule(self) -> None:
        if self._soon:
            self._soon.cancel()
        if not self._ended:
            loop = asyncio.get_running_loop()
            self._soon = loop.call_later(DEBOUNCE, lambda: background.spawn(self._reconsider()))

    async def _reconsider(self) -> None:
        """Test again what would be another test now; while one is under way its end is waited for."""
        if self._running:
            return
        paths, self._changed, self._due = frozenset(self._changed), set(), False
        for target, kept in list(self._kept.items()):
            why = await self._why_again(kept, paths)
            if self._running:  # begun meanwhile; this is gone about again at its end
                self._changed.update(paths)
                self._due = True
                return
            if why and self._kept.get(target) is kept:
                del self._kept[target]
                headline = f"{why.what} has changed since the test"
                headline += f", {why.waits}" if why.waits else "."
                self._tell(None, kept.status._replace(state="unknown", headline=headline))
                if not why.waits:
                    background.spawn(self._again(kept))

    async def _why_again(self, kept: Kept, paths: frozenset[Path]) -> Why | None:
        """Return what has changed since a test that decides it, None when nothing has."""
        snapshot, terms = self._session.store.snapshot, self._session.around.terms()
        before = kept.result.setup
        now = await background.in_thread(lambda: set_up(snapshot, terms, kept.asked))
        if before.digest == now.digest:
            return None
        waits = what_waits(before, now)
        if before.pythons != now.pythons:
            return Why("The interpreter", waits)
        named = sorted(paths & (before.files | now.files))
        return Why(named[0].name, waits) if named else None

    async def _again(self, kept: Kept) -> None:
        await self.test(kept.asked.again(), agreed=kept.result.setup)

    def _learn_from(self, result: Result) -> None:
        details, workspace = result.summary.details, result.setup.request.workspace
        uri = details.get("uri")
        found = learned_of(workspace, uri, details.get("region"), result.at) if workspace and uri else None
        if found:
            others = (learned for learned in self._learned if not learned.workspace.same_as(found.workspace))
            self._learned = (*others, found)
            self._session.store.learn(self._learned)

    def _look_at_clock(self) -> None:
        """Let go what no longer holds, and look again when the next thing may not."""
        now = datetime.now(timezone.utc)
        self._learned = tuple(learned for learned in self._learned if now - learned.at < HOLDS_FOR)
        self._session.store.learn(self._learned)
        for target, kept in self._kept.items():
            if kept.expires and kept.expires <= now:
                self._expire(target, kept)
        moments = [kept.expires for kept in self._kept.values() if kept.expires]
        moments += [learned.at + HOLDS_FOR for learned in self._learned]
        if self._clock:
            self._clock.cancel()
        if moments and not self._ended:
            seconds = max(0.0, min((min(moments) - now).total_seconds(), LONGEST_SLEEP))
            self._clock = asyncio.get_running_loop().call_later(seconds, self._look_at_clock)

    def _expire(self, target: str, kept: Kept) -> None:
        status = kept.status
        if kept.result.summary.outcome == "ok":
            headline = "The token that the test got has expired; test again to ask for a new one."
            status = status._replace(state="expired", headline=headline)
        self._kept[target] = replace(kept, status=status, expires=None)
        if self._shown == target and not self._running:
            self._tell(None, status)


def _moment(expires_on: object) -> datetime | None:
    """Return the moment that a number of seconds since 1970 means."""
    if not isinstance(expires_on, int | float):
        return None
    try:
        return datetime.fromtimestamp(expires_on, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return None
