"""`azmlflow lsp`: its options."""

from __future__ import annotations

import pytest
from azmlflow.cli.errors import WrongUse
from azmlflow.cli.lsp import _address


def test_standard_input_and_output_are_the_default():
    assert _address([]) is None
    assert _address(["--stdio"]) is None


@pytest.mark.parametrize("arguments", [["--tcp", "127.0.0.1:2087"], ["--tcp=127.0.0.1:2087"]])
def test_a_port(arguments: list[str]):
    assert _address(arguments) == ("127.0.0.1", 2087)


def test_a_port_of_an_ipv6_host():
    assert _address(["--tcp", "[::1]:0"]) == ("::1", 0)


@pytest.mark.parametrize(
    "arguments", [["--tcp"], ["--tcp", "2087"], ["--tcp", "host:x"], ["--pipe=x"], ["--tcp", "h:99999"]]
)
def test_wrong_use(arguments: list[str]):
    with pytest.raises(WrongUse):
        _address(arguments)
