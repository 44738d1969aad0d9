"""`azmlflow check`: finds what is wrong in files and folders, and repairs it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from azmlflow.cli.errors import WrongUse
from azmlflow.cli.output import FORMATS

if TYPE_CHECKING:
    from azmlflow.cli.collect import Wanted
    from azmlflow.cli.report import Report
    from azmlflow.workspace.load import Loaded

EPILOG = "exit status: 0 nothing found, 1 findings (with --diff: changes), 2 wrong use or unreadable input"


def run(arguments: list[str]) -> int:
    """Check what the arguments name and return the exit status."""
    options = _parse(arguments)
    if options.watch:
        from azmlflow.cli.watch import watch

        return watch(options)
    status = check_once(options)
    return 0 if options.exit_zero and status == 1 else status


def check_once(options: argparse.Namespace) -> int:
    """Check once, print what was found, and return the exit status."""
    from azmlflow.cli.collect import Wanted, check, read

    wanted = Wanted(options.select, options.ignore, options.persona)
    loaded = read(options.paths)
    if options.diff:
        return _diff(loaded, wanted, options)
    if options.fix:
        return _fix(loaded, wanted, options)
    found = check(loaded.snapshot, loaded.targets, wanted)
    return _print(_report(loaded, options)._replace(found=found), options)


def _fix(loaded: Loaded, wanted: Wanted, options: argparse.Namespace) -> int:
    from azmlflow.cli.collect import check, read
    from azmlflow.cli.fix import repair, write

    repaired = repair(loaded.snapshot, loaded.targets, wanted, unsafe=options.unsafe_fixes)
    refused = tuple(write(loaded.snapshot, repaired.texts))
    report = _report(loaded, options)._replace(
        snapshot=repaired.snapshot, found=repaired.left, repaired=repaired.applied
    )
    if refused:
        # Nobody knows which findings these files had a part in: look at what is on disk now.
        again = read(options.paths)
        found = check(again.snapshot, again.targets, wanted)
        fixed = max(0, repaired.found - len(found))
        report = _report(again, options)._replace(found=found, repaired=fixed)
        report = report._replace(skipped=(*report.skipped, *refused))
    return _print(report, options)


def _diff(loaded: Loaded, wanted: Wanted, options: argparse.Namespace) -> int:
    from azmlflow.cli.fix import diff, repair
    from azmlflow.cli.output.text import plural
    from azmlflow.cli.terminal import output

    repaired = repair(loaded.snapshot, loaded.targets, wanted, unsafe=options.unsafe_fixes)
    shown = {path: _report(loaded, options).shown(path) for path in repaired.texts}
    with output() as stream:
        for line in diff(loaded.snapshot, repaired.texts, shown):
            print(line, file=stream)
    fixed, files = plural(repaired.applied, "finding"), plural(len(repaired.texts), "file")
    print(f"Would fix {fixed} in {files}." if repaired.texts else "Nothing to fix.", file=sys.stderr)
    return 1 if repaired.texts else 0


def _report(loaded: Loaded, options: argparse.Namespace) -> Report:
    from azmlflow.cli.report import Report

    return Report(
        snapshot=loaded.snapshot,
        found=(),
        checked=len(loaded.targets),
        skipped=loaded.snapshot.skipped,
        base=Path.cwd(),
        unsafe=options.unsafe_fixes,
    )


def _print(report: Report, options: argparse.Namespace) -> int:
    from azmlflow.cli.output import render
    from azmlflow.cli.terminal import output

    with output() as stream:
        stream.write(render(report, options.format, stream, statistics=options.statistics))
    return 1 if report.found else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options; exits with status 2, as argparse does, when they make no sense."""
    parser = argparse.ArgumentParser("azmlflow check", description=__doc__, epilog=EPILOG, allow_abbrev=False)
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders (the current folder)")
    add("--format", choices=FORMATS, default="text", help="how to print what is found (text)")
    add("--fix", action="store_true", help="apply safe fixes")
    add(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff, unsafe fixes too; else count them as fixes",
    )
    add("--diff", action="store_true", help="print what --fix would change, and change nothing")
    add(
        "--select", metavar="CODES", help="report only these rules: codes or beginnings of codes, with commas"
    )
    add("--ignore", metavar="CODES", help="do not report these rules")
    add("--persona", choices=("regular", "pedantic"), help="pedantic reports matters of taste too")
    add("--exit-zero", action="store_true", help="exit with status 0 even when something is found")
    add("--watch", action="store_true", help="check again whenever a file changes")
    add("--statistics", action="store_true", help="print how often each rule found something, not where")
    options = parser.parse_args(arguments)
    if options.fix and options.diff:
        raise WrongUse("--fix changes files and --diff does not: choose one")
    if options.watch and (options.fix or options.diff or options.format != "text"):
        raise WrongUse("--watch only prints text: leave out --fix, --diff and --format")
    if options.statistics and options.format != "text":
        raise WrongUse("--statistics is text: leave out --format")
    return options
