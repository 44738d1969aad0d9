"""The step `tenant`: which tenant the subscription belongs to, and whether AZURE_TENANT_ID names it; nothing secret is sent.

Resource Manager answers a request without a token with the tenant of the subscription, in the header WWW-Authenticate:
`Bearer authorization_uri="https://login.windows.net/<tenant>", error="invalid_token", ...`. Azure's SDKs find it that way
(`TenantIdProvider` of Microsoft.Azure.EventHubs, `FindTenantID` of HashiCorp's tools).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from azmlflow.azure.clouds import Cloud, cloud_of_login_host
from azmlflow.azure.credential_links import ENVIRONMENT
from azmlflow.azure.environment_credential import choose, is_tenant_allowed
from azmlflow.azure.masking import part_of
from azmlflow.azure.variables import AZURE_TENANT_ID, AZUREML_CURRENT_CLOUD
from azmlflow.azure.workspace import is_guid
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.http import NoReply, Reply, get, text_of
from azmlflow.probes.child.wording import advice_on, first_sentence
from azmlflow.probes.outcome import TENANT, Outcome, failed, ok, skipped

API_VERSION: Final = "2020-01-01"
PORTAL: Final = "https://learn.microsoft.com/azure/azure-portal/get-subscription-tenant-id"


def run(context: Context) -> Iterator[Outcome]:
    """Yield what the subscription trusts, what AZURE_TENANT_ID names, and whether the two are one."""
    value = os.environ.get(AZURE_TENANT_ID, "")
    answer = _look_up(context, value) if _can_be_asked(value) else None
    yield from _of_subscription(context)
    if not value:
        return
    outcome, tenant_id = _of_variable(context, value, answer)
    yield outcome
    trusted = context.subscription_tenant
    if trusted and tenant_id and trusted != tenant_id:
        yield _other_tenant(trusted, tenant_id)


def _of_subscription(context: Context) -> Iterator[Outcome]:
    ref = context.workspace_meant
    if ref is None or not is_guid(ref.subscription_id):
        yield skipped(TENANT, "Which tenant the subscription trusts was not asked: no subscription is known.")
        return
    host = context.cloud.arm_host
    try:
        reply = get(host, f"/subscriptions/{ref.subscription_id}", {"api-version": API_VERSION})
    except NoReply as error:
        yield _unasked(host, error)
        return
    tenant = tenant_of_challenge(reply.headers.get("www-authenticate", ""))
    shown = part_of(ref.subscription_id)
    if reply.status == 404 and reply.arm_error[0] == "SubscriptionNotFound":
        message = f"Azure Resource Manager of {context.cloud.name} knows no subscription {shown}."
        advice = f"Check the id, and that the subscription is in {context.cloud.name}: else {AZUREML_CURRENT_CLOUD} must name its cloud."
        yield failed(TENANT, message, host=host, hard=False, code="SubscriptionNotFound", advice=advice)
    elif tenant is None:
        message = f"Which tenant the subscription {shown} trusts cannot be told: {host} does not name it ({reply.status})."
        yield skipped(TENANT, message, host=host)
    else:
        context.subscription_tenant = tenant
        message = f"The subscription {shown} trusts tenant {part_of(tenant)}."
        yield ok(TENANT, message, host=host, details={"subscription_tenant": part_of(tenant)})


def tenant_of_challenge(challenge: str) -> str | None:
    """Return the tenant in a WWW-Authenticate header in lower case, None where there is none."""
    _, found, rest = challenge.partition("authorization_uri=")
    address = rest.lstrip('"').partition('"')[0].partition(",")[0].strip()
    tenant = _first_segment(address) if found else ""
    return tenant.lower() if is_guid(tenant) else None


def _can_be_asked(value: str) -> bool:
    """Tell whether AZURE_TENANT_ID holds what may be sent: a secret in the wrong place is not."""
    return is_tenant_allowed(value) and (is_guid(value) or "." in value or value.lower() in _SEVERAL)


def _look_up(context: Context, value: str) -> Reply | NoReply:
    """Return what the page of a tenant says, or why nothing came."""
    try:
        return get(context.cloud.login_host, f"/{value}/v2.0/.well-known/openid-configuration")
    except NoReply as error:
        return error


def _of_variable(context: Context, value: str, reply: Reply | NoReply | None) -> tuple[Outcome, str | None]:
    """Return whether AZURE_TENANT_ID names a tenant of this cloud, and the tenant's id where that is known."""
    host = context.cloud.login_host
    if reply is None:
        message = f"{AZURE_TENANT_ID} was not looked up: it is neither a GUID nor the name of a domain."
        return skipped(TENANT, message), None
    if isinstance(reply, NoReply):
        return _unasked(host, reply), None
    if reply.status != 200:
        return _not_found(context, value, reply), None
    if value.lower() in _SEVERAL:
        return ok(TENANT, f"{AZURE_TENANT_ID} leaves the tenant to whoever signs in.", host=host), None
    return _found(context, reply)


def _found(context: Context, reply: Reply) -> tuple[Outcome, str | None]:
    host = context.cloud.login_host
    issuer, endpoint = text_of(reply.json.get("issuer")), text_of(reply.json.get("token_endpoint"))
    tenant_id, cloud = _first_segment(issuer).lower(), _cloud_of(endpoint)
    if not is_guid(tenant_id):
        message = f"What answers for {host} is not Microsoft Entra ID."
        return failed(TENANT, message, host=host, hard=False, code="UNEXPECTED", advice=_SOMETHING_ELSE), None
    details = {"tenant_id": part_of(tenant_id)}
    if cloud is not None and cloud != context.cloud:
        message = f"{AZURE_TENANT_ID} names a tenant of {cloud.name}, and the plugin signs in to {context.cloud.name}."
        more = {"advice": _OTHER_CLOUD, "command": f"export {AZUREML_CURRENT_CLOUD}={cloud.name}"}
        return failed(
            TENANT, message, host=host, hard=False, code="WRONG_CLOUD", details=details, **more
        ), None
    message = f"{AZURE_TENANT_ID} names a tenant that exists, {part_of(tenant_id)}."
    return ok(TENANT, message, host=host, details=details), tenant_id


def _not_found(context: Context, value: str, reply: Reply) -> Outcome:
    text = text_of(reply.json.get("error_description"))
    if not text:
        message = f"Whether {AZURE_TENANT_ID} names a tenant cannot be told: {context.cloud.login_host} answers {reply.status}."
        return skipped(TENANT, message, host=context.cloud.login_host)
    ref = context.workspace_meant
    fields = advice_on(text, TENANT)
    if ref is not None and value.lower() == ref.subscription_id.lower():
        fields |= {
            "advice": f"{AZURE_TENANT_ID} holds the id of the subscription: put that of its tenant there."
        }
    if context.subscription_tenant not in (None, value.lower()):
        fields |= {"command": f"export {AZURE_TENANT_ID}={context.subscription_tenant}"}
    return failed(TENANT, first_sentence(text), hard=_matters(context), **fields)


def _matters(context: Context) -> bool:
    """Tell whether a credential certainly uses AZURE_TENANT_ID: a service principal with all its variables, in the chain."""
    only, links = context.request.link, [name for name, _ in context.links]
    asked = [name for name in links or (ENVIRONMENT,) if only in (None, name)]
    return ENVIRONMENT in asked and choose(os.environ).mode is not None


def _other_tenant(trusted: str, tenant_id: str) -> Outcome:
    message = f"{AZURE_TENANT_ID} names tenant {part_of(tenant_id)}, and the workspace's subscription trusts tenant {part_of(trusted)}."
    details = {"tenant_id": part_of(tenant_id), "subscription_tenant": part_of(trusted)}
    return failed(
        TENANT,
        message,
        hard=False,
        code="WRONG_TENANT",
        advice=_OTHER_TENANT,
        command=f"export {AZURE_TENANT_ID}={trusted}",
        url=PORTAL,
        details=details,
    )


def _unasked(host: str, error: NoReply) -> Outcome:
    return failed(
        TENANT,
        f"{host} could not be asked: {error}.",
        host=host,
        hard=False,
        code=error.code,
        advice=_SEE_NETWORK,
    )


def _cloud_of(address: str) -> Cloud | None:
    try:
        return cloud_of_login_host(urlsplit(address).hostname or "")
    except ValueError:
        return None


def _first_segment(address: str) -> str:
    try:
        return urlsplit(address).path.strip("/").partition("/")[0]
    except ValueError:
        return ""


_SEVERAL: Final = ("common", "organizations", "consumers")
"""Names that stand for the tenant of whoever signs in."""
_SEE_NETWORK: Final = "The step 'network' tells how far one gets to this host."
_SOMETHING_ELSE: Final = (
    "Something on the way answers in its place, such as the sign-in page of a network or a proxy."
)
_OTHER_CLOUD: Final = f"Set {AZUREML_CURRENT_CLOUD} to the tenant's cloud if the workspace is there too; else correct {AZURE_TENANT_ID}."
_OTHER_TENANT: Final = (
    "A token of another tenant is refused, unless the account is a guest there or the application was added to both. Set "
    f"{AZURE_TENANT_ID} to the tenant of the subscription, with an application that is registered in it."
)
