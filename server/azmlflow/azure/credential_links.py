"""The links of azureml-mlflow's credential chain: what each reads, needs, and makes of a failure.

Sources: the classes of azure-identity 1.27 (`azure/identity/_credentials`) and azureml-mlflow 1.62
(`azureml/mlflow/_common/_authentication`). Outside DefaultAzureCredential several of them end the chain where inside it they
pass on (`within_dac`), and azureml-mlflow uses them outside. Times were measured with azure-identity 1.27.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from azmlflow.azure import variables as v


class Link(NamedTuple):
    """One credential of the chain.

    `reads` are the environment variables that it looks at, `needs` what it cannot do without. `goes_on` says when
    the chain passes on to the next link, `ends` when it stops here. `seconds` is the longest that it was seen to
    block in this chain.
    """

    name: str
    title: str
    reads: tuple[str, ...]
    needs: str
    goes_on: str
    ends: str
    seconds: float


ENVIRONMENT: Final = "EnvironmentCredential"
WORKLOAD_IDENTITY: Final = "WorkloadIdentityCredential"
MANAGED_IDENTITY: Final = "ManagedIdentityCredential"
SHARED_CACHE: Final = "SharedTokenCacheCredential"
VS_CODE: Final = "VisualStudioCodeCredential"
AZURE_CLI: Final = "AzureCliCredential"
POWERSHELL: Final = "AzurePowerShellCredential"
DEVELOPER_CLI: Final = "AzureDeveloperCliCredential"
BROKER: Final = "BrokerCredential"
ARCADIA: Final = "_ArcadiaAuthentication"
DATABRICKS: Final = "_DatabricksClusterAuthentication"
BROWSER: Final = "InteractiveBrowserCredential"
DEVICE_CODE: Final = "DeviceCodeCredential"

AZURE_SERVICE: Final = "AZURE_SERVICE"
ARCADIA_SERVICE: Final = "Microsoft.ProjectArcadia"

WORKLOAD_VARIABLES: Final = (v.AZURE_AUTHORITY_HOST, v.AZURE_TENANT_ID, v.AZURE_FEDERATED_TOKEN_FILE)
"""With all of these managed identity means the workload identity of a Kubernetes pod."""

_CLI_ENDS: Final = "it fails with anything but 'not signed in', such as an expired sign-in"

LINKS: Final = (
    Link(
        ENVIRONMENT,
        "a service principal in environment variables",
        (
            v.AZURE_TENANT_ID,
            v.AZURE_CLIENT_ID,
            v.AZURE_CLIENT_SECRET,
            v.AZURE_CLIENT_CERTIFICATE_PATH,
            v.AZURE_CLIENT_CERTIFICATE_PASSWORD,
            v.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN,
            v.AZURE_USERNAME,
            v.AZURE_PASSWORD,
        ),
        "AZURE_TENANT_ID and AZURE_CLIENT_ID, with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
        "a variable of the set is missing",
        "the set is complete and Azure refuses it or cannot be reached",
        1207,
    ),
    Link(
        WORKLOAD_IDENTITY,
        "the workload identity of a Kubernetes pod",
        (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_FEDERATED_TOKEN_FILE),
        "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE",
        "a variable is missing or empty",
        "the token file is missing, or Azure refuses the token",
        1207,
    ),
    Link(
        MANAGED_IDENTITY,
        "the managed identity of an Azure host",
        (
            v.AZURE_CLIENT_ID,
            v.IDENTITY_ENDPOINT,
            v.IDENTITY_HEADER,
            v.IMDS_ENDPOINT,
            v.MSI_ENDPOINT,
            v.MSI_SECRET,
        ),
        "a machine in Azure that has a managed identity",
        "nothing answers at 169.254.169.254",
        "IDENTITY_ENDPOINT or MSI_ENDPOINT names a host that does not answer",
        300,
    ),
    Link(
        SHARED_CACHE,
        "the token cache that Microsoft's developer tools share",
        (v.AZURE_TENANT_ID, v.AZURE_USERNAME),
        "an account in that cache",
        "no account is in the cache",
        "the account's sign-in has expired",
        1,
    ),
    Link(
        VS_CODE,
        "the account of Visual Studio Code",
        (),
        "the package azure-identity-broker and a sign-in with the Azure Resources extension",
        "the package or the sign-in is missing",
        "the sign-in has expired",
        1,
    ),
    Link(
        AZURE_CLI,
        "the account of the Azure CLI",
        ("PATH", v.AZURE_CONFIG_DIR),
        "az on the PATH, and `az login`",
        "az is not found, nobody is signed in, or it takes longer than 10 seconds",
        _CLI_ENDS,
        10,
    ),
    Link(
        POWERSHELL,
        "the account of Azure PowerShell",
        ("PATH",),
        "PowerShell with the module Az.Accounts, and Connect-AzAccount",
        "PowerShell or the module is not found, nobody is signed in, or it takes longer than 10 seconds",
        _CLI_ENDS,
        10,
    ),
    Link(
        DEVELOPER_CLI,
        "the account of the Azure Developer CLI",
        ("PATH",),
        "azd on the PATH, and `azd auth login`",
        "azd is not found, nobody is signed in, or it takes longer than 10 seconds",
        _CLI_ENDS,
        10,
    ),
    Link(
        BROKER,
        "the account of Windows",
        (v.AZURE_TENANT_ID,),
        "Windows or WSL, and the package azure-identity-broker",
        "it is not Windows, or the package is missing",
        "the account's sign-in has expired",
        1,
    ),
    Link(
        ARCADIA,
        "the identity of a Synapse session",
        (AZURE_SERVICE,),
        f"AZURE_SERVICE={ARCADIA_SERVICE}, which Synapse sets",
        "it is not Synapse",
        "Synapse gives no token",
        1,
    ),
    Link(
        DATABRICKS,
        "the identity of a Databricks cluster",
        (),
        "a notebook on a Databricks cluster with credential passthrough",
        "it is not such a notebook",
        "Databricks gives no token",
        1,
    ),
    Link(
        BROWSER,
        "a sign-in in the browser",
        (v.AZURE_TENANT_ID,),
        "somebody who signs in within 300 seconds",
        "no browser can be opened",
        "nobody signs in within 300 seconds",
        300,
    ),
    Link(
        DEVICE_CODE,
        "a code to be typed in on another device",
        (v.AZURE_TENANT_ID,),
        "somebody who types in the code within 15 minutes",
        "",
        "nobody types in the code within 15 minutes",
        900,
    ),
)
"""The thirteen links in the order of azure-identity 1.24 and later with azureml-mlflow."""


def links_named(names: tuple[str, ...]) -> tuple[Link, ...]:
    """Return the links of these names, in the order given."""
    return tuple(_LINK_OF[name] for name in names)


_LINK_OF: Final = {link.name: link for link in LINKS}
