"""A variable names a file of trusted certificates that is not there.

## What it does

Looks at the path in REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE and MLFLOW_TRACKING_SERVER_CERT_PATH, for programs
that are started on this machine. A `~` that nobody expands is found too, and a SSL_CERT_FILE that is a folder or empty.
A relative path counts as found when it is there from any folder that the program may be started in, and what only a
container is given is left alone.

## Why it is bad

requests reads REQUESTS_CA_BUNDLE, or CURL_CA_BUNDLE without it, for every request of MLflow, azureml-mlflow and
azure-identity. When the file is missing they all fail: `Could not find a suitable TLS CA certificate bundle, invalid
path`. SSL_CERT_FILE is for Python's own ssl module (urllib, httpx): it fails silently, no certificate is trusted any
more, and requests never looks at it. MLFLOW_TRACKING_SERVER_CERT_PATH holds for an https tracking server only.

## Example

```shell
REQUESTS_CA_BUNDLE=~/certs/company.pem
```

## Use instead

```shell
REQUESTS_CA_BUNDLE=/home/ada/certs/company.pem
```

## References

- [Certificate verification in requests](https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification)
- [SSL_CERT_FILE in Python](https://docs.python.org/3/library/ssl.html#ssl.get_default_verify_paths)
"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path, PurePosixPath
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.uri_parsing import classify
from azmlflow.resolution.environs import Environ, concerns_azure
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import candidates, is_absolute
from azmlflow.rules.base import Confidence, Finding, Rule, Severity
from azmlflow.rules.certificate_paths import is_sourced
from azmlflow.rules.source import slice_at
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.layers import layers_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot

RULE = Rule(
    code="AZM505",
    name="ca-bundle-missing",
    summary="a variable names a file of trusted certificates that is not there",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification",
    kinds=SCRIPT_KINDS | {FileKind.DOTENV, FileKind.EDITOR, FileKind.SHELL},
)

_FAILS: Final = "every https request of MLflow and azure-identity fails"
_OPENSSL: Final = "Python's ssl module then trusts no certificate, and requests does not read the variable"
_EFFECTS: Final = {
    v.REQUESTS_CA_BUNDLE: _FAILS,
    v.CURL_CA_BUNDLE: _FAILS,
    v.SSL_CERT_FILE: _OPENSSL,
    v.MLFLOW_TRACKING_SERVER_CERT_PATH: "every request to an https tracking server fails",
}
_CONTAINERS: Final = ("/run/secrets/", "/var/run/", "/mnt/", "/opt/", "/app/", "/workspace/")
"""Where files lie that a container is given."""
_HOMES: Final = ("/home/", "/Users/", "/root/")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each bundle that certainly is not where it is looked for."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for environ in resolution.environs:
        for name, effect in _EFFECTS.items() if environ.where == "here" else ():
            setting = environ.setting(name)
            if setting is None or setting.value is None or not concerns_azure(resolution):
                continue
            wrong = _wrong(resolution, environ, setting, setting.value)
            if wrong is not None and _is_read(resolution, environ, name):
                fault, confidence = wrong
                severity: Severity = "information" if effect is _OPENSSL else "error"
                place = setting.written if setting.value else setting.place
                yield Finding(RULE, f"{name} {fault}: {effect}", place, (), severity, confidence)


def _is_read(resolution: Resolution, environ: Environ, name: str) -> bool:
    """Tell whether something of the program reads a variable; azureml-mlflow does not read that of MLflow."""
    if name == v.CURL_CA_BUNDLE:
        return not environ.filled(v.REQUESTS_CA_BUNDLE)
    if name != v.MLFLOW_TRACKING_SERVER_CERT_PATH:
        return True
    script = resolution.script
    uri = script.tracking.value if script is not None else environ.text(v.MLFLOW_TRACKING_URI)
    return uri is not None and uri.startswith("https:") and not classify(uri).is_azureml


def _wrong(
    resolution: Resolution, environ: Environ, setting: Setting, value: str
) -> tuple[str, Confidence] | None:
    """Return what is wrong with a path, and how sure that is; None where it may be right."""
    seen, process = resolution.snapshot.surroundings, resolution.snapshot.process.values
    is_openssl = setting.name == v.SSL_CERT_FILE
    if not value:
        return ("is set and empty", "high") if is_openssl else None
    if _is_unexpanded(resolution, setting, value):
        return "begins with ~, which nothing expands", "high"
    paths = candidates(environ, setting.name, process)
    states = [seen.paths[path].kind for path in paths if path in seen.paths] if seen else []
    if not states or len(states) < len(paths) or _is_for_another_machine(resolution, value):
        return None
    relative = not is_absolute(value) and not value.startswith("~")
    confidence: Confidence = "medium" if relative else "high"
    if all(kind == "missing" for kind in states) and not (relative and _lies_elsewhere(resolution, value)):
        return "names a file that does not exist", confidence
    is_folder = is_openssl and all(kind in ("missing", "folder") for kind in states)
    return ("names a folder, not a file", confidence) if is_folder and "folder" in states else None


def _is_unexpanded(resolution: Resolution, setting: Setting, value: str) -> bool:
    """Tell whether `~` stays as it is: only a shell expands it, and only without quotation marks."""
    file = resolution.file
    if not value.startswith("~/"):
        return False
    if file.kind is FileKind.SHELL:
        return slice_at(resolution.snapshot, setting.written)[:1] in ("'", '"')
    return file.kind is not FileKind.DOTENV or not is_sourced(resolution.snapshot, file.path)


def _is_for_another_machine(resolution: Resolution, value: str) -> bool:
    """Tell whether a path is a container's, or in the home folder of somebody else."""
    if value.startswith(_HOMES):
        home = resolution.snapshot.process.values.get("HOME")
        return home is None or not PurePosixPath(value).is_relative_to(home)
    given = remembered(
        resolution.snapshot, "env files of services", None, lambda: _of_services(resolution.snapshot)
    )
    return value.startswith(_CONTAINERS) or resolution.file.path in given


def _of_services(snapshot: Snapshot) -> frozenset[Path]:
    """Return the environment files that compose files hand to their services."""
    return frozenset(
        Path(normpath(file.path.parent / env_file.path))
        for file in snapshot.of_kind(FileKind.COMPOSE)
        for layer in layers_of(file)
        for env_file in layer.env_files
    )


def _lies_elsewhere(resolution: Resolution, value: str) -> bool:
    """Tell whether another folder of the project holds the file: a program that starts there finds it."""
    parts = PurePosixPath(normpath(value)).parts
    return any(path.parts[-len(parts) :] == parts for path in resolution.snapshot.present)
