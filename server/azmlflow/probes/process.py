"""A child process with all that it starts: its lines as they come, and its end, of which nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

LONGEST_LINE: Final = 1_000_000
LEFT_BEHIND: Final = 1.0
"""Seconds for which a pipe is waited for after the child's end: a browser that left the group may hold it for days."""
LONGEST_OF_LOG: Final = 10_000
KEPT_OF_LOG: Final = 200
"""Lines of the child's standard error that are kept for the log."""


class Line(NamedTuple):
    """A line that the child wrote."""

    text: str


class Ended(NamedTuple):
    """The child closed its output."""


class Process:
    """One child, the leader of a process group of its own.

    It is to end when its standard input is closed, which our death does too. OSError where it cannot be started.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path, text: str) -> None:
        self._child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **APART,
        )
        self.events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        """Line and Ended as they come, and what others put there."""
        self._log: deque[str] = deque(maxlen=KEPT_OF_LOG)
        self._ending = threading.Lock()
        self._readers = [self._start(self._read_lines), self._start(self._read_log)]
        self._writer = self._start(lambda: self._send(text))

    @property
    def pid(self) -> int:
        """Return the child's process id, which is that of its group too."""
        return self._child.pid

    @property
    def log(self) -> str:
        """Return the last lines that the child wrote to its standard error."""
        return "\n".join(self._log)

    def end(self, patience: float = 0) -> int:
        """End the child and all that it started and return its exit status; may be called again.

        `patience` are the seconds in which the child may still end by itself.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(patience)
        with self._ending:
            end_group(self._child)
            self._writer.join(LEFT_BEHIND)
            if not self._writer.is_alive():
                with contextlib.suppress(OSError):
                    _stream(self._child.stdin).close()
            status = self._child.wait()
        for reader in self._readers:
            reader.join(LEFT_BEHIND)
        return status

    def _send(self, text: str) -> None:
        with contextlib.suppress(OSError):  # it has ended already: its exit status will tell
            _stream(self._child.stdin).write(f"{text}\n".encode())
            _stream(self._child.stdin).flush()

    def _start(self, work: Any) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def _read_lines(self) -> None:
        with _stream(self._child.stdout) as stream:
            while line := stream.readline(LONGEST_LINE):
                self.events.put(Line(line.decode("utf-8", "replace")))
        self.events.put(Ended())

    def _read_log(self) -> None:
        with _stream(self._child.stderr) as stream:
            while line := stream.readline(LONGEST_LINE):
                self._log.append(line[:LONGEST_OF_LOG].decode("utf-8", "replace").rstrip())


def _stream(stream: Any) -> BinaryIO:
    assert stream is not None  # noqa: S101 - all three are pipes
    opened: BinaryIO = stream
    return opened


def end_group(child: subprocess.Popen[Any]) -> None:
    """Kill a child and all of its group: the command-line tools that the SDKs started would outlive it."""
    if sys.platform == "win32":
        if child.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


APART: Final[dict[str, Any]] = (
    {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)
"""What makes a child the leader of a process group of its own."""
