"""A variable has nearly the name of one that MLflow or azure-identity reads, so that nobody reads it.

## What it does

Finds AZURE_TENANTID, AZURE_SECRET, MLFLOW_TRACKING_URL and the like in files that set variables, and in what scripts write to
`os.environ`. Silent where the right name is set as well, and where code or a command of the project names the variable as it is
written: it is then a variable of the project's own. In containers, pipelines and workflows only a missing, doubled or wrong
separator counts, for other programs may know the other names.

## Why it is bad

An unknown variable is no error to anybody. azure-identity finds its set incomplete and goes on to the next credential; MLflow
finds no tracking URI and logs to a local file. Nothing tells why.

## Example

```shell
AZURE_TENANTID=72f988bf-86f1-41af-91ab-2d7cd011db47
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
```

## Fix safety

Safe in an environment file, where the wrong name stands nowhere else in the project. Unsafe elsewhere: a program that is not
seen may read it.

## References

- [Environment variables of EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
- [A misspelt name in the documentation itself](https://github.com/Azure/azure-sdk-for-js/pull/6313)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Finding, Fix, Rule, Severity
from azmlflow.rules.credential_fixes import renamed
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM311",
    name="variable-misspelled",
    summary="a variable has nearly the name of one that MLflow or azure-identity reads",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_ANSIBLE: Final = frozenset({"AZURE_SECRET", "AZURE_TENANT"})
"""What the collection of Ansible for Azure reads; both together may be meant for it."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each variable whose name is nearly right."""
    for environ in resolution.environs:
        for name, right in credentials.misspelt(environ):
            if not environ.has(right):
                yield from _findings(resolution, environ, name, right)


def _findings(resolution: Resolution, environ: Environ, name: str, right: str) -> Iterator[Finding]:
    setting = environ.setting(name)
    if setting is None or not any(True for _ in credentials.judged(resolution, name)):
        return
    if not _may_be_wrong(resolution, environ, name, right) or _is_used(resolution, name):
        return
    severity: Severity | None = None
    if name.upper() == right:
        message, severity = f"{name} is read as {right} on Windows only", "information"
    else:
        message = f"nothing reads {name}: the variable is called {right}"
        severity = "information" if environ.own >= _ANSIBLE and name in _ANSIBLE else None
    make = partial(_fixes, resolution, setting, right)
    yield Finding(RULE, message, setting.place, severity=severity, make_fixes=make)


def _may_be_wrong(resolution: Resolution, environ: Environ, name: str, right: str) -> bool:
    """Tell whether the name can be a slip; variables of pipelines get their capitals only when they are set."""
    if resolution.file.kind is FileKind.PIPELINE and name not in resolution.file.text.value:
        return False
    return environ.where == "here" or _flat(name) == _flat(right)


def _flat(name: str) -> str:
    return name.replace("_", "").replace("-", "").upper()


def _is_used(resolution: Resolution, name: str) -> bool:
    return (
        credentials.code_reads(resolution, name.upper(), but_here=True)
        or _named_here(resolution, name) > 1
        or (credentials.commands_read(resolution, name))
    )


def _named_here(resolution: Resolution, name: str) -> int:
    """Return how often a script names the variable, so that what it reads itself counts as its own."""
    return resolution.file.text.value.count(name) if resolution.script is not None else 0


def _fixes(resolution: Resolution, setting: Setting, right: str) -> Iterator[Fix]:
    edits = renamed(resolution, setting, right)
    if edits:
        yield Fix(f"Rename to {right}", edits, _is_safe(resolution, setting.name, right))


def _is_safe(resolution: Resolution, name: str, right: str) -> bool:
    """Tell whether the wrong name stands once in the whole project, in an environment file without the right one."""
    if resolution.file.kind is not FileKind.DOTENV or right in resolution.file.text.value:
        return False
    return sum(file.text.value.count(name) for file in resolution.snapshot.files.values()) == 1
