"""What can be wrong with the outside of a tracking URI: quotation marks, white space, scheme and host.

Callers outside this package use `tracking_uri.faults`. What MLflow does with each was run with MLflow 3.15
and azureml-mlflow 1.62; tests/truth repeats it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from azmlflow.azure.clouds import CLOUDS, cloud_of_host
from azmlflow.azure.studio import STUDIO_HOSTS
from azmlflow.azure.uri_parsing import SCHEME, host_of_netloc
from azmlflow.azure.workspace import PROVIDER, is_placeholder, is_stray, stray_characters


class FaultKind(Enum):
    """What is wrong with a tracking URI."""

    quoted = "quoted"
    white_space = "white-space"
    wrong_case = "wrong-case"
    misspelled = "misspelled"
    cut_off = "cut-off"
    placeholder = "placeholder"
    unexpanded = "unexpanded"
    subscription_not_guid = "subscription-not-guid"
    one_slash = "one-slash"
    double_slash = "double-slash"
    no_host = "no-host"
    no_scheme = "no-scheme"
    https_scheme = "https-scheme"
    wrong_scheme = "wrong-scheme"
    portal_address = "portal-address"
    resource_id = "resource-id"
    bare_azureml = "bare-azureml"
    foreign_host = "foreign-host"
    registry = "registry"


class UriFault(NamedTuple):
    """One thing wrong: where it stands in the text, what MLflow does with it, and the whole URI put right.

    `repaired` is the same for all faults of one text, and None where the right URI cannot be known for
    certain.
    """

    kind: FaultKind
    start: int
    end: int
    message: str
    repaired: str | None = None


class Opening(NamedTuple):
    """Where the network location begins (None: there is none to look at), and what is wrong before it."""

    netloc: int | None
    faults: tuple[UriFault, ...] = ()


def core_of(text: str) -> tuple[int, int]:
    """Return the offsets of `text` without the white space and quotation marks around it."""
    start, end = 0, len(text)
    while start < end and (text[start] in _QUOTES or is_stray(text[start])):
        start += 1
    while end > start and (text[end - 1] in _QUOTES or is_stray(text[end - 1])):
        end -= 1
    return start, end


def is_meant_for_azure(core: str) -> bool:
    """Tell whether a text without its quotes is an attempt at an Azure Machine Learning tracking URI."""
    lowered = core.lower()
    if lowered == SCHEME or lowered.startswith(f"{SCHEME}:"):
        return True
    if lowered.startswith("/subscriptions/"):
        return f"/{PROVIDER.lower()}/" in lowered
    host = _host_of(core)
    return cloud_of_host(host) is not None or host in _PORTALS


def check_wrapping(text: str, start: int, end: int) -> list[UriFault]:
    """Report quotation marks around, and white space around and inside, the URI that stands at start to end.

    Tabs and line ends are not reported: urllib drops them wherever they are, and with it MLflow.
    """
    before, after = text[:start], text[end:]
    found = []
    if _QUOTES & set(before + after):
        message = _LEADING_QUOTE if _QUOTES & set(before) else _TRAILING_QUOTE
        found.append(UriFault(FaultKind.quoted, 0, len(text), message))
    elif before.strip(_DROPPED):
        found.append(UriFault(FaultKind.white_space, 0, start, _LEADING_SPACE))
    if after.strip(_DROPPED) and not _QUOTES & set(after):
        found.append(UriFault(FaultKind.white_space, end, len(text), _TRAILING_SPACE))
    for stray in stray_characters(text[start:end]):
        if text[start + stray.start : start + stray.end].strip(_DROPPED):
            message = f"There is {stray.name} inside the URI; it is sent to the service as part of a name."
            found.append(UriFault(FaultKind.white_space, start + stray.start, start + stray.end, message))
    return found


def check_scheme(core: str, base: int) -> Opening:
    """Look at everything before the host; `base` is the offset of `core` in the text the user wrote."""
    whole = base, base + len(core)
    scheme, colon, after = core.lower().partition(":")
    if scheme == SCHEME and not after.strip("/"):
        return Opening(None, (UriFault(FaultKind.bare_azureml, *whole, _EMPTY if colon else _BARE),))
    if scheme == SCHEME:
        return _check_slashes(core, base)
    if core.startswith("/"):
        return Opening(None, (UriFault(FaultKind.resource_id, *whole, _RESOURCE_ID),))
    if _host_of(core) in _PORTALS:
        return Opening(None, (UriFault(FaultKind.portal_address, *whole, _PORTAL),))
    if not (colon and after.startswith("//")):
        return Opening(0, (UriFault(FaultKind.no_scheme, *whole, _NO_SCHEME),))
    span = base, base + len(scheme)
    if scheme in ("http", "https"):
        return Opening(len(scheme) + 3, (UriFault(FaultKind.https_scheme, *span, _HTTPS),))
    return Opening(len(scheme) + 3, (UriFault(FaultKind.wrong_scheme, *span, _WRONG_SCHEME),))


def check_host(netloc: str, base: int) -> list[UriFault]:
    """Look at the network location that stands at `base`."""
    end = base + len(netloc)
    host = host_of_netloc(netloc)
    if not netloc or host == "subscriptions":
        return [UriFault(FaultKind.no_host, base, end, _NO_HOST)]
    gap = next((kind for label in (netloc, *host.split(".")) if (kind := gap_kind(label))), None)
    if gap is not None:
        return [UriFault(gap, base, end, gap_message(gap, "host"))]
    if cloud_of_host(host) is None and not stray_characters(netloc):
        message = _FOREIGN.format(host)
        return [UriFault(FaultKind.foreign_host, base, end, message)]
    return []


def gap_kind(text: str) -> FaultKind | None:
    """Return `unexpanded` for a variable left as written, `placeholder` for a gap to fill in, else None."""
    if "{" in text or "$" in text or (text.count("%") >= 2 and text.startswith("%")):
        return FaultKind.unexpanded
    return FaultKind.placeholder if is_placeholder(text) else None


def gap_message(kind: FaultKind, what: str) -> str:
    """Return the sentence for a gap in the part of the URI called `what`."""
    state = "still a placeholder" if kind is FaultKind.placeholder else "a variable that nothing has replaced"
    return f"The {what} is {state}; azureml-mlflow uses it as it stands, and fails at the first request."


def _check_slashes(core: str, base: int) -> Opening:
    after = len(SCHEME) + 1
    rest = core[after:]
    slashes = len(rest) - len(rest.lstrip("/"))
    if slashes == 2:
        return Opening(after + 2)
    if cloud_of_host(_host_of(rest.lstrip("/"))) is not None:
        end = after + slashes
        return Opening(end, (UriFault(FaultKind.one_slash, base, base + end, _SLASHES),))
    return Opening(None, (UriFault(FaultKind.no_host, base, base + len(core), _NO_HOST),))


def _host_of(text: str) -> str:
    """Return the host at the start of a URI, or of a text without scheme."""
    scheme, separator, rest = text.partition("://")
    rest = rest if separator and "/" not in scheme else text
    for end in "/?#":
        rest = rest.partition(end)[0]
    return host_of_netloc(rest)


_QUOTES: Final = frozenset("'\"`\u2018\u2019\u201c\u201d")
_DROPPED: Final = "\t\r\n"
_PORTALS: Final = frozenset(
    host for cloud in CLOUDS for host in (cloud.portal_host, cloud.studio_host, cloud.arm_host) if host
) | {"ai.azure.com", *STUDIO_HOSTS.values()}

_LEADING_QUOTE: Final = (
    "The quotation marks are part of the value, so MLflow takes it for a local folder "
    "and nothing reaches the workspace."
)
_TRAILING_QUOTE: Final = "The quotation mark at the end is sent to the service as part of the last name."
_LEADING_SPACE: Final = (
    "With this before azureml:// MLflow may take the value for a local folder; "
    "it depends on the version of Python."
)
_TRAILING_SPACE: Final = (
    "What stands after the URI is sent as part of the workspace's name, which the service then does not find."
)
_BARE: Final = "azureml alone is no tracking URI: MLflow takes it for a local folder of that name."
_EMPTY: Final = (
    "This names no workspace, and azureml-mlflow fails with \"'NoneType' object has no attribute 'group'\"."
)
_RESOURCE_ID: Final = "This is a resource id, not a tracking URI: MLflow takes it for a local folder."
_PORTAL: Final = (
    "This is an address for the browser, not a tracking URI: MLflow finds no tracking server there."
)
_NO_SCHEME: Final = (
    "azureml:// is missing, so MLflow takes this for a local folder and nothing reaches the workspace."
)
_HTTPS: Final = (
    'With this scheme MLflow does not use azureml-mlflow, and the service answers "Bearer token not '
    'provided"; it must be azureml.'
)
_WRONG_SCHEME: Final = (
    "MLflow knows no such scheme and fails with an error about the model registry; it must be azureml."
)
_SLASHES: Final = (
    "Two slashes must follow azureml:, else azureml-mlflow finds no host and fails with an invalid URL."
)
_NO_HOST: Final = "The host is missing, so azureml-mlflow does not know where to send anything."
_FOREIGN: Final = (
    "{} is not a host of Azure Machine Learning; azureml-mlflow sends your Azure token to it all the same."
)
