"""Whether the question for a managed identity would go to a proxy, which can only delay the answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

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


def imds_behind_proxy(context: Context) -> Iterator[Outcome]:
    """Yield a soft failure where the chain comes to ask for a managed identity and a proxy for http takes the question."""
    if not _asks(context) or not is_proxied("http", MANAGED_IDENTITY_HOST, os.environ):
        return
    proxy, exceptions = proxy_variable("http", os.environ), exception_variable(os.environ) or v.NO_PROXY
    message = (
        f"The proxy in {proxy} is also asked for a managed identity, because {exceptions} does not list "
        f"{MANAGED_IDENTITY_HOST}."
    )
    yield failed(
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


_ELSEWHERE: Final = (v.IDENTITY_ENDPOINT, v.MSI_ENDPOINT, v.AZURE_POD_IDENTITY_AUTHORITY_HOST)
_WORKLOAD: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_FEDERATED_TOKEN_FILE)
_ADVICE: Final = (
    "No proxy can answer it. On a machine outside Azure each sign-in then waits 24 to 300 seconds, depending on the proxy, "
    "before the chain goes on to the Azure CLI; in Azure the identity is not found."
)
