"""What takes longer than a moment is shown; what does not is not."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

from azmlflow.lsp import progress
from azmlflow.lsp.capabilities import Capabilities


class Shown:
    """Takes the place of pygls's progress, and lets the work go on once it is shown."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.begun = threading.Event()

    async def create_async(self, token: str) -> None:
        self.calls.append(("create", token))

    def begin(self, token: str, value: Any) -> None:
        self.calls.append(("begin", value.title))

    def report(self, token: str, value: Any) -> None:
        self.calls.append(("report", (value.message, value.percentage)))
        self.begun.set()

    def end(self, token: str, value: Any) -> None:
        self.calls.append(("end", None))


def session_of(shown: Shown, can: bool = True) -> Any:
    return SimpleNamespace(
        capabilities=Capabilities(progress=can), server=SimpleNamespace(work_done_progress=shown)
    )


async def test_slow_work_is_shown_until_it_ends():
    shown = Shown()

    def work(count: progress.Count) -> None:
        count(300, 1200)
        assert shown.begun.wait(20)

    await progress.in_thread(session_of(shown), "reading", work)
    await asyncio.sleep(0)
    assert [name for name, _ in shown.calls] == ["create", "begin", "report", "end"]
    assert ("report", ("300 of 1200 files", 25)) in shown.calls


async def test_quick_work_is_not_shown():
    shown = Shown()
    await progress.in_thread(session_of(shown), "reading", lambda count: count(1, 1))
    await progress.in_thread(session_of(shown, can=False), "reading", lambda count: None)
    assert shown.calls == []
