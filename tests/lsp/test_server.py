"""How the server's functions look to pygls."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest
from azmlflow.lsp.execute_command import COMMANDS
from azmlflow.lsp.server import Server


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_a_first_parameter_with_a_type(name: str) -> None:
    """pygls asks whether that is a class for servers: in Python 3.10 this ends every command with an error where it is Any."""
    function = inspect.unwrap(Server().protocol.fm.commands[name])
    first = next(iter(inspect.signature(function).parameters))
    assert first not in get_type_hints(function)
