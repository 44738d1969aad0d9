"""For whom a token is, and how its user gets one of the tenant that the workspace's subscription trusts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MANAGED: Final = "managed identity"
OF_USER: Final = ("upn", "unique_name", "preferred_username")
"""Claims that name a person."""


def kind_of(claims: Mapping[str, Any]) -> str:
    """Return for what a token is: managed identity, user or application; empty where it cannot be looked into."""
    if "xms_mirid" in claims:
        return MANAGED
    if claims.get("idtyp") == "user" or "scp" in claims or claim(claims, *OF_USER):
        return "user"
    return "application" if claims else ""


def claim(claims: Mapping[str, Any], *names: str) -> str:
    """Return the first of these claims that says something, empty when none does."""
    return next((str(claims[name]) for name in names if claims.get(name)), "")


def sign_in_there(wanted: str, kind: str) -> dict[str, Any]:
    """Return what to do, as fields of an outcome, to get a token of the tenant that is wanted for an identity of a kind."""
    if kind == MANAGED:
        return {"advice": _NOT_OF_THAT_TENANT, "command": None}
    if kind != "user":
        advice = "Use an application that is registered in the tenant of the subscription."
        return {"advice": advice, "command": f"export AZURE_TENANT_ID={wanted}"}
    return {"advice": "Sign in to the tenant of the subscription.", "command": f"az login --tenant {wanted}"}


_NOT_OF_THAT_TENANT: Final = (
    "A managed identity cannot leave the tenant that it was made in. Use a service principal or an account of the tenant of the "
    "subscription, or run the code on a machine of that tenant."
)
"""Another tenant only takes an application of its own that trusts the identity, which is a service principal then:
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
"""
