"""Some variables of a service principal are set, and the rest of the set is set nowhere.

## What it does

Finds AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH where AZURE_TENANT_ID or AZURE_CLIENT_ID is missing, and, in an
environment file or a launch configuration, AZURE_TENANT_ID and AZURE_CLIENT_ID where neither a secret nor a certificate
is. Silent where another file of the project, the process or a script supplies what is missing, where code of the project
builds its own credential from these variables, and where others may be given at the start (a container, a workflow that
signs in, a shell script that reads what it does not set). AZURE_TENANT_ID alone is fine: the sign-in in the browser
reads it. A name that stands in the file as a comment (`# AZURE_CLIENT_SECRET=`) counts as a decision.

## Why it is bad

azure-identity uses a service principal only when its set is complete. Of half a set it says nothing, and tries the next
credential: the managed identity, the Azure CLI, at last a sign-in in the browser. The run then happens under another
account, or stops with `EnvironmentCredential authentication unavailable. Environment variables are not fully
configured.`, which does not tell which one is missing.

## Example

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_SECRET=the-value-of-the-secret
```

## Use instead

```shell
AZURE_TENANT_ID=72f988bf-86f1-41af-91ab-2d7cd011db47
AZURE_CLIENT_ID=3d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
AZURE_CLIENT_SECRET=the-value-of-the-secret
```

## Fix safety

Unsafe, because it does not finish the work. In an environment file a missing tenant or client gets a placeholder, which
[credential-placeholder](credential-placeholder.md) reports until it is filled in; a missing secret is added as a comment,
since it may be kept elsewhere on purpose. No empty value is written, for azure-identity fails on that
([credential-empty](credential-empty.md)).

## References

- [Environment variables of EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
- [Troubleshoot EnvironmentCredential](https://aka.ms/azsdk/python/identity/environmentcredential/troubleshoot)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.patterns import pattern
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import credentials
from azmlflow.rules.base import Confidence, Finding, Fix, Related, Rule
from azmlflow.rules.credential_fixes import is_commented_out, names_to_fill_in
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM301",
    name="credentials-incomplete",
    summary="part of a service principal's variables is set, and azure-identity ignores it without a word",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/environment.py",
    kinds=credentials.KINDS,
    fixable="sometimes",
)

_WHOLE: Final = (v.AZURE_CLIENT_ID, v.AZURE_TENANT_ID)
_KEYS: Final = (v.AZURE_CLIENT_SECRET, v.AZURE_CLIENT_CERTIFICATE_PATH)
_OTHER_WAYS: Final = (v.AZURE_FEDERATED_TOKEN_FILE, v.AZURE_USERNAME, v.AZURE_PASSWORD)
_READ: Final = pattern(r"\$\{?(?:env:)?(A(?:ZURE|RM)_\w+)(:[-=?+])?")


class _Gap(NamedTuple):
    """What is there of a set, and what is missing; of `missing`, with `any_of`, one is enough."""

    there: tuple[str, ...]
    missing: tuple[str, ...]
    any_of: bool


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each environment that holds half a service principal for certain."""
    for environ in credentials.judged(resolution, *_WHOLE, *_KEYS):
        gap = _gap(environ)
        place = credentials.first_own(environ, gap.there) if gap else None
        if (
            gap
            and place
            and _is_meant(resolution, environ, gap)
            and not _is_supplied(resolution, environ, gap)
        ):
            yield _finding(resolution, environ, _left(resolution, gap), place)


def _gap(environ: Environ) -> _Gap | None:
    key = next((name for name in _KEYS if environ.filled(name)), None)
    if key is not None:
        missing = tuple(name for name in _WHOLE if not environ.has(name))
        there = (key, *(name for name in _WHOLE if environ.has(name)))
        return _Gap(there, missing, any_of=False) if missing else None
    begun = all(map(environ.filled, _WHOLE)) and not any(map(environ.has, (*_KEYS, *_OTHER_WAYS)))
    return _Gap(_WHOLE, _KEYS, any_of=True) if begun else None


def _is_meant(resolution: Resolution, environ: Environ, gap: _Gap) -> bool:
    """Tell whether a service principal for azure-identity must be meant, where its set could be seen whole."""
    if environ.more or environ.where == "job" or not credentials.reads_principal(resolution, environ):
        return False
    if _inherits(resolution, environ):
        return False
    if not gap.any_of:
        return not credentials.commands_read(resolution, *gap.there, handed_on=False)
    kind = resolution.file.kind
    plain = kind in (FileKind.DOTENV, FileKind.EDITOR) and not credentials.is_of_other_program(environ)
    return plain and not credentials.commands_read(resolution, *_WHOLE)


def _inherits(resolution: Resolution, environ: Environ) -> bool:
    """Tell whether a shell script is given variables at its start: it reads one that it does not set, or an image runs it."""
    file = resolution.file
    if file.kind is not FileKind.SHELL:
        return False
    if any(default or name not in environ.own for name, default in _READ.findall(file.text.value)):
        return True
    images = resolution.snapshot.of_kind(FileKind.DOCKERFILE, FileKind.COMPOSE)
    return any(file.path.name in image.text.value for image in images)


def _is_supplied(resolution: Resolution, environ: Environ, gap: _Gap) -> bool:
    """Tell whether what is missing may come from elsewhere, or code reads what is there for its own ends."""
    if credentials.elsewhere(resolution, *gap.missing) if gap.any_of else _all_elsewhere(resolution, gap):
        return True
    if gap.any_of and any(is_commented_out(resolution.file, name) for name in gap.missing):
        return True  # a secret may be kept elsewhere, which the comment says; a tenant may not
    if any(right in gap.missing for _, right in credentials.misspelt(environ)):
        return True
    if resolution.script is None:
        return credentials.code_signs_in(resolution, *gap.missing, *gap.there)
    read = credentials.code_reads(resolution, *gap.there, but_here=True)
    return read or credentials.code_signs_in(resolution, *gap.missing)


def _left(resolution: Resolution, gap: _Gap) -> _Gap:
    """Return the gap without what the project sets elsewhere, when only a part of what is missing is."""
    if gap.any_of:
        return gap
    missing = tuple(name for name in gap.missing if not credentials.elsewhere(resolution, name))
    return gap._replace(missing=missing)


def _all_elsewhere(resolution: Resolution, gap: _Gap) -> bool:
    return all(credentials.elsewhere(resolution, name) for name in gap.missing)


def _finding(resolution: Resolution, environ: Environ, gap: _Gap, place: Setting) -> Finding:
    missing = (" or " if gap.any_of else " and ").join(gap.missing)
    verb = "is" if gap.any_of or len(gap.missing) == 1 else "are"
    message = (
        f"{missing} {verb} missing beside {' and '.join(gap.there)}, "
        "so azure-identity skips the service principal without a word"
    )
    others = (environ.get(name) for name in gap.there)
    related = tuple(
        Related(f"{var.name} is set here", var.setting.place)
        for var in others
        if var and var.setting and var.name != place.name
    )
    confidence: Confidence | None = "medium" if gap.any_of or environ.where != "here" else None
    make = partial(_fixes, resolution, place, gap)
    return Finding(RULE, message, place.place, related, confidence=confidence, make_fixes=make)


def _fixes(resolution: Resolution, place: Setting, gap: _Gap) -> Iterator[Fix]:
    names = gap.missing[:1] if gap.any_of else gap.missing
    edits = names_to_fill_in(resolution.file, place, names, as_comments=gap.any_of)
    if edits:
        yield Fix(f"Add {' and '.join(names)} to be filled in", edits, safe=False)
