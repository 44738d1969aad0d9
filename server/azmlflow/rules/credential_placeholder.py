"""A variable of a service principal still holds the text that was to be replaced.

## What it does

Finds `<your-client-id>`, `your-secret`, `xxxxxxxx-...`, `changeme`, the GUID of zeros and the like in AZURE_TENANT_ID,
AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_USERNAME, AZURE_PASSWORD and
AZURE_FEDERATED_TOKEN_FILE. Forms to be filled in (`.env.example`), tests and environment files of tests are left alone, and in
CI such stand-ins as zeros, which tests are given. So is what a deployment, a template or a vault replaces (`#{...}#`,
`{{...}}`, `op://...`), and in a job what its submission fills in (`--set environment_variables.NAME=...`).

## Why it is bad

A tenant in angle brackets fails while azureml-mlflow builds its chain of credentials, even when nothing else of the principal
is set: `ValueError: Invalid tenant ID provided.` Nothing else is tried then, not even `az login`. With a complete set,
azure-identity signs in with the placeholder, is refused, and the chain ends there too.

## Example

```shell
AZURE_TENANT_ID=<your-tenant-id>
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
```

## Fix safety

Unsafe: the fix comments the line out, or removes the entry, until the value is known. Another program may read the same file.

## References

- [Environment variables of EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
- [Find tenant and application ids](https://learn.microsoft.com/partner-center/find-ids-and-domain-names)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import choose, interactive_fault
from azmlflow.azure.workspace import is_guid, is_placeholder
from azmlflow.patterns import pattern
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Rule, Severity
from azmlflow.rules.credential_fixes import taking_out
from azmlflow.workspace.layer import Setting

RULE = Rule(
    code="AZM303",
    name="credential-placeholder",
    summary="a variable of a service principal holds a placeholder",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/partner-center/find-ids-and-domain-names",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_JUDGED: Final = (*credentials.PRINCIPAL, v.AZURE_FEDERATED_TOKEN_FILE)
_WORDS: Final = pattern(r"(?:^|[-_. ])your(?:[-_. ]|$)|^(?:enter|insert|paste|replace)[-_. ]", re.IGNORECASE)
_BRACKETS: Final = frozenset("<>[]{}()")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each placeholder that the file gives to a variable."""
    for environ in credentials.judged(resolution, *_JUDGED):
        for name in _JUDGED:
            setting, value = environ.setting(name), environ.text(name)
            if setting is not None and value and _is_left(resolution, environ, name, value):
                yield _finding(resolution, environ, setting)


def _is_left(resolution: Resolution, environ: Environ, name: str, value: str) -> bool:
    if not (is_placeholder(value) or _WORDS.search(value)) or credentials.is_replaced_later(value):
        return False
    bare = value.strip().strip("'\"")
    bracketed = bare[:1] in _BRACKETS and bare[-1:] in _BRACKETS
    if v.is_secret(name) and not _BRACKETS.isdisjoint(bare) and not bracketed:
        return False  # brackets may belong to a password
    if environ.where == "ci" and not bracketed and not _WORDS.search(value):
        return False  # what a test needs to be started at all
    if environ.where == "job" and credentials.filled_in_at_submission(resolution, name):
        return False
    return not credentials.TEST_NAME.search(resolution.file.path.name.lower())


def _finding(resolution: Resolution, environ: Environ, setting: Setting) -> Finding:
    name = setting.name
    set_whole = credentials.principal_of(environ)
    complete = choose(set_whole).mode is not None and credentials.reads_principal(resolution, environ)
    severity: Severity | None = None
    in_chain = name == v.AZURE_TENANT_ID and environ.where != "job"  # a job has no chain of the plugin's
    if in_chain and interactive_fault(set_whole) is not None:
        consequence = "azureml-mlflow fails on it before it tries any credential, az login included"
    elif complete and name in set_whole:
        consequence = "azure-identity signs in with it, is refused and tries no other credential"
    else:
        consequence, severity = "it is still to be filled in", "warning"
    shown = " that is a GUID of zeros" if is_guid(environ.text(name) or "") else ""
    message = f"{name} holds a placeholder{shown}: {consequence}"
    make = partial(_fixes, resolution, setting)
    place = credentials.value_place(setting)
    return Finding(RULE, message, place, severity=severity, make_fixes=make)


def _fixes(resolution: Resolution, setting: Setting) -> Iterator[Fix]:
    yield from taking_out(resolution, setting, safe=False)
