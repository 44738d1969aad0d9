"""The step `registry`: MLflow lists a registered model through the plugin."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from azmlflow.azure.variables import MLFLOW_REGISTRY_URI
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.tracking import attempt
from azmlflow.probes.outcome import REGISTRY, Outcome, ok, skipped


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether the workspace's registry of models can be read."""
    elsewhere = os.environ.get(MLFLOW_REGISTRY_URI)
    if elsewhere and elsewhere != context.request.uri:
        yield skipped(REGISTRY, f"{MLFLOW_REGISTRY_URI} names another registry than the workspace's.")
        return

    def search(mlflow: Any) -> Iterator[Outcome]:
        found = len(list(mlflow.search_registered_models(max_results=1)))
        has = "There is none yet." if not found else "There are some."
        yield ok(REGISTRY, f"MLflow lists the registered models of the workspace. {has}")

    yield from attempt(context, REGISTRY, search, hard=False)
