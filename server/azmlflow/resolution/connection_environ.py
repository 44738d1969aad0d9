"""The environment that a probe is to run in: what the code would have at its first use of MLflow, and who sets what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.resolution.dotenv import find, layer_of
from azmlflow.resolution.environs import Environ, Variable
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot

Show = Callable[[Path], str]
"""Says how a path is written."""

AT_START: Final = (
    *("PYTHON", "LD_", "DYLD_", "OPENSSL_", "MALLOC_", "GCONV_", "GLIBC_", "SSLKEYLOGFILE"),
    *("BASH_ENV", "BASH_FUNC_", "SHELLOPTS", "BASHOPTS", "NODE_OPTIONS", "GIT_"),
    *("DOTNET_", "CORECLR_", "COR_", "COMPLUS_", "PSMODULEPATH"),
)
"""Beginnings of the variables that are read when a process starts and no more after that, by Python or by az, azd and pwsh.

A program that sets one of them, or loads it from a file, changes nothing for itself. For the probe's process, which starts
with them, it would: PYTHONPATH could even have it run files of the project, DOTNET_STARTUP_HOOKS have pwsh do so, and
SSLKEYLOGFILE would write down the keys of its connections. No credential needs one of them.
"""

INTERCEPTING: Final[Mapping[str, str]] = {
    v.HTTPS_PROXY: "what the test sends goes through that proxy",
    v.HTTP_PROXY: "the question for a managed identity goes through that proxy",
    v.ALL_PROXY: "what the test sends goes through that proxy",
    v.REQUESTS_CA_BUNDLE: "the test trusts the certificates in that file",
    v.CURL_CA_BUNDLE: "the test trusts the certificates in that file",
    v.SSL_CERT_FILE: "programs that the test starts may trust the certificates in that file",
    v.AZURE_AUTHORITY_HOST: "a credential of the code's own may sign in at that host",
    v.AZURE_POD_IDENTITY_AUTHORITY_HOST: "the test asks that host for a managed identity",
    v.IDENTITY_ENDPOINT: "the test asks that host for a managed identity",
    v.IMDS_ENDPOINT: "the test asks that host for a managed identity",
    v.MSI_ENDPOINT: "the test asks that host for a managed identity",
    v.ARM_CLOUD_METADATA_URL: "that address says where the test signs in",
    v.AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: "the Azure CLI checks no certificate",
    v.MLFLOW_TRACKING_INSECURE_TLS: "MLflow checks no certificate",
    v.AZURE_CONFIG_DIR: "the Azure CLI takes its sign-in and its extensions from that folder",
    "AZURE_EXTENSION_DIR": "the Azure CLI runs the extensions in that folder",
    "ADAL_PYTHON_SSL_NO_VERIFY": "the Azure CLI checks no certificate",
    "AZD_CONFIG_DIR": "the Azure Developer CLI takes its sign-in and its extensions from that folder",
    "HOME": "az, azd and pwsh take their sign-in and their extensions from that folder",
    "USERPROFILE": "az, azd and pwsh take their sign-in and their extensions from that folder",
    "APPDATA": "packages of Python and tools are looked for in that folder",
    "PATH": "the test finds az, azd and pwsh there",
}
"""Variables by which a file of the project can have tokens read or made, with what setting one means for a test."""


class Seen(NamedTuple):
    """An environment for a probe; `origins` says of each variable from the project's files where it is set."""

    values: Mapping[str, str]
    origins: Mapping[str, str]
    files: frozenset[Path]
    warnings: tuple[str, ...]


def seen_by(snapshot: Snapshot, environ: Environ, show: Show) -> Seen:
    """Return what a program has; a variable whose value is not to be known stays as the process has it."""
    process = snapshot.process.values
    values = {name: value for name, value in process.items() if name in environ.variables}
    values.update({name: process[name] for name in process if _acts_at_start(name)})
    origins: dict[str, str] = {}
    files: set[Path] = set()
    for variable in environ.variables.values():
        if variable.setting is None or _acts_at_start(variable.name):
            continue
        files.add(variable.setting.place.path)
        value = _value(snapshot, variable)
        if value is not None and _is_possible(variable.name, value):
            values[variable.name] = value
            origins[variable.name] = place_of(variable.setting.place, show)
    return Seen(values, origins, frozenset(files), tuple(_warnings(origins)))


def left_aside(
    snapshot: Snapshot,
    folder: Path,
    seen: Seen,
    loaded: Collection[Path],
    show: Show,
    *,
    moot: Collection[str],
) -> Iterator[str]:
    """Yield warnings where the nearest `.env` names an identity or a workspace that does not count here.

    `loaded` are the files that some of the scripts load, which need not be the one that is tested; `moot` are variables
    that would count for nothing if the file were loaded.
    """
    file = find(snapshot, folder)
    if file is None or file.path in seen.files:
        return
    layer, process = layer_of(snapshot, file), snapshot.process.values
    telling = (name for name in _TELLING if name in layer.values and name not in moot)
    other = [name for name in telling if layer.values[name] != seen.values.get(name)]
    outdone = [name for name in other if name in process and seen.values.get(name) == process[name]]
    if outdone:
        yield f"{show(file.path)} sets {_listed(outdone)} otherwise than the environment, whose value counts."
    left = [name for name in other if name not in outdone]
    if left and file.path in loaded:
        yield f"{show(file.path)} sets {_listed(left)}, and only some of the code loads it: the test does not."
    elif left:
        yield f"{show(file.path)} sets {_listed(left)}, and the code does not load it; so the test does not either."


def place_of(location: Location, show: Show) -> str:
    """Return `path:line`, in a notebook `path:cell N:line`, counting from 1."""
    cell = "" if location.cell is None else f"cell {location.cell + 1}:"
    return f"{show(location.path)}:{cell}{location.span.line + 1}"


def _value(snapshot: Snapshot, variable: Variable) -> str | None:
    """Return a variable's value; what an environment file puts together from others is filled in."""
    if variable.value is not None or variable.setting is None:
        return variable.value
    file = snapshot.files.get(variable.setting.place.path)
    if file is None or file.kind is not FileKind.DOTENV:
        return None
    return layer_of(snapshot, file).values.get(variable.name)


def _is_possible(name: str, value: str) -> bool:
    """Tell whether a process can have a variable: JSON can name many that it cannot."""
    text = f"{name}{value}"
    return bool(name) and "=" not in name and "\0" not in text and not any(map(_is_surrogate, text))


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"


def _acts_at_start(name: str) -> bool:
    return name.upper().startswith(AT_START)


def _warnings(origins: Mapping[str, str]) -> Iterator[str]:
    for name, place in origins.items():
        meaning = INTERCEPTING.get(name.upper())
        if meaning is not None:
            yield f"{place} sets {name}: {meaning}."


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 3 else f"{names[0]}, {names[1]} and {len(names) - 2} more"


_TELLING: Final = (
    v.MLFLOW_TRACKING_URI,
    v.AZURE_TENANT_ID,
    v.AZURE_CLIENT_ID,
    v.AZURE_CLIENT_SECRET,
    v.AZURE_CLIENT_CERTIFICATE_PATH,
    v.AZUREML_CURRENT_CLOUD,
)
