"""`--format json`: everything about each finding, for programs."""

from __future__ import annotations

import json
from typing import Any

from azmlflow import __version__
from azmlflow.cli.report import Report, Reported
from azmlflow.rules.base import Edit, Fix
from azmlflow.workspace.snapshot import Location


def render(report: Report) -> str:
    """Return the report as one JSON document; lines and columns count from 1, columns in code points."""
    document = {
        "version": 1,
        "tool": f"azmlflow {__version__}",
        "files": {
            "checked": report.checked,
            "skipped": [{"path": report.shown(path), "reason": reason} for path, reason in report.skipped],
        },
        "findings": [_finding(report, reported) for reported in report.found],
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(report: Report, reported: Reported) -> dict[str, Any]:
    finding = reported.finding
    return {
        "code": finding.code,
        "name": finding.rule.name,
        "severity": reported.severity,
        "confidence": reported.confidence,
        "message": finding.message,
        **place(report, finding.location),
        "fixes": [_fix(report, fix) for fix in reported.fixes],
        "related": [{**place(report, location), "message": message} for message, location in finding.related],
        "url": finding.rule.url,
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "safe": fix.safe, "edits": [_edit(report, edit) for edit in fix.edits]}


def _edit(report: Report, edit: Edit) -> dict[str, Any]:
    created = {"create": True} if edit.create else {}
    return {**place(report, edit.location), "text": edit.text, **created}


def place(report: Report, location: Location) -> dict[str, Any]:
    """Return a location's members: path, cell, start and end."""
    line, column, end_line, end_column = location.span
    return {
        "path": report.shown(location.path),
        "cell": location.cell,
        "start": {"line": line + 1, "column": column + 1},
        "end": {"line": end_line + 1, "column": end_column + 1},
    }
