"""Snapshots and reports made by hand: what the formats show, without the rules deciding what there is to show."""

from __future__ import annotations

from pathlib import Path

from azmlflow.cli.report import Report, Reported
from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.json import parse_json
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, SkippedFile, Snapshot, SourceFile

BASE = Path("/project").absolute()

RULE = Rule(
    code="AZM111",
    name="tracking-function-assigned",
    summary="an MLflow function is assigned a value instead of being called with it",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://example.com/source",
    kinds=SCRIPT_KINDS,
)


def snapshot(**files: str) -> Snapshot:
    """Return a snapshot of JSON files, the kind whose facts are easily had; the text may be anything."""
    made = {}
    for name, value in files.items():
        path, text = BASE / name.replace("__", "."), Text(value)
        made[path] = SourceFile(path, FileKind.WORKSPACE_CONFIG, text, parse_json(text))
    return Snapshot((BASE,), made)


def finding(path: str, span: Span, message: str = "it is wrong", **more: object) -> Finding:
    return Finding(RULE, message, Location(BASE / path, None, span), **more)  # type: ignore[arg-type]


def fix(path: str, span: Span, text: str, *, safe: bool = True, title: str = "Repair it") -> Fix:
    return Fix(title, (Edit(Location(BASE / path, None, span), text),), safe)


def report(
    made: Snapshot, *found: Reported, skipped: tuple[SkippedFile, ...] = (), unsafe: bool = False
) -> Report:
    return Report(made, found, len(made.files), skipped, BASE, unsafe)


def related(path: str, span: Span, message: str) -> Related:
    return Related(message, Location(BASE / path, None, span))
