"""A dry run under way: `azmlflow dry-run` in a process of its own, which ends with all it started when told to.

It is a process because the sandbox belongs to no language server: it imports the SDKs, and runs code of the user's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from azmlflow.azure.masking import mask

KEPT_LINES: Final = 200
PATIENCE: Final = 8.0
"""Seconds in which a dry run that was told to end clears away what it has made."""


class Result(NamedTuple):
    """The report, None when there is none, and the last lines that were printed."""

    report: dict[str, Any] | None
    printed: tuple[str, ...]


class DryRunner:
    """One dry run; `run` blocks, `cancel` may be called from any thread and at any time."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = [
            sys.executable,
            "-m",
            "azmlflow",
            "dry-run",
            "--format",
            "json",
            "--until-stdin-closes",
            "--",
        ]
        self._command += command
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._killer: threading.Timer | None = None
        self.cancelled = False

    def run(self) -> Result:
        """Run the command and return what came of it; OSError when it cannot be started."""
        with self._lock:
            if self.cancelled:
                return Result(None, ())
            process = self._process = self._start()
        lines: deque[str] = deque(maxlen=KEPT_LINES)
        reader = threading.Thread(target=_read, args=(process.stderr, lines), daemon=True)
        reader.start()
        text = process.stdout.read() if process.stdout else ""
        process.wait()
        reader.join()
        if self._killer:
            self._killer.cancel()
        self._close()
        return Result(_report(text), tuple(lines))

    def cancel(self) -> None:
        """Tell it to end; what does not end by itself is ended."""
        with self._lock:
            if self.cancelled:
                return
            self.cancelled = True
            if self._process is None or self._process.poll() is not None:
                return
            self._killer = threading.Timer(PATIENCE, self._kill, (self._process,))
            self._killer.daemon = True
            self._killer.start()
        self._close()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            **_APART,
        )

    def _close(self) -> None:
        """Close the input, which is what a dry run ends by; it ends the same way when this process dies."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _kill(self, process: subprocess.Popen[str]) -> None:
        if sys.platform == "win32":
            subprocess.run(
                ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
            )
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _read(stream: IO[str] | None, lines: deque[str]) -> None:
    """Keep the last lines that the command printed, without what looks like a secret."""
    for line in stream or ():
        lines.append(mask(line.rstrip("\n")[:2000], code=False))


def _report(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


_APART: Final[dict[str, Any]] = (
    {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)
