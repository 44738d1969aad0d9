"""The private key belongs to another certificate than the first one in the file.

## What it does

Compares the key with the public key of the first certificate in a PEM file. Where a later certificate is the key's own, it
says which: a chain that begins with the issuer has the wrong order.

## Why it is bad

azure-identity loads the two and does not compare them. It names the first certificate's thumbprint to Entra ID and signs with
the key; Entra ID checks the signature with that certificate and refuses. The chain ends there.

## Example

```shell
cat train-bot.key issuer.crt train-bot.crt > train-bot.pem
```

## Use instead

```shell
cat train-bot.key train-bot.crt issuer.crt > train-bot.pem
```

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [Certificate credentials for application authentication](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.certificates import KINDS, PASSWORD_FAULTS, opened

RULE = Rule(
    code="AZM407",
    name="certificate-key-mismatch",
    summary="the private key belongs to another certificate than the first in the file",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each file whose key is not the first certificate's."""
    for found in opened(resolution):
        facts = found.facts
        if facts.key_matches is False and facts.fault in (None, *PASSWORD_FAULTS):
            place = facts.key_matches_at
            other = "no certificate in the file" if place is None else f"certificate {place + 1} in the file"
            message = (
                f"the private key in {found.name} belongs to {other}, and azure-identity takes the first: "
                "Entra ID refuses it"
            )
            yield Finding(RULE, message, found.use.written)
