"""The certificate file is neither PEM nor PKCS#12, or it is damaged.

## What it does

Reads the file that AZURE_CLIENT_CERTIFICATE_PATH or CertificateCredential names, and says what it is instead: empty, text
in UTF-16, a certificate without key in DER (`.cer`), PKCS#7 (`.p7b`), a Java keystore, Base64 that nobody decoded, or a PEM
or PKCS#12 file that is cut off, damaged or encrypted in a way that is not supported.

## Why it is bad

azure-identity opens the file while it builds the chain of credentials, and what it raises then ends everything:
`az login`, managed identity and the browser are never tried, neither by azureml-mlflow nor by DefaultAzureCredential.
For seven different causes its text is the same: `Failed to deserialize certificate in PEM or PKCS12 format`.

## Example

```shell
az keyvault secret download --name train-bot --vault-name kv --file train-bot.pfx
```

writes the Base64 text of the PKCS#12 file, which azure-identity does not decode.

## Use instead

```shell
az keyvault secret download --name train-bot --vault-name kv --file train-bot.pfx --encoding base64
```

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [az keyvault secret download](https://learn.microsoft.com/cli/azure/keyvault/secret#az-keyvault-secret-download)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.parsing.certificate import CertificateFacts, Fault, Form
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.certificates import KINDS, opened

RULE = Rule(
    code="AZM402",
    name="certificate-unreadable",
    summary="the certificate file is not PEM or PKCS#12, or it is damaged",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
)

_WHAT: Final = {
    Form.EMPTY: "is empty",
    Form.UTF16: "is text in UTF-16, which is no PEM: save it as UTF-8 without changing anything else",
    Form.PKCS7: "is a PKCS#7 file, which holds certificates but never a private key",
    Form.BASE64: "is Base64 text without the lines of PEM around it: decode it to the file that it was made from",
    Form.KEYSTORE: "is a Java keystore, which azure-identity cannot read: export it as PKCS#12",
    Form.UNKNOWN: "is neither PEM nor PKCS#12",
}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each certificate file that cannot be read, whatever the password."""
    for found in opened(resolution):
        fault = _fault(found.facts)
        if fault:
            message = f"{found.name} {fault}; azure-identity fails on it before it tries anything else"
            yield Finding(RULE, message, found.use.written)


def _fault(facts: CertificateFacts) -> str | None:
    if facts.fault is Fault.DAMAGED:
        return f"is a {facts.form.value} file that is cut off or damaged"
    if facts.fault is Fault.NOT_UTF8:
        return "holds other text beside its PEM parts that is not UTF-8"
    if facts.fault is Fault.UNSUPPORTED:
        return "is encrypted or made in a way that is not supported"
    if facts.fault is not Fault.UNREADABLE:
        return None
    if facts.form is Form.DER:
        alone = "a certificate in DER, without its private key" if facts.subject else "in DER"
        return f"is {alone}: what is needed is PEM or PKCS#12 with certificate and key"
    return _WHAT.get(facts.form)
