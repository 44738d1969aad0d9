"""AZURE_CLIENT_ID is set alone, and is taken for the ID of a managed identity.

## What it does

Finds an environment file, a launch configuration, a shell script or a script that sets AZURE_CLIENT_ID where nothing else of a
service principal is set. Silent where code of the project uses a managed identity or reads the variable itself, where another
file supplies the rest, and in jobs, containers and CI, where a managed identity is meant.

## Why it is bad

azure-identity hands an AZURE_CLIENT_ID to its managed identity, as the one that the user has assigned. Left over from a service
principal, it names no such identity: on a machine in Azure, `ManagedIdentityCredential` then fails with `No identity has been
assigned to this resource`, where without the variable it would have worked. Nowhere else does it do anything.

## Example

```shell
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_SECRET=the-value-of-the-secret
```

For a managed identity the variable is right as it is: silence the rule there.

## Fix safety

Unsafe: the fix comments the line out, or removes the entry, and a managed identity that is meant is then not named any more.

## References

- [Left over AZURE_CLIENT_ID](https://github.com/Azure/azure-sdk-for-python/issues/30427)
- [DefaultAzureCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.credential_links import MANAGED_IDENTITY
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.credential_fixes import taking_out
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind

RULE = Rule(
    code="AZM309",
    name="client-id-alone",
    summary="AZURE_CLIENT_ID stands alone and is taken for the ID of a managed identity",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/30427",
    kinds=SCRIPT_KINDS | {FileKind.DOTENV, FileKind.EDITOR, FileKind.SHELL},
    fixable="sometimes",
)

_REST: Final = (
    *(
        v.AZURE_TENANT_ID,
        v.AZURE_CLIENT_SECRET,
        v.AZURE_CLIENT_CERTIFICATE_PATH,
        v.AZURE_FEDERATED_TOKEN_FILE,
    ),
    *(v.AZURE_USERNAME, v.AZURE_PASSWORD, v.DEFAULT_IDENTITY_CLIENT_ID, v.IDENTITY_ENDPOINT, v.MSI_ENDPOINT),
)
_KEYS: Final = (v.AZURE_CLIENT_SECRET, v.AZURE_CLIENT_CERTIFICATE_PATH)
_MESSAGE: Final = "AZURE_CLIENT_ID stands alone: azure-identity takes it for the ID of a managed identity, not for a service principal"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each AZURE_CLIENT_ID that nothing accompanies."""
    for environ in credentials.judged(resolution, v.AZURE_CLIENT_ID):
        setting = environ.setting(v.AZURE_CLIENT_ID)
        if setting is not None and _is_alone(environ) and not _is_meant(resolution, environ):
            make = partial(taking_out, resolution, setting, safe=False)
            yield Finding(RULE, _MESSAGE, setting.place, make_fixes=make)


def _is_alone(environ: Environ) -> bool:
    filled = environ.filled(v.AZURE_CLIENT_ID) and not any(map(environ.has, _REST))
    return (
        filled
        and environ.where == "here"
        and not environ.more
        and not credentials.is_of_other_program(environ)
    )


def _is_meant(resolution: Resolution, environ: Environ) -> bool:
    """Tell whether a managed identity may be meant, or code or commands read the variable for their own ends."""
    if resolution.script is not None and not resolution.script.running.outside:
        return True
    chosen = (environ.text(v.AZURE_TOKEN_CREDENTIALS) or "").strip().lower()
    if chosen in (MANAGED_IDENTITY.lower(), "prod") or credentials.elsewhere(resolution, *_KEYS):
        return True
    return (
        credentials.code_reads(resolution, v.AZURE_CLIENT_ID, but_here=True)
        or credentials.code_signs_in(resolution, *_KEYS)
        or credentials.commands_read(resolution, v.AZURE_CLIENT_ID)
        or any(right in _REST for _, right in credentials.misspelt(environ))
    )
