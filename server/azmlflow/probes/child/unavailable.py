"""Why a link has no token to give, where its own words do not say it."""

from __future__ import annotations

import os
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_links import (
    ARCADIA,
    DATABRICKS,
    ENVIRONMENT,
    LINKS,
    MANAGED_IDENTITY,
    WORKLOAD_IDENTITY,
)
from azmlflow.azure.environment_credential import choose
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST
from azmlflow.probes.child.wording import as_sentence, first_sentence

_GOES_ON: Final = {link.name: link.goes_on for link in LINKS}
_ELSEWHERE: Final = {
    ARCADIA: "This is no session of Synapse.",
    DATABRICKS: "This is no notebook on a Databricks cluster with credential passthrough.",
}
_WORKLOAD: Final = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID)
_NOT_ASSIGNED: Final = ("identity not found", "no identity has been assigned")


def why_unavailable(name: str, text: str) -> str:
    """Return in a sentence why a link passes on to the next; `text` is what the SDK said."""
    if name == ENVIRONMENT:
        return missing_of_principal() or "No variables of a service principal are set."
    if name == WORKLOAD_IDENTITY and not os.environ.get(v.AZURE_FEDERATED_TOKEN_FILE):
        return (
            f"{v.AZURE_FEDERATED_TOKEN_FILE} is not set, as it is in a Kubernetes pod with workload identity."
        )
    if name == WORKLOAD_IDENTITY and (missing := [each for each in _WORKLOAD if not os.environ.get(each)]):
        return f"{' and '.join(missing)} {_are(len(missing))} not set."
    if name == MANAGED_IDENTITY:
        return _of_machine(text)
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    return as_sentence(first_sentence(text) or _GOES_ON.get(name, "It has no token to give"))


def missing_of_principal() -> str | None:
    """Return what completes the set of a service principal that was begun, None when none was."""
    missing = choose(os.environ).missing
    if not missing:
        return None
    names = " and ".join(" or ".join(either) for either in missing)
    return f"{names} {_are(len(missing))} not set, so that the service principal is not complete."


def is_not_assigned(text: str) -> bool:
    """Tell whether the machine's metadata service answers that there is no such identity."""
    return any(part in text.lower() for part in _NOT_ASSIGNED)


def _of_machine(text: str) -> str:
    if is_not_assigned(text):
        of_client = f" with the client id in {v.AZURE_CLIENT_ID}" if os.environ.get(v.AZURE_CLIENT_ID) else ""
        return f"This machine has no managed identity{of_client}."
    if "no response from the IMDS endpoint" in text:
        return f"Nothing answers at {MANAGED_IDENTITY_HOST}, which is normal outside Azure."
    return as_sentence(first_sentence(text))


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
