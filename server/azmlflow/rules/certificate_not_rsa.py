"""The certificate's private key is not an RSA key.

## What it does

Finds PEM and PKCS#12 files whose key is an EC, Ed25519 or other key.

## Why it is bad

azure-identity opens the file while it builds the chain of credentials, and what it raises then ends everything:
`az login`, managed identity and the browser are never tried, neither by azureml-mlflow nor by DefaultAzureCredential.
azure-identity signs its requests with RS256, which needs an RSA key.

## Example

```shell
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout train-bot.key -out train-bot.crt
```

## Use instead

```shell
openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=train-bot -keyout train-bot.key -out train-bot.crt
```

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [Certificate credentials for application authentication](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.parsing.certificate import Fault
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.certificates import KINDS, opened

RULE = Rule(
    code="AZM405",
    name="certificate-not-rsa",
    summary="the certificate's private key is not an RSA key",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each certificate file with another kind of key."""
    for found in opened(resolution):
        if found.facts.fault is Fault.NOT_RSA:
            kind = found.facts.key_kind or "other"
            article = "an" if kind[0] in "AEIOU" else "a"
            message = (
                f"{found.name} holds {article} {kind} key, and azure-identity signs with RSA keys only: "
                "it fails before it tries anything else"
            )
            yield Finding(RULE, message, found.use.written)
