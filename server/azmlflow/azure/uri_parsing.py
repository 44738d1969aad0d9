"""Reading a tracking URI exactly as MLflow and azureml-mlflow do.

Sources: `mlflow/tracking/registry.py` and `mlflow/utils/uri.py` (which store a URI selects), and
`azureml/mlflow/_internal/service_context_loader.py` and `utils.py` of azureml-mlflow 1.62 (which workspace it
names). Callers outside this package take these names from `tracking_uri`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple
from urllib.parse import urlparse

from azmlflow.azure.clouds import AZURE_CLOUD, Cloud, cloud_of_host, region_of_host
from azmlflow.azure.workspace import PROVIDER, WorkspaceRef

SCHEME: Final = "azureml"
API_VERSION: Final = "v2.0"

_SUBSCRIPTIONS: Final = "/subscriptions/"
_RESOURCE_GROUPS: Final = "/resourceGroups/"
# azureml-mlflow leaves the dot of the provider unescaped, so any character matches it; neither do we.
_PLACES: Final = {
    word: (re.compile(f"(?=/providers/{PROVIDER}/{word}/[^/])"), len(f"/providers/{PROVIDER}/{word}/"))
    for word in ("workspaces", "registries")
}


class UriKind(Enum):
    """The store that MLflow takes for a tracking URI."""

    azureml_workspace = "azureml-workspace"
    azureml_registry = "azureml-registry"
    azureml_malformed = "azureml-malformed"
    local_file = "local-file"
    local_database = "local-database"
    http = "http"
    databricks = "databricks"
    other = "other"

    @property
    def is_local(self) -> bool:
        """Whether MLflow itself keeps the runs: on this machine, or in a database the URI names."""
        return self in (UriKind.local_file, UriKind.local_database)

    @property
    def is_azureml(self) -> bool:
        """Whether azureml-mlflow is what MLflow calls."""
        return self.value.startswith(SCHEME)


class TrackingUri(NamedTuple):
    """What azureml-mlflow understands of a URI: exactly one of `workspace` and `registry` is set.

    `host` is in lower case without port; `cloud` is None for a host that is not Azure Machine Learning's, to
    which the plugin would send the user's token all the same.
    """

    scheme: str
    host: str
    workspace: WorkspaceRef | None
    registry: str | None
    region: str | None
    cloud: Cloud | None


class Scope(NamedTuple):
    """Where the three names stand in a path, each a (start, end) pair of offsets."""

    subscription: tuple[int, int]
    group: tuple[int, int]
    name: tuple[int, int]


def parse_tracking_uri(text: str) -> TrackingUri | None:
    """Return what azureml-mlflow makes of `text`, or None where it would raise or not be called at all.

    Like the plugin this only looks at the host and the three names: a prefix such as `/mlflow/v1.0`, a query
    and whatever follows the workspace are ignored, and `resourceGroups` and the provider must be in the right
    case.
    """
    parts = _split(text)
    if parts is None or parts[0] != SCHEME:
        return None
    _, netloc, path = parts
    inner = _split(path)  # the plugin parses the path as a URL once more
    word = "workspaces" if find_scope(path, "workspaces") else "registries"
    scope = find_scope(inner[2], word) if inner else None
    if inner is None or scope is None:
        return None
    subscription, group, name = (inner[2][start:end] for start, end in scope)
    host = host_of_netloc(netloc)
    ref = WorkspaceRef(subscription, group, name) if word == "workspaces" else None
    registry = name if word == "registries" else None
    return TrackingUri(SCHEME, host, ref, registry, region_of_host(host), cloud_of_host(host))


def find_scope(path: str, word: str) -> Scope | None:
    """Return where the three names of a workspace or registry stand in `path`, as azureml-mlflow finds them.

    `word` is "workspaces" or "registries". The plugin matches
    `.*/subscriptions/(.+)/resourceGroups/(.+)/providers/<provider>/<word>/([^/]+)`, which can take cubic
    time; the last occurrence of each part gives the same answer in linear time.
    """
    pattern, length = _PLACES[word]
    place = -1
    for match in pattern.finditer(path):
        place = match.start()
    group = path.rfind(_RESOURCE_GROUPS, 0, max(place - 1, 0))
    subscription = path.rfind(_SUBSCRIPTIONS, 0, max(group - 1, 0))
    if place < 0 or group < 0 or subscription < 0:
        return None
    start = place + length
    end = path.find("/", start)
    return Scope(
        (subscription + len(_SUBSCRIPTIONS), group),
        (group + len(_RESOURCE_GROUPS), place),
        (start, len(path) if end < 0 else end),
    )


def classify(text: str) -> UriKind:
    """Return the store MLflow selects for `text` (with azureml-mlflow installed), as get_uri_scheme does.

    Anything without a scheme is a local folder, also `azureml` alone and a URI that begins with a quotation
    mark.
    """
    if text in ("databricks", "databricks-uc", "uc"):
        return UriKind.databricks
    parts = _split(text)
    scheme = parts[0] if parts else "?"
    if scheme == SCHEME:
        return _azureml_kind(text)
    if scheme.startswith(("sqlite", "postgresql", "mysql", "mssql")):
        return UriKind.local_database
    return _KINDS.get(scheme, UriKind.other)


def compose_tracking_uri(region_or_host: str, ref: WorkspaceRef, cloud: Cloud = AZURE_CLOUD) -> str:
    """Return the tracking URI of a workspace from its region (`westeurope`) or its full tracking host.

    `cloud` only completes a bare region. The API version is the one azureml-mlflow uses with MLflow 2 and 3;
    the plugin does not read it.
    """
    host = region_or_host.strip().lower()
    if "." not in host:
        host = f"{host.replace(' ', '')}.{cloud.tracking_host_suffix or AZURE_CLOUD.tracking_host_suffix}"
    return f"{SCHEME}://{host}/mlflow/{API_VERSION}{ref.arm_id}"


def host_of_netloc(netloc: str) -> str:
    """Return the host of a network location in lower case, without its port.

    A user name is left in place on purpose: `good.host@evil.example` must not be taken for either host.
    """
    host, colon, port = netloc.rpartition(":")
    return (host if colon and port.isdigit() else netloc).lower()


def _azureml_kind(text: str) -> UriKind:
    uri = parse_tracking_uri(text)
    if uri is None:
        return UriKind.azureml_malformed
    return UriKind.azureml_workspace if uri.workspace else UriKind.azureml_registry


def _split(text: str) -> tuple[str, str, str] | None:
    """Return scheme, network location and path, or None where urllib, and so MLflow, refuses the text."""
    try:
        parts = urlparse(text)
    except ValueError:
        return None
    return parts.scheme, parts.netloc, parts.path


_KINDS: Final = {
    "": UriKind.local_file,
    "file": UriKind.local_file,
    "http": UriKind.http,
    "https": UriKind.http,
    "databricks": UriKind.databricks,
    "databricks-uc": UriKind.databricks,
    "uc": UriKind.databricks,
}
