"""Fills the gaps in the commands of the table of advice with what this probe knows, so that they can be copied as they are."""

from __future__ import annotations

import os
from typing import Any, Final

from azmlflow.azure.permissions import SOMEBODY
from azmlflow.azure.remedy import CLOUD, HOST, SCOPE, SET_TENANT, SHOW_TENANT, TENANT, URI_OF_WORKSPACE
from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.azure.variables import AZURE_TENANT_ID
from azmlflow.patterns import pattern
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.identity import kind_of, sign_in_there
from azmlflow.probes.child.wording import advice_on, may_be_quoted

_PLAIN: Final = pattern(r"[\w.@#+-]{1,200}")
"""What may stand in a command unquoted: the claims are somebody else's words, and so are the names in the project's files."""
OTHER_TENANT: Final = "InvalidAuthenticationTokenTenant"
"""Resource Manager's code for a token of another tenant than the subscription's."""
_FOR_ACCESS: Final = ("az role assignment ", "az login")
_TENANT_OPTIONS: Final = ("--tenant", "--tenant-id", "-Tenant")


def advice_for(context: Context, text: str, step: str, link: str | None = None) -> dict[str, Any]:
    """Return the advice on an error as the fields of an outcome, its command without the gaps that can be filled."""
    fields = advice_on(text, step, link)
    if (fields["command"] or "").startswith(_FOR_ACCESS) and _is_of_another_tenant(context, text):
        fields["url"] = advice_on(OTHER_TENANT, step)["url"]
        fields |= sign_in_there(context.subscription_tenant or "", kind_of(context.claims))
    elif fields["command"] == URI_OF_WORKSPACE and context.workspace_uri:
        fields["command"] = _own_uri(context)
    elif fields["command"]:
        fields["command"] = filled(context, fields["command"]).replace(HOST, _host_in(context, text) or HOST)
    return fields


def set_uri(uri: str | None) -> str | None:
    """Return the command that sets the tracking URI, None for one that a shell would not take as it is."""
    return f'export MLFLOW_TRACKING_URI="{uri}"' if uri and may_be_quoted(uri) else None


def _own_uri(context: Context) -> str | None:
    """Return the command that sets the workspace's own tracking URI, None where that is what has just been used."""
    used, own = context.uri, parse_tracking_uri(context.workspace_uri or "")
    return None if used and own and used.host == own.host else set_uri(context.workspace_uri)


def filled(context: Context, command: str) -> str:
    """Return a command with the tenant, the workspace and the cloud that are meant; an option for an unknown tenant is left out."""
    if context.subscription_tenant:
        named = os.environ.get(AZURE_TENANT_ID, "").lower()
        command = SET_TENANT if command == SHOW_TENANT and named != context.subscription_tenant else command
        command = command.replace(TENANT, context.subscription_tenant)
    for option in _TENANT_OPTIONS:
        command = command.replace(f" {option} {TENANT}", "")
    ref = context.workspace_meant
    if ref is not None:
        known = {
            SCOPE: ref.arm_id,
            "<workspace>": ref.workspace_name,
            "<resource-group>": ref.resource_group,
            "<subscription-id>": ref.subscription_id,
        }
        for gap, value in known.items():
            if may_be_quoted(value) if f'"{gap}"' in command else _PLAIN.fullmatch(value):
                command = command.replace(gap, value)
    command = command.replace(CLOUD, _cloud_meant(context) or CLOUD)
    return command.replace(SOMEBODY, _assignee(context) or SOMEBODY)


def _is_of_another_tenant(context: Context, text: str) -> bool:
    """Tell whether Resource Manager has refused the token because of its tenant: no role helps then."""
    refused = OTHER_TENANT in text or any(outcome.code == OTHER_TENANT for outcome in context.outcomes)
    return refused and context.subscription_tenant is not None


def _cloud_meant(context: Context) -> str | None:
    """Return the cloud of the tracking URI where another one is signed in to."""
    meant = context.uri.cloud if context.uri else None
    return meant.name if meant and meant != context.cloud else None


def _host_in(context: Context, text: str) -> str | None:
    """Return which of the hosts that a probe speaks to an error is about."""
    own = context.uri.host if context.uri else None
    hosts = (own, context.cloud.login_host, context.cloud.arm_host)
    return next((host for host in hosts if host and host in text and _PLAIN.fullmatch(host)), None)


def _assignee(context: Context) -> str:
    """Return by which name a role is given to whom the token is for: the command is useless without the whole of it."""
    claims = context.claims
    names = (
        ("upn", "unique_name", "oid")
        if claims.get("idtyp") == "user" or "scp" in claims
        else ("appid", "azp", "oid")
    )
    found = next((str(claims[name]) for name in names if claims.get(name)), "")
    return found if _PLAIN.fullmatch(found) else ""
