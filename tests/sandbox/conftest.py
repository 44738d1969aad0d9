"""What takes seconds to start, once for all tests that ask it: a box, the store's process, a child with the SDKs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.store import Store

from tests.sandbox.worker import Worker


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """It is started with an environment that would lead a less careful one to the network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARM_CLOUD_METADATA_URL", "http://127.0.0.1:9/metadata")
        patch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
        store = Store(tmp_path_factory.mktemp("box") / "store")
        store.start()
    yield store
    store.close()


@pytest.fixture(scope="module")
def one() -> Iterator[AzureBox]:
    with AzureBox() as box:
        yield box


@pytest.fixture
def box(one: AzureBox) -> AzureBox:
    """The box with all well, of which nothing has been asked."""
    one.use("healthy")
    one.journal.clear()
    return one


@pytest.fixture(scope="module")
def child(
    request: pytest.FixtureRequest, one: AzureBox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A process in the box that has run the `IMPORTS` of the test's module."""
    with Worker(tmp_path_factory.mktemp("child"), one.environment("any")) as worker:
        worker.run(request.module.IMPORTS)
        yield worker
