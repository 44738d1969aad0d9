"""`--format junit`: a test suite for each file with findings, which CI systems list as failed tests."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as Xml

from azmlflow.cli.output.text import place, plural
from azmlflow.cli.report import Report, Reported

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """Return the document in ASCII, so that no console can spoil it."""
    root = Xml.Element("testsuites", name="azmlflow", tests="0", failures="0", errors="0", skipped="0")
    for path, group in groupby(report.found, key=lambda found: found.finding.location.path):
        found = list(group)
        suite = _suite(root, report.shown(path), tests=len(found), failures=len(found))
        for one in found:
            _failure(suite, report, one)
    if report.skipped:
        suite = _suite(root, "skipped files", tests=len(report.skipped), skipped=len(report.skipped))
        for path, reason in report.skipped:
            case = Xml.SubElement(suite, "testcase", name=_legal(report.shown(path)), classname="azmlflow")
            Xml.SubElement(case, "skipped", message=_legal(reason))
    if not report.found:
        suite = _suite(root, "azmlflow", tests=1)
        Xml.SubElement(
            suite, "testcase", name=f"{plural(report.checked, 'file')} checked", classname="azmlflow"
        )
    for total in ("tests", "failures", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    Xml.indent(root)
    written: bytes = Xml.tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _suite(root: Xml.Element, name: str, *, tests: int, failures: int = 0, skipped: int = 0) -> Xml.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped}
    return Xml.SubElement(
        root, "testsuite", {"name": _legal(name), **{key: str(n) for key, n in counts.items()}}
    )


def _failure(suite: Xml.Element, report: Report, reported: Reported) -> None:
    finding = reported.finding
    at = place(report, finding.location)
    attributes = {
        "name": f"{finding.code} {finding.rule.name} at {at}",
        "classname": report.shown(finding.location.path),
        "file": report.shown(finding.location.path),
        "line": str(finding.location.span.line + 1),
    }
    case = Xml.SubElement(suite, "testcase", {name: _legal(value) for name, value in attributes.items()})
    failure = Xml.SubElement(case, "failure", message=_legal(finding.message), type=reported.severity)
    fixes = [f"{'fix' if fix.safe else 'unsafe fix'}: {fix.title}" for fix in reported.fixes]
    failure.text = _legal("\n".join([f"{at}: {finding.message}", *fixes, finding.rule.url]))


def _legal(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
