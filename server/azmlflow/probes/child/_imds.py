"""Whether the question for a managed identity goes to a proxy, which can mostly only delay the answer."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from typing import Any, Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_chain import links_left
from azmlflow.azure.credential_links import MANAGED_IDENTITY
from azmlflow.azure.environment_credential import SETS
from azmlflow.azure.proxies import (
    MANAGED_IDENTITY_HOST,
    exception_command,
    exception_variable,
    is_proxied,
    proxy_variable,
)
from azmlflow.probes.child.context import Context
from azmlflow.probes.outcome import NETWORK, Outcome, failed


class Question:
    """The question that azure-identity asks first, put to a proxy while the hosts are tried: who answers it, if anybody does."""

    def __init__(self, context: Context) -> None:
        self._answer: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._is_asked = _asks(context) and is_proxied("http", MANAGED_IDENTITY_HOST, os.environ)
        if self._is_asked:
            threading.Thread(target=lambda: self._answer.put(_is_harmless()), daemon=True).start()

    def outcome(self) -> Iterator[Outcome]:
        """Yield a soft failure where a proxy takes the question and has no answer to it, or leaves it without one.

        One that breaks off at once costs nothing, and the metadata service itself may be behind one.
        """
        if not self._is_asked:
            return
        try:
            harmless = self._answer.get(timeout=PATIENCE)
        except queue.Empty:
            harmless = False
        if not harmless:
            yield _swallowed()


def _is_harmless() -> bool:
    import requests

    url = f"http://{MANAGED_IDENTITY_HOST}/metadata/identity/oauth2/token"
    query = {"api-version": "2018-02-01", "resource": "https://management.azure.com"}
    timeout = (PATIENCE, PATIENCE)
    try:
        # With an `auth` of our own requests does not send what ~/.netrc holds.
        with requests.get(
            url, query, auth=_unsigned, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            # What the service answers to a question without the header Metadata, which no proxy says.
            return response.status_code == 400 and b"invalid_request" in response.raw.read(LONGEST)
    except requests.exceptions.Timeout:
        return False
    except (OSError, ValueError):
        return True


def _unsigned(prepared: Any) -> Any:
    return prepared


def _swallowed() -> Outcome:
    proxy, exceptions = proxy_variable("http", os.environ), exception_variable(os.environ) or v.NO_PROXY
    message = (
        f"The proxy in {proxy} is also asked for a managed identity, because {exceptions} does not list "
        f"{MANAGED_IDENTITY_HOST}."
    )
    return failed(
        NETWORK,
        message,
        host=MANAGED_IDENTITY_HOST,
        hard=False,
        code="PROXY",
        advice=_ADVICE,
        command=exception_command(MANAGED_IDENTITY_HOST, os.environ),
        url="https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#proxies",
        details={"role": "imds"},
    )


def _asks(context: Context) -> bool:
    """Tell whether the chain gets as far as the machine's identity, and asks for it at its usual address."""
    environ = os.environ
    if any(environ.get(name) for name in _ELSEWHERE) or all(environ.get(name) for name in _WORKLOAD):
        return False
    if any(all(name in environ for name in names) for names in SETS.values()):
        return False
    if context.links:
        return any(name == MANAGED_IDENTITY for name, _ in context.links)
    return MANAGED_IDENTITY in (links_left(environ.get(v.AZURE_TOKEN_CREDENTIALS)) or ())


PATIENCE: Final = 1.5
"""Seconds in which the answer comes if it comes from nearby."""
LONGEST: Final = 10_000

_ELSEWHERE: Final = (v.IDENTITY_ENDPOINT, v.MSI_ENDPOINT, v.AZURE_POD_IDENTITY_AUTHORITY_HOST)
_WORKLOAD: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_FEDERATED_TOKEN_FILE)
_ADVICE: Final = (
    "No proxy can answer it. On a machine outside Azure each sign-in then waits 24 to 300 seconds, depending on the proxy, "
    "before the chain goes on to the Azure CLI; in Azure the identity is not found."
)
