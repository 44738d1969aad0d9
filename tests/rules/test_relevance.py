"""The tables that spare rules: they agree with the rules' own records, and nobody loses a finding by them."""

from __future__ import annotations

from pathlib import Path

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import ChangedLines, parse_python
from azmlflow.rules import all_rules, codes, engine
from azmlflow.rules.relevance import (
    ALL_WORDS,
    NOT_FOR_SCRIPTS,
    PEDANTIC,
    SCRIPT_WORDS,
    may_concern,
    words_in,
)
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, SourceFile

from tests.rules.harness import World, all_cases

WITH_A_TABLE = [
    case for case in all_cases() if case.code in SCRIPT_WORDS and case.open.endswith((".py", ".ipynb"))
]


def test_the_tables_agree_with_the_records() -> None:
    rules = [module.rule for module in all_rules()]

    assert {rule.code for rule in rules if not rule.kinds & SCRIPT_KINDS} == NOT_FOR_SCRIPTS
    assert {rule.code for rule in rules if rule.persona == "pedantic"} == PEDANTIC
    assert set(SCRIPT_WORDS) <= set(codes()) - NOT_FOR_SCRIPTS


@pytest.mark.parametrize("case", WITH_A_TABLE, ids=str)
def test_no_case_finds_more_when_every_rule_is_run(
    case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(case, tmp_path)
    snapshot = world.snapshot()
    spared = world.check(snapshot)
    monkeypatch.setattr(engine, "words_in", lambda _: ALL_WORDS)

    assert [finding.message for finding in world.check(snapshot)] == [finding.message for finding in spared]


def test_a_script_without_the_words_concerns_fewer_rules() -> None:
    plain = script("import mlflow\nmlflow.start_run()\n")

    assert words_in(plain) == frozenset()
    assert not may_concern("AZM401", FileKind.PYTHON, words_in(plain))
    assert may_concern("AZM401", FileKind.DOTENV, words_in(plain))
    assert may_concern("AZM101", FileKind.PYTHON, words_in(plain))


def test_a_word_that_is_typed_is_noticed() -> None:
    text = Text("import os\n\nx = 1\n\nimport mlflow\n")
    before = parse_python(text)
    assert words_in(SourceFile(Path("t.py"), FileKind.PYTHON, text, before)) == frozenset()

    typed = Text(text.value.replace("x = 1", "os.environ['AZURE_TENANT_ID'] = '1'"))
    facts = parse_python(typed, before, ChangedLines(2, 3, 3))

    assert words_in(SourceFile(Path("t.py"), FileKind.PYTHON, typed, facts)) >= {"azure_", "environ"}


def script(text: str) -> SourceFile:
    return SourceFile(Path("t.py"), FileKind.PYTHON, Text(text), parse_python(Text(text)))
