"""Probes and pieces of steps in real child processes, with a clean environment and nothing but this machine to reach."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.outcome import SUMMARY, Outcome, with_needs
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe

from tests.truth.child import KEPT, run_child

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg", "ws")
URI = compose_tracking_uri("westeurope", REF)
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}
NOBODY = "http://127.0.0.1:9"
"""A proxy that nobody listens at."""

STEPS = f"""
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.child.context import Context
from azmlflow.probes.request import Request
URI = {URI!r}
GUID = {GUID!r}
begun = []
def made(**request):
    return Context(Request(**{{"uri": URI, **request}}), lambda *what: begun.append(list(what)))
def told(step, context):
    outcomes = []
    for outcome in step.run(context):
        context.outcomes.append(outcome)
        outcomes.append(outcome.as_json())
    return outcomes
"""
"""Goes before a script that takes steps in its own process: `told(module, made(...))` gives the outcomes as JSON."""


def clean(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of somebody who has set nothing, with these variables."""
    base = {name: os.environ[name] for name in KEPT if name in os.environ}
    proxies = {"HTTPS_PROXY": NOBODY, "HTTP_PROXY": NOBODY}
    home.mkdir(exist_ok=True)
    own = {
        "PATH": os.defpath,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "AZUREML_CURRENT_CLOUD": "AzureCloud",
    }
    return {**base, **own, **proxies, **variables}


def probe(folder: Path, environ: Mapping[str, str], *steps: str, **request: Any) -> list[Outcome]:
    """Return the outcomes of a probe with these steps and what they need, without the summary."""
    asked = Request(**{"uri": URI, "workspace": REF, "steps": with_needs(steps), **request})
    test = Probe(asked, [Path(sys.executable)], environ, folder)
    test.run(lambda outcome: None)
    return [outcome for outcome in test.outcomes if outcome.step != SUMMARY]


def of_step(outcomes: list[Outcome], step: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.step == step]


def in_child(folder: Path, script: str, **environment: str) -> dict[str, Any]:
    """Run a script with the steps at hand, and return its `facts`; a connection that it tries is an error."""
    return run_child(folder, STEPS + script, AZUREML_CURRENT_CLOUD="AzureCloud", **environment)
