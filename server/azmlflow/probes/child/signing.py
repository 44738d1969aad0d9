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
    """What asks for tokens: its name in a sentence, the object, its links in order, and how these are asked."""

    title: str
    credential: Any
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


def signer_of(credential: str | None, service: Any) -> Signer:
    """Return who signs in, for a class of azure-identity or, with None, as the plugin's service context says.

    Raises whatever the constructor of the class raises.
    """
    if credential is None:
        return Signer(THE_PLUGIN, service.auth, tuple(plugin.links_of(service.auth)), Within(True, False))
    made = getattr(import_module("azure.identity"), credential)()
    within = Within(True, True) if credential == DEFAULT_CREDENTIAL else Within(False, False)
    return Signer(credential, made, tuple(plugin.links_of(made)), within)


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
