"""Runs the cases of every rule: what it finds, where, in which words, and what its fixes do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azmlflow.rules.base import Finding
from azmlflow.workspace.snapshot import Snapshot

from tests.rules.harness import CANARY, Case, World, all_cases, as_text, covered, original, parses, sources_of

ALL = all_cases()


@pytest.mark.parametrize("case", ALL, ids=str)
def test_finds_exactly_what_the_case_expects(case: Case, tmp_path: Path) -> None:
    world = World(case, tmp_path)
    snapshot = world.snapshot()
    findings = world.check(snapshot)
    told = [f"{f.code} {f.location.span.line + 1}: {f.message}" for f in findings]
    assert len(findings) == len(case.expect), told
    for finding, expected in zip(findings, case.expect, strict=True):
        _assert_as_expected(case, snapshot, finding, expected)
        assert finding.location.path == tmp_path / case.open, "a rule reports on the file it was asked about"
        _assert_keeps_secrets(finding)


@pytest.mark.parametrize("case", [case for case in ALL if case.expect], ids=str)
def test_every_fix_cures_and_rests(case: Case, tmp_path: Path) -> None:
    """Each fix leaves files that parse, removes its finding, and comes to rest when applied again."""
    first = World(case, tmp_path / "0")
    count = [len(finding.fixes()) for finding in first.check(first.snapshot())]
    tries = [(number, which) for number, fixes in enumerate(count) for which in range(fixes)]
    for attempt, (number, which) in enumerate(tries, start=1):
        _assert_cures(World(case, tmp_path / str(attempt)), number, which)


@pytest.mark.parametrize("case", [case for case in ALL if case.fix], ids=str)
def test_the_fix_writes_what_the_case_shows(case: Case, tmp_path: Path) -> None:
    world = World(case, tmp_path)
    snapshot = world.snapshot()
    assert case.fix is not None
    title = case.fix["title"]
    fixes = [fix for finding in world.check(snapshot) for fix in finding.fixes() if title in fix.title]
    assert fixes, f"no fix has a title with '{title}'"
    if "safe" in case.fix:
        assert fixes[0].safe is case.fix["safe"]
    changed = world.apply(snapshot, fixes[0])
    root = tmp_path.as_posix()
    expected = {n: as_text(n, content).replace("{root}", root) for n, content in case.fix["result"].items()}
    assert {name: sources_of(name, text) for name, text in changed.items()} == {
        name: sources_of(name, text) for name, text in expected.items()
    }


def _assert_as_expected(case: Case, snapshot: Snapshot, finding: Finding, expected: dict[str, Any]) -> None:
    assert finding.code == expected.get("code", case.code)
    assert covered(snapshot, finding) == expected["at"]
    assert expected.get("message", "") in finding.message
    seen = {
        "line": finding.location.span.line + 1,
        "cell": finding.location.cell,
        "severity": finding.severity or finding.rule.severity,
        "confidence": finding.confidence or finding.rule.confidence,
    }
    assert {key: seen[key] for key in seen if key in expected} == {
        key: expected[key] for key in seen if key in expected
    }
    for key, texts in (
        ("fixes", [f.title for f in finding.fixes()]),
        ("related", [r.message for r in finding.related]),
    ):
        if key in expected:
            assert len(texts) == len(expected[key]), texts
            assert all(part in text for part, text in zip(expected[key], texts, strict=True)), texts
    if set(case.tags) & {"no-fix", "must-not-fix"}:
        assert finding.fixes() == ()


def _assert_keeps_secrets(finding: Finding) -> None:
    told = [finding.message, *(related.message for related in finding.related)]
    told += [part for fix in finding.fixes() for part in (fix.title, *(edit.text for edit in fix.edits))]
    assert not any(CANARY in text for text in told), "a secret's value was repeated"


def _assert_cures(world: World, number: int, which: int) -> None:
    snapshot = world.snapshot()
    findings = world.check(snapshot)
    fix = findings[number].fixes()[which]
    errors = world.errors(snapshot) | set(world.case.introduces)
    was_valid = {name: parses(name, as_text(name, content)) for name, content in world.case.files.items()}
    for _ in range(len(findings) + 1):
        for name, text in world.apply(snapshot, fix).items():
            assert not was_valid.get(name, True) or parses(name, text), f"'{fix.title}' broke {name}:\n{text}"
            assert original(world.root / name) == text
        snapshot = world.snapshot()
        left = world.check(snapshot)
        assert len(left) < len(findings), f"'{fix.title}' did not cure: {[f.message for f in left]}"
        new = world.errors(snapshot) - errors
        assert not new, f"'{fix.title}' makes new errors: {new}; fix the fix, or say so in `introduces`"
        findings = left
        again = next((f.fixes()[0] for f in findings if f.fixes()), None)
        if again is None:
            return
        fix = again
    pytest.fail("fixes never come to rest")
