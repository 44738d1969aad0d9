"""`--format text`: findings with the code they are about, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.masking import mask
from azmlflow.cli.frame import frame, hidden, underline
from azmlflow.cli.report import Report, Reported, applicable
from azmlflow.cli.terminal import Painter, clean
from azmlflow.rules.base import Finding
from azmlflow.rules.source import text_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

_COLOURS: Final = {"error": "red", "warning": "yellow", "information": "cyan"}


def render(report: Report, paint: Painter, width: int) -> str:
    """Return every finding with its frame, help and related places, then the files that were skipped."""
    parts = [line for reported in report.found for line in (*_finding(report, reported, paint, width), "")]
    return "".join(f"{line}\n" for line in (*parts, *_skipped(report, paint), summary(report)))


def statistics(report: Report, paint: Painter) -> str:
    """Return one line for each rule that found something, the most frequent first."""
    counts = Counter(reported.finding.rule for reported in report.found)
    fixable = {r.finding.code for r in report.found if applicable(r.fixes, unsafe=report.unsafe)}
    size = len(str(max(counts.values(), default=0)))
    lines = [
        f"{count:>{size}}  {paint('bold', rule.code)} {'[*]' if rule.code in fixable else '[ ]'} {rule.name}"
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0].code))
    ]
    return "".join(f"{line}\n" for line in (*lines, *_skipped(report, paint), summary(report)))


def place(report: Report, location: Location) -> str:
    """Return `path:line:column`, and in a notebook `path:cell N:line:column`, all counting from 1."""
    cell = "" if location.cell is None else f"cell {location.cell + 1}:"
    return f"{clean(report.shown(location.path))}:{cell}{location.span.line + 1}:{location.span.column + 1}"


def summary(report: Report) -> str:
    """Return the last line: how much was found, and how much of it can be repaired."""
    if not report.found:
        fixed = f"Fixed {plural(report.repaired, 'finding')}. " if report.repaired else ""
        return f"{fixed}All checks passed: {plural(report.checked, 'file')}."
    files = len({reported.finding.location.path for reported in report.found})
    fixed = f" (fixed {report.repaired} more)" if report.repaired else ""
    said = f"Found {plural(len(report.found), 'finding')} in {plural(files, 'file')}{fixed}"
    safe, every = report.fixable(unsafe=False), report.fixable(unsafe=True)
    if report.unsafe:
        return f"{said}, {every} fixable with --fix --unsafe-fixes." if every else f"{said}."
    if safe:
        said += f", {safe} fixable with --fix"
    if every > safe:
        said += f", {every - safe} {'more ' if safe else 'fixable '}with --fix --unsafe-fixes"
    return f"{said}."


def plural(count: int, noun: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _finding(report: Report, reported: Reported, paint: Painter, width: int) -> Iterator[str]:
    finding = reported.finding
    colour = _COLOURS[reported.severity]
    severity = "info" if reported.severity == "information" else reported.severity
    head = f"{paint(colour, f'{severity}[{finding.code}]')} {paint('bold', finding.rule.name)}: {clean(finding.message)}"
    yield f"{paint('bold', place(report, finding.location))}: {head}"
    yield from _frame(report, finding, colour, paint, width)
    for message, location in finding.related:
        yield f"  {paint('blue', '=')} {paint('bold', 'note')}: {clean(message)} ({place(report, location)})"
    for fix in reported.fixes:
        kind = "fix" if fix.safe else "unsafe fix"
        yield f"  {paint('blue', '=')} {paint('green', kind)}: {clean(fix.title)}"
    if not reported.fixes:
        yield f"  {paint('blue', '=')} {paint('bold', 'help')}: azmlflow rule {finding.code}"


def _frame(report: Report, finding: Finding, colour: str, paint: Painter, width: int) -> Iterator[str]:
    text, span = text_at(report.snapshot, finding.location), finding.location.span
    if text is None or not text.value.strip():
        return
    code = report.snapshot.files[finding.location.path].kind in SCRIPT_KINDS
    size = len(str(span.end_line + 1))
    bar = paint("blue", "|")
    yield f"{' ' * size} {bar}"
    for line in frame(text, span, max(20, width - size - 3), partial(mask, code=code)):
        if line is None:
            yield paint("blue", "...")
            continue
        shown = hidden(line) if finding.rule.hides_source else line.shown
        yield f"{paint('blue', f'{line.number + 1:>{size}}')} {bar} {shown}".rstrip()
        yield f"{' ' * size} {bar} {' ' * line.start}{paint(colour, underline(line).lstrip())}"


def _skipped(report: Report, paint: Painter) -> Iterator[str]:
    for path, reason in report.skipped:
        yield f"{paint('bold', clean(report.shown(path)))}: {paint('yellow', 'not checked')}: {clean(reason)}"
