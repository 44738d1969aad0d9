"""AZURE_CLIENT_SECRET holds an ID, where the secret's value belongs.

## What it does

Finds an AZURE_CLIENT_SECRET in the shape of a GUID. The portal lists a secret with a value and an ID side by side, and the ID is
a GUID. With high confidence where the very same GUID is in AZURE_CLIENT_ID or AZURE_TENANT_ID. The value itself is never shown.

## Why it is bad

Entra ID refuses it: `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client
secret value, not the client secret ID`. The chain of credentials ends there: `az login` is not tried any more.

## Example

```shell
AZURE_CLIENT_SECRET=9c0a3c3e-0000-4f7a-8a5f-000000000000
```

## Use instead

```shell
AZURE_CLIENT_SECRET=the-value-that-the-portal-shows-once
```

The portal shows the value only until the page is left. Make a new secret when it was not noted down. Secrets that very old
versions of the Azure CLI made are GUIDs too: silence the rule for such a one.

## References

- [AADSTS7000215](https://github.com/Azure/login/issues/475)
- [Add a client secret](https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.variables import AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID
from azmlflow.azure.workspace import is_guid, is_placeholder
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Rule

RULE = Rule(
    code="AZM305",
    name="client-secret-is-id",
    summary="AZURE_CLIENT_SECRET holds a GUID: the ID of a secret, not its value",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/Azure/login/issues/475",
    kinds=credentials.KINDS,
    hides_source=True,
)

_ID: Final = "AZURE_CLIENT_SECRET looks like the ID of the secret, which is a GUID, and not like its value"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each secret that is a GUID."""
    for environ in credentials.judged(resolution, AZURE_CLIENT_SECRET):
        setting = environ.setting(AZURE_CLIENT_SECRET)
        secret = (environ.text(AZURE_CLIENT_SECRET) or "").strip()
        if setting is None or not is_guid(secret) or is_placeholder(secret):
            continue
        place, same = credentials.value_place(setting), _same_as(environ, secret)
        if same is None:
            yield Finding(RULE, _ID, place)
        else:
            message = f"AZURE_CLIENT_SECRET holds the same GUID as {same}, which is not the secret's value"
            yield Finding(RULE, message, place, confidence="high")


def _same_as(environ: Environ, secret: str) -> str | None:
    ids = ((name, environ.text(name) or "") for name in (AZURE_CLIENT_ID, AZURE_TENANT_ID))
    return next((name for name, value in ids if value.lower() == secret.lower()), None)
