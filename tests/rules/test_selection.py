"""Which rules are wanted: prefixes, the longer one wins, personas."""

from __future__ import annotations

import pytest
from azmlflow.rules.selection import Selection, covers
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.snapshot import FileKind

from tests.rules.worlds import a_rule


@pytest.mark.parametrize(
    ("select", "ignore", "wanted"),
    [
        ((), (), True),
        (("ALL",), (), True),
        (("AZM1",), (), True),
        (("azm111",), (), True),
        (("AZM2",), (), False),
        ((), ("AZM1",), False),
        ((), ("ALL",), False),
        (("AZM111",), ("AZM1",), True),
        (("AZM1",), ("AZM111",), False),
        (("AZM111",), ("AZM111",), False),
        (("ALL",), ("AZM",), False),
        (("AZM1",), ("ALL",), True),
        (("",), (), False),
    ],
)
def test_the_longer_prefix_wins_and_ignoring_wins_a_tie(
    select: tuple[str, ...], ignore: tuple[str, ...], wanted: bool
):
    assert Selection(select, ignore).wants(a_rule("AZM111").rule) is wanted


def test_pedantic_rules_are_asked_for_by_persona_or_by_their_whole_code():
    rule = a_rule("AZM106", persona="pedantic").rule
    assert not Selection().wants(rule)
    assert not Selection(("AZM1",)).wants(rule)
    assert Selection(("AZM106",)).wants(rule)
    assert Selection(persona="pedantic").wants(rule)
    assert not Selection(ignore=("AZM106",), persona="pedantic").wants(rule)


def test_what_is_given_here_wins_over_the_settings_and_ignoring_adds():
    settings = Settings(select=("AZM1",), ignore=("AZM9",), persona="pedantic")
    assert Selection.of(settings) == Selection(("AZM1",), ("AZM9",), "pedantic")
    selection = Selection.of(settings, select=["AZM2"], ignore=["AZM205"], persona="regular")
    assert selection == Selection(("AZM2",), ("AZM9", "AZM205"), "regular")


def test_rules_may_be_named():
    settings = Settings(ignore=("tracking-function-assigned",), per_file_ignores={"a/*": ("rule-crashed",)})
    selection = Selection.of(settings)
    assert selection.ignore == ("AZM111",)
    assert selection.per_file_ignores == {"a/*": ("AZM903",)}


def test_only_rules_that_look_at_a_kind_are_run_on_it():
    kinds = {kind: {module.rule.code for module in Selection().rules(kind)} for kind in FileKind}
    assert "AZM111" in kinds[FileKind.PYTHON]
    assert "AZM111" not in kinds[FileKind.YAML]


def test_covers():
    assert covers(["AZM1"], "AZM111")
    assert not covers([], "AZM111")
