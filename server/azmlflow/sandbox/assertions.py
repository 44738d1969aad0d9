"""Client assertions: what an application signs with its certificate, or gets from an issuer that Entra ID trusts."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

from azmlflow.sandbox import jwt
from azmlflow.sandbox.aadsts import refusal
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.tokens import signing_key
from azmlflow.sandbox.world import App, Tenant, World

if TYPE_CHECKING:
    from cryptography import x509

SKEW: Final = 300
"""Seconds that clocks may differ."""
_LAST_SECOND: Final = 253402300799
"""The end of the year 9999, after which Python has no dates."""


def fault(request: Request, world: World, tenant: Tenant, app: App, assertion: str) -> Response | None:
    """Return the refusal of an assertion, None when it proves that the application has sent it."""
    token = jwt.read(assertion)
    if token is None:
        return refusal(request, 50027)
    thumbprint = _thumbprint(token)
    if thumbprint is None:
        return _federated_fault(request, world, app, token)
    return _signature_fault(request, app, token, thumbprint) or _claims_fault(request, tenant, app, token)


def thumbprint_of(pem: bytes) -> str:
    """Return the SHA-1 thumbprint of a certificate as the portal shows it: hexadecimal, in capitals."""
    from cryptography.hazmat.primitives import hashes

    return _load(pem).fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303 - it is the thumbprint's definition


def _load(pem: bytes) -> x509.Certificate:
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem)


def _thumbprint(token: jwt.Jwt) -> str | None:
    """Return the thumbprint in the header in hexadecimal: SHA-1, or SHA-256 by a newer MSAL."""
    given = token.header.get("x5t") or token.header.get("x5t#S256")
    if not isinstance(given, str):
        return None
    try:
        return jwt.decode(given).hex().upper()
    except ValueError:
        return ""


def _signature_fault(request: Request, app: App, token: jwt.Jwt, thumbprint: str) -> Response | None:
    pem = next((each for each in app.certificates if thumbprint in _thumbprints(each)), None)
    if pem is None:
        return _unregistered(request, app, thumbprint, "The key was not found.", "")
    registered = _load(pem)
    start, end = registered.not_valid_before_utc, registered.not_valid_after_utc
    found = f", Found key 'Start={start:%m/%d/%Y %H:%M:%S}, End={end:%m/%d/%Y %H:%M:%S}'"
    if not start <= datetime.now(timezone.utc) <= end:
        return _unregistered(request, app, thumbprint, "The key used is expired.", found)
    if not jwt.is_signed_by(token, registered.public_key()):
        reason = "The key was found, but use of the key to verify the signature failed."
        return _unregistered(request, app, thumbprint, reason, found)
    return None


def _unregistered(request: Request, app: App, thumbprint: str, reason: str, found: str) -> Response:
    return refusal(request, 700027, client=app.client_id, thumbprint=thumbprint, reason=reason, found=found)


def _thumbprints(pem: bytes) -> tuple[str, str]:
    from cryptography.hazmat.primitives import hashes

    return thumbprint_of(pem), _load(pem).fingerprint(hashes.SHA256()).hex().upper()


def _claims_fault(request: Request, tenant: Tenant, app: App, token: jwt.Jwt) -> Response | None:
    claims = token.claims
    if not (claims.get("iss") == claims.get("sub") == app.client_id):
        return refusal(request, 700021)
    if str(claims.get("aud")) not in _audiences(tenant):
        return refusal(request, 700023)
    return _time_fault(request, token)


def _time_fault(request: Request, token: jwt.Jwt) -> Response | None:
    now, expiry, start = time.time(), _seconds(token, "exp"), _seconds(token, "nbf")
    if start - SKEW <= now <= expiry + SKEW:
        return None
    return refusal(request, 700024, now=_iso(now), expiry=_iso(expiry))


def _seconds(token: jwt.Jwt, claim: str) -> float:
    """Return a claim that is a time; what is none counts as the beginning of time."""
    value = token.claims.get(claim)
    return float(value) if isinstance(value, int | float) and abs(value) < _LAST_SECOND else 0.0


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def _audiences(tenant: Tenant) -> set[str]:
    """Return what an assertion may be addressed to: the tenant's token endpoints and issuer at any of the hosts."""
    names = (tenant.tenant_id, tenant.domain)
    paths = ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/", "")
    hosts = (tenant.cloud.login_host, *tenant.cloud.login_aliases)
    return {f"https://{host}/{name}{path}" for host in hosts for name in names for path in paths}


def _federated_fault(request: Request, world: World, app: App, token: jwt.Jwt) -> Response | None:
    claims = token.claims
    matches = any(
        (each.issuer, each.subject, each.audience)
        == (claims.get("iss"), claims.get("sub"), claims.get("aud"))
        for each in app.federated
    )
    if not matches:
        return refusal(request, 700213, subject=str(claims.get("sub", "")))
    if not jwt.is_signed_by(token, signing_key(world).public_key()):
        return refusal(request, 50027)
    return _time_fault(request, token)
