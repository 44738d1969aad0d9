"""The step `workspace`: Resource Manager's own word on the workspace, held against what the code says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from azmlflow.azure.clouds import cloud_of_host, region_of_host
from azmlflow.azure.masking import part_of
from azmlflow.azure.remedy import PRIVATE_LINK
from azmlflow.azure.tracking_uri import TrackingUri, compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef, parse_arm_scope
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import OTHER_TENANT, advice_for, set_uri
from azmlflow.probes.child.http import NoReply, Reply, get_from_arm, text_of
from azmlflow.probes.outcome import NETWORK, WORKSPACE, Outcome, failed, ok, skipped

API_VERSION: Final = "2024-10-01"


def run(context: Context) -> Iterator[Outcome]:
    """Yield that the workspace is there and what it is like, and whether the tracking URI names it and its region."""
    ref = context.workspace_meant
    if ref is None:
        yield skipped(WORKSPACE, "The tracking URI names no workspace.")
        return
    host = context.cloud.arm_host
    try:
        reply = get_from_arm(context, ref.arm_id, {"api-version": API_VERSION})
    except NoReply as error:
        message = f"{host} could not be asked for the workspace {ref.workspace_name}: {error}."
        needed = not context.request.uri
        advice = _SEE_NETWORK if needed else f"{_SEE_NETWORK} {_NOT_NEEDED}"
        yield failed(WORKSPACE, message, host=host, hard=needed, code=error.code, advice=advice)
        return
    if reply.status != 200 or not isinstance(reply.json.get("properties"), dict):
        yield _refused(context, ref, reply)
        return
    yield from _there(context, ref, reply.json)


def _there(context: Context, ref: WorkspaceRef, body: dict[str, Any]) -> Iterator[Outcome]:
    properties = body["properties"]
    found = parse_arm_scope(text_of(body.get("id"))) or ref
    host = _host_of(text_of(properties.get("mlFlowTrackingUri")))
    context.workspace = found
    context.region = _plain(text_of(body.get("location"))) or (region_of_host(host) if host else None)
    context.workspace_uri = compose_tracking_uri(host, found) if host else None
    state, access = (
        text_of(properties.get("provisioningState")),
        text_of(properties.get("publicNetworkAccess")),
    )
    details = {
        "workspace": found.workspace_name,
        "region": context.region,
        "uri": context.workspace_uri,
        "kind": text_of(body.get("kind")),
        "provisioning_state": state,
        "public_network_access": access,
    }
    private = (
        "; it is closed to public networks and only reached by private link" if access == "Disabled" else ""
    )
    message = f"The workspace {found.workspace_name} is in {context.region or 'an unknown region'}{private}."
    yield ok(WORKSPACE, message, details=details)
    if state in _NOT_USABLE:
        advice = "Ask who owns the workspace; the Azure portal shows what happens to it."
        message = f"The workspace {found.workspace_name} is not ready: its state is {state}."
        yield failed(WORKSPACE, message, hard=False, code="PROVISIONING", advice=advice)
    uri = context.uri
    if uri is not None:
        yield from _compared(context, uri, found)
        yield from _by_public_address(context, uri, access)


def _compared(context: Context, uri: TrackingUri, found: WorkspaceRef) -> Iterator[Outcome]:
    """Yield a failure where the tracking URI leads to another workspace or region; another host of the region is fine."""
    if uri.workspace is not None and not uri.workspace.same_as(found):
        message = f"The tracking URI names {_shown(uri.workspace)}, and the workspace that is meant is {_shown(found)}."
        yield failed(WORKSPACE, message, code="OTHER_WORKSPACE", **_right_uri(context))
    elif uri.region and context.region and uri.region not in _regions(context):
        message = (
            f"The tracking URI leads to {uri.host}, in {uri.region}, and the workspace {found.workspace_name} is in "
            f"{context.region}."
        )
        yield failed(WORKSPACE, message, host=uri.host, code="WRONG_REGION", **_right_uri(context))


def _regions(context: Context) -> tuple[str | None, ...]:
    """Return the regions that are right: that in the workspace's own URI counts, whatever its location is called."""
    own = _host_of(context.workspace_uri or "")
    return context.region, region_of_host(own) if own else None


def _by_public_address(context: Context, uri: TrackingUri, access: str) -> Iterator[Outcome]:
    """Yield a soft failure where the workspace is closed to public networks, and its host was found at a public address."""
    seen = (each.details for each in context.outcomes if each.step == NETWORK and each.host == uri.host)
    if access == "Disabled" and any(details.get("private") is False for details in seen):
        message = (
            f"The workspace is closed to public networks, and {uri.host} leads to a public address here."
        )
        yield failed(
            WORKSPACE,
            message,
            host=uri.host,
            hard=False,
            code="PRIVATE_LINK",
            advice=_PRIVATE,
            url=PRIVATE_LINK,
        )


def _right_uri(context: Context) -> dict[str, Any]:
    right = context.workspace_uri
    return {
        "advice": _TAKE_ITS_OWN,
        "command": set_uri(right),
        "details": {"workspace_uri": right, "region": context.region},
    }


def _refused(context: Context, ref: WorkspaceRef, reply: Reply) -> Outcome:
    code, text = reply.arm_error
    fields = advice_for(context, f"{code}: {text}", WORKSPACE) | {"code": reply.code}
    shown = f" ({code})" if code else ""
    if reply.status == 404:
        return failed(WORKSPACE, f"{_missing(ref, code)}{shown}.", **fields)
    if reply.status == 401:
        return failed(
            WORKSPACE,
            f"Azure Resource Manager does not accept the token{_tenants(context, code)}{shown}.",
            **fields,
        )
    if reply.status == 403:
        message = f"The identity may not read the workspace {ref.workspace_name}{shown}."
        needed = not context.request.uri
        fields["advice"] = str(fields["advice"]) if needed else f"{fields['advice']} {_READ_IS_FOR}"
        return failed(WORKSPACE, message, hard=needed, **fields)
    message = f"{context.cloud.arm_host} gives no answer that is one: status {reply.status}{shown}."
    return failed(WORKSPACE, message, host=context.cloud.arm_host, hard=not context.request.uri, **fields)


def _missing(ref: WorkspaceRef, code: str) -> str:
    if code in ("SubscriptionNotFound", "InvalidSubscriptionId"):
        return f"There is no subscription {part_of(ref.subscription_id)} for this identity"
    if code == "ResourceGroupNotFound":
        return f"The subscription {part_of(ref.subscription_id)} has no resource group {ref.resource_group}"
    return f"There is no workspace {ref.workspace_name} in the resource group {ref.resource_group}"


def _tenants(context: Context, code: str) -> str:
    own, trusted = text_of(context.claims.get("tid")), context.subscription_tenant
    if code != OTHER_TENANT or not own or not trusted:
        return ""
    return f": it is of tenant {part_of(own)}, and the subscription trusts {part_of(trusted)}"


def _host_of(uri: str) -> str | None:
    """Return the host of the workspace's own URI; one that is not Azure ML's is not believed."""
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return None
    return host if host and cloud_of_host(host) else None


def _plain(location: str) -> str:
    """Return a region as it stands in hosts: `West Europe` is westeurope."""
    return location.replace(" ", "").lower()


def _shown(ref: WorkspaceRef) -> str:
    return f"{ref.workspace_name} (resource group {ref.resource_group}, subscription {part_of(ref.subscription_id)})"


_NOT_USABLE: Final = ("Creating", "Deleting", "SoftDeleted", "Failed", "Canceled")
_SEE_NETWORK: Final = "The step 'network' tells how far one gets to this host."
_NOT_NEEDED: Final = "MLflow itself can do without it; MLClient cannot."
_READ_IS_FOR: Final = (
    "MLflow itself does not read it: only MLClient does, so that logging may work all the same."
)
_TAKE_ITS_OWN: Final = "Use the tracking URI that the workspace itself gives."
_PRIVATE: Final = (
    "Requests will be denied by the workspace's private link. Connect the VPN, or have the private DNS zone of the workspace "
    "linked to this network, so that the host leads to a private address."
)
