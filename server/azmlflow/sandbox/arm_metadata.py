"""What Resource Manager says about the clouds, to anybody: `/metadata/endpoints`.

Source: the shape of https://management.azure.com/metadata/endpoints?api-version=2019-05-01, of which azureml-mlflow reads
name, portal, authentication, resourceManager and suffixes, and azure-ai-ml the same.
"""

from __future__ import annotations

from typing import Any, Final

from azmlflow.azure.clouds import AZURE_GERMAN_CLOUD, CLOUDS, Cloud
from azmlflow.sandbox.tokens import CORE_HOSTS
from azmlflow.sandbox.world import BLOB_SUFFIXES


def clouds(first: Cloud) -> list[dict[str, Any]]:
    """Return the clouds in the order of the answer: the one that is asked comes first."""
    others = [cloud for cloud in CLOUDS if cloud not in (first, AZURE_GERMAN_CLOUD)]
    return [_entry(cloud) for cloud in (first, *others, AZURE_GERMAN_CLOUD)]


def _entry(cloud: Cloud) -> dict[str, Any]:
    arm, core = f"https://{cloud.arm_host}", f"https://{CORE_HOSTS[cloud.name]}"
    suffixes = dict(zip(_SUFFIX_NAMES, _SUFFIXES[cloud.name], strict=True))
    return {
        "portal": f"https://{cloud.portal_host}",
        "authentication": {
            "loginEndpoint": f"https://{cloud.login_host}/",
            "audiences": [f"{core}/", f"{arm}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graphAudience": f"https://{_GRAPH[cloud.name]}/",
        "graph": f"https://{_GRAPH[cloud.name]}/",
        "name": cloud.name,
        "suffixes": {**suffixes, "storage": BLOB_SUFFIXES[cloud.name].removeprefix("blob.")},
        "batch": f"https://batch.{CORE_HOSTS[cloud.name].removeprefix('management.')}/",
        "resourceManager": f"{arm}/",
        "sqlManagement": f"{core}:8443/",
        "gallery": f"https://gallery.{cloud.arm_host.removeprefix('management.')}/",
    }


_SUFFIX_NAMES: Final = ("acrLoginServer", "sqlServerHostname", "keyVaultDns")
_SUFFIXES: Final = {
    "AzureCloud": ("azurecr.io", "database.windows.net", "vault.azure.net"),
    "AzureChinaCloud": ("azurecr.cn", "database.chinacloudapi.cn", "vault.azure.cn"),
    "AzureUSGovernment": ("azurecr.us", "database.usgovcloudapi.net", "vault.usgovcloudapi.net"),
    "AzureGermanCloud": ("azurecr.de", "database.cloudapi.de", "vault.microsoftazure.de"),
}
_GRAPH: Final = {
    "AzureCloud": "graph.windows.net",
    "AzureChinaCloud": "graph.chinacloudapi.cn",
    "AzureUSGovernment": "graph.windows.net",
    "AzureGermanCloud": "graph.cloudapi.de",
}
