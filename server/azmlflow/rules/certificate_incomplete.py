"""The certificate file holds only one of the two things that are needed: private key and certificate.

## What it does

Finds PEM files without a private key or without a certificate, and PKCS#12 files without a key, or whose certificates all
belong to other keys. Public keys, keys in OpenSSH's own format, certificate requests and `TRUSTED CERTIFICATE` do not count.

## Why it is bad

azure-identity opens the file while it builds the chain of credentials, and what it raises then ends everything:
`az login`, managed identity and the browser are never tried, neither by azureml-mlflow nor by DefaultAzureCredential.
Entra ID has the certificate, and the program has to prove that it holds the key: it needs both, in one file.

## Example

```shell
AZURE_CLIENT_CERTIFICATE_PATH=/home/me/train-bot.crt
```

## Use instead

```shell
cat train-bot.key train-bot.crt > train-bot.pem
```

```shell
AZURE_CLIENT_CERTIFICATE_PATH=/home/me/train-bot.pem
```

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [Certificate credentials for application authentication](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.parsing.certificate import CertificateFacts, Fault
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.certificates import KINDS, opened

RULE = Rule(
    code="AZM403",
    name="certificate-incomplete",
    summary="the certificate file lacks the private key or the certificate",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
)

_END: Final = "; azure-identity fails on it before it tries anything else"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each certificate file that holds only half of what is needed."""
    for found in opened(resolution):
        lack = _lack(found.facts)
        if lack:
            yield Finding(RULE, f"{found.name} {lack}{_END}", found.use.written)


def _lack(facts: CertificateFacts) -> str | None:
    labels = set(facts.labels)
    if facts.fault is Fault.NO_KEY:
        if "OPENSSH PRIVATE KEY" in labels:
            return "holds its private key in OpenSSH's own format, which does not count: convert it to PKCS#8"
        what = "a public key, but no private key" if "PUBLIC KEY" in labels else "no private key"
        return f"holds {what}"
    if facts.fault is not Fault.NO_CERTIFICATE:
        return None
    if any(label.endswith("CERTIFICATE REQUEST") for label in labels):
        return "holds a certificate request, but no certificate"
    if facts.chain_length:
        return "holds no certificate that belongs to its private key"
    return "holds a private key, but no certificate"
