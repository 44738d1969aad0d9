"""What an editor feels: start, first diagnostics, keystrokes, memory."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.client import Client
from benchmarks.inputs import write_workspace


class Felt(NamedTuple):
    """One session with one server: milliseconds, and mebibytes (None where the system does not tell)."""

    initialize: float
    first: float
    keystroke: float
    memory: float | None


async def session(command: list[str], lines: int, keys: int) -> Felt:
    """Open a script of so many lines, type so many characters into it, and report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        script = write_workspace(folder, lines)
        started = time.perf_counter()
        client = await Client.start(command, folder)
        try:
            await client.initialize(folder)
            initialize = time.perf_counter() - started
            first = await _open(client, script)
            typed = [await _type(client, script, number) for number in range(keys)]
            memory = proportional_memory(client.process.pid)
        finally:
            await client.stop()
    return Felt(initialize * 1e3, first * 1e3, statistics.median(typed) * 1e3, memory)


async def _open(client: Client, script: Path) -> float:
    text = script.read_text(encoding="utf-8")
    document = {"uri": script.as_uri(), "languageId": "python", "version": 1, "text": text}
    started = time.perf_counter()
    await client.diagnosed(
        script.as_uri(), 1, lambda: client.notify("textDocument/didOpen", {"textDocument": document})
    )
    await asyncio.sleep(0.5)
    return time.perf_counter() - started - 0.5


async def _type(client: Client, script: Path, number: int) -> float:
    """Type one character of a comment above the last block of the script."""
    version = number + 2
    line = script.read_text(encoding="utf-8").count("\n") - len("main") - 3
    at = {"line": line, "character": number}
    change = {"range": {"start": at, "end": at}, "text": "x" if number else "#"}
    parameters = {
        "textDocument": {"uri": script.as_uri(), "version": version},
        "contentChanges": [change],
    }
    started = time.perf_counter()
    await client.diagnosed(
        script.as_uri(), version, lambda: client.notify("textDocument/didChange", parameters)
    )
    elapsed = time.perf_counter() - started
    await asyncio.sleep(0.01)
    return elapsed


def proportional_memory(pid: int) -> float | None:
    """Return the memory of a process and its children in mebibytes, pages shared with others in part (Linux only)."""
    total, pending = 0.0, [pid]
    while pending:
        current = Path(f"/proc/{pending.pop()}")
        try:
            rollup = (current / "smaps_rollup").read_text(encoding="ascii")
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            for task in (current / "task").iterdir():
                pending += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    return total / 1024 if total else None
