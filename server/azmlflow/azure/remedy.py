"""One row of the table of advice: how a known error is recognised, what it means, what to do about it."""

from __future__ import annotations

from typing import Final, NamedTuple

from azmlflow.azure import credential_links as links
from azmlflow.azure.permissions import SOMEBODY


class Remedy(NamedTuple):
    """What to do about one error.

    `sentence` names the thing, the cause and the remedy in plain words. `command` is a line to copy, with a placeholder
    only for what cannot be known; `SIGN_IN` stands for the command by which the link at fault signs in. `texts` are
    parts of the message, in lower case, of which one must occur; all words between two of them that are joined by
    `JOIN` may differ. `link` and `step` narrow a row to one link or step where the same text means different things.
    """

    sentence: str
    command: str | None = None
    url: str | None = None
    texts: tuple[str, ...] = ()
    code: str | None = None
    link: str | None = None
    step: str | None = None


NO_SUCH_TENANT: Final = (
    "There is no such tenant in this cloud. AZURE_TENANT_ID must hold the Directory (tenant) ID, not the subscription's or the "
    "application's; a tenant of Azure China or US Government also needs AZUREML_CURRENT_CLOUD."
)

ROLES: Final = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"
PRIVATE_LINK: Final = (
    "https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-secure-connection-workspace"
)

JOIN: Final = "|"
"""Stands in a text of a row for anything: what is on both sides must occur, in this order."""

SIGN_IN: Final = "<sign in>"
TENANT: Final = "<tenant-id>"
"""Stands in a command for the tenant, where the message itself does not name it."""
SCOPE: Final = "<workspace-id>"
"""Stands in a command for the resource id of the workspace."""
CLOUD: Final = "<cloud>"
"""Stands in a command for the name of the cloud that the workspace is in."""
HOST: Final = "<host>"
"""Stands in a command for the host that the error is about."""

AZ_LOGIN: Final = f"az login --tenant {TENANT}"
CONNECT_AZ_ACCOUNT: Final = f"Connect-AzAccount -Tenant {TENANT}"
AZD_LOGIN: Final = f"azd auth login --tenant-id {TENANT}"
SET_TENANT: Final = f"export AZURE_TENANT_ID={TENANT}"
SHOW_TENANT: Final = "az account show --query tenantId --output tsv"
URI_OF_WORKSPACE: Final = "az ml workspace show --name <workspace> --resource-group <resource-group> --query mlflow_tracking_uri --output tsv"
NAME_THE_CLOUD: Final = f"export AZUREML_CURRENT_CLOUD={CLOUD}"
GIVE_ROLE: Final = (
    f'az role assignment create --role "AzureML Data Scientist" --assignee "{SOMEBODY}" --scope "{SCOPE}"'
)

SIGN_IN_OF: Final = {
    links.AZURE_CLI: AZ_LOGIN,
    links.POWERSHELL: CONNECT_AZ_ACCOUNT,
    links.DEVELOPER_CLI: AZD_LOGIN,
    links.SHARED_CACHE: "export AZURE_TOKEN_CREDENTIALS=AzureCliCredential",
}
"""How each link's user signs in again. The shared cache belongs to other programs: the way around it is to leave it out."""
