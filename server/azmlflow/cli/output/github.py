"""`--format github`: workflow commands, which GitHub Actions shows as annotations on the changed lines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from azmlflow.cli.output.notebook_places import in_file_span
from azmlflow.cli.report import Report, Reported

_LEVELS: Final = {"error": "error", "warning": "warning", "information": "notice"}


def render(report: Report) -> str:
    """Return one command a line; paths are relative to the repository that is checked out."""
    home = os.environ.get("GITHUB_WORKSPACE")
    report = report._replace(base=Path(home)) if home else report
    skipped = [
        f"::notice file={_property(report.shown(p))}::not checked: {_data(r)}" for p, r in report.skipped
    ]
    return "".join(f"{line}\n" for line in (*(_command(report, found) for found in report.found), *skipped))


def _command(report: Report, reported: Reported) -> str:
    finding = reported.finding
    span = in_file_span(report.snapshot, finding.location)
    members = {
        "file": report.shown(finding.location.path),
        "line": span.line + 1,
        "endLine": span.end_line + 1,
        "title": f"{finding.code} ({finding.rule.name})",
    }
    if span.line == span.end_line:
        # GitHub takes columns only within one line.
        members |= {"col": span.column + 1, "endColumn": span.end_column + 1}
    cell = "" if finding.location.cell is None else f"cell {finding.location.cell + 1}: "
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in members.items())
    return f"::{_LEVELS[reported.severity]} {properties}::{_data(cell + finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
