"""A dry run under way: `azmlflow dry-run` in a process of its own, which ends with all it started when told to.

It is a process because the sandbox belongs to no language server: it imports the SDKs, and runs code of the user's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from azmlflow.azure.masking import mask
from azmlflow.probes.process import APART, LEFT_BEHIND, end_group

KEPT_LINES: Final = 200
LONGEST_PIECE: Final = 100_000
"""Characters of a line that are read at a time: a line need not end."""
PATIENCE: Final = 8.0
"""Seconds in which a dry run that was told to end clears away what it has made."""


_START: Final = (
    "import sys; sys.path[:] = filter(None, sys.path); from azmlflow.__main__ import main; sys.exit(main())"
)
"""With -m our own modules would be looked for in the script's folder first, and whatever is called like them run instead."""


class Result(NamedTuple):
    """The report, None when there is none, and the last lines that were printed."""

    report: dict[str, Any] | None
    printed: tuple[str, ...]


class DryRunner:
    """One dry run; `run` blocks, `cancel` may be called from any thread and at any time."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = [
            sys.executable,
            "-c",
            _START,
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
        text = _whole(process.stdout)
        process.wait()
        reader.join(LEFT_BEHIND)
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
            self._killer = threading.Timer(PATIENCE, end_group, (self._process,))
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
            **APART,
        )

    def _close(self) -> None:
        """Close the input, which is what a dry run ends by; it ends the same way when this process dies."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()


def _read(stream: IO[str] | None, lines: deque[str]) -> None:
    """Keep the last lines that the command printed, without what looks like a secret."""
    begins = True
    with stream or nullcontext():
        while stream and (piece := stream.readline(LONGEST_PIECE)):
            if begins:
                lines.append(mask(piece.rstrip("\n")[:2000], code=False))
            begins = piece.endswith("\n")


def _whole(stream: IO[str] | None) -> str:
    with stream or nullcontext():
        return stream.read() if stream else ""


def _report(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
