"""`azmlflow test-connection`: tells step by step whether this code, here and now, reaches its workspace.

It signs in with the real packages, in the interpreter of the code and with the environment that the code would have. It opens
no browser, changes nothing, and asks for no token where the tracking URI names a host that is not Azure ML's.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from azmlflow.cli.errors import WrongUse

if TYPE_CHECKING:
    from azmlflow.cli.project import Examined
    from azmlflow.probes.outcome import Outcome
    from azmlflow.probes.runner import Probe
    from azmlflow.resolution.connection import Connection

INTERRUPTED: Final = 130
"""The exit status after Ctrl-C."""


def run(arguments: list[str]) -> int:
    """Make the test; return 0 when all is well, 1 when the code would not reach the workspace."""
    options = _parser().parse_args(arguments)
    steps = _steps(options.only)
    link = _link(options.link)
    if options.timeout is not None and not 0 < options.timeout < 100_000:
        raise WrongUse("--timeout is a number of seconds, more than 0")

    from azmlflow.cli.project import examine
    from azmlflow.cli.terminal import output
    from azmlflow.resolution.connection import NOT_LOGGED_THERE, connection_of

    project = examine(Path(options.path), options.python)
    connection = connection_of(
        project.snapshot, project.absolute, started_in=_started_in(project), show=_shown
    )
    probe = _probe(connection, steps, link, options)
    with output() as stream:
        reporter = _AsJson(stream) if options.format == "json" else _AsText(stream, connection)
        summary = _follow(probe, reporter)
    if summary is None:
        return INTERRUPTED
    # A workspace that can be reached is not enough: the question is whether this code reaches it.
    return 1 if summary.outcome == "failed" or summary.code == NOT_LOGGED_THERE else 0


def _parser() -> argparse.ArgumentParser:
    first, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        "azmlflow test-connection", description=first, epilog=rest.strip(), allow_abbrev=False
    )
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="a script, a config or a folder (.)"
    )
    parser.add_argument(
        "--only", metavar="STEP,..", help=f"these steps, and those that they need: {_names()}"
    )
    parser.add_argument(
        "--link", metavar="NAME", help="one credential of the chain, such as AzureCliCredential"
    )
    parser.add_argument("--python", metavar="EXE", help="the interpreter that the code runs in")
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=float,
        help="seconds for all of it (180; more where you may be waited for)",
    )
    parser.add_argument(
        "--allow-interactive", action="store_true", help="let a browser open, or wait for a device code"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (text)")
    return parser


def _names() -> str:
    from azmlflow.probes.outcome import STEPS

    return ", ".join(step.name for step in STEPS)


def _steps(only: str | None) -> tuple[str, ...]:
    from azmlflow.probes.outcome import STEP_OF, TEST_CONNECTION, with_needs

    if only is None:
        return TEST_CONNECTION
    names = tuple(name.strip().lower() for name in only.split(",") if name.strip())
    unknown = next((name for name in names if name not in STEP_OF), None)
    if unknown is not None or not names:
        raise WrongUse(f"--only names '{unknown or only}', which is no step: {_names()}")
    return with_needs(names)


def _link(name: str | None) -> str | None:
    """Return the name of a link as the SDK writes it, whatever its case."""
    from azmlflow.azure.credential_links import LINKS

    if name is None:
        return None
    wanted = name.lower().removesuffix("credential")
    for link in LINKS:
        if link.name.lower().removesuffix("credential") == wanted:
            return link.name
    known = ", ".join(link.name for link in LINKS)
    raise WrongUse(f"--link names '{name}', which is no credential of the chain: {known}")


def _started_in(project: Examined) -> Path:
    """Return where the code is started: here, unless it lies elsewhere."""
    here = Path.cwd()
    if project.folder.is_relative_to(here):
        return here
    return project.snapshot.root_of(project.folder / "x")


def _probe(
    connection: Connection, steps: tuple[str, ...], link: str | None, options: argparse.Namespace
) -> Probe:
    from azmlflow.probes.outcome import Outcome
    from azmlflow.probes.request import Request
    from azmlflow.probes.runner import Probe
    from azmlflow.resolution.connection import configured

    return Probe(
        Request.to(connection, steps, link, may_interact=options.allow_interactive),
        connection.pythons(Path(sys.executable)),
        connection.environ,
        connection.folder,
        configuration=Outcome.of_json(configured(connection, _shown).as_json()),
        timeout=options.timeout,
        guessed=connection.guessed,
    )


class _AsJson:
    """Prints one object a line; what is under way is not told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def outcome(self, outcome: Outcome) -> None:
        print(json.dumps(outcome.as_json()), file=self._stream, flush=True)

    def begin(self, step: str, link: str | None, seconds: float) -> None:
        pass

    def draw(self) -> None:
        pass


class _AsText:
    """Prints a line or more for each outcome, and on a terminal what is under way."""

    def __init__(self, stream: TextIO, connection: Connection) -> None:
        from azmlflow.cli.output.live import LiveLine
        from azmlflow.cli.output.outcomes import Lines
        from azmlflow.cli.terminal import painter, width

        self._stream = stream
        paint, columns = painter(stream), width(stream)
        is_seen = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._lines = Lines(paint, columns)
        self._live = LiveLine(stream, columns, is_seen)
        print(self._lines.heading(_shown(connection.path), _python(connection)), file=stream, flush=True)

    def outcome(self, outcome: Outcome) -> None:
        self._live.clear()
        if outcome.step == "summary":
            self._live.end()
        for line in self._lines.of(outcome):
            print(line, file=self._stream)
        self._stream.flush()
        self._live.draw()

    def begin(self, step: str, link: str | None, seconds: float) -> None:
        self._live.begin(self._lines.running(step, link), seconds)

    def draw(self) -> None:
        self._live.draw()


def _follow(probe: Probe, reporter: _AsJson | _AsText) -> Outcome | None:
    """Make the probe and show what comes of it; return its summary, None after Ctrl-C.

    The probe has a thread of its own, so that Ctrl-C is heard at once; only this thread writes.
    """
    told: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def later(function: Callable[..., None]) -> Callable[..., None]:
        return lambda *values: told.put(partial(function, *values))

    begin, outcome = later(reporter.begin), later(reporter.outcome)
    thread = threading.Thread(target=probe.run, args=(outcome, begin), daemon=True)
    thread.start()
    interrupted = False
    while thread.is_alive() or not told.empty():
        try:
            _show_next(told, reporter)
        except KeyboardInterrupt:
            interrupted = True
            probe.cancel()
    return None if interrupted else probe.outcomes[-1]


def _show_next(told: queue.SimpleQueue[Callable[[], None]], reporter: _AsJson | _AsText) -> None:
    """Show what comes next; while nothing comes, draw what is under way anew."""
    try:
        show = told.get(timeout=0.1)
    except queue.Empty:
        reporter.draw()
    else:
        show()


def _python(connection: Connection) -> str:
    from azmlflow.workspace.interpreter import CHOSEN, IN_PROJECT, why_taken

    found = connection.interpreter
    if found is None:
        return "the Python of azmlflow"
    needs_no_word = found.origin in (CHOSEN, *IN_PROJECT)  # the path says it
    return _shown(found.python) + ("" if needs_no_word else f" ({why_taken(found.origin)})")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
