"""`--format sarif`: SARIF 2.1.0, which code scanning and many editors read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from azmlflow import __version__
from azmlflow.cli.output.notebook_places import in_file_span
from azmlflow.cli.report import Report, Reported
from azmlflow.rules import all_rules
from azmlflow.rules.base import Edit, Fix, RuleModule
from azmlflow.workspace.snapshot import Location

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"

_LEVELS: Final = {"error": "error", "warning": "warning", "information": "note"}


def render(report: Report) -> str:
    """Return the report as one SARIF document; columns count code points, places in cells are those in the file."""
    modules = all_rules()
    order = {module.rule.code: number for number, module in enumerate(modules)}
    run = {
        "tool": {
            "driver": {
                "name": "azmlflow",
                "semanticVersion": __version__,
                "informationUri": "https://azmlflow.github.io",
                "rules": [_rule(module) for module in modules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": report.base.as_uri().rstrip("/") + "/"}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "results": [_result(report, reported, order) for reported in report.found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(module: RuleModule) -> dict[str, Any]:
    rule = module.rule
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": module.documentation.partition("\n\n## ")[0]},
        "help": {"text": module.documentation, "markdown": module.documentation},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"precision": rule.confidence, "persona": rule.persona, "tags": ["azure-ml", "mlflow"]},
    }


def _notifications(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": f"not checked: {reason}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(report, path)}}],
        }
        for path, reason in report.skipped
    ]


def _result(report: Report, reported: Reported, order: dict[str, int]) -> dict[str, Any]:
    finding = reported.finding
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": order[finding.code],
        "level": _LEVELS[reported.severity],
        "message": {"text": finding.message},
        "locations": [_location(report, finding.location)],
        "properties": {"confidence": reported.confidence},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(report, location), "message": {"text": message}}
            for number, (message, location) in enumerate(finding.related)
        ]
    if reported.fixes:
        result["fixes"] = [_fix(report, fix) for fix in reported.fixes]
    return result


def _location(report: Report, location: Location) -> dict[str, Any]:
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(report, location.path),
            "region": _region(report, location),
        }
    }
    if location.cell is not None:
        place["logicalLocations"] = [{"name": f"cell {location.cell + 1}", "kind": "cell"}]
    return place


def _artifact(report: Report, path: Path) -> dict[str, str]:
    if path.is_relative_to(report.base):
        return {"uri": quote(report.shown(path)), "uriBaseId": ROOT}
    return {"uri": path.as_uri()}


def _region(report: Report, location: Location) -> dict[str, int]:
    span = in_file_span(report.snapshot, location)
    return {
        "startLine": span.line + 1,
        "startColumn": span.column + 1,
        "endLine": span.end_line + 1,
        "endColumn": span.end_column + 1,
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    changes: dict[Path, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {
            "deletedRegion": _region(report, edit.location),
            "insertedContent": {"text": _inserted(edit)},
        }
        changes.setdefault(edit.location.path, []).append(replacement)
    return {
        "description": {"text": fix.title if fix.safe else f"{fix.title} (unsafe)"},
        "artifactChanges": [
            {"artifactLocation": _artifact(report, path), "replacements": made}
            for path, made in changes.items()
        ],
    }


def _inserted(edit: Edit) -> str:
    """Return the text as it has to stand in the file: in a notebook, inside a JSON string."""
    return edit.text if edit.location.cell is None else json.dumps(edit.text, ensure_ascii=False)[1:-1]
