"""Runs a command with all that it starts, and leaves nothing of it behind, however it ends, and also when we are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal, NamedTuple

from azmlflow.cli.last_will import LastWill, last_will

Because = Literal["ended", "timed out", "interrupted", "terminated"]

GRACE: Final = 3.0
"""Seconds between asking a command to end and ending it."""
_TIDY: Final = 1.0
_NAP: Final = 0.02


class Ended(NamedTuple):
    """How a command ended: its exit status (negative is a signal's number), why, and after how long."""

    status: int
    because: Because
    seconds: float


def run(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    timeout: float | None = None,
    output_to_error: bool = False,
    until_stdin_closes: bool = False,
) -> Ended:
    """Run a command in this folder and with these streams until it ends, or has to.

    It has to when `timeout` seconds have passed, on an interrupt or a request to terminate, and, `until_stdin_closes`, when
    standard input is closed (the command then gets none). With it end all processes of its group. `output_to_error` sends
    what it prints to standard error. OSError when it cannot be started; call it in the main thread.
    """
    with last_will() as will:
        return _run(will, command, environ, timeout, output_to_error, until_stdin_closes)


def _run(
    will: LastWill,
    command: Sequence[str],
    environ: Mapping[str, str],
    timeout: float | None,
    output_to_error: bool,
    until_stdin_closes: bool,
) -> Ended:
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL if until_stdin_closes else None,
        stdout=sys.stderr.fileno() if output_to_error else None,
        **_apart(),
    )
    will.name(process.pid)
    group = _Group(process)
    clock = threading.Timer(timeout, group.stop, ("timed out",)) if timeout is not None else None
    try:
        with _signals(group):
            if clock:
                clock.daemon = True
                clock.start()
            if until_stdin_closes:
                threading.Thread(target=_when_stdin_closes, args=(group,), daemon=True).start()
            status = group.wait()
    finally:
        if clock:
            clock.cancel()
        group.clear()
    return Ended(status, group.because, time.monotonic() - started)


class _Group:
    """A process that leads a group, and its group."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.because: Because = "ended"
        self._process = process
        self._killer: threading.Timer | None = None

    def stop(self, because: Because) -> None:
        """Ask all to end, and end them when they have not after a moment; at once when they were asked before."""
        if self._process.returncode is not None:
            return
        if self._killer is not None:
            self._send(_KILL)
            return
        self.because = because
        self._killer = threading.Timer(GRACE, self._send, (_KILL,))
        self._killer.daemon = True
        self._killer.start()
        self._send(signal.SIGINT if because == "interrupted" else signal.SIGTERM)

    def wait(self) -> int:
        """Wait until the process has ended; Windows hears of an interrupt only between two waits."""
        pause = 0.5 if sys.platform == "win32" else None
        while True:
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(pause)

    def clear(self) -> None:
        """End what the process has left running."""
        if self._killer is not None:
            self._killer.cancel()
        if self._process.poll() is None:
            self._send(_KILL)
            self._process.wait()
        if self._send(signal.SIGTERM):
            end = time.monotonic() + _TIDY
            while self._send(0) and time.monotonic() < end:
                time.sleep(_NAP)
            self._send(_KILL)

    def _send(self, number: int) -> bool:
        """Send a signal to the group; return False when there is nobody left."""
        pid = self._process.pid
        if sys.platform == "win32":
            return _send_on_windows(self._process, number)
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _send_on_windows(process: subprocess.Popen[bytes], number: int) -> bool:
    if process.poll() is not None:
        return False
    if number == _KILL:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    elif number:
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
    return True


@contextmanager
def told_to_end() -> Iterator[None]:
    """Make a request to terminate an exit as any other, so that nothing is left behind."""

    def end(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    with _handling(end, "SIGTERM", "SIGHUP", "SIGQUIT"):
        yield


@contextmanager
def _signals(group: _Group) -> Iterator[None]:
    """Hand on what this process is told to do; the command is in a session of its own and hears of nothing."""

    def told(number: int, frame: Any) -> None:
        group.stop("interrupted" if number == signal.SIGINT else "terminated")

    with _handling(told, "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        yield


@contextmanager
def _handling(handler: Callable[[int, Any], None], *names: str) -> Iterator[None]:
    numbers = [number for name in names if (number := getattr(signal, name, None)) is not None]
    before = [(number, signal.signal(number, handler)) for number in numbers]
    try:
        yield
    finally:
        for number, old in before:
            signal.signal(number, old)


def _when_stdin_closes(group: _Group) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            continue
    group.stop("terminated")


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


_KILL: Final[int] = getattr(signal, "SIGKILL", signal.SIGTERM + 1000)
