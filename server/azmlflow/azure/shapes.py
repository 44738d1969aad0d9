"""What a variable's value looks like, in words that give away nothing of it: its length, a GUID, a placeholder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from azmlflow.azure import variables as v
from azmlflow.azure.clouds import CLOUD_NAMES
from azmlflow.azure.credential_chain import TOKEN_CREDENTIALS
from azmlflow.azure.credential_links import ARCADIA_SERVICE, AZURE_SERVICE
from azmlflow.azure.secret_shapes import Kind, certain_secrets
from azmlflow.azure.uri_parsing import UriKind, classify
from azmlflow.azure.workspace import is_guid, is_placeholder, is_stray

_SWITCH: Final = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off"})
_CLOSED: Final[Mapping[str, frozenset[str]]] = {
    v.AZUREML_CURRENT_CLOUD: frozenset(name.lower() for name in CLOUD_NAMES),
    v.AZURE_TOKEN_CREDENTIALS: frozenset(name.lower() for name in TOKEN_CREDENTIALS),
    v.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: _SWITCH,
    v.MLFLOW_TRACKING_INSECURE_TLS: _SWITCH,
    v.MLFLOW_ALLOW_FILE_STORE: _SWITCH,
    v.AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: _SWITCH,
    v.PYTHONHTTPSVERIFY: _SWITCH,
    AZURE_SERVICE: frozenset({ARCADIA_SERVICE.lower()}),
}
"""Variables of which a known value may be shown, in lower case: it says nothing about anybody."""

_NO_PASSWORDS: Final = frozenset({v.AZURE_CLIENT_SECRET, *v.PATH_VARIABLES, *_CLOSED})
"""Names that sound secret and of whose value the length may be told: Entra makes secrets, so theirs tells nothing."""

_URIS: Final = {
    UriKind.azureml_workspace: "an azureml:// URI of a workspace",
    UriKind.azureml_registry: "an azureml:// URI of a registry",
    UriKind.azureml_malformed: "an azureml:// URI that is malformed",
}


def shape_of(name: str, value: str | None) -> str:
    """Return what a variable's value looks like; None is for a value that is not to be known."""
    if value is None:
        return "set, the value cannot be told"
    if value == "":
        return "empty"
    if value.strip().lower() in _CLOSED.get(name, ()):
        return value.strip() + _blemish(value)
    if v.is_secret(name) and name not in _NO_PASSWORDS:
        return "a placeholder" if is_placeholder(value) else "set, not shown"
    length = "1 character" if len(value) == 1 else f"{len(value)} characters"
    return f"{length}, {_kind(name, value.strip())}{_blemish(value)}"


def looks_like_client_secret(value: str) -> bool:
    """Tell whether a whole text has the shape of the client secrets that Entra makes."""
    whole = (0, len(value))
    return any(s.kind is Kind.CLIENT_SECRET and (s.start, s.end) == whole for s in certain_secrets(value))


def _kind(name: str, value: str) -> str:
    if is_placeholder(value):
        return "a placeholder"
    if is_guid(value):
        return "a GUID, as the secret's id is" if name == v.AZURE_CLIENT_SECRET else "a GUID"
    if name == v.AZURE_CLIENT_SECRET:
        return "looks like a client secret" if looks_like_client_secret(value) else "text"
    if name in v.PATH_VARIABLES or name == v.AZURE_CONFIG_DIR:
        return _path_kind(value)
    uri = _URIS.get(classify(value))
    if uri is not None:
        return uri
    scheme, separator, _ = value.partition("://")
    if separator and scheme.isalnum():
        return f"a URL with {scheme.lower()}://" if scheme.lower() in ("http", "https") else "a URI"
    return "a number" if value.isdecimal() else "text"


def _path_kind(value: str) -> str:
    if value.startswith("~"):
        return "a path with ~, which is not expanded"
    if PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute():
        return "an absolute path"
    return "a relative path"


def _blemish(value: str) -> str:
    """Return what surrounds the value and does not belong there."""
    if is_stray(value[0]) or is_stray(value[-1]):
        return ", with white space around it"
    return ", in quotes" if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else ""
