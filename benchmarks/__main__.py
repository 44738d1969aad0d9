"""Measures every budget and prints one table; `--enforce` exits 1 when one is broken.

Peers are interleaved round by round, so that a ratio holds while the machine's speed drifts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.editor import Felt, session
from benchmarks.inputs import write_tree
from benchmarks.terminal import seconds

PYTHON = sys.executable
RUFF = shutil.which("ruff", path=f"{Path(PYTHON).parent}{os.pathsep}{os.environ.get('PATH', '')}") or "ruff"
SERVERS = {
    "azmlflow": [PYTHON, "-m", "azmlflow", "lsp"],
    "bare": [PYTHON, str(Path(__file__).with_name("bare_server.py"))],
    "ruff": [RUFF, "server"],
}
CHECKS = {
    "azmlflow": [PYTHON, "-m", "azmlflow", "check", ".", "--exit-zero"],
    "ruff": [RUFF, "check", "--no-cache", "--exit-zero", "."],
}
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "azmlflow --version": [PYTHON, "-m", "azmlflow", "--version"],
    "azmlflow rule AZM101": [PYTHON, "-m", "azmlflow", "rule", "AZM101"],
}


class Row(NamedTuple):
    """One budget: what, ours, the peer's, the ratio allowed."""

    what: str
    ours: float
    peer_name: str
    peer: float
    allowed: float

    @property
    def kept(self) -> bool:
        """Tell whether the budget is kept."""
        return self.ours <= self.peer * self.allowed


def main() -> int:
    """Measure, print, and report by exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--enforce", action="store_true")
    options = parser.parse_args()
    rows = [
        *editor_rows(options.lines, options.keys, options.rounds),
        *tree_rows(options.files, options.rounds),
        *command_rows(options.rounds * 3),
    ]
    print_table(rows)
    return 1 if options.enforce and not all(row.kept for row in rows) else 0


def editor_rows(lines: int, keys: int, rounds: int) -> list[Row]:
    """Measure the servers."""
    felt: dict[str, list[Felt]] = {name: [] for name in SERVERS}
    for _ in range(rounds):
        for name, command in SERVERS.items():
            felt[name].append(asyncio.run(session(command, lines, keys)))

    def of(name: str, read: Callable[[Felt], float | None]) -> float:
        return statistics.median(read(one) or 0.0 for one in felt[name])

    def row(what: str, peer: str, allowed: float, read: Callable[[Felt], float | None]) -> Row:
        return Row(what, of("azmlflow", read), peer, of(peer, read), allowed)

    return [
        row("keystroke -> diagnostics, ms", "bare", 1.5, lambda one: one.keystroke),
        row("keystroke -> diagnostics, ms", "ruff", 0.4, lambda one: one.keystroke),
        row("open -> first diagnostics, ms", "ruff", 3.0, lambda one: one.first),
        row("spawn -> initialize, ms", "bare", 1.2, lambda one: one.initialize),
        row("memory with the script open, MiB", "bare", 1.5, lambda one: one.memory),
    ]


def tree_rows(files: int, rounds: int) -> list[Row]:
    """Measure a cold check of a tree."""
    with tempfile.TemporaryDirectory() as name:
        write_tree(Path(name), files)
        taken: dict[str, list[float]] = {peer: [] for peer in CHECKS}
        for _ in range(rounds):
            for peer, command in CHECKS.items():
                taken[peer].append(seconds(command, Path(name)) * 1e3)
    ours, ruff = (statistics.median(taken[peer]) for peer in ("azmlflow", "ruff"))
    return [Row(f"check of {files} files, ms", ours, "ruff", ruff, 3.0)]


def command_rows(rounds: int) -> list[Row]:
    """Measure the small commands beside an interpreter that does nothing."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command, Path.cwd()) * 1e3)
    floor, *ours = ((name, statistics.median(times)) for name, times in taken.items())
    return [Row(f"{name}, ms", time, floor[0], floor[1], 2.0) for name, time in ours]


def print_table(rows: list[Row]) -> None:
    """Print the budgets with what was measured."""
    print(f"{'what':<36}{'azmlflow':>10}  {'peer':<16}{'peer':>9}{'ratio':>8}{'budget':>8}")
    for row in rows:
        ratio = row.ours / row.peer if row.peer else float("nan")
        verdict = "" if row.kept else "  OVER"
        print(
            f"{row.what:<36}{row.ours:>10.1f}  {row.peer_name:<16}{row.peer:>9.1f}"
            f"{ratio:>8.2f}{row.allowed:>8.2f}{verdict}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
