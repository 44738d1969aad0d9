"""The step `token`: whom the token is for, as it says itself; it is neither verified nor shown."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from time import time
from typing import Any

from azmlflow.azure.masking import part_of, part_of_user
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.identity import OF_USER, claim, kind_of, sign_in_there
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
    user = claim(claims, *OF_USER)
    application = claim(claims, "appid", "azp")
    kind = kind_of(claims)
    if kind == "user":
        identity = part_of_user(user) if user else f"user {part_of(claim(claims, 'oid'))}"
    else:
        identity = f"{kind} {part_of(application)}"
    return {
        "kind": kind,
        "identity": identity.strip(),
        "tenant": part_of(claim(claims, "tid")),
        "application": part_of(application),
        "user": part_of_user(user) if user else "",
        "object": part_of(claim(claims, "oid")),
        "audience": claim(claims, "aud"),
    }


def _wrong_tenant(claims: Mapping[str, Any], wanted: str, details: Mapping[str, Any]) -> Outcome:
    """Return the failure that later ones come from; where the subscription is delegated (Lighthouse) none may come."""
    message = (
        f"The token is for {details['identity']} of tenant {part_of(str(claims['tid']))}, and the workspace's "
        f"subscription trusts tenant {part_of(wanted)}."
    )
    more = sign_in_there(wanted, str(details["kind"]))
    return failed(TOKEN, message, hard=False, code="WRONG_TENANT", details=details, **more)


def _expiry(expires_on: int | None) -> str:
    if expires_on is None:
        return "expires at an unknown time"
    minutes = (expires_on - time()) / 60
    if minutes < 0:
        return f"expired {-minutes:.0f} minutes ago, by the clock of this machine"
    return f"expires in {minutes:.0f} minutes" if minutes < _LONG else f"expires in {minutes / 60:.0f} hours"


_LONG = 120.0
