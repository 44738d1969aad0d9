"""Ends the server when the editor that started it is gone without a word."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final

_EVERY: Final = 2.0


async def end_with(process_id: int) -> None:
    """End this process once another has ended; asks now and then, the one way that every system has.

    There is nobody left to write to, and the thread that reads standard input may wait for ever: no farewell.
    """
    while is_alive(process_id):
        await asyncio.sleep(_EVERY)
    os._exit(1)


def is_alive(process_id: int) -> bool:
    """Tell whether a process exists; True also when we may not know."""
    if sys.platform == "win32":
        return _is_alive_on_windows(process_id)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


if sys.platform == "win32":

    def _is_alive_on_windows(process_id: int) -> bool:
        import ctypes

        synchronize, timed_out, access_denied = 0x00100000, 0x00000102, 5
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(synchronize, False, process_id)
        if not handle:
            return bool(kernel.GetLastError() == access_denied)
        alive = kernel.WaitForSingleObject(handle, 0) == timed_out
        kernel.CloseHandle(handle)
        return bool(alive)
