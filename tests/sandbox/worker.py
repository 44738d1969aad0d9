"""A child process with the real SDKs that runs one script after another: it imports them once for many tests."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from tests.truth.child import KEPT

PROGRAM = """
import json, os, sys, traceback

def attempt(call, *args, **kwargs):
    '''What a call returned, as text, or its exception.'''
    try:
        return str(call(*args, **kwargs))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what the packages print must not get between the answers
shared = {"attempt": attempt}
for line in sys.stdin:
    facts = {}
    try:
        exec(json.loads(line), {**shared, "facts": facts, "shared": shared})
        answer = {"facts": facts}
    except BaseException:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), file=answers, flush=True)
"""
SCOPE = "https://management.azure.com/.default"


class Worker:
    """A running child; use it in a with statement."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        clean = {name: os.environ[name] for name in KEPT if name in os.environ}
        clean |= {"PATH": os.defpath, "HOME": str(folder), "USERPROFILE": str(folder)}
        clean |= {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
            "PYTHONIOENCODING": "utf-8",
        }
        self._errors = (folder / "stderr.txt").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-W", "ignore", "-c", PROGRAM],
            cwd=folder,
            env={**clean, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdin.close()
        self.process.stdout.close()
        self._errors.close()

    def run(self, script: str, timeout: float = 60) -> dict[str, Any]:
        """Run a script in the child and return the dictionary `facts` that it has filled."""
        self.begin(script)
        return self.result(timeout)

    def begin(self, script: str) -> None:
        """Start a script without waiting for it."""
        self.process.stdin.write(json.dumps(script) + "\n")
        self.process.stdin.flush()

    def result(self, timeout: float = 60) -> dict[str, Any]:
        """Return the `facts` of the script that was started first."""
        answer = self._answers.get(timeout=timeout)
        assert answer, f"the child has ended: {self._said()}"
        decoded = json.loads(answer)
        assert "facts" in decoded, decoded.get("error")
        facts: dict[str, Any] = decoded["facts"]
        return facts

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._answers.put(line)
        self._answers.put("")

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-2000:]
