"""The token endpoint of Entra ID: who asks, is it proved, for what, and may they."""

from __future__ import annotations

import hmac
import time
from typing import Final
from uuid import uuid4

from azmlflow.sandbox import assertions, jwt
from azmlflow.sandbox.aadsts import refusal
from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.tokens import LIFETIME, Principal, arm_audiences, issue, signing_key
from azmlflow.sandbox.world import App, Tenant, User, World

DEFAULT: Final = "/.default"
OTHER_RESOURCES: Final = (
    "https://graph.microsoft.com",
    "https://ml.azure.com",
    "https://storage.azure.com",
    "https://vault.azure.net",
)
RESOURCE_ID: Final = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
"""Azure Resource Manager's application, as messages name it."""


def token(request: Request, world: World, tenant: Tenant) -> Response:
    """Answer a POST to the token endpoint of a tenant."""
    form = request.form()
    for parameter in ("client_id", "grant_type"):
        if not form.get(parameter):
            return refusal(request, 900144, parameter=parameter)
    grant = form["grant_type"]
    if grant == "client_credentials":
        return _for_app(request, world, tenant, form)
    if grant == "password":
        return _for_password(request, world, tenant, form)
    if grant in {"device_code", "urn:ietf:params:oauth:grant-type:device_code"}:
        return _for_device(request, world, tenant, form)
    if grant == "refresh_token" and world.accept_anything:
        return _left_alone()
    if grant in {"refresh_token", "authorization_code"}:
        return _for_user(world, tenant, form) if world.accept_anything else refusal(request, 70000)
    return refusal(request, 70003, grant=grant)


def _for_app(request: Request, world: World, tenant: Tenant, form: dict[str, str]) -> Response:
    app = world.app(tenant, form["client_id"])
    if app is None:
        return refusal(request, 700016, client=form["client_id"], directory=tenant.name)
    resource = _resource(request, world, tenant, form)
    if isinstance(resource, Response):
        return resource
    if not world.accept_anything and (refused := _not_proved(request, world, tenant, app, form)):
        return refused
    if tenant.refuses == "conditional-access":
        return refusal(request, 53003)
    principal = Principal(app.object_id, tenant.tenant_id, app.client_id, app.name)
    note = f"{_proof(form)}, not verified" if world.accept_anything else ""
    return json_response(
        200,
        {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": issue(world, principal, resource),
        },
        note=note,
    )


def _proof(form: dict[str, str]) -> str:
    """Name what an application sends to prove who it is."""
    if "client_assertion" not in form:
        return "client secret"
    token = jwt.read(form["client_assertion"])
    is_certificate = token is not None and not token.header.keys().isdisjoint(("x5t", "x5t#S256"))
    return "certificate" if is_certificate else "federated token"


def _left_alone() -> Response:
    """Refuse a refresh token for the moment: only a sign-in that the user has kept on this machine has one.

    A token of the box would be written into the user's cache, and an `invalid_grant` can make a client forget the sign-in.
    """
    error = {"error": "temporarily_unavailable", "error_description": "A dry run leaves your sign-ins alone."}
    return json_response(400, error, note="a sign-in of the user's own, left alone")


def _not_proved(
    request: Request, world: World, tenant: Tenant, app: App, form: dict[str, str]
) -> Response | None:
    """Return the refusal of an application that does not prove who it is."""
    if assertion := form.get("client_assertion"):
        return assertions.fault(request, world, tenant, app, assertion)
    given = form.get("client_secret")
    if not given:
        return refusal(request, 7000218)
    match = next((each for each in app.secrets if _same(each.value, given)), None)
    if match is None:
        return refusal(request, 7000215, client=app.client_id)
    return refusal(request, 7000222, client=app.client_id) if match.expired else None


def _for_password(request: Request, world: World, tenant: Tenant, form: dict[str, str]) -> Response:
    if world.accept_anything:
        return _for_user(world, tenant, form)
    wanted = form.get("username", "").lower()
    user = next((each for each in world.users if each.name.lower() == wanted), None)
    if user is None or not user.password or not _same(user.password, form.get("password", "")):
        return refusal(request, 50126)
    if tenant.refuses == "mfa":
        return refusal(request, 50076, resource=RESOURCE_ID)
    return _for_user(world, tenant, form, user)


def _for_device(request: Request, world: World, tenant: Tenant, form: dict[str, str]) -> Response:
    if world.device_code == "pending":
        return refusal(request, 70016)
    if world.device_code == "declined":
        return json_response(400, {"error": "authorization_declined"})
    return _for_user(world, tenant, form)


def _for_user(world: World, tenant: Tenant, form: dict[str, str], user: User | None = None) -> Response:
    user = user or next((each for each in world.users if each.tenant_id == tenant.tenant_id), None)
    user = user or User("somebody@not-verified.example", str(uuid4()), tenant.tenant_id)
    resource = next((scope for scope in form.get("scope", "").split() if "://" in scope), "")
    principal = Principal(user.object_id, tenant.tenant_id, None, user.name)
    now = int(time.time())
    identity = {
        "aud": form["client_id"],
        "iss": f"https://{tenant.cloud.login_host}/{tenant.tenant_id}/v2.0",
        "iat": now,
        "exp": now + LIFETIME,
        "sub": user.object_id,
        "oid": user.object_id,
        "tid": tenant.tenant_id,
        "preferred_username": user.name,
        "ver": "2.0",
    }
    if form["grant_type"] == "authorization_code":
        identity["nonce"] = form.get("code", "")  # as the stand-in for a browser sends it
    account = f'{{"uid":"{user.object_id}","utid":"{tenant.tenant_id}"}}'
    return json_response(
        200,
        {
            "token_type": "Bearer",
            "scope": form.get("scope", ""),
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": issue(world, principal, resource.removesuffix(DEFAULT)),
            "id_token": jwt.sign({"kid": "sandbox"}, identity, signing_key(world)),
            "client_info": jwt.encode(account.encode()),
        },
        note="the user is not verified" if world.accept_anything else "",
    )


def _resource(request: Request, world: World, tenant: Tenant, form: dict[str, str]) -> str | Response:
    """Return what the token is to be for, or the refusal: an application asks for one resource's `.default`."""
    scope = form.get("scope", "")
    if not scope and form.get("resource"):
        resource = form["resource"]
    elif scope.endswith(DEFAULT):
        resource = scope.removesuffix(DEFAULT)
    else:
        return refusal(request, 1002012, scope=scope)
    known = resource.rstrip("/") in (*arm_audiences(tenant.cloud), *OTHER_RESOURCES)
    if known or world.accept_anything:
        return resource
    return refusal(request, 500011, resource=resource, directory=tenant.name)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
