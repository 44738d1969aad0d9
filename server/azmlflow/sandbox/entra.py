"""Entra ID: finding a tenant, and the way to its tokens."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from azmlflow.azure.clouds import CLOUDS, Cloud, cloud_of_login_host
from azmlflow.sandbox.aadsts import refusal
from azmlflow.sandbox.entra_tokens import token
from azmlflow.sandbox.http import Request, Response, json_response, text_response
from azmlflow.sandbox.world import World

ANY_TENANT: Final = ("common", "organizations", "consumers")
"""Names that stand for the tenant of whoever signs in."""


def answer(request: Request, world: World) -> Response:
    """Answer as a sign-in host of any cloud."""
    cloud = cloud_of_login_host(request.host)
    match request.segments:
        case ["common", "discovery", "instance"]:
            return _instance(request)
        case ["common", "userrealm" | "UserRealm", user]:
            return json_response(200, _realm(user, cloud))
        case [name, *rest] if cloud is not None:
            return _in_tenant(request, world, cloud, name, "/".join(rest))
        case _:
            return text_response(404, "")


def _in_tenant(request: Request, world: World, cloud: Cloud, name: str, path: str) -> Response:
    if name in ANY_TENANT:
        tenant = next((each for each in world.tenants.values() if each.cloud == cloud), None)
        if tenant is None and world.accept_anything:
            tenant = world.tenant(cloud.login_host, cloud)
    else:
        tenant = world.tenant(name, cloud)
    if tenant is None:
        return refusal(request, 90002, tenant=name)
    note = "the tenant is not verified" if world.accept_anything else ""
    shown = name if name in ANY_TENANT else tenant.tenant_id
    if path in {"v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"}:
        return json_response(200, _configuration(request.host, shown), note=note)
    if path in {"oauth2/v2.0/token", "oauth2/token"} and request.method == "POST":
        return token(request, world, tenant)
    if path == "oauth2/v2.0/devicecode" and request.method == "POST":
        return _device_code(cloud)
    return text_response(404, "")


def _configuration(host: str, tenant: str) -> dict[str, Any]:
    base = f"https://{host}/{tenant}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{base if tenant not in ANY_TENANT else f'https://{host}/{{tenantid}}'}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "tenant_region_scope": "EU",
    }


def _instance(request: Request) -> Response:
    """Tell which sign-in hosts belong together; MSAL asks after each refused token, and for hosts it does not know."""
    asked = request.parameters().get("authorization_endpoint", "")
    host = asked.partition("://")[2].partition("/")[0].lower()
    if cloud_of_login_host(host) is None:
        return json_response(
            400,
            {"error": "invalid_instance", "error_description": "AADSTS50049: Unknown or invalid instance."},
        )
    endpoint = asked.partition("/oauth2")[0] + "/v2.0/.well-known/openid-configuration"
    metadata = [
        {
            "preferred_network": cloud.login_host,
            "preferred_cache": cloud.login_aliases[-1] if cloud.login_aliases else cloud.login_host,
            "aliases": [cloud.login_host, *cloud.login_aliases],
        }
        for cloud in CLOUDS
    ]
    return json_response(
        200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata}
    )


def _realm(user: str, cloud: Cloud | None) -> dict[str, str]:
    return {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": user.partition("@")[2],
        "cloud_instance_name": cloud.login_host if cloud else "",
    }


def _device_code(cloud: Cloud) -> Response:
    address = f"https://{cloud.login_host}/device"
    code = uuid4().hex[:9].upper()
    text = (
        f"To sign in, use a web browser to open the page {address} and enter the code {code} to authenticate."
    )
    return json_response(
        200,
        {
            "user_code": code,
            "device_code": uuid4().hex,
            "verification_uri": address,
            "expires_in": 900,
            "interval": 5,
            "message": text,
        },
    )
