"""One process of the store for all tests that ask it: it takes seconds to start, and keeps workspaces apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azmlflow.sandbox.store import Store


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
