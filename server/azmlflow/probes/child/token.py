"""The step `token`: whom the token is for, as it says itself; it is neither verified nor shown."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from time import time
from typing import Any, Final

from azmlflow.azure.masking import part_of, part_of_user
from azmlflow.probes.child.context import Context
from azmlflow.probes.outcome import TOKEN, Outcome, failed, ok


def run(context: Context) -> Iterator[Outcome]:
    """Yield what the token's claims say, and whether it comes from the tenant that the subscription trusts."""
    context.claims = claims_of(context.token or "")
    claims = context.claims
    details = {"expires_on": context.expires_on, **_shown(claims)}
    expiry = _expiry(context.expires_on)
    if not claims:
        yield ok(TOKEN, f"The token cannot be looked into; it {expiry}.", details=details)
        return
    wanted, own = context.subscription_tenant, str(claims.get("tid") or "").lower()
    if wanted and own and own != wanted:
        yield _wrong_tenant(claims, wanted, details)
        return
    tenant = f" in tenant {details['tenant']}" if details["tenant"] else ""
    yield ok(TOKEN, f"The token is for {details['identity']}{tenant} and {expiry}.", details=details)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JSON Web Token, none for anything else."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _shown(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the claims leaves this process."""
    user = _text(claims, *_OF_USER)
    application = _text(claims, "appid", "azp")
    kind = kind_of(claims)
    if kind == "user":
        identity = part_of_user(user) if user else f"user {part_of(_text(claims, 'oid'))}"
    else:
        identity = f"{kind} {part_of(application)}"
    return {
        "kind": kind,
        "identity": identity.strip(),
        "tenant": part_of(_text(claims, "tid")),
        "application": part_of(application),
        "user": part_of_user(user) if user else "",
        "object": part_of(_text(claims, "oid")),
        "audience": _text(claims, "aud"),
    }


def kind_of(claims: Mapping[str, Any]) -> str:
    """Return for what a token is: managed identity, user or application; empty where it cannot be looked into."""
    if "xms_mirid" in claims:
        return MANAGED
    if claims.get("idtyp") == "user" or "scp" in claims or _text(claims, *_OF_USER):
        return "user"
    return "application" if claims else ""


def _text(claims: Mapping[str, Any], *names: str) -> str:
    return next((str(claims[name]) for name in names if claims.get(name)), "")


def _wrong_tenant(claims: Mapping[str, Any], wanted: str, details: Mapping[str, Any]) -> Outcome:
    """Return the failure that later ones come from; where the subscription is delegated (Lighthouse) none may come."""
    message = (
        f"The token is for {details['identity']} of tenant {part_of(str(claims['tid']))}, and the workspace's "
        f"subscription trusts tenant {part_of(wanted)}."
    )
    more = sign_in_there(wanted, str(details["kind"]))
    return failed(TOKEN, message, hard=False, code="WRONG_TENANT", details=details, **more)


def sign_in_there(wanted: str, kind: str) -> dict[str, Any]:
    """Return what to do, as fields of an outcome, to get a token of the tenant that is wanted for an identity of a kind."""
    if kind == MANAGED:
        return {"advice": _NOT_OF_THAT_TENANT, "command": None}
    if kind != "user":
        advice = "Use an application that is registered in the tenant of the subscription."
        return {"advice": advice, "command": f"export AZURE_TENANT_ID={wanted}"}
    return {"advice": "Sign in to the tenant of the subscription.", "command": f"az login --tenant {wanted}"}


def _expiry(expires_on: int | None) -> str:
    if expires_on is None:
        return "expires at an unknown time"
    minutes = (expires_on - time()) / 60
    if minutes < 0:
        return f"expired {-minutes:.0f} minutes ago, by the clock of this machine"
    return f"expires in {minutes:.0f} minutes" if minutes < _LONG else f"expires in {minutes / 60:.0f} hours"


MANAGED: Final = "managed identity"
_NOT_OF_THAT_TENANT: Final = (
    "A managed identity cannot leave the tenant that it was made in. Use a service principal or an account of the tenant of the "
    "subscription, or run the code on a machine of that tenant."
)
_OF_USER = ("upn", "unique_name", "preferred_username")
"""Claims that name a person."""
_LONG = 120.0
