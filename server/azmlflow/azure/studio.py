"""The address of a workspace in Azure Machine Learning studio.

Sources: the studio's host in each cloud, from the hosts that a firewall has to let through
(https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall); what names the workspace and the
tenant in it, from the addresses that azure-ai-ml makes of jobs (`azure/ai/ml/entities/_job/_studio_url_from_job_id.py`) and
from those that the Azure portal leads to (`?wsid=...&tid=...`). tests/azure/test_studio.py reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD, AZURE_US_GOVERNMENT, Cloud
from azmlflow.azure.workspace import WorkspaceRef, is_guid

STUDIO_HOSTS: Final[Mapping[str, str]] = {
    AZURE_CLOUD.name: "ml.azure.com",
    AZURE_CHINA_CLOUD.name: "studio.ml.azure.cn",
    AZURE_US_GOVERNMENT.name: "ml.azure.us",
}
"""A cloud's name -> the studio's host there."""


def studio_address(workspace: WorkspaceRef, cloud: Cloud, tenant: str | None = None) -> str | None:
    """Return the address of a workspace, None in a cloud that has no studio.

    With the id of its tenant the studio signs in there; a tenant that is no GUID is left out.
    """
    host = STUDIO_HOSTS.get(cloud.name)
    if host is None:
        return None
    subscription, group, name = (quote(part, safe="") for part in workspace)
    address = f"https://{host}/?wsid=/subscriptions/{subscription}/resourcegroups/{group}/workspaces/{name}"
    return f"{address}&tid={tenant.lower()}" if tenant and is_guid(tenant) else address
