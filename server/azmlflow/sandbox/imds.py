"""The metadata service of a virtual machine, as far as it gives tokens to a managed identity."""

from __future__ import annotations

import time
from typing import Final

from azmlflow.sandbox.http import Request, Response, json_response
from azmlflow.sandbox.tokens import Principal, issue
from azmlflow.sandbox.world import Identity, World

PATH: Final = "/metadata/identity/oauth2/token"
IN_AZURE: Final = "machine-in-azure"
"""The name of the proxy's user for a process that pretends to run on a machine with a managed identity."""
LIFETIME: Final = 86399
"""Tokens of managed identities are valid for a day."""


def answer(request: Request, world: World) -> Response:
    """Answer as the metadata service, or be absent as on a laptop: a closed connection, or nothing at all.

    Without a word of the scenario it answers a process whose environment was made for a managed identity.
    """
    mode = world.imds or ("answers" if request.machine == IN_AZURE else "none")
    if mode == "none":
        return Response(0, ending="closed", note="there is no metadata service here")
    if mode == "black-hole":
        return Response(0, ending="silent", note="swallowed")
    if request.path.rstrip("/") != PATH:
        return json_response(404, {"error": "Not found"})
    if request.headers.get("metadata", "").lower() != "true":
        return _bad("Required metadata header not specified")
    parameters = request.parameters()
    resource = parameters.get("resource")
    if not resource:
        return _bad("Required query variable 'resource' is missing")
    identity = _identity(world, parameters)
    if identity is None:
        return _bad("Identity not found")
    return _token(world, identity, resource)


def _identity(world: World, parameters: dict[str, str]) -> Identity | None:
    """Return the identity that is asked for, by client id, object id or resource id; without one the machine's own."""
    wanted = {
        "client_id": parameters.get("client_id", ""),
        "object_id": parameters.get("object_id") or parameters.get("principal_id", ""),
        "resource_id": parameters.get("msi_res_id") or parameters.get("mi_res_id", ""),
    }
    named = {name: value.lower() for name, value in wanted.items() if value}
    if not named or world.accept_anything:
        return next(iter(world.identities), None)
    return next(
        (
            identity
            for identity in world.identities
            if all(getattr(identity, name).lower() == value for name, value in named.items())
        ),
        None,
    )


def _token(world: World, identity: Identity, resource: str) -> Response:
    tenant = world.last_tenant if world.accept_anything else identity.tenant_id
    principal = Principal(identity.object_id, tenant, identity.client_id, resource_id=identity.resource_id)
    expires = int(time.time()) + LIFETIME
    return json_response(
        200,
        {
            "access_token": issue(world, principal, resource, LIFETIME),
            "client_id": identity.client_id,
            "expires_in": str(LIFETIME),
            "expires_on": str(expires),
            "ext_expires_in": str(LIFETIME),
            "not_before": str(expires - LIFETIME - 300),
            "resource": resource,
            "token_type": "Bearer",
        },
        note="a stand-in identity" if world.accept_anything else "",
    )


def _bad(text: str) -> Response:
    return json_response(400, {"error": "invalid_request", "error_description": text}, note=text)
