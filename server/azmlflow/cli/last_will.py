"""Ends a command's processes when whoever runs the command is killed and can do nothing more: a small process waits for that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final


class LastWill:
    """What is to be ended in the case of our death."""

    def __init__(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process

    def name(self, group: int) -> None:
        """Name the process group that is to end."""
        self._write(b"%d\n" % group)

    def revoke(self) -> None:
        """Let everybody live: the group has come to its end."""
        self._write(b"\n")
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate()

    def _write(self, line: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(line)
                self._process.stdin.flush()


@contextmanager
def last_will() -> Iterator[LastWill]:
    """Give a last will, which is executed when this process dies within; Windows has no process groups to end."""
    will = LastWill(None if sys.platform == "win32" else _executor())
    try:
        yield will
    finally:
        will.revoke()


def _executor() -> subprocess.Popen[bytes] | None:
    """Start the process, in a session of its own: what ends all of ours does not end it."""
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return None


_PROGRAM: Final = """\
import os, signal, sys, time
group = sys.stdin.readline().strip()
if group and not sys.stdin.readline():
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(int(group), number)
        except OSError:
            break
        time.sleep(1)
"""
