"""One box for all tests of a process: its store takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.probes.boxed import enter


@pytest.fixture(scope="session")
def the_box() -> Iterator[AzureBox]:
    with AzureBox() as box:
        yield box


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    """Return the box with all well."""
    the_box.use("healthy")
    return the_box


@pytest.fixture
def entered(box: AzureBox, monkeypatch: pytest.MonkeyPatch) -> AzureBox:
    """Return the box with all well, in a process that has its variables."""
    box.journal.clear()
    enter(monkeypatch, box)
    return box
