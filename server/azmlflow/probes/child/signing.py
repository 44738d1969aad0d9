"""Who signs in: the chain that azureml-mlflow builds, or a credential that the code makes and MLflow takes over."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

from azmlflow.azure.clouds import authority_host, is_sign_in_host
from azmlflow.azure.credential_chain import DEFAULT_CREDENTIAL
from azmlflow.azure.variables import AZURE_AUTHORITY_HOST
from azmlflow.probes.child import plugin
from azmlflow.probes.child.asking import Within

THE_PLUGIN: Final = "the plugin"


class Signer(NamedTuple):
    """What asks for tokens: its name in a sentence, its links in order, and how these are asked."""

    title: str
    links: tuple[tuple[str, Any], ...]
    within: Within

    @property
    def is_plugin(self) -> bool:
        """Tell whether it is the chain of azureml-mlflow, which is walked anew at every call of MLflow."""
        return self.title == THE_PLUGIN

    @property
    def is_chain(self) -> bool:
        """Tell whether it goes on to another link when one has no token."""
        return len(self.links) > 1


def service_for(credential: str | None, uri: str, environ: Mapping[str, str]) -> Any:
    """Return the plugin's service context for a URI, with a class of azure-identity or, with None, with its own chain.

    Raises whatever the constructors raise. With a credential of the code's own the plugin builds no chain, so that what
    would break the chain does no harm.
    """
    if credential is None:
        return plugin.build(uri, environ)
    return plugin.serve(uri, getattr(import_module("azure.identity"), credential)())


def signer_of(credential: str | None, service: Any) -> Signer:
    """Return who signs in by a service context that `service_for` made of the same class."""
    links = tuple(plugin.links_of(service.auth))
    if credential is None:
        return Signer(THE_PLUGIN, links, Within(True, False))
    is_default = credential == DEFAULT_CREDENTIAL
    return Signer(credential, links, Within(is_default, is_default))


def foreign_authority(signer: Signer, environ: Mapping[str, str]) -> str | None:
    """Return the sign-in host that a credential of the code's own takes from a variable and that is not Microsoft's.

    The plugin gives its chain the host of the cloud. A foreign one is sent the client secret with AZURE_TENANT_ID=adfs.
    """
    value = environ.get(AZURE_AUTHORITY_HOST)
    if signer.is_plugin or not value:
        return None
    host = authority_host(value)
    return (
        None if host is not None and is_sign_in_host(host) else host or f"what {AZURE_AUTHORITY_HOST} holds"
    )
