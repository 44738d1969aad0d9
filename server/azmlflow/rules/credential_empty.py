"""A variable of a service principal is set and empty, which azure-identity takes for a value.

## What it does

Finds AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH that are set to nothing where
the other variables of the set are there, and empty values among AZURE_CLIENT_ID, AZURE_USERNAME and AZURE_PASSWORD where all
three are. An empty variable that completes no set does no harm and is left alone.

## Why it is bad

azure-identity asks whether a variable is set, not whether it holds anything. With a complete set it fails while the chain of
credentials is being built: `ValueError: secret should be a Microsoft Entra application's client secret`. No other credential
is tried then, so that even after `az login` nothing works. With an empty user name or password it signs in with just that,
is refused, and the chain ends there.

## Example

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_SECRET=
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
# AZURE_CLIENT_SECRET=
```

## Fix safety

Safe: the fix comments the line out, or removes the entry, which is what an empty value is meant to say. It counts as unsafe
where code of the project names the variable, because that code may expect it to be there.

## References

- [An empty variable raises ValueError](https://github.com/Azure/azure-sdk-for-python/issues/34487)
- [Environment variables of EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.environment_credential import SETS, Mode, choose, environment_fault
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.credential_fixes import taking_out
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM302",
    name="credential-empty",
    summary="a variable of a service principal is set and empty, which ends the whole chain of credentials",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/34487",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_RAISES: Final = "azure-identity fails on it before it tries any credential, az login included"
_IS_REFUSED: Final = "azure-identity signs in with it, is refused and tries no other credential"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each empty variable of the set that azure-identity would use."""
    for environ in credentials.judged(resolution, *credentials.PRINCIPAL):
        if resolution.file.kind is FileKind.DOCKERFILE or not _has_empty(environ):
            continue  # a Dockerfile declares what is given at the start
        mode = choose(credentials.principal_of(environ)).mode
        if mode is not None and credentials.reads_principal(resolution, environ):
            yield from (_finding(resolution, mode, setting) for setting in _empty(resolution, environ, mode))


def _has_empty(environ: Environ) -> bool:
    return any(environ.text(name) == "" for name in credentials.PRINCIPAL)


def _empty(resolution: Resolution, environ: Environ, mode: Mode) -> Iterator[Setting]:
    for name in SETS[mode]:
        setting = environ.setting(name) if environ.text(name) == "" else None
        if setting is not None and not credentials.overruled_by_process(resolution, name):
            yield setting


def _finding(resolution: Resolution, mode: Mode, setting: Setting) -> Finding:
    name, make = setting.name, partial(_fixes, resolution, setting)
    others = dict.fromkeys(SETS[mode], credentials.STAND_IN)
    if environment_fault({**others, name: ""}) is not None:
        message = f"{name} is set and empty: {_RAISES}"
        return Finding(RULE, message, setting.place, make_fixes=make)
    message = f"{name} is set and empty: {_IS_REFUSED}"
    return Finding(RULE, message, setting.place, severity="warning", confidence="medium", make_fixes=make)


def _fixes(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    named = credentials.code_reads(resolution, setting.name, but_here=True)
    yield from taking_out(resolution, setting, safe=not named)
