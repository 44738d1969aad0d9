"""The connection tests of one session: one at a time for each target, their results with their time, and the status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.lsp import background
from azmlflow.lsp.connection_clock import ConnectionClock
from azmlflow.lsp.connection_setup import Asked, Setup, set_up, what_waits
from azmlflow.lsp.connection_status import Status, status_of
from azmlflow.lsp.connection_test import ConnectionTest, Result
from azmlflow.lsp.kept_tests import Kept, Key

if TYPE_CHECKING:
    from lsprotocol import types

    from azmlflow.lsp.session import Session

    WhenCancelled = Callable[[Callable[[], None]], None]

DEBOUNCE: Final = 0.5


class Why(NamedTuple):
    """What has changed since a test, and what then waits for the user, as the end of a sentence."""

    what: str
    waits: str | None


class Connections:
    """Makes tests when the user asks, and again when what they rest on has changed; used on the event loop only."""

    def __init__(self, session: Session) -> None:
        self.kept: dict[Key, Kept] = {}
        """The last test of each target in each folder."""
        self._session = session
        self._running: list[ConnectionTest] = []
        self._clock = ConnectionClock(session, self)
        self._changed: set[Path] = set()
        self._due = False
        """Whether it is to be seen whether anything must be tested again."""
        self._soon: asyncio.TimerHandle | None = None
        self._shown: dict[Path | None, str] = {}
        """The target of each folder that the client was last told of."""
        self._waits: set[Path | None] = set()
        """The folders in which a test waits for the user."""
        self._ended = False

    @property
    def is_busy(self) -> bool:
        """Tell whether a test is under way."""
        return bool(self._running)

    def speak_for(self, folder: Path) -> bool:
        """Tell whether a folder's status is that of a test: one was made there, is under way or waits for the user."""
        tested = {key[0] for key in self.kept} | {self._folder(test) for test in self._running}
        return folder in tested | self._waits

    def is_shown(self, key: Key) -> bool:
        """Tell whether a folder's status is about this target: the one of its last test."""
        return self._shown.get(key[0]) == key[1]

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
        test = ConnectionTest(self._session, self._session.notify, asked, token)
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
            await self._replace(test, lambda other: self._key(other) == self._key(test))
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
            self._after_a_test()

    def changed(self, paths: Iterable[Path]) -> None:
        """Test again, once nothing has changed for a moment, what rests on files that changed, or on the settings."""
        if self.kept or self._running:
            self._changed.update(paths)
            self._due = True
            self._schedule()
            self._clock.look()

    def repeat(self, key: Key, now: datetime) -> None:
        """Make a test again because its time has come, without showing its progress."""
        kept = self.kept[key] = replace(self.kept[key], begun=now)
        background.spawn(self._again(kept, quiet=True))

    def expire(self, key: Key) -> None:
        """Note that a token has expired, and tell it where that is what the folder's status is about."""
        kept = self.kept[key] = self.kept[key].expired()
        under_way = any(self._folder(test) == key[0] for test in self._running)
        if self.is_shown(key) and not under_way:
            self._session.statuses.tell(kept.asked.path, kept.status)

    def forget(self, folder: Path) -> None:
        """End and forget the tests of a folder that is about to go."""
        for test in self._running:
            if self._folder(test) == folder:
                test.replace()
        self.kept = {key: kept for key, kept in self.kept.items() if key[0] != folder}
        self._shown.pop(folder, None)
        self._waits.discard(folder)

    def end(self) -> None:
        """End every test, for the client is about to leave."""
        for test in self._running:
            test.replace()
        if self._soon:
            self._soon.cancel()
        self._clock.stop()
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
        if test.replaced:  # by the going of its folder
            return
        folder, target = key = self._folder(test), result.setup.target
        status = status_of(result.outcomes, result.setup.workspace, result.at)
        earlier = self.kept.get(key)
        same = earlier is not None and earlier.result.setup.digest == result.setup.digest
        if earlier and same and status.state == "unknown" and earlier.status.state == "connected":
            self._tell(test, earlier.status)
            return
        others = {other: kept for other, kept in self.kept.items() if kept.asked.path != result.asked.path}
        self.kept = {**others, key: Kept.of(result, status)}
        self._clock.learn_from(result)
        self._waits.discard(folder)
        self._tell(test, status)
        self._shown[folder] = target

    def _restore(self, test: ConnectionTest, headline: str) -> None:
        """Tell the client what held before a test that came to nothing."""
        earlier, workspace = (
            self._kept_of(test) or self._shown_in(test),
            test.setup.workspace if test.setup else None,
        )
        self._tell(test, earlier.status if earlier else Status("unknown", headline, workspace))

    def _kept_of(self, test: ConnectionTest) -> Kept | None:
        """Return what is known of the target of a test, or until that is known of its document or folder."""
        key = self._key(test)
        if key is not None:
            return self.kept.get(key)
        return next((kept for kept in self.kept.values() if kept.asked.path == test.asked.path), None)

    def _shown_in(self, test: ConnectionTest) -> Kept | None:
        """Return the test that the status of the folder was about before this one began."""
        folder = self._folder(test)
        return self.kept.get((folder, self._shown[folder])) if folder in self._shown else None

    def _key(self, test: ConnectionTest) -> Key | None:
        """Return under what the result of a test is kept, None until its target is known."""
        return (self._folder(test), test.setup.target) if test.setup else None

    def _folder(self, test: ConnectionTest) -> Path | None:
        return self._session.folder_of(test.asked.path)

    def _tell(self, test: ConnectionTest, status: Status) -> None:
        """Tell the client a status, unless the test's successor has the word."""
        if not test.replaced:
            self._session.statuses.tell(test.asked.path, status)

    def _after_a_test(self) -> None:
        if self._due:
            self._schedule()
        if not self._ended:
            self._clock.look()

    def _schedule(self) -> None:
        if self._soon:
            self._soon.cancel()
        if not self._ended:
            self._soon = background.spawn_later(DEBOUNCE, self._reconsider)

    async def _reconsider(self) -> None:
        """Test again what would be another test now; while one is under way its end is waited for."""
        if self._running:
            return
        paths, self._changed, self._due = frozenset(self._changed), set(), False
        for key, kept in list(self.kept.items()):
            why = await self._why_again(kept, paths)
            if self._running:  # begun meanwhile; this is gone about again at its end
                self._changed.update(paths)
                self._due = True
                return
            if why and self.kept.get(key) is kept:
                self._let_go(key, why)

    def _let_go(self, key: Key, why: Why) -> None:
        """Forget a test that would be another one now, and make that unless it waits for the user."""
        kept = self.kept.pop(key)
        headline = f"{why.what} has changed since the test" + (f", {why.waits}" if why.waits else ".")
        self._session.statuses.tell(kept.asked.path, kept.status._replace(state="unknown", headline=headline))
        if why.waits:
            self._waits.add(key[0])
        else:
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

    async def _again(self, kept: Kept, *, quiet: bool = False) -> None:
        await self.test(kept.asked.again(quiet=quiet), agreed=kept.result.setup)
