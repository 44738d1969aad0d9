"""AZURE_TENANT_ID is no tenant: wrong characters, the ID of something else, or no single tenant.

## What it does

Finds an AZURE_TENANT_ID that holds more than letters, digits, hyphens and full stops (quotation marks, white space, an
address), that is the ID of the subscription or of the application, that is neither a GUID nor a domain, and `common`,
`organizations` or `consumers` for a service principal.

## Why it is bad

azureml-mlflow gives the tenant to the sign-in in the browser too, which is in every chain of credentials. A character that no
tenant has therefore fails before anything is tried, even with nothing else set: `ValueError: Invalid tenant ID provided.` Any
other wrong tenant is refused by Entra ID (`AADSTS90002: Tenant '...' not found`), which MSAL hides behind `Unable to get
authority configuration`, and the chain ends there.

## Example

```shell
AZURE_TENANT_ID=https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
```

## Fix safety

Safe where the fix only takes off quotation marks or white space. Unsafe where it takes the tenant out of an address. For an ID
of something else there is no fix: the right one is not known.

## References

- [Find tenant and application ids](https://learn.microsoft.com/partner-center/find-ids-and-domain-names)
- [AADSTS90002 with a subscription's ID](https://github.com/Azure/azure-cli/issues/22145)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import choose, is_tenant_allowed
from azmlflow.azure.uri_parsing import parse_tracking_uri
from azmlflow.azure.workspace import is_guid, is_placeholder
from azmlflow.patterns import pattern
from azmlflow.resolution.configs import read_candidate
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Related, Rule, Severity
from azmlflow.rules.credential_fixes import replaced
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind, Location

RULE = Rule(
    code="AZM304",
    name="tenant-id-invalid",
    summary="AZURE_TENANT_ID is not the ID of a tenant",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/partner-center/find-ids-and-domain-names",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_GUID: Final = pattern(r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])")
_AROUND: Final = "'\"\u2018\u2019\u201c\u201d"
_ANY_TENANT: Final = frozenset({"common", "organizations", "consumers"})
_SUBSCRIPTIONS: Final = (
    "AZURE_SUBSCRIPTION_ID",
    "ARM_SUBSCRIPTION_ID",
    "AZUREML_ARM_SUBSCRIPTION",
    "SUBSCRIPTION_ID",
)
_REFUSED: Final = "azure-identity refuses it"
_FAILS: Final = "azureml-mlflow fails on it before it tries any credential, az login included"


class _Fault(NamedTuple):
    """What is wrong, as a sentence; `right` is the tenant that is meant, where that can be told."""

    message: str
    severity: Severity | None = None
    right: str | None = None
    safe: bool = False
    other: Location | None = None


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each tenant that is none."""
    for environ in credentials.judged(resolution, v.AZURE_TENANT_ID):
        setting, tenant = environ.setting(v.AZURE_TENANT_ID), environ.text(v.AZURE_TENANT_ID)
        if setting is None or not tenant or is_placeholder(tenant) or credentials.is_replaced_later(tenant):
            continue
        fault = _of_spelling(tenant, environ.where == "job") or _of_meaning(resolution, environ, tenant)
        if fault is not None:
            yield _finding(resolution, setting, tenant, fault)


def _of_spelling(tenant: str, in_job: bool) -> _Fault | None:
    """Say which characters are wrong. azure-identity allows letters, digits, hyphen and full stop.

    In a job azureml-mlflow builds no chain: there only a principal of the script's own code fails.
    """
    if is_tenant_allowed(tenant):
        return None
    fails = _REFUSED if in_job else _FAILS
    severity: Severity | None = "warning" if in_job else None
    bare = tenant.strip().strip(_AROUND).strip()
    if is_tenant_allowed(bare):
        what = "white space" if bare == tenant.strip() else "quotation marks"
        return _Fault(f"AZURE_TENANT_ID has {what} around it: {fails}", severity, bare, safe=True)
    if "://" in tenant:
        found = _GUID.findall(tenant)
        right = found[0] if len(found) == 1 else None
        return _Fault(f"AZURE_TENANT_ID is an address, not the ID of a tenant: {fails}", severity, right)
    return _Fault(f"AZURE_TENANT_ID has characters that no tenant has: {fails}", severity)


def _of_meaning(resolution: Resolution, environ: Environ, tenant: str) -> _Fault | None:
    if is_guid(tenant):
        return _id_of_something_else(resolution, environ, tenant)
    is_principal = choose(credentials.principal_of(environ)).mode is not None
    if tenant.lower() in _ANY_TENANT:
        message = f"AZURE_TENANT_ID is {tenant.lower()}: a service principal signs in to one tenant, by its GUID or domain"
        return _Fault(message, "warning") if is_principal else None
    if "." in tenant.strip("."):
        return None
    return _Fault(
        "AZURE_TENANT_ID is neither a GUID nor a domain, so Entra ID knows no such tenant", "warning"
    )


def _id_of_something_else(resolution: Resolution, environ: Environ, tenant: str) -> _Fault | None:
    wanted = tenant.lower()
    client = environ.get(v.AZURE_CLIENT_ID)
    if client is not None and (client.value or "").lower() == wanted:
        other = client.setting.place if client.setting else None
        return _Fault(
            "AZURE_TENANT_ID and AZURE_CLIENT_ID hold the same GUID: one of them is wrong", other=other
        )
    for name in _SUBSCRIPTIONS:
        variable = environ.get(name)
        if variable is not None and (variable.value or "").lower() == wanted:
            return _Fault(_SUBSCRIPTION, other=variable.setting.place if variable.setting else None)
    uri = parse_tracking_uri(environ.text(v.MLFLOW_TRACKING_URI) or "")
    if uri is not None and uri.workspace is not None and uri.workspace.subscription_id.lower() == wanted:
        return _Fault(_SUBSCRIPTION)
    known = remembered(resolution.snapshot, "subscriptions", resolution.root, lambda: _of_configs(resolution))
    return _Fault(_SUBSCRIPTION, other=known[wanted]) if wanted in known else None


_SUBSCRIPTION: Final = "AZURE_TENANT_ID holds the ID of the subscription: Entra ID knows no such tenant"


def _of_configs(resolution: Resolution) -> dict[str, Location]:
    """Return the subscriptions of the project's workspace configs, and where each stands."""
    snapshot, found = resolution.snapshot, {}
    for file in snapshot.of_kind(FileKind.WORKSPACE_CONFIG):
        workspace = read_candidate(snapshot, file.path).workspace
        if workspace is not None and file.path.is_relative_to(resolution.root):
            at = file.text.value.find(workspace.subscription_id)
            span = file.text.span(max(at, 0), max(at, 0) + len(workspace.subscription_id))
            found[workspace.subscription_id.lower()] = Location(file.path, None, span)
    return found


def _finding(resolution: Resolution, setting: Setting, tenant: str, fault: _Fault) -> Finding:
    related = (Related("the same ID stands here", fault.other),) if fault.other else ()
    make = partial(_fixes, resolution, setting, tenant, fault) if fault.right else None
    place = credentials.value_place(setting)
    return Finding(RULE, fault.message, place, related, fault.severity, make_fixes=make)


def _fixes(resolution: Resolution, setting: Setting, tenant: str, fault: _Fault) -> Iterator[Fix]:
    edits = replaced(resolution, setting, tenant, fault.right or "")
    if edits:
        title = "Write the tenant alone" if fault.safe else "Write the tenant in the address"
        yield Fix(title, edits, fault.safe)
