"""Looking for garbage: among what is young alone while the server starts, and later never in what was loaded then.

To look through all that is being loaded takes a tenth of the start, and nothing is found: it stays until the end.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Final

SOON: Final = 0.25
"""Seconds after the session is ready: the findings of what is open are shown by then."""
AT_THE_LATEST: Final = 30.0
"""Seconds after `initialize`, for a client that never says `initialized`, or a workspace that takes long to read."""

_USUAL: Final = gc.get_threshold()
_ONLY_YOUNG: Final = (2000, 1000, 1000)


def put_off() -> None:
    """Look only through what is young, until `begin` has come to its end."""
    gc.set_threshold(*_ONLY_YOUNG)


async def begin(ready: asyncio.Event) -> None:
    """Wait until the session is ready; from then on look through all that is made later, as usual."""
    try:
        await asyncio.wait_for(ready.wait(), AT_THE_LATEST)
        await asyncio.sleep(SOON)
    except asyncio.TimeoutError:
        pass
    gc.freeze()
    gc.set_threshold(*_USUAL)
