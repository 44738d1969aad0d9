"""The editor's settings."""

from __future__ import annotations

import logging

import pytest
from azmlflow.lsp.settings import SETTINGS, Configuration, read


def test_every_setting_is_described_and_has_a_default_it_accepts():
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        assert setting.accepts(default), setting.name
        assert setting.description.endswith(".")
        assert all(meaning.endswith(".") for meaning in setting.enum.values())


def test_what_is_not_set_has_its_default():
    assert read(None) == read({}) == read({"select": None, "trace": {"server": "off"}}) == Configuration()


def test_what_is_the_extensions_own_is_no_fault(caplog):
    sent = {"server": {"path": "~/.local/bin/azmlflow", "other": True}, "statusBar": "always"}
    assert read(sent) == Configuration()
    assert not caplog.records


def test_what_is_set_holds():
    sent = {"select": ["AZM1"], "ignore": ["AZM101"], "persona": "pedantic", "logLevel": "debug"}
    assert read(sent) == Configuration(("AZM1",), ("AZM101",), "pedantic", "debug")
    others = {"interpreter": "/bin/python", "envFile": "dev.env", "testInterval": 2.5}
    assert read(others) == Configuration(interpreter="/bin/python", env_file="dev.env", test_interval=2.5)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"selct": []}, "azmlflow.selct"),
        ({"trace": {"serer": "off"}}, "azmlflow.trace.serer"),
        ({"select": "AZM101"}, "a list of strings"),
        ({"ignore": [1]}, "a list of strings"),
        ({"persona": "strict"}, "project, regular, pedantic"),
        ({"testInterval": "5"}, "a number from 0 to 10080"),
        ({"testInterval": -1}, "a number from 0 to 10080"),
        ({"testInterval": True}, "a number from 0 to 10080"),
        ({"envFile": [".env"]}, "a string"),
        ("AZM101", "not an object"),
    ],
)
def test_what_is_not_understood_is_logged_and_left_out(sent, said, caplog):
    with caplog.at_level(logging.WARNING):
        assert read(sent) == Configuration()
    assert said in caplog.text
