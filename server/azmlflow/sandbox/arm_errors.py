"""The errors of Azure Resource Manager: the bodies, and the WWW-Authenticate header that it sends."""

from __future__ import annotations

from typing import Final

from azmlflow.sandbox.http import Response, json_response
from azmlflow.sandbox.tokens import Principal, TokenFault


def forbidden(who: Principal, action: str, scope: str) -> Response:
    """Return the refusal of what somebody may not do."""
    client = who.name if who.is_user else who.app_id
    text = (
        f"The client '{client}' with object id '{who.object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials."
    )
    return error(403, "AuthorizationFailed", text)


def unauthorized(fault: TokenFault, tenant: str) -> Response:
    """Return the refusal of a token, which says which tenant's would do."""
    code, text, description = _TOKEN_FAULTS[fault.kind]
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token", '
        f'error_description="{description}"'
    )
    response = error(401, code, text.format(message=fault.message), {"WWW-Authenticate": challenge})
    return response._replace(note=fault.note or code)


def wrong_tenant(who: Principal, tenant: str) -> Response:
    """Return the refusal of a token of another tenant than the subscription's."""
    right, wrong = f"https://sts.windows.net/{tenant}/", f"https://sts.windows.net/{who.tenant_id}/"
    text = (
        f"The access token is from the wrong issuer '{wrong}'. It must match the tenant '{right}' associated with this "
        f"subscription. Please use the authority (URL) 'https://login.windows.net/{tenant}' to get the token. Note, if the "
        "subscription is transferred to another tenant there is no impact to the services, but information about new "
        "tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error "
        "message, please try back later."
    )
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token", error_description="The '
        "access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use "
        f'correct authority to get the token."'
    )
    return error(401, "InvalidAuthenticationTokenTenant", text, {"WWW-Authenticate": challenge})


def error(
    status: int, code: str, message: str, headers: dict[str, str] | None = None, note: str = ""
) -> Response:
    """Return an error as Resource Manager words it."""
    return json_response(status, {"error": {"code": code, "message": message}}, headers, note=note or code)


_TOKEN_FAULTS: Final = {
    "missing": (
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        "The authentication failed because of missing 'Authorization' header.",
    ),
    "malformed": (
        "InvalidAuthenticationToken",
        "The access token is invalid.",
        "The access token is invalid.",
    ),
    "signature": (
        "InvalidAuthenticationToken",
        "The access token signature is invalid.",
        "The access token is invalid.",
    ),
    "expired": (
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time is past.",
        "The access token has expired.",
    ),
    "audience": (
        "InvalidAuthenticationTokenAudience",
        "{message}",
        "The access token has been obtained for wrong audience.",
    ),
}
"""What is wrong with a token -> code, message, and the description in the challenge."""
