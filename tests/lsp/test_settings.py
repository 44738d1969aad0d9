"""The editor's settings."""

from __future__ import annotations

import logging

import pytest
from azmlflow.lsp.settings import SETTINGS, Configuration, read


def test_every_setting_is_described_and_has_a_default_it_accepts():
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        default = list(setting.default) if setting.type == "array" else setting.default
        assert setting.accepts(default), setting.name
        assert setting.description.endswith(".")
        assert all(meaning.endswith(".") for meaning in setting.enum.values())


def test_what_is_not_set_has_its_default():
    assert read(None) == read({}) == read({"select": None, "trace": {"server": "off"}}) == Configuration()


def test_what_is_the_extensions_own_is_no_fault(caplog):
    assert read({"server": {"path": "~/.local/bin/azmlflow"}}) == Configuration()
    assert not caplog.records


def test_what_is_set_holds():
    sent = {"select": ["AZM1"], "ignore": ["AZM101"], "persona": "pedantic", "logLevel": "debug"}
    assert read(sent) == Configuration(("AZM1",), ("AZM101",), "pedantic", "debug")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"selct": []}, "azmlflow.selct"),
        ({"trace": {"serer": "off"}}, "azmlflow.trace.serer"),
        ({"select": "AZM101"}, "a list of strings"),
        ({"ignore": [1]}, "a list of strings"),
        ({"persona": "strict"}, "project, regular, pedantic"),
        ("AZM101", "not an object"),
    ],
)
def test_what_is_not_understood_is_logged_and_left_out(sent, said, caplog):
    with caplog.at_level(logging.WARNING):
        assert read(sent) == Configuration()
    assert said in caplog.text
