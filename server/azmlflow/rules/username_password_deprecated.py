"""The environment signs in with a user's name and password, which is deprecated.

## What it does

Finds environments in which AZURE_CLIENT_ID, AZURE_USERNAME and AZURE_PASSWORD are set and azure-identity would use them, because
no secret and no certificate completes a service principal. Silent where code of the project reads the user's name or password
itself.

## Why it is bad

A sign-in by password cannot answer a second factor: `AADSTS50076 ... you must use multi-factor authentication`, and the chain of
credentials ends there. Microsoft has deprecated it, and requires a second factor for more and more accounts. A person's
password lies in a file besides.

## Example

```shell
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_USERNAME=somebody@contoso.com
AZURE_PASSWORD=...
```

## Use instead

Sign in with `az login`, or use a service principal:

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_SECRET=the-value-of-the-secret
```

## References

- [Migrate from username and password](https://aka.ms/azsdk/identity/mfa)
- [UsernamePasswordCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.usernamepasswordcredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Rule

RULE = Rule(
    code="AZM310",
    name="username-password-deprecated",
    summary="the environment signs in with a user's name and password, which is deprecated and fails with MFA",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://aka.ms/azsdk/identity/mfa",
    kinds=credentials.KINDS,
    hides_source=True,
)

_SET: Final = (v.AZURE_USERNAME, v.AZURE_PASSWORD)
_MESSAGE: Final = "azure-identity signs in with AZURE_USERNAME and AZURE_PASSWORD, which is deprecated and fails for accounts with MFA"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each environment that signs in by password."""
    for environ in credentials.judged(resolution, *_SET):
        place = credentials.first_own(environ, _SET)
        if place is not None and all(map(environ.filled, _SET)) and _is_used(resolution, environ):
            yield Finding(RULE, _MESSAGE, place.place)


def _is_used(resolution: Resolution, environ: Environ) -> bool:
    if choose(credentials.principal_of(environ)).mode is not Mode.PASSWORD or environ.more:
        return False
    own = credentials.code_reads(resolution, *_SET, but_here=True)
    return not own and credentials.reads_principal(resolution, environ)
