"""The step `packages`: which versions this interpreter has, and whether the plugin can be imported at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Final

from azmlflow.azure.clouds import is_metadata_host, is_plain_host
from azmlflow.azure.credential_chain import Chain, chain_of
from azmlflow.azure.variables import ARM_CLOUD_METADATA_URL
from azmlflow.probes.child.bounded import TookTooLong, bounded
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.wording import as_sentence, first_sentence, path_end
from azmlflow.probes.outcome import MORE_TIME, PACKAGES, Outcome, failed, ok

SHOWN: Final = ("mlflow", "mlflow-skinny", "azureml-mlflow", "azure-identity", "azure-ai-ml", "requests")
NEEDED: Final = {
    "azureml.mlflow": "azureml-mlflow",
    "azure.identity": "azure-identity",
    "mlflow": "mlflow-skinny",
}
"""Modules without which MLflow cannot reach a workspace, and the package that brings each."""

_IMPORTED: Final = ("mlflow", "azure", "azureml", "msal", "requests")
"""What a script that logs imports, itself or through MLflow and the plugin."""
_MARGIN: Final = 1.0


def run(context: Context) -> Iterator[Outcome]:
    """Yield what is installed, and what keeps it from being used."""
    versions = installed(SHOWN)
    lacking = [package for module, package in NEEDED.items() if not _is_there(module)]
    if lacking:
        yield _lacking(lacking, versions)
        return
    try:
        fault = _foreign_metadata() or _import_fault(context.limit(PACKAGES) - _MARGIN)
    except TookTooLong:
        message = f"azure-identity and azureml-mlflow are still being imported after {context.limit(PACKAGES):.0f} s.{_metadata_told()}"
        fault = failed(
            PACKAGES, message, code="TIMEOUT", advice=_WITHOUT_METADATA if _has_metadata() else _SLOW_IMPORT
        )
    if fault is not None:
        yield fault
        return
    yield ok(PACKAGES, f"{_interpreter()} has {_listed(versions)}.", details={"packages": versions})
    yield from _clashes()
    yield from _shadowed(context.request.beside)


def installed(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of those of the packages that are installed."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def known_chain() -> Chain:
    """Return the chain that the installed versions are known to build."""
    versions = installed(("azure-identity", "azureml-mlflow"))
    return chain_of(versions.get("azure-identity"), versions.get("azureml-mlflow"))


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _lacking(names: list[str], versions: Mapping[str, str]) -> Outcome:
    has = f" It has {_listed(versions)}." if versions else ""
    return failed(
        PACKAGES,
        f"{_interpreter()} lacks {_all_of(names)}, without which MLflow cannot reach a workspace.{has}",
        code="PLUGIN_MISSING",
        advice="Install what is missing in this interpreter, or choose the one that your code runs in.",
        command=f"python -m pip install {' '.join(names)}",
        details={"packages": dict(versions), "lacking": names},
    )


def _all_of(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _import_fault(seconds: float) -> Outcome | None:
    """Import what the chain is made of, and return why that failed; TookTooLong when all of it takes longer."""
    end = monotonic() + seconds
    for module in ("azure.identity", "azureml.mlflow", "azureml.mlflow._internal.utils"):
        try:
            bounded(max(0.0, end - monotonic()), partial(import_module, module))
        except TookTooLong:
            raise
        except Exception as error:  # noqa: BLE001 - any module of any package may raise anything
            return _broken(module, error)
    return None


def _broken(module: str, error: Exception) -> Outcome:
    what = "azure-identity" if module == "azure.identity" else "azureml-mlflow"
    said = as_sentence(first_sentence(str(error)))
    return failed(
        PACKAGES,
        f"{what} cannot be imported: {type(error).__name__}: {said}{_metadata_told()}",
        code="IMPORT_FAILED",
        advice=_WITHOUT_METADATA if _has_metadata() else "Install the package and what it needs anew.",
        command=None if _has_metadata() else f"python -m pip install --upgrade {what}",
    )


def _foreign_metadata() -> Outcome | None:
    """Return why the import is not tried: it fetches an address which says where secrets are sent, and which is not Azure's.

    Only a plain address counts: not everything that is no host to `urlsplit` is none to `requests`, which drops blanks and
    ends a host at a backslash. An empty one makes the import fail.
    """
    address = os.environ.get(ARM_CLOUD_METADATA_URL, "")
    scheme, _, rest = address.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    if not address or (scheme.lower() == "https" and is_plain_host(host) and is_metadata_host(host)):
        return None
    named = host if is_plain_host(host) and not is_metadata_host(host) else "an address"
    message = (
        f"{ARM_CLOUD_METADATA_URL} has azureml-mlflow ask {named} which clouds there are; "
        "that is not a host of Azure reached by https, and it is not asked here."
    )
    return failed(PACKAGES, message, code="METADATA_HOST", advice=_WITHOUT_METADATA)


def _has_metadata() -> bool:
    return ARM_CLOUD_METADATA_URL in os.environ


def _metadata_told() -> str:
    return f" It fetches what {ARM_CLOUD_METADATA_URL} names." if _has_metadata() else ""


def _clashes() -> Iterator[Outcome]:
    """Yield the pairs of versions of which it is known that something does not work."""
    try:
        from azmlflow.azure.versions import CLASHES, clashes

        concerned = {name for clash in CLASHES for name in (clash.first, clash.second)}
        versions = installed(sorted({"mlflow", *concerned}))
        known = list(clashes(versions))
    except ImportError:  # without `packaging` nothing can be said of versions
        return
    for clash in known:
        second = clash.second if clash.second in versions else "mlflow"
        yield failed(
            PACKAGES,
            f"{clash.first} {versions[clash.first]} and {second} {versions[second]} do not go together: {clash.fault}.",
            hard=False,
            code="VERSIONS_CLASH",
            advice=f"Upgrade {clash.first}; Python would say: {clash.error}.",
            command=f"python -m pip install --upgrade {clash.first}",
            url=clash.source,
        )


def _shadowed(folder: str | None) -> Iterator[Outcome]:
    """Yield what lies beside the script under the name of a package: there Python looks first, and here it does not."""
    for name in _IMPORTED if folder else ():
        found = next(
            (each for each in (f"{name}.py", f"{name}/__init__.py") if (Path(folder or "") / each).is_file()),
            None,
        )
        if found is not None:
            message = f"Beside the script lies {found}, which Python imports in place of the package {name}."
            advice = "Give it another name. A script that is started as a module of its project (`python -m`) may be spared."
            yield failed(PACKAGES, message, hard=False, code="SHADOWED", advice=advice)


def _interpreter() -> str:
    numbers = ".".join(map(str, sys.version_info[:3]))
    return f"Python {numbers} ({path_end(sys.executable)})"


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


_SLOW_IMPORT: Final = (
    "Every script waits as long: a slow or remote disk, or a virus scanner that reads each file, is the usual reason. "
    f"{MORE_TIME}"
)
_WITHOUT_METADATA: Final = (
    f"Remove {ARM_CLOUD_METADATA_URL}: AZUREML_CURRENT_CLOUD alone names every cloud that Azure ML is in."
)
