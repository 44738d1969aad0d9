"""The errors of Entra ID, in its words and its envelope.

Sources: https://learn.microsoft.com/entra/identity-platform/reference-error-codes for what each means; the texts of 700213
and 700082 as quoted in full in public threads of the Azure SDKs and of azure/login, those of 90002, 700016, 7000215, 7000222
and 700027 in part. The other texts are ours in Entra's manner: nothing rests on their words, only on the code.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final
from uuid import uuid4

from azmlflow.sandbox.http import Request, Response, json_response

_DOCUMENT: Final = "https://learn.microsoft.com/entra/identity-platform/certificate-credentials"
_FEDERATION: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
_OTHER_TENANT: Final = (
    "This can happen if the application has not been installed by the administrator of the tenant or consented to by "
    "any user in the tenant. You {} have sent your authentication request to the wrong tenant."
)

ERRORS: Final[dict[int, tuple[int, str, str]]] = {
    50027: (401, "invalid_client", "JWT token is invalid or malformed."),
    50076: (
        400,
        "interaction_required",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must "
        "use multi-factor authentication to access '{resource}'.",
    ),
    50126: (400, "invalid_grant", "Error validating credentials due to invalid username or password."),
    53003: (
        400,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    70000: (400, "invalid_grant", "Provided grant is invalid or malformed."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    70016: (
        400,
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    90002: (
        400,
        "invalid_tenant",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    500011: (
        400,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {directory}. "
        + _OTHER_TENANT.format("might"),
    ),
    700016: (
        400,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory '{directory}'. "
        + _OTHER_TENANT.format("may"),
    ),
    700021: (
        401,
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at "
        f"{_DOCUMENT} .",
    ),
    700023: (
        401,
        "invalid_client",
        f"Client assertion audience claim does not match Realm issuer. Review the documentation at {_DOCUMENT} .",
    ),
    700024: (
        401,
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, expiry time of assertion "
        f"{{expiry}}. Review the documentation at {_DOCUMENT} .",
    ),
    700027: (
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application. [Reason "
        "- {reason}, Thumbprint of key used by client: '{thumbprint}'{found}, Please visit the Azure Portal, Graph "
        "Explorer or directly use MS Graph to see configured keys for app Id '{client}'. Review the documentation at "
        "https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and "
        "https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query "
        "request URL, such as 'https://graph.microsoft.com/beta/applications/{client}'].",
    ),
    700213: (
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{subject}'. Check your "
        f"federated identity credential Subject, Audience and Issuer against the presented assertion. {_FEDERATION}",
    ),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    1002012: (
        400,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    ),
    7000215: (
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        "the client secret ID, for a secret added to app '{client}'.",
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: (
        401,
        "invalid_client",
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys "
        "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds.",
    ),
}
"""Number -> status, OAuth error, text."""


def refusal(request: Request, number: int, **values: str) -> Response:
    """Return the answer AADSTS<number> to a request."""
    status, error, text = ERRORS[number]
    trace, correlation = str(uuid4()), request.headers.get("client-request-id") or str(uuid4())
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text.format(**values)} Trace ID: {trace} "
        f"Correlation ID: {correlation} Timestamp: {now}",
        "error_codes": [number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://{request.host}/error?code={number}",
    }
    return json_response(status, body, note=f"AADSTS{number}")
