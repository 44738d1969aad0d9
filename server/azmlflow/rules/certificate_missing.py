"""AZURE_CLIENT_CERTIFICATE_PATH, or CertificateCredential, names a file that is not there.

## What it does

Looks for the file as azure-identity does. It finds paths that lead nowhere or to a folder, files that may not be read, and
paths with `~`, `$NAME` or `%NAME%`, which azure-identity does not expand. A relative path counts from the folder in
which the program starts: it is looked for in the project's folder and beside the file that names it, and for a launch
configuration in its `cwd`. Paths for other machines (jobs, containers, CI) are left alone, and
what a program may put there itself: in a folder for temporary files, or anywhere by a script that writes files.

## Why it is bad

azure-identity opens the file while it builds the chain of credentials, and what it raises then ends everything:
`az login`, managed identity and the browser are never tried, neither by azureml-mlflow nor by DefaultAzureCredential.
The error is a bare `FileNotFoundError` that does not name the variable.

## Example

```shell
AZURE_CLIENT_CERTIFICATE_PATH=~/certificates/train-bot.pem
```

## Use instead

```shell
AZURE_CLIENT_CERTIFICATE_PATH=/home/me/certificates/train-bot.pem
```

## Fix safety

Unsafe: the fix writes the absolute path of the file that was found where `~` stands for the home folder, or in another
folder than the one in which the program starts. The path holds on this machine only.

## References

- [CertificateCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.certificatecredential)
- [EnvironmentCredential](https://learn.microsoft.com/python/api/azure-identity/azure.identity.environmentcredential)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from azmlflow.azure.workspace import is_placeholder
from azmlflow.patterns import pattern
from azmlflow.resolution.certificate_uses import CertificateUse
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Confidence, Edit, Finding, Fix, Rule
from azmlflow.rules.certificate_paths import is_for_another_machine, is_sourced, lies_elsewhere, rewritten
from azmlflow.rules.certificates import KINDS, is_unexpanded, named
from azmlflow.workspace.snapshot import FileKind
from azmlflow.workspace.surroundings import PathState, Surroundings

RULE = Rule(
    code="AZM401",
    name="certificate-missing",
    summary="the certificate file that a variable or a call names is not there",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/certificate.py",
    kinds=KINDS,
    fixable="sometimes",
)

_VARIABLE: Final = pattern(r"\$\w+|%\w+%")
_WRITES: Final = (".write(", "write_bytes", "write_text", "b64decode")
_ENDS_ALL: Final = "azure-identity fails on it before it tries anything else"


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each certificate that cannot be there, or is not."""
    seen = resolution.snapshot.surroundings
    for use in named(resolution):
        if seen is None or not (use.own and use.here) or is_placeholder(use.value):
            continue
        found = _unexpanded(resolution, use) or _absent(resolution, seen, use)
        if found is not None and not is_for_another_machine(resolution, use):
            message, confidence = found
            make = partial(_fixes, resolution, seen, use)
            yield Finding(RULE, message, use.written, confidence=confidence, make_fixes=make)


def _unexpanded(resolution: Resolution, use: CertificateUse) -> tuple[str, Confidence] | None:
    """Say what is not expanded. A shell that reads the file would expand it."""
    file, snapshot = resolution.file, resolution.snapshot
    tilde = is_unexpanded(use, file.kind)
    if file.kind is FileKind.SHELL or not (tilde or _VARIABLE.search(use.value)):
        return None
    if file.kind is FileKind.DOTENV and is_sourced(snapshot, file.path):
        return None
    what = "begins with ~" if tilde else "holds the name of a variable"
    message = f"{use.called} {what}, which nothing expands: no file has that path, and {_ENDS_ALL}"
    return message, "medium" if file.kind is FileKind.DOTENV else "high"


def _absent(resolution: Resolution, seen: Surroundings, use: CertificateUse) -> tuple[str, Confidence] | None:
    """Say what is wrong with the places where the file may be, None when one is right or was not looked at."""
    paths = use.paths[:1] if use.exact else use.paths
    states = [seen.paths[path] for path in paths if path in seen.paths]
    unknown = len(states) < len(paths) or any(state.kind in ("file", "other") for state in states)
    if not states or unknown or resolution.file.kind is FileKind.SHELL:
        return None
    if resolution.script is not None and any(word in resolution.file.text.value for word in _WRITES):
        return None  # the script may make the file itself, of what a vault or a variable gives it
    if use.is_relative and not use.exact and lies_elsewhere(resolution.snapshot, use):
        return None
    return _sentence(resolution, use, states), "medium" if use.is_relative and not use.exact else "high"


def _sentence(resolution: Resolution, use: CertificateUse, states: list[PathState]) -> str:
    kinds = {state.kind for state in states}
    if "folder" in kinds:
        return f"{use.called} names a folder, not a file: {_ENDS_ALL}"
    if "unreadable" in kinds:
        return f"{use.called} names a file that may not be opened: {_ENDS_ALL}"
    if not use.is_relative:
        return f"{use.called} names a file that does not exist: {_ENDS_ALL}"
    folders = use.folders[:1] if use.exact else use.folders
    tried = " or ".join(dict.fromkeys(_shown(resolution, folder) for folder in folders))
    return f"{use.called} names a file that does not exist, counted from {tried}: {_ENDS_ALL}"


def _shown(resolution: Resolution, folder: Path) -> str:
    """Return what people call a folder."""
    if folder == resolution.root:
        return "the project's folder"
    inside = folder.is_relative_to(resolution.root)
    return folder.relative_to(resolution.root).as_posix() if inside else str(folder)


def _fixes(resolution: Resolution, seen: Surroundings, use: CertificateUse) -> Iterator[Fix]:
    for path in use.paths:
        state = seen.paths.get(path)
        if state is not None and state.kind == "file":
            text = rewritten(resolution.snapshot, resolution.file, use.written, path.as_posix())
            if text is not None:
                yield Fix("Write the absolute path", (Edit(use.written, text),), safe=False)
            return
