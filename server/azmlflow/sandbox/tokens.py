"""Access tokens of the box: signed with its own key, and read back with everything verified."""

from __future__ import annotations

import time
from typing import Any, Final, Literal, NamedTuple
from uuid import uuid4

from azmlflow.azure.clouds import CLOUDS, Cloud
from azmlflow.sandbox import jwt
from azmlflow.sandbox.envelope import REFUSED
from azmlflow.sandbox.http import Request
from azmlflow.sandbox.world import World

LIFETIME: Final = 3599
"""Seconds that a token of an application is valid; Entra ID says 3599 where an hour is meant."""


class Principal(NamedTuple):
    """Who a token is for. `name` is an application's or a user's; `app_id` is None for a user."""

    object_id: str
    tenant_id: str
    app_id: str | None = None
    name: str = ""
    resource_id: str = ""
    """Of a managed identity."""

    @property
    def is_user(self) -> bool:
        return self.app_id is None


class TokenFault(NamedTuple):
    """Why a request's token is not accepted."""

    kind: Literal["missing", "malformed", "signature", "expired", "audience"]
    message: str
    note: str = ""
    """What the journal is told of it, where that is more than the message."""


def issue(world: World, principal: Principal, audience: str, seconds: int = LIFETIME) -> str:
    """Return an access token of the box for a principal; the audience is the resource that was asked for."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{principal.tenant_id}/",
        "iat": now - 300,
        "nbf": now - 300,
        "exp": now + seconds,
        "idp": f"https://sts.windows.net/{principal.tenant_id}/",
        "idtyp": "user" if principal.is_user else "app",
        "oid": principal.object_id,
        "sub": principal.object_id,
        "tid": principal.tenant_id,
        "uti": jwt.encode(uuid4().bytes),
        "ver": "1.0",
    }
    if principal.is_user:
        claims |= {"appid": AZURE_CLI_APP, "appidacr": "0", "scp": "user_impersonation"}
        claims |= {
            "upn": principal.name,
            "unique_name": principal.name,
            "name": principal.name.partition("@")[0],
        }
    else:
        claims |= {"appid": principal.app_id, "appidacr": "1"}
    if principal.resource_id:
        claims["xms_mirid"] = principal.resource_id
    return jwt.sign({"kid": "sandbox"}, claims, signing_key(world))


def read_bearer(request: Request, world: World, cloud: Cloud) -> Principal | TokenFault:
    """Return who asks, by the request's token for Resource Manager, or why it is not accepted.

    In a dry run a token from elsewhere counts too: who could have given it cannot be asked. A token of the box for another
    cloud does not.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        return TokenFault("missing", "Bearer token not provided.")
    token = jwt.read(text.strip())
    if token is None:
        return TokenFault("malformed", "The access token is malformed.")
    if world.accept_anything:
        return _of_another_cloud(token, world, request.host, cloud) or _principal(token)
    if not jwt.is_signed_by(token, signing_key(world).public_key()):
        return TokenFault("signature", "The access token's signature is invalid.")
    if not isinstance(expiry := token.claims.get("exp"), int) or expiry <= time.time():
        return TokenFault("expired", "The access token expired.")
    audience = str(token.claims.get("aud"))
    if audience.rstrip("/") not in arm_audiences(cloud):
        return TokenFault("audience", f"The access token has been obtained for wrong audience '{audience}'.")
    return _principal(token)


def _of_another_cloud(token: jwt.Jwt, world: World, host: str, cloud: Cloud) -> TokenFault | None:
    audience = str(token.claims.get("aud"))
    theirs = next((each for each in CLOUDS if audience.rstrip("/") in arm_audiences(each)), cloud)
    if theirs == cloud or not jwt.is_signed_by(token, signing_key(world).public_key()):
        return None
    message = f"The access token has been obtained for wrong audience '{audience}'."
    note = f"{REFUSED}a token of {theirs.name} (for {audience}), as {host} is in {cloud.name}"
    return TokenFault("audience", message, note)


def arm_audiences(cloud: Cloud) -> tuple[str, str]:
    """Return the audiences of a cloud's Resource Manager: its own and the older one, without a slash at the end."""
    return f"https://{cloud.arm_host}", f"https://{CORE_HOSTS[cloud.name]}"


def signing_key(world: World) -> Any:
    """Return the box's RSA key, made when it is first needed."""
    return world.backstage.part("signing key", _new_key)


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _principal(token: jwt.Jwt) -> Principal:
    claims = token.claims
    is_user = claims.get("idtyp") == "user"
    return Principal(
        str(claims.get("oid", "")),
        str(claims.get("tid", "")),
        None if is_user else str(claims.get("appid", "")),
        str(claims.get("upn", "")),
        str(claims.get("xms_mirid", "")),
    )


AZURE_CLI_APP: Final = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The public client id of the Azure CLI, which azure-identity uses for interactive sign-in too."""
CORE_HOSTS: Final = {
    "AzureCloud": "management.core.windows.net",
    "AzureChinaCloud": "management.core.chinacloudapi.cn",
    "AzureUSGovernment": "management.core.usgovcloudapi.net",
    "AzureGermanCloud": "management.core.cloudapi.de",
}
