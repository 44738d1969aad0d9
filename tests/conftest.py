"""What all tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from azmlflow.sandbox.box import AzureBox

# A busy machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A shell has the jobs that it starts in the background ignore SIGINT, and what is ignored is ignored by all children too:
# the commands of which the tests say that Ctrl-C ends them would never hear of it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def the_box() -> Iterator[AzureBox]:
    """One box for all tests of a process: its store takes seconds to start. Whoever uses it says in which scenario."""
    from azmlflow.sandbox.box import AzureBox

    with AzureBox() as box:
        yield box
