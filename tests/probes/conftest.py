"""The box with all well."""

from __future__ import annotations

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.probes.boxed import enter


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    """Return the box with all well, of which nothing has been asked."""
    the_box.use("healthy")
    the_box.journal.clear()
    return the_box


@pytest.fixture
def entered(box: AzureBox, monkeypatch: pytest.MonkeyPatch) -> AzureBox:
    """Return the box with all well, in a process that has its variables."""
    enter(monkeypatch, box)
    return box
