"""The step `chain`: builds the credentials as the installed plugin does, which alone can fail, and asks none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from time import monotonic
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import Cloud
from azmlflow.azure.credential_links import WORKLOAD_IDENTITY
from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.probes.child import interaction, plugin
from azmlflow.probes.child.construction import construction_fault
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.packages import known_chain
from azmlflow.probes.child.signing import foreign_authority, service_for, signer_of
from azmlflow.probes.outcome import CHAIN, Outcome, failed, ok

SLOW: Final = 3.0
"""Seconds after which it is worth saying what the time went into."""


def run(context: Context) -> Iterator[Outcome]:
    """Build the chain and yield how many links it has, or why it cannot be built."""
    uri = plugin.uri_for_chain(context)
    refusal = _refusal(uri)
    if uri is None or refusal:
        yield failed(CHAIN, refusal or "No workspace is known for which to sign in.", code="NO_TARGET")
        return
    if context.request.may_interact:
        interaction.permit()
    else:
        interaction.forbid()
    started = monotonic()
    try:
        service = service_for(context.request.credential, uri, os.environ)
        cloud, signer = plugin.cloud_of(service), signer_of(context.request.credential, service)
    except Exception as error:  # noqa: BLE001 - the constructors raise anything, bare Exception too
        yield construction_fault(error, known_chain(), context.request.credential)
        return
    foreign = plugin.foreign_host(service) or foreign_authority(signer, os.environ)
    if foreign is not None:
        yield failed(CHAIN, _FOREIGN.format(foreign), code="FOREIGN_CLOUD", advice=_KNOWN)
        return
    context.service, context.cloud, context.signer = service, cloud, signer
    mismatch = _other_cloud(context)
    yield mismatch or _built(context, monotonic() - started)


def _refusal(uri: str | None) -> str | None:
    """Return why no token may be asked for: the plugin would send it to whatever host the URI names."""
    if uri is None:
        return None
    parsed = parse_tracking_uri(uri)
    if parsed is None or parsed.workspace is None:
        return "The tracking URI names no workspace."
    if parsed.cloud is None:
        return f"{parsed.host} is not a host of Azure Machine Learning, so no token is asked for."
    return None


def _built(context: Context, seconds: float) -> Outcome:
    names = [name for name, _ in context.signer.links]
    details = {"links": names, "cloud": context.cloud.name}
    if not context.signer.is_plugin:
        count = f" with its {len(names)} credentials" if context.signer.is_chain else ""
        return ok(CHAIN, f"The code signs in with {context.signer.title}{count}.", details=details)
    if names == [v.MLFLOW_TRACKING_TOKEN]:
        message = f"The plugin takes {v.MLFLOW_TRACKING_TOKEN}, as in a job of Azure ML, and builds no chain."
        return ok(CHAIN, message, details=details)
    asked = os.environ.get(v.AZURE_TOKEN_CREDENTIALS, "").strip()
    dropped = [name for name in _usual() if name not in names] if asked else []
    without = f"; {v.AZURE_TOKEN_CREDENTIALS}={asked} leaves out {', '.join(dropped)}" if dropped else ""
    message = f"{len(names)} credentials for {context.cloud.name}{without}."
    more = _metadata_advice(seconds) if seconds > SLOW else {}
    return ok(CHAIN, message, details={**details, "dropped": dropped}, **more)


def _usual() -> list[str]:
    """Return the links that the installed versions build when AZURE_TOKEN_CREDENTIALS leaves none out."""
    chain = known_chain()
    optional = () if chain.era.always_workload else (WORKLOAD_IDENTITY,)
    return [link.name for link in chain.links if link.name not in optional]


def _metadata_advice(seconds: float) -> dict[str, str]:
    if v.AZUREML_CURRENT_CLOUD in os.environ:
        return {}
    return {
        "advice": (
            f"{seconds:.0f} s went into asking management.azure.com which clouds there are, which every script "
            f"does while {v.AZUREML_CURRENT_CLOUD} is not set."
        ),
        "command": f"export {v.AZUREML_CURRENT_CLOUD}=AzureCloud",
    }


def _other_cloud(context: Context) -> Outcome | None:
    """Return the failure of a URI in another cloud than the one that the plugin would sign in to."""
    theirs = context.uri.cloud if context.uri else None
    if theirs is None or theirs == context.cloud:
        return None
    return failed(
        CHAIN,
        f"The workspace is in {theirs.name}, and azureml-mlflow signs in to {context.cloud.name}{_why(context.cloud)}.",
        code="CLOUD_MISMATCH",
        advice=f"Set {v.AZUREML_CURRENT_CLOUD} before MLflow is used; the plugin does not look at the URI's host.",
        command=f"export {v.AZUREML_CURRENT_CLOUD}={theirs.name}",
        details={"cloud": context.cloud.name},
    )


def _why(cloud: Cloud) -> str:
    if os.environ.get(v.AZUREML_CURRENT_CLOUD) == cloud.name:
        return f", as {v.AZUREML_CURRENT_CLOUD} says"
    return f", because {v.AZUREML_CURRENT_CLOUD} is not set"


_FOREIGN: Final = (
    "The code would sign in with {}, which is no host of Azure that is known, so no token is asked for."
)
_KNOWN: Final = (
    f"Set {v.AZUREML_CURRENT_CLOUD} to the workspace's cloud, and remove {v.AZURE_AUTHORITY_HOST}."
)
