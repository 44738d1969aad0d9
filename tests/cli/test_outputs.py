"""The formats of `check`, from reports made by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from azmlflow import __version__
from azmlflow.cli.output import github, junit, sarif, text
from azmlflow.cli.output import json as json_format
from azmlflow.cli.report import Report, Reported
from azmlflow.cli.terminal import Painter
from azmlflow.parsing.base import Span
from azmlflow.workspace.snapshot import SkippedFile
from jsonschema import Draft4Validator

from tests.cli.made import BASE, finding, fix, related, report, snapshot

SARIF_SCHEMA = json.loads(
    (Path(__file__).parent / "fixtures" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
)
PLAIN = Painter(colour=False)


def one(**more: object) -> Report:
    """Return a report of one finding with everything a finding can have."""
    made = snapshot(train__py='import mlflow\nmlflow.set = "x"\n', config__json="{}\n")
    at = Span(1, 0, 1, 10)
    found = finding(
        "train.py",
        at,
        "100% wrong, because: of\nthis",
        related=(related("config.json", Span(0, 0, 0, 2), "says x"),),
    )
    reported = Reported(found, (fix("train.py", Span(1, 10, 1, 16), '("x")', title="Call it"),))
    return report(made, reported, skipped=(SkippedFile(BASE / "big.py", "it is larger than 10 MB"),), **more)  # type: ignore[arg-type]


def test_json_has_the_shape_of_the_contract():
    document = json.loads(json_format.render(one()))
    assert document == {
        "version": 1,
        "tool": f"azmlflow {__version__}",
        "files": {"checked": 2, "skipped": [{"path": "big.py", "reason": "it is larger than 10 MB"}]},
        "findings": [
            {
                "code": "AZM111",
                "name": "tracking-function-assigned",
                "severity": "error",
                "confidence": "high",
                "message": "100% wrong, because: of\nthis",
                "path": "train.py",
                "cell": None,
                "start": {"line": 2, "column": 1},
                "end": {"line": 2, "column": 11},
                "fixes": [
                    {
                        "title": "Call it",
                        "safe": True,
                        "edits": [
                            {
                                "path": "train.py",
                                "cell": None,
                                "start": {"line": 2, "column": 11},
                                "end": {"line": 2, "column": 17},
                                "text": '("x")',
                            }
                        ],
                    }
                ],
                "related": [
                    {
                        "path": "config.json",
                        "cell": None,
                        "start": {"line": 1, "column": 1},
                        "end": {"line": 1, "column": 3},
                        "message": "says x",
                    }
                ],
                "url": "https://azmlflow.github.io/rules/tracking-function-assigned",
            }
        ],
    }


def test_a_finding_may_be_milder_and_less_sure_than_its_rule():
    made = snapshot(a__py="x\n")
    milder = Reported(finding("a.py", Span(0, 0, 0, 1), severity="information", confidence="low"), ())
    (found,) = json.loads(json_format.render(report(made, milder)))["findings"]
    assert (found["severity"], found["confidence"]) == ("information", "low")
    assert github.render(report(made, milder)).startswith("::notice ")
    assert json.loads(sarif.render(report(made, milder)))["runs"][0]["results"][0]["level"] == "note"


def test_text_shows_the_place_the_code_the_note_and_the_fix():
    assert text.render(one(), PLAIN, 80) == (
        "train.py:2:1: error[AZM111] tracking-function-assigned: 100% wrong, because: of\u240athis\n"
        "  |\n"
        '2 | mlflow.set = "x"\n'
        "  | ^^^^^^^^^^\n"
        "  = note: says x (config.json:1:1)\n"
        "  = fix: Call it\n"
        "\n"
        "big.py: not checked: it is larger than 10 MB\n"
        "Found 1 finding in 1 file, 1 fixable with --fix.\n"
    )


def test_text_without_findings_says_how_much_was_checked():
    assert text.render(report(snapshot(a__py="", b__py="")), PLAIN, 80) == "All checks passed: 2 files.\n"
    assert text.summary(report(snapshot(a__py=""))) == "All checks passed: 1 file."


@pytest.mark.parametrize(
    ("safe", "unsafe", "wanted", "expected"),
    [
        (0, 0, False, "Found 1 finding in 1 file."),
        (1, 0, False, "Found 2 findings in 1 file, 1 fixable with --fix."),
        (0, 1, False, "Found 2 findings in 1 file, 1 fixable with --fix --unsafe-fixes."),
        (2, 1, False, "Found 4 findings in 1 file, 2 fixable with --fix, 1 more with --fix --unsafe-fixes."),
        (2, 1, True, "Found 4 findings in 1 file, 3 fixable with --fix --unsafe-fixes."),
    ],
)
def test_the_summary_counts_what_can_be_repaired(safe: int, unsafe: int, wanted: bool, expected: str):
    place = Span(0, 0, 0, 1)
    repairs = [(fix("a.py", place, ""),)] * safe + [(fix("a.py", place, "", safe=False),)] * unsafe + [()]
    found = [Reported(finding("a.py", place), fixes) for fixes in repairs]
    assert text.summary(report(snapshot(a__py="x"), *found, unsafe=wanted)) == expected


def test_colours_only_wrap_what_is_printed_without_them():
    coloured = text.render(one(), Painter(colour=True), 80)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text.render(one(), PLAIN, 80)


def test_statistics_count_by_rule():
    assert text.statistics(one(), PLAIN).startswith("1  AZM111 [*] tracking-function-assigned\n")


def test_github_escapes_messages_and_properties():
    first, second = github.render(one()).splitlines()
    assert first == (
        "::error file=train.py,line=2,endLine=2,title=AZM111 (tracking-function-assigned),col=1,endColumn=11"
        "::100%25 wrong, because: of%0Athis"
    )
    assert second == "::notice file=big.py::not checked: it is larger than 10 MB"


def test_github_escapes_paths():
    made = snapshot(**{"a,b:c%d__py": "x\n"})
    (line,) = github.render(report(made, Reported(finding("a,b:c%d.py", Span(0, 0, 0, 1)), ()))).splitlines()
    assert line.startswith("::error file=a%2Cb%3Ac%25d.py,line=1,")


def test_github_leaves_columns_out_over_several_lines():
    made = snapshot(a__py="f(\n1)\n")
    line = github.render(report(made, Reported(finding("a.py", Span(0, 0, 1, 2)), ())))
    assert "line=1,endLine=2" in line
    assert "col=" not in line


def test_github_paths_are_relative_to_the_repository(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(BASE.parent))
    assert f"file={BASE.name}/train.py," in github.render(one())


def test_junit_is_well_formed_and_counts():
    root = ElementTree.fromstring(junit.render(one()))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("2", "1", "1")
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "100% wrong, because: of\nthis"
    assert failure.get("type") == "error"
    assert root.find("testsuite[@name='skipped files']/testcase/skipped") is not None


def test_junit_replaces_what_xml_cannot_hold():
    made = snapshot(a__py="x\n")
    document = junit.render(
        report(made, Reported(finding("a.py", Span(0, 0, 0, 1), 'bad \x00\x1b <&"> \ud800 名'), ()))
    )
    assert document.isascii()
    failure = ElementTree.fromstring(document).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == 'bad \ufffd\ufffd <&"> \ufffd 名'


def test_junit_without_findings_has_one_test_that_passed():
    root = ElementTree.fromstring(junit.render(report(snapshot(a__py=""))))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_sarif_is_valid_and_complete():
    document = json.loads(sarif.render(one()))
    Draft4Validator(SARIF_SCHEMA).validate(document)
    (run,) = document["runs"]
    (result,) = run["results"]
    assert run["columnKind"] == "unicodeCodePoints"
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["helpUri"]) == (result["ruleId"], one().found[0].finding.rule.url)
    assert rule["help"]["markdown"].count("## ") >= 5
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "train.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 11},
    }
    assert result["relatedLocations"][0]["message"] == {"text": "says x"}
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 17},
            "insertedContent": {"text": '("x")'},
        }
    ]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "not checked: it is larger than 10 MB"


def test_sarif_quotes_paths_and_leaves_the_base_out_of_others():
    made = snapshot(**{"a b#名__py": "x\n"})
    outside = BASE.parent / "other.py"
    found = finding("a b#名.py", Span(0, 0, 0, 1))
    document = json.loads(
        sarif.render(report(made, Reported(found, ()), skipped=(SkippedFile(outside, "no"),)))
    )
    Draft4Validator(SARIF_SCHEMA).validate(document)
    (run,) = document["runs"]
    assert (
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "a%20b%23%E5%90%8D.py"
    )
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": outside.as_uri()}
