"""The step `token`: what is told of a token that cannot be looked into."""

from __future__ import annotations

from time import time

import pytest
from azmlflow.probes.child import token
from azmlflow.probes.child.context import Context
from azmlflow.probes.request import Request


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-180, "it expired 3 minutes ago, by the clock of this machine."),
        (1830, "it expires in 30 minutes."),
        (3 * 3600, "it expires in 3 hours."),
        (None, "it expires at an unknown time."),
    ],
)
def test_when_a_token_expires_is_told_from_now(seconds: int | None, says: str):
    context = Context(Request(), lambda *_: None, token="opaque")
    context.expires_on = None if seconds is None else int(time()) + seconds
    (found,) = token.run(context)
    assert found.message.endswith(says)
