"""The password of the certificate file is missing, wrong, or set for a file that has none.

## What it does

Opens the file with AZURE_CLIENT_CERTIFICATE_PASSWORD as it stands in the same environment, offline, as azure-identity would. It
says nothing where the password is not known, or may be set elsewhere: by code, by another file, by a secret of CI.

## Why it is bad

azure-identity opens the file while it builds the chain of credentials, and what it raises then ends everything:
`az login`, managed identity and the browser are never tried, neither by azureml-mlflow nor by DefaultAzureCredential.
A password is not optional in either direction: for a file without one, it is refused too. An empty variable counts as none.

## Example

```shell
AZURE_CLIENT_CERTIFICATE_PATH=/home/me/plain.pem
AZURE_CLIENT_CERTIFICATE_PASSWORD=left-from-the-old-file
```

## Use instead

```shell
AZURE_CLIENT_CERTIFICATE_PATH=/home/me/plain.pem
```

## Fix safety

Safe: the fix removes the password of a file that has none. With it nothing works.

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.variables import AZURE_CLIENT_CERTIFICATE_PASSWORD, AZURE_CLIENT_CERTIFICATE_PATH
from azmlflow.parsing.certificate import Fault, Form
from azmlflow.resolution.certificate_uses import CertificateUse
from azmlflow.resolution.environs import set_elsewhere
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Related, Rule
from azmlflow.rules.certificates import KINDS, PASSWORD_FAULTS, Opened, opened
from azmlflow.rules.env_layers import removal_of, removal_of_write
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind
from azmlflow.workspace.texts import mentions

RULE = Rule(
    code="AZM404",
    name="certificate-password",
    summary="the certificate's password is missing, wrong, or set for a file that has none",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
    fixable="sometimes",
    hides_source=True,
)

_NAME: Final = AZURE_CLIENT_CERTIFICATE_PASSWORD
_END: Final = "azure-identity fails before it tries anything else"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each password that does not fit its file."""
    for found in opened(resolution, with_password_only=True):
        fault = found.facts.fault
        if not found.use.password.known or fault not in PASSWORD_FAULTS:
            continue
        if fault is Fault.PASSWORD_MISSING:
            yield from _missing(resolution, found)
        else:
            yield _not_fitting(resolution, found)


def _missing(resolution: Resolution, found: Opened) -> Iterator[Finding]:
    use, password = found.use, found.use.password
    if password.text is None and (password.more or (_by_variable(use) and _is_set_elsewhere(resolution))):
        return
    setting = password.setting
    related = (Related(f"{_called(use)} is set here, and empty", setting.place),) if setting else ()
    state = "is empty" if setting else "is not set"
    needs = (
        "has an encrypted private key" if found.facts.form is Form.PEM else "needs a password, or is damaged"
    )
    message = f"{found.name} {needs}, and {_called(use)} {state}: {_END}"
    yield Finding(RULE, message, use.written, related)


def _not_fitting(resolution: Resolution, found: Opened) -> Finding:
    use, setting = found.use, found.use.password.setting
    place = setting.place if setting else use.written
    unused = found.facts.fault is Fault.PASSWORD_UNUSED
    if unused:
        message = f"{_called(use)} is set, and {found.name} has no password: {_END}"
    else:
        or_damaged = "" if found.facts.form is Form.PEM else ", or the file is damaged"
        message = f"{_called(use)} does not open {found.name}{or_damaged}: {_END}"
    related = (Related(f"{found.name} is named here", use.written),) if setting and use.own else ()
    make = partial(_fixes, resolution, setting) if unused and setting else None
    return Finding(RULE, message, place, related, make_fixes=make)


def _by_variable(use: CertificateUse) -> bool:
    return use.called == AZURE_CLIENT_CERTIFICATE_PATH


def _called(use: CertificateUse) -> str:
    return _NAME if _by_variable(use) else "password"


def _is_set_elsewhere(resolution: Resolution) -> bool:
    """Tell whether anything else in the project sets the password, or names the variable in code."""
    snapshot = resolution.snapshot
    if _NAME in set_elsewhere(snapshot, resolution.root):
        return True
    return remembered(
        snapshot,
        "mentions of the password",
        None,
        lambda: any(mentions(file, (_NAME,)) for file in snapshot.of_kind(*SCRIPT_KINDS, FileKind.SHELL)),
    )


def _fixes(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    file = resolution.file
    if file.kind not in SCRIPT_KINDS:
        edit = removal_of(file, setting)
    else:
        events = resolution.script.all(EventKind.WRITE_VARIABLE) if resolution.script else ()
        event = next((event for event in events if event.location == setting.place), None)
        edit = removal_of_write(file, event) if event else None
    if edit is not None:
        yield Fix(f"Remove {_NAME}", (edit,), safe=True)
