"""`azmlflow check --watch`: checks again whenever a file changes, until Ctrl+C."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from azmlflow.cli.check import check_once
from azmlflow.cli.errors import WrongUse
from azmlflow.workspace.roots import root_of
from azmlflow.workspace.watcher import watch_sync


def watch(options: argparse.Namespace) -> int:
    """Check, then wait for changes and check again; returns 0 when the user has had enough."""
    paths = [Path(os.path.abspath(path)) for path in options.paths or ["."]]  # noqa: PTH100 - as `load` does
    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise WrongUse(f"{missing} does not exist: give a file or a folder")
    roots = sorted({root_of(path, os.environ) for path in paths})
    try:
        for changed in watch_sync(roots):
            _announce(changed)
            _check(options)
            print("Watching for changes, Ctrl+C ends it.", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Check; a path that has gone away for a moment is no reason to stop."""
    try:
        check_once(options)
    except WrongUse as error:
        print(f"azmlflow: {error}", file=sys.stderr)


def _announce(changed: Iterable[Path]) -> None:
    names = sorted(os.path.relpath(path) for path in changed)
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[2J\x1b[3J\x1b[H")
    elif names:
        print(f"\nChanged: {', '.join(names)}", flush=True)
