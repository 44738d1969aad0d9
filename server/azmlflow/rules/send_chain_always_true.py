"""AZURE_CLIENT_SEND_CERTIFICATE_CHAIN is meant to say no, and says yes.

## What it does

Finds `false`, `0`, `no`, `off` and the like in AZURE_CLIENT_SEND_CERTIFICATE_CHAIN. Silent where a secret is set beside the
certificate, for then neither is read.

## Why it is bad

azure-identity takes `bool(...)` of the text, and every text but the empty one is true. The chain of the certificate is
sent, which is the opposite of what the line says.

## Example

```shell
AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=false
```

## Use instead

```shell
# AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=
```

## Fix safety

Unsafe: without the variable the chain is not sent any more. That is what the line says, but an application that is trusted by
subject name and issuer needs it.

## References

- [EnvironmentCredential in azure-identity](https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/environment.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.credential_fixes import taking_out

RULE = Rule(
    code="AZM307",
    name="send-chain-always-true",
    summary="AZURE_CLIENT_SEND_CERTIFICATE_CHAIN is set to a text that means no, which counts as yes",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/environment.py",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_NO: Final = frozenset({"false", "0", "no", "off", "n", "f", "none", "null", "disabled"})
_MESSAGE: Final = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN counts as true whatever it holds: the chain of the certificate is sent"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each text that means no."""
    name = v.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN
    for environ in credentials.judged(resolution, name):
        setting, value = environ.setting(name), environ.text(name)
        if setting is None or (value or "").strip().lower() not in _NO:
            continue
        mode = choose(credentials.principal_of(environ)).mode
        if mode in (None, Mode.CERTIFICATE) and credentials.reads_principal(resolution, environ):
            make = partial(taking_out, resolution, setting, safe=False)
            yield Finding(RULE, _MESSAGE, credentials.value_place(setting), make_fixes=make)
