"""The certificate has expired, is not yet valid, or expires within 30 days.

## What it does

Compares the dates in the certificate with today's: an error when it has expired or is not yet valid, a warning in its
last week, information in its last 30 days.

## Why it is bad

azure-identity does not look at the dates. It loads the file, signs a request with it, and only Entra ID refuses: the chain
ends there with an authentication error, and `az login` or managed identity behind it are not tried.

## Example

```shell
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=train-bot -keyout train-bot.key -out train-bot.crt
```

## Use instead

Make a new certificate, upload it to the app registration beside the old one, replace the file, and then remove the old
one from the registration:

```shell
az ad app credential reset --id 00000000-0000-0000-0000-000000000000 --append --cert @train-bot.crt
```

## References

- [Certificate credentials for application authentication](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
- [az ad app credential reset](https://learn.microsoft.com/cli/azure/ad/app/credential#az-ad-app-credential-reset)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from azmlflow.parsing.certificate import CertificateFacts
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule, Severity
from azmlflow.rules.certificates import KINDS, PASSWORD_FAULTS, opened

RULE = Rule(
    code="AZM406",
    name="certificate-expired",
    summary="the certificate has expired, is not yet valid, or soon expires",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
)

_SOON: Final = timedelta(days=30)
_VERY_SOON: Final = timedelta(days=7)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each certificate that is not valid now, or not for long."""
    seen = resolution.snapshot.surroundings
    for found in opened(resolution):
        if seen is not None and found.facts.fault in (None, *PASSWORD_FAULTS):
            told = _judge(found.facts, seen.now)
            if told is not None:
                severity, words = told
                message = f"the certificate in {found.name} {words}"
                yield Finding(RULE, message, found.use.written, severity=severity)


def _judge(facts: CertificateFacts, now: datetime) -> tuple[Severity, str] | None:
    if facts.not_before is None or facts.not_after is None:
        return None
    if now > facts.not_after:
        return "error", f"expired on {facts.not_after:%Y-%m-%d}: Entra ID refuses it"
    if now < facts.not_before:
        return "error", f"is not valid before {facts.not_before:%Y-%m-%d}: Entra ID refuses it until then"
    left = facts.not_after - now
    if left > _SOON:
        return None
    severity: Severity = "warning" if left <= _VERY_SOON else "information"
    return severity, f"expires on {facts.not_after:%Y-%m-%d}: {_in_days(left.days)}"


def _in_days(days: int) -> str:
    return f"in {days} days" if days > 1 else ("in one day" if days else "in less than a day")
