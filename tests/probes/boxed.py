"""Steps that are taken in this process against Azure in a box, with nothing but the box within reach."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest
import requests
from azmlflow.azure import variables as v
from azmlflow.probes.child.context import Context
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.environment import BUNDLES, OF_CREDENTIALS, PAST_THE_BOX, PROXIES

_LEADING = (*PROXIES, "NO_PROXY", *BUNDLES, *PAST_THE_BOX, *OF_CREDENTIALS, "AZURE_TOKEN_CREDENTIALS")


def clear(patch: pytest.MonkeyPatch) -> None:
    """Take every variable away that says where requests go or who asks, and let no name but this machine's be looked up."""
    for name in (*_LEADING, v.AZUREML_CURRENT_CLOUD):
        patch.delenv(name, raising=False)
        patch.delenv(name.lower(), raising=False)
    real = socket.getaddrinfo

    def here(host: Any, *more: Any, **named: Any) -> Any:
        if host not in ("127.0.0.1", "localhost", "::1"):
            raise socket.gaierror(socket.EAI_NONAME, "this test must not leave the machine")
        return real(host, *more, **named)

    patch.setattr(socket, "getaddrinfo", here)


def enter(patch: pytest.MonkeyPatch, box: AzureBox, credential: str = "secret", **variables: str) -> None:
    """Give this process the variables of somebody in the box, and these."""
    clear(patch)
    for name, value in {**box.environment(credential), **variables}.items():
        if name != "PATH":
            patch.setenv(name, value)


def context_in(box: AzureBox, **request: Any) -> Context:
    """Return the context of a probe in the box that has not yet signed in."""
    asked = Request(**{"uri": box.workspace_uri, "workspace": box.workspace, **request})
    return Context(asked, lambda *begun: None, cloud=box.scenario.cloud)


def signed_in(box: AzureBox, **request: Any) -> Context:
    """Return a context with the token of the box's application; the process must be in the box."""
    context = context_in(box, **request)
    host, resource = context.cloud.login_host, context.cloud.arm_host
    form = {
        "grant_type": "client_credentials",
        "client_id": box.client_id,
        "client_secret": os.environ[v.AZURE_CLIENT_SECRET],
        "scope": f"https://{resource}/.default",
    }
    answer = requests.post(f"https://{host}/{box.tenant_id}/oauth2/v2.0/token", data=form, timeout=10)
    context.token = answer.json()["access_token"]
    return context


def told(step: Any, context: Context) -> list[Outcome]:
    """Return what comes of a step."""
    outcomes: list[Outcome] = []
    for outcome in step.run(context):
        context.outcomes.append(outcome)
        outcomes.append(outcome)
    return outcomes
