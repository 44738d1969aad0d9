"""The certificate's private key is in git, about to get there, or readable by other users of the machine.

## What it does

Looks at the certificate files that AZURE_CLIENT_CERTIFICATE_PATH or CertificateCredential names and that hold a private
key. It finds those that git tracks (an error), those in a repository that no .gitignore leaves out (a warning), and
those that everybody on the machine, or their group, may read (information). With an encrypted key the first two weigh
less, and the third is left out. Which git patterns you have for all your repositories is not known.

## Why it is bad

Who has the key can sign in as the application until the certificate expires or is removed from the app registration. A
key that was pushed once is in every clone and in the history, also after the file is deleted: it has to be replaced.

## Example

```shell
AZURE_CLIENT_CERTIFICATE_PATH=train-bot.pem
```

beside a `.gitignore` that does not name the file.

## Use instead

```shell
echo /train-bot.pem >> .gitignore
chmod 600 train-bot.pem
```

For a file that git tracks already, stop tracking it with `git rm --cached train-bot.pem`, make a new certificate, and remove
the old one from the app registration.

## Fix safety

Safe: the fix adds one line to .gitignore. It is offered for a file that git does not track yet; one that is tracked stays
tracked, whatever .gitignore says.

## References

- [Certificate credentials for application authentication](https://learn.microsoft.com/entra/identity-platform/certificate-credentials)
- [gitignore](https://git-scm.com/docs/gitignore)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from azmlflow.parsing.certificate import Fault
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import repository_of
from azmlflow.rules.base import Finding, Fix, Rule, Severity
from azmlflow.rules.certificates import KINDS, PASSWORD_FAULTS, Opened, opened
from azmlflow.rules.gitignore import ignore_edit, is_ignored
from azmlflow.workspace.surroundings import Surroundings

RULE = Rule(
    code="AZM408",
    name="certificate-exposed",
    summary="the certificate's private key is tracked by git, not ignored by it, or readable by others",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/entra/identity-platform/certificate-credentials",
    kinds=KINDS,
    fixable="sometimes",
)

_WITH_KEY: Final = frozenset({None, Fault.NO_CERTIFICATE, Fault.NOT_RSA, *PASSWORD_FAULTS})
_BY_OTHERS: Final = 0o004
_BY_GROUP: Final = 0o040
_RUN_BY_OWNER: Final = 0o100
"""A certificate that may be run lies on a file system without permissions: a Windows drive in WSL, a stick."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each way in which a private key may get into other hands."""
    seen = resolution.snapshot.surroundings
    for found in opened(resolution):
        if seen is not None and found.facts.fault in _WITH_KEY:
            yield from _in_git(resolution, seen, found)
            yield from _on_disk(found)


def _in_git(resolution: Resolution, seen: Surroundings, found: Opened) -> Iterator[Finding]:
    """Git's index and patterns are judged where they were read; what an open .gitignore says counts too."""
    snapshot, path = resolution.snapshot, found.path
    if repository_of(snapshot, path) not in seen.repositories:
        return
    if path in seen.tracked:
        message = (
            f"{found.name} holds a private key, and git tracks it: whoever has the repository has the key"
        )
        severity: Severity = "warning" if found.locked else "error"
        yield Finding(RULE, message, found.use.written, severity=severity, confidence="high")
    elif path not in seen.ignored and not is_ignored(snapshot, path):
        message = (
            f"{found.name} holds a private key, and no .gitignore leaves it out: `git add .` takes it in"
        )
        make = partial(_fixes, resolution, path)
        severity = "information" if found.locked else "warning"
        yield Finding(RULE, message, found.use.written, severity=severity, make_fixes=make)


def _on_disk(found: Opened) -> Iterator[Finding]:
    mode = found.state.mode
    if mode is None or mode & _RUN_BY_OWNER or found.locked or not found.use.here:
        return
    if mode & (_BY_OTHERS | _BY_GROUP):
        who = "every user of this machine" if mode & _BY_OTHERS else "every user in its group"
        message = (
            f"{found.name} holds a private key that {who} may read: take that right away with `chmod 600`"
        )
        yield Finding(RULE, message, found.use.written, severity="information")


def _fixes(resolution: Resolution, path: Path) -> Iterable[Fix]:
    edit = ignore_edit(resolution.snapshot, path)
    return (Fix(f"Add {path.name} to .gitignore", (edit,), safe=True),) if edit else ()
