"""A secret and a certificate are both set, and the certificate is never read.

## What it does

Finds environments in which AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH are all set.
Silent where code of the project reads the certificate's variable itself.

## Why it is bad

azure-identity takes the first set that is complete, and the secret comes first. The certificate is not even opened, so that a
wrong path goes unnoticed. When the secret expires, everything stops, though the certificate is there and good.

## Example

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_SECRET=the-value-of-the-secret
AZURE_CLIENT_CERTIFICATE_PATH=/etc/train/principal.pem
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_CERTIFICATE_PATH=/etc/train/principal.pem
```

## Fix safety

Unsafe: the fix takes the secret out, and what signs in with it now signs in with the certificate.

## References

- [EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.credential_fixes import taking_out

RULE = Rule(
    code="AZM306",
    name="secret-shadows-certificate",
    summary="a secret and a certificate are both set, so the certificate is never read",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/environment.py",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_BOTH: Final = (v.AZURE_CLIENT_CERTIFICATE_PATH, v.AZURE_CLIENT_SECRET)
_MESSAGE: Final = (
    "AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH are both set: "
    "azure-identity uses the secret and never reads the certificate"
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each environment in which a certificate is shadowed."""
    for environ in credentials.judged(resolution, *_BOTH):
        place = credentials.first_own(environ, _BOTH)
        if place is None or not all(map(environ.filled, _BOTH)) or not _is_read(resolution, environ):
            continue
        secret = environ.get(v.AZURE_CLIENT_SECRET)
        elsewhere = secret.setting if secret and place.name != v.AZURE_CLIENT_SECRET else None
        related = (Related("the secret is set here", elsewhere.place),) if elsewhere else ()
        make = partial(_fixes, resolution, environ)
        yield Finding(RULE, _MESSAGE, place.place, related, make_fixes=make)


def _is_read(resolution: Resolution, environ: Environ) -> bool:
    """Tell whether EnvironmentCredential decides between the two, and no code of the project does."""
    wins = choose(credentials.principal_of(environ)).mode is Mode.SECRET
    own = credentials.code_reads(resolution, v.AZURE_CLIENT_CERTIFICATE_PATH, but_here=True)
    return wins and not own and credentials.reads_principal(resolution, environ)


def _fixes(resolution: Resolution, environ: Environ) -> Iterator[Fix]:
    secret = environ.setting(v.AZURE_CLIENT_SECRET)
    if secret is not None:
        yield from taking_out(resolution, secret, safe=False)
