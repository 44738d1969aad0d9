"""The credential chain that azureml-mlflow builds, by version, and what AZURE_TOKEN_CREDENTIALS leaves of it.

azureml-mlflow takes the links of azure-identity's DefaultAzureCredential and appends four of its own
(`get_service_context_from_tracking_url_default_auth` in `azureml/mlflow/_internal/utils.py`). Sources: the links were
printed from the installed package for every minor version of azure-identity from 1.12 to 1.27, and the four own links
read in fourteen versions of azureml-mlflow from 1.44 to 1.62.0.post6, on 2026-11-23.
tests/truth/test_credential_chain.py holds the newest era against the installed packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from azmlflow.azure.credential_links import (
    ARCADIA,
    AZURE_CLI,
    BROKER,
    BROWSER,
    DATABRICKS,
    DEVELOPER_CLI,
    DEVICE_CODE,
    ENVIRONMENT,
    MANAGED_IDENTITY,
    POWERSHELL,
    SHARED_CACHE,
    VS_CODE,
    WORKLOAD_IDENTITY,
    Link,
    links_named,
)

OWN_LINKS: Final = (ARCADIA, DATABRICKS, BROWSER, DEVICE_CODE)
"""What azureml-mlflow appends; AZURE_TOKEN_CREDENTIALS does not touch these."""

_ON_AZURE: Final = (ENVIRONMENT, WORKLOAD_IDENTITY, MANAGED_IDENTITY)
_CLIS: Final = (AZURE_CLI, POWERSHELL, DEVELOPER_CLI)
_ALL: Final = (*_ON_AZURE, SHARED_CACHE, VS_CODE, *_CLIS, BROKER)
_BY_NAME: Final = (ENVIRONMENT, WORKLOAD_IDENTITY, MANAGED_IDENTITY, VS_CODE, *_CLIS, BROWSER)


class Era(NamedTuple):
    """What the versions of azure-identity from `since` on build; `values` is None where the variable is not read.

    `values` maps what AZURE_TOKEN_CREDENTIALS may hold, in lower case, to the links of DefaultAzureCredential left.
    `always_workload` tells that workload identity is in the chain even when its variables are not set.
    """

    since: tuple[int, int]
    links: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] | None
    always_workload: bool = True


def _groups(links: tuple[str, ...], without: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    dev = tuple(name for name in links if name not in (*_ON_AZURE, *without))
    return {"dev": dev, "prod": tuple(name for name in links if name in _ON_AZURE)}


_NAMED: Final = {name.lower(): (name,) for name in _BY_NAME}
_OLD: Final = (*_ON_AZURE, SHARED_CACHE, *_CLIS)
ERAS: Final = (
    Era((1, 12), (ENVIRONMENT, MANAGED_IDENTITY, SHARED_CACHE, AZURE_CLI, POWERSHELL), None, False),
    Era((1, 13), _OLD, None, False),
    Era((1, 23), _OLD, _groups(_OLD), False),
    Era((1, 24), _ALL, {**_groups(_ALL, without=(BROKER,)), **_NAMED}),
    Era((1, 25), _ALL, {**_groups(_ALL), **_NAMED}),
)
NEWEST_IDENTITY: Final = (1, 27)
OLDEST_PLUGIN: Final = (1, 44)
NEWEST_PLUGIN: Final = (1, 62)

TOKEN_CREDENTIALS: Final = ("dev", "prod", *_BY_NAME)
"""What AZURE_TOKEN_CREDENTIALS may hold since azure-identity 1.24, as one writes it; case does not matter."""


DEFAULT_CREDENTIAL: Final = "DefaultAzureCredential"
CREDENTIAL_CLASSES: Final = (
    DEFAULT_CREDENTIAL,
    *_ON_AZURE,
    SHARED_CACHE,
    VS_CODE,
    *_CLIS,
    BROWSER,
    DEVICE_CODE,
)
"""The classes of azure-identity that code makes without arguments, where it hands a client a credential of its own.

MLflow takes that credential over with the URI of the client's workspace: `mlflow_tracking_uri` registers it with
azureml-mlflow (`get_mlflow_tracking_uri_v2`), which then builds no chain.
"""


class Chain(NamedTuple):
    """The chain that a pair of versions builds when AZURE_TOKEN_CREDENTIALS is not set.

    `known` is False for versions that nobody has looked at: `era` is then that of the newest known ones.
    """

    era: Era
    known: bool

    @property
    def links(self) -> tuple[Link, ...]:
        """The links in order."""
        return links_named((*self.era.links, *OWN_LINKS))

    def left(self, value: str | None) -> tuple[str, ...] | None:
        """Return the names of the links that a value of AZURE_TOKEN_CREDENTIALS leaves, in order.

        None is for a value that raises while the chain is built; unset, empty and only white space leave all.
        """
        kept = self.era.links
        wanted = (value or "").strip().lower()
        if wanted and self.era.values is not None:
            if wanted not in self.era.values:
                return None
            kept = self.era.values[wanted]
        return (*kept, *OWN_LINKS)


def chain_of(identity: str | None, plugin: str | None) -> Chain:
    """Return the chain of the versions of azure-identity and azureml-mlflow, as written in their metadata.

    A version that nobody has looked at, a pre-release and None (not installed) give the newest chain, with `known` False.
    """
    numbers, plugin_numbers = _numbers(identity), _numbers(plugin)
    era = next((era for era in reversed(ERAS) if numbers and era.since <= numbers <= NEWEST_IDENTITY), None)
    known = plugin_numbers is not None and OLDEST_PLUGIN <= plugin_numbers <= NEWEST_PLUGIN
    return Chain(era or ERAS[-1], era is not None and known)


def links_left(value: str | None) -> tuple[str, ...] | None:
    """Return what the newest known azure-identity leaves of the chain for a value of AZURE_TOKEN_CREDENTIALS.

    None is for a value that raises: `ValueError: Invalid value for AZURE_TOKEN_CREDENTIALS`.
    """
    return Chain(ERAS[-1], True).left(value)


def _numbers(version: str | None) -> tuple[int, int] | None:
    """Return major and minor number of a final or post release, None for anything else."""
    parts = (version or "").split(".")
    final = all(part.isdigit() or part.startswith("post") for part in parts[2:])
    if len(parts) < 2 or not final or not (parts[0].isdigit() and parts[1].isdigit()):
        return None
    return int(parts[0]), int(parts[1])
