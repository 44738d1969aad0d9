"""What the links of the credential chain say when they cannot give a token, in the order of how much it tells.

Sources: azure-identity 1.27 (`azure/identity/_credentials`) and azureml-mlflow 1.62, run or read; Microsoft's own guide is
https://aka.ms/azsdk/python/identity/troubleshoot. What a link says that passes on stands after what ends the chain,
and the sum of the whole chain between the two.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.credential_links import AZURE_CLI, DEVELOPER_CLI, MANAGED_IDENTITY
from azmlflow.azure.remedy import AZ_LOGIN, AZD_LOGIN, CONNECT_AZ_ACCOUNT, SET_TENANT, Remedy

_AKA: Final = "https://aka.ms/azsdk/python/identity/"
_AZ: Final = _AKA + "azclicredential/troubleshoot"
_POWERSHELL: Final = _AKA + "powershellcredential/troubleshoot"
_AZD: Final = _AKA + "azdclicredential/troubleshoot"
_MANAGED: Final = _AKA + "managedidentitycredential/troubleshoot"
_ENVIRONMENT: Final = _AKA + "environmentcredential/troubleshoot"
_CHAIN: Final = _AKA + "defaultazurecredential/troubleshoot"
_INSTALL_AZ: Final = "https://learn.microsoft.com/cli/azure/install-azure-cli"

ENDING: Final = (
    Remedy(
        "The Azure CLI answered with something that is not a token. A warning, a wrapper script or a broken installation does "
        "that; the chain ends here. Run the command and look at what it prints.",
        "az account get-access-token --output json --query expiresOn",
        _AZ,
        ("unexpected output from azure cli",),
    ),
    Remedy(
        "PowerShell answered with something that is not a token. Update the module Az.Accounts.",
        "Update-Module -Name Az.Accounts",
        _POWERSHELL,
        ("unexpected output from get-azaccesstoken",),
    ),
    Remedy(
        "The Azure Developer CLI answered with something that is not a token. Update azd.",
        "azd auth token --output json",
        _AZD,
        ("unexpected output from azure developer cli",),
    ),
    Remedy(
        "The saved sign-in of the Azure CLI does not suffice any more. Sign in again.",
        AZ_LOGIN,
        _AZ,
        (
            "interactive authentication is needed",
            "can't find token from msal cache",
            "does not exist in msal token cache",
            "run the command below to authenticate interactively",
        ),
    ),
    Remedy(
        "The Azure CLI itself fails with an error of Python, so its installation is broken, or runs with the variables of another "
        "Python (PYTHONPATH, PYTHONHOME). Install it again.",
        "az version",
        _INSTALL_AZ,
        ("traceback (most recent call last)", "no module named 'azure.cli"),
        link=AZURE_CLI,
    ),
    Remedy(
        "The Azure Developer CLI itself fails, so its installation is broken. Install it again.",
        "azd version",
        "https://aka.ms/azure-dev",
        ("panic: ", "fatal error: "),
        link=DEVELOPER_CLI,
    ),
    Remedy(
        "The credential is for one tenant and was asked for another. Set AZURE_TENANT_ID to the tenant of the workspace.",
        SET_TENANT,
        None,
        ("is not configured to acquire tokens for tenant",),
    ),
    Remedy(
        "Nobody completed the sign-in in the browser in time.",
        AZ_LOGIN,
        None,
        ("for the user to authenticate", "timed out waiting for user to authenticate"),
    ),
    Remedy(
        "A variable (MSI_ENDPOINT or IDENTITY_ENDPOINT) names a host that should hand out the managed identity and does not "
        "answer; that ends the chain. Outside Azure remove it.",
        "unset MSI_ENDPOINT IDENTITY_ENDPOINT IDENTITY_HEADER",
        _MANAGED,
        ("connection refused", "failed to establish a new connection"),
        link=MANAGED_IDENTITY,
    ),
)

WHOLE_CHAIN: Final = (
    Remedy(
        "No credential of the chain gave a token. Sign in with the Azure CLI, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
        "AZURE_CLIENT_SECRET.",
        AZ_LOGIN,
        _CHAIN,
        (
            "chainedtokencredential failed to retrieve a token",
            "defaultazurecredential failed to retrieve a token",
        ),
    ),
)

PASSING: Final = (
    Remedy(
        "Azure answers that this machine has no managed identity with the client ID in AZURE_CLIENT_ID, or none at all. Assign it "
        "one, correct AZURE_CLIENT_ID (in an Azure ML job: copy DEFAULT_IDENTITY_CLIENT_ID), or remove the variable.",
        "export AZURE_CLIENT_ID=$DEFAULT_IDENTITY_CLIENT_ID",
        _MANAGED,
        ("identity not found", "no identity has been assigned"),
    ),
    Remedy(
        "No managed identity answers here, which is normal outside Azure. If it takes seconds, a proxy swallows the "
        "question: put 169.254.169.254 in NO_PROXY.",
        "export NO_PROXY=$NO_PROXY,169.254.169.254",
        _MANAGED,
        (
            "no response from the imds endpoint",
            "managedidentitycredential authentication unavailable",
            "no managed identity endpoint found",
        ),
    ),
    Remedy(
        "A service principal in variables needs AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or "
        "AZURE_CLIENT_CERTIFICATE_PATH; at least one is missing where the code runs. Set them all, or none.",
        "azmlflow doctor",
        _ENVIRONMENT,
        ("environment variables are not fully configured", "incomplete environment configuration"),
    ),
    Remedy(
        "This is not a Kubernetes pod with a workload identity, which is normal elsewhere.",
        None,
        _AKA + "workloadidentitycredential/troubleshoot",
        ("the workload options are not fully configured",),
    ),
    Remedy(
        "No account is in the token cache that Microsoft's developer tools share, which is normal.",
        None,
        None,
        (
            "no accounts were found in the cache",
            "shared token cache unavailable",
            "shared token cache is not supported",
        ),
    ),
    Remedy(
        "The shared token cache holds several accounts, or none that fits. Leave this link out.",
        "export AZURE_TOKEN_CREDENTIALS=AzureCliCredential",
        None,
        ("sharedtokencachecredential authentication unavailable",),
    ),
    Remedy(
        "Visual Studio Code's account can only be used with the package azure-identity-broker and a sign-in with the extension Azure "
        "Resources.",
        "python -m pip install azure-identity-broker",
        _AKA + "vscodecredential/troubleshoot",
        ("visualstudiocodecredential requires",),
    ),
    Remedy(
        "The Azure CLI is not on the PATH that the code sees. Install it, or start the editor from a terminal that finds it.",
        "az version",
        _INSTALL_AZ,
        ("azure cli not found on path",),
    ),
    Remedy(
        "Nobody is signed in to the Azure CLI. Sign in.",
        AZ_LOGIN,
        _AZ,
        ("please run 'az login'", 'please run "az login"', "please run: az login"),
    ),
    Remedy(
        "The Azure CLI did not answer within ten seconds, so it was passed over. Try it by hand: its first call after an update is "
        "slow; and for many processes at once use a service principal.",
        "az account get-access-token --output json --query expiresOn",
        _AZ,
        ("failed to invoke the azure cli", "failed to invoke azure cli"),
    ),
    Remedy(
        "The Azure CLI was found and could not be started.",
        "az version",
        _INSTALL_AZ,
        ("failed to execute",),
        link=AZURE_CLI,
    ),
    Remedy(
        "PowerShell is not on the PATH that the code sees. You only need it if you sign in with it.",
        None,
        _POWERSHELL,
        ("powershell is not installed",),
    ),
    Remedy(
        "PowerShell lacks the module Az.Accounts. You only need it if you sign in with it.",
        "Install-Module -Name Az.Accounts",
        _POWERSHELL,
        ("az.account module >= 2.2.0 is not installed",),
    ),
    Remedy(
        "PowerShell's execution policy forbids to load its Azure modules.",
        "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned",
        _POWERSHELL,
        ("execution policy prevented invoking",),
    ),
    Remedy(
        "Nobody is signed in to Azure in PowerShell. Sign in.",
        CONNECT_AZ_ACCOUNT,
        _POWERSHELL,
        ('please run "connect-azaccount"', "run connect-azaccount"),
    ),
    Remedy(
        "PowerShell did not answer within ten seconds, so it was passed over.",
        "Get-AzContext",
        _POWERSHELL,
        ("failed to invoke powershell",),
    ),
    Remedy(
        "The Azure Developer CLI (azd) is not on the PATH that the code sees. You only need it if you sign in with it.",
        None,
        "https://aka.ms/azure-dev",
        ("azure developer cli could not be found",),
    ),
    Remedy(
        "Nobody is signed in to the Azure Developer CLI. Sign in.",
        AZD_LOGIN,
        _AZD,
        ("please run 'azd auth login'", "not logged in, run `azd auth login`"),
    ),
    Remedy(
        "The Azure Developer CLI did not answer within ten seconds, so it was passed over.",
        "azd auth token --output json",
        _AZD,
        ("failed to invoke the azure developer cli",),
    ),
    Remedy(
        "The sign-in of the operating system can only be used with the package azure-identity-broker, on Windows and WSL.",
        None,
        None,
        ("interactivebrowserbrokercredential",),
    ),
    Remedy("This is not a Synapse cluster, which is normal elsewhere.", texts=("_arcadiaauthentication",)),
    Remedy(
        "This is not a Databricks cluster, which is normal elsewhere.",
        texts=("_databricksclusterauthentication",),
    ),
    Remedy(
        "There is no browser here to sign in with, so the code would print a device code and wait 15 minutes. Use a service "
        "principal or a managed identity, or sign in with the Azure CLI first.",
        "az login --use-device-code",
        None,
        ("failed to open a browser", "couldn't start an http server"),
    ),
    Remedy(
        "Only a browser or a device code is left to sign in with, and a test uses neither unless it is told to. Sign in first.",
        AZ_LOGIN,
        None,
        ("interactive authentication is required",),
    ),
)
