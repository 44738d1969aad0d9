"""Work beside the event loop."""

from __future__ import annotations

import asyncio

from azmlflow.lsp import background


async def test_what_is_due_later_begins_then() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()

    background.spawn_later(0.01, work)
    await asyncio.wait_for(begun.wait(), 30)


async def test_nothing_begins_once_the_end_has_begun() -> None:
    begun, due = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()

    background.spawn_later(0.01, work)
    background.end()
    background.spawn_later(0, work)
    asyncio.get_running_loop().call_later(0.02, due.set)
    await due.wait()
    await asyncio.sleep(0)  # a task would have its turn
    assert not begun.is_set()


def test_the_end_of_one_loop_is_not_that_of_another() -> None:
    async def ended() -> None:
        background.end()

    asyncio.run(ended())
    asyncio.run(test_what_is_due_later_begins_then())
