"""One box for all tests of a process: its store takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azmlflow.sandbox.box import AzureBox


@pytest.fixture(scope="session")
def the_box() -> Iterator[AzureBox]:
    with AzureBox() as box:
        yield box


@pytest.fixture
def box(the_box: AzureBox) -> AzureBox:
    """Return the box with all well."""
    the_box.use("healthy")
    return the_box
