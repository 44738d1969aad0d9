"""The engine: isolation of a crash, suppressions, order, selection."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import process_time

import pytest
from azmlflow.parsing.base import Span
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, in_file
from azmlflow.rules.engine import check_file, fixes_of
from azmlflow.rules.selection import Selection
from azmlflow.workspace.settings import Settings

from tests.rules.worlds import ROOT, a_rule, dotenv, only


def told(findings: tuple[Finding, ...]) -> list[tuple[str, int]]:
    return [(finding.code, finding.location.span.line) for finding in findings]


def crash(resolution: Resolution) -> Iterator[Finding]:
    yield from a_rule("AZM901").check(resolution)
    raise KeyError("canary-secret")


def test_a_crash_becomes_a_finding_and_the_other_rules_still_run(caplog: pytest.LogCaptureFixture):
    findings = check_file(dotenv("A=BAD\n"), only(a_rule("AZM902", crash), a_rule("AZM111")))
    assert sorted(told(findings)) == [("AZM111", 0), ("AZM901", 0), ("AZM903", 0)]
    (message,) = [finding.message for finding in findings if finding.code == "AZM903"]
    assert message == "AZM902 (tracking-function-assigned) failed here: KeyError; the other rules still ran"
    assert "Traceback" in caplog.text


def test_one_fault_that_many_rules_meet_is_told_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    findings = check_file(dotenv("A=1\n"), only(a_rule("AZM111", crash), a_rule("AZM902", crash)))
    assert told(findings) == [("AZM903", 0)]


def test_after_a_crash_no_suppression_is_called_unused(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    findings = check_file(dotenv("A=1 # azmlflow: ignore[AZM111]\n"), only(a_rule("AZM111", crash)))
    assert told(findings) == [("AZM903", 0)]


def test_a_fix_that_cannot_be_made_is_no_fix(caplog: pytest.LogCaptureFixture):
    def broken() -> None:
        raise RuntimeError

    finding = Finding(a_rule().rule, "it is bad", in_file(ROOT / ".env", Span.at(0)), make_fixes=broken)  # type: ignore[arg-type]
    assert fixes_of(finding) == ()
    assert "AZM111 failed to make its fixes" in caplog.text


def test_findings_come_by_place_then_code_each_once():
    def backwards(resolution: Resolution) -> Iterator[Finding]:
        found = list(a_rule("AZM111").check(resolution))
        yield from [*reversed(found), *found]

    findings = check_file(dotenv("A=BAD\nB=BAD\n"), only(a_rule("AZM902"), a_rule("AZM111", backwards)))
    assert told(findings) == [("AZM111", 0), ("AZM902", 0), ("AZM111", 1), ("AZM902", 1)]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# azmlflow: ignore[AZM111]", []),
        ("# azmlflow: ignore[azm111]", []),
        ("#azmlflow:ignore [ AZM111 , AZM901 ] because", []),
        ("# azmlflow: ignore", []),
        ("# why # azmlflow: ignore", []),
        ("# azmlflow: ignore[AZM901]", ["AZM111"]),
        ("# azmlflow: ignore[AZM1]", ["AZM111"]),
        ("# azmlflow: ignored", ["AZM111"]),
        ("# azmlflow ignore", ["AZM111"]),
    ],
)
def test_a_comment_on_the_line_silences_what_it_names(comment: str, expected: list[str]):
    findings = check_file(dotenv(f"A=BAD {comment}\n"), only(a_rule()))
    assert [f.code for f in findings if f.code == "AZM111"] == expected


def test_a_comment_speaks_for_its_own_line_only():
    text = "# azmlflow: ignore[AZM111]\nA=BAD\n"
    assert told(check_file(dotenv(text), only(a_rule()))) == [("AZM902", 0), ("AZM111", 1)]


def test_a_comment_may_silence_a_rule_in_the_whole_file():
    text = "A=BAD\n# azmlflow: ignore-file[AZM111]\nB=BAD\n"
    assert check_file(dotenv(text), only(a_rule())) == ()


def test_a_whole_file_may_be_silenced():
    assert check_file(dotenv("A=BAD\n# azmlflow: ignore-file\n"), only(a_rule("AZM111", crash))) == ()


def test_a_bare_comment_does_not_hide_the_faults_of_suppressions():
    text = "A=1 # azmlflow: ignore # azmlflow: ignore[AZM111]\n"
    assert told(check_file(dotenv(text), only(a_rule()))) == [("AZM902", 0), ("AZM902", 0)]
    text = "A=1 # azmlflow: ignore[AZM902] # azmlflow: ignore[AZM111]\n"
    assert check_file(dotenv(text), only(a_rule())) == ()


def test_per_file_ignores_are_globs_from_the_root():
    settings = Settings(per_file_ignores={"tests/**": ("AZM9",)})
    text = "A=1 # azmlflow: ignore[AZM111]\n"
    selection = Selection.of(settings)
    assert told(check_file(dotenv(text, "deploy/.env", settings), selection)) == [("AZM902", 0)]
    assert check_file(dotenv(text, "tests/a/.env", settings), selection) == ()


def test_the_settings_of_the_project_hold_unless_told_otherwise():
    settings = Settings(ignore=("AZM902",))
    resolution = dotenv("A=1 # azmlflow: ignore\n", settings=settings)
    assert check_file(resolution) == ()
    assert told(check_file(resolution, Selection())) == [("AZM902", 0)]


def test_a_file_with_nothing_to_report_costs_next_to_nothing():
    resolution = dotenv("A=1\n" * 2000)
    selection = only(*[a_rule()] * 80)
    times = []
    for _ in range(30):
        start = process_time()
        check_file(resolution, selection)
        times.append(process_time() - start)
    assert min(times) < 0.002
