"""The Azure clouds: the hosts by which one can tell them apart.

Sources: the names, Resource Manager and sign-in hosts are those hard-coded in azureml-mlflow
(`azureml/mlflow/_common/_cloud/cloud.py`); the portal hosts of Azure Machine Learning and the suffixes of the
tracking host are in azure-ai-ml (`azure/ai/ml/_azure_environments.py`) and in the list of private-link zones
(https://learn.microsoft.com/azure/private-link/private-endpoint-dns); the other names of the sign-in hosts are
those that MSAL trusts without asking (`msal/authority.py`). tests/truth/test_clouds.py holds them together.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Cloud(NamedTuple):
    """One Azure cloud; a host is always in lower case and has no scheme.

    `name` is what AZUREML_CURRENT_CLOUD must hold, exactly. `tracking_host_suffix` is None for Germany,
    where no such host is known. `older_host_suffixes` are hosts of Azure Machine Learning before
    `api.azureml.ms` that still appear in documents (`<region>.experiments.azureml.net`), `login_aliases` other
    names of the sign-in host.
    """

    name: str
    tracking_host_suffix: str | None
    arm_host: str
    login_host: str
    portal_host: str
    studio_host: str | None
    older_host_suffixes: tuple[str, ...] = ()
    login_aliases: tuple[str, ...] = ()


AZURE_CLOUD: Final = Cloud(
    "AzureCloud",
    "api.azureml.ms",
    "management.azure.com",
    "login.microsoftonline.com",
    "portal.azure.com",
    "ml.azure.com",
    ("experiments.azureml.net",),
    ("login.microsoft.com", "login.windows.net", "sts.windows.net", "login-us.microsoftonline.com"),
)
AZURE_CHINA_CLOUD: Final = Cloud(
    "AzureChinaCloud",
    "api.ml.azure.cn",
    "management.chinacloudapi.cn",
    "login.chinacloudapi.cn",
    "portal.azure.cn",
    "ml.azure.cn",
    login_aliases=("login.partner.microsoftonline.cn",),
)
AZURE_US_GOVERNMENT: Final = Cloud(
    "AzureUSGovernment",
    "api.ml.azure.us",
    "management.usgovcloudapi.net",
    "login.microsoftonline.us",
    "portal.azure.us",
    "ml.azure.us",
    login_aliases=("login.usgovcloudapi.net",),
)
AZURE_GERMAN_CLOUD: Final = Cloud(
    "AzureGermanCloud",
    None,
    "management.microsoftazure.de",
    "login.microsoftonline.de",
    "portal.microsoftazure.de",
    None,
)

CLOUDS: Final = (AZURE_CLOUD, AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT, AZURE_GERMAN_CLOUD)
CLOUD_NAMES: Final = tuple(cloud.name for cloud in CLOUDS)

PUBLIC_METADATA_HOST: Final = AZURE_CLOUD.arm_host
"""What azureml-mlflow asks, without signing in, which clouds there are, unless AZUREML_CURRENT_CLOUD names a known one."""

_HOST_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")


def is_plain_host(host: str) -> bool:
    """Tell whether `host` is a bare ASCII host name: no port, no user, no odd character, no empty label."""
    lowered = host.lower()
    return _HOST_CHARACTERS.issuperset(lowered) and "" not in _normal(host).split(".")


def cloud_of_host(host: str) -> Cloud | None:
    """Return the cloud whose Azure Machine Learning serves MLflow at `host`, or None for any other host.

    Region hosts (`westeurope.api.azureml.ms`) and private-link hosts
    (`<workspace id>.workspace.westeurope.api.azureml.ms`) are both known. A host with a port, user name or
    character that a host name cannot have is never one of ours: azureml-mlflow sends a token to whatever host
    stands in the URI.
    """
    if not is_plain_host(host):
        return None
    for cloud in CLOUDS:
        if any(_is_under(host, suffix) for suffix in _suffixes(cloud)):
            return cloud
    return None


def region_of_host(host: str) -> str | None:
    """Return the region in a tracking host in lower case, or None when there is none or the host is foreign.

    `<workspace id>.workspace.westeurope.cert.api.azureml.ms` (client certificates) counts too.
    """
    cloud = cloud_of_host(host)
    if cloud is None:
        return None
    lowered = _normal(host)
    suffix = next(suffix for suffix in _suffixes(cloud) if _is_under(host, suffix))
    labels = [label for label in lowered[: -len(suffix)].split(".") if label and label != "cert"]
    return labels[-1] if labels else None


def cloud_named(name: str) -> Cloud | None:
    """Return the cloud of exactly that name, as azureml-mlflow looks it up: case matters."""
    return next((cloud for cloud in CLOUDS if cloud.name == name), None)


def nearest_cloud_name(name: str) -> str | None:
    """Return the cloud name somebody most likely meant by `name`, or None; an exact name is returned.

    Capitals, blanks, hyphens and the names of other tools do not matter, nor does a wrong letter or two.
    """
    wanted = "".join(character for character in name.lower() if character.isalnum())
    for cloud in CLOUDS:
        if wanted in (cloud.name.lower(), cloud.name.lower().removeprefix("azure")):
            return cloud.name
    return _OTHER_NAMES.get(wanted) or _misspelled(wanted)


def _misspelled(wanted: str) -> str | None:
    from difflib import get_close_matches  # late: only a wrong name needs it

    by_lower = {name.lower(): name for name in CLOUD_NAMES}
    close = get_close_matches(wanted[:_LONGEST_NAME], by_lower, n=1, cutoff=0.87)
    return by_lower[close[0]] if close else None


def authority_host(value: str) -> str | None:
    """Return the host in a value of AZURE_AUTHORITY_HOST in lower case, or None when azure-identity refuses it.

    azure-identity wants `https://host` or the bare host (`normalize_authority`); a path or port is not looked at here.
    """
    scheme, separator, rest = value.strip().partition("://")
    if separator and scheme.lower() != "https":
        return None
    host = (rest if separator else scheme).partition("/")[0].partition("?")[0].lower()
    return _normal(host) if is_plain_host(host) else None


def cloud_of_login_host(host: str) -> Cloud | None:
    """Return the cloud whose users sign in at `host`, by any of its names, or None."""
    normal = _normal(host)
    return next((cloud for cloud in CLOUDS if normal in (cloud.login_host, *cloud.login_aliases)), None)


def is_sign_in_host(host: str) -> bool:
    """Tell whether Microsoft runs the sign-in host, which includes those of external tenants and of B2C."""
    return cloud_of_login_host(host) is not None or any(_is_under(host, suffix) for suffix in _TENANT_HOSTS)


def is_metadata_host(host: str) -> bool:
    """Tell whether `host` is the Resource Manager of a cloud, which lists the clouds at `/metadata/endpoints`."""
    return any(_normal(host) == cloud.arm_host for cloud in CLOUDS)


def _normal(host: str) -> str:
    return host.lower().removesuffix(".")


def _is_under(host: str, suffix: str) -> bool:
    normal = _normal(host)
    return normal == suffix or normal.endswith("." + suffix)


def _suffixes(cloud: Cloud) -> tuple[str, ...]:
    current = () if cloud.tracking_host_suffix is None else (cloud.tracking_host_suffix,)
    return current + cloud.older_host_suffixes


_LONGEST_NAME: Final = 40
_TENANT_HOSTS: Final = (
    "ciamlogin.com",
    "b2clogin.com",
    "b2clogin.cn",
    "b2clogin.us",
    "b2clogin.de",
    "sovcloud-identity.fr",
    "sovcloud-identity.de",
    "sovcloud-identity.sg",
)

_OTHER_NAMES: Final = {
    "azurepubliccloud": "AzureCloud",
    "azurepublic": "AzureCloud",
    "public": "AzureCloud",
    "azureglobal": "AzureCloud",
    "azureusgovernmentcloud": "AzureUSGovernment",
    "azureusgov": "AzureUSGovernment",
    "azuregov": "AzureUSGovernment",
    "azuregovernment": "AzureUSGovernment",
    "usgov": "AzureUSGovernment",
    "azurechina": "AzureChinaCloud",
    "china": "AzureChinaCloud",
    "azuregermany": "AzureGermanCloud",
    "azuregerman": "AzureGermanCloud",
}
