"""What goes wrong while the chain of credentials is built: no link is tried then, and the error names no variable.

Sources: azure-identity 1.27, MSAL 1.39, azureml-mlflow 1.62 and cryptography 50, each row run with them; the texts about
certificates change with cryptography, which is why `parsing/certificate.py` looks at the file itself.
"""

from __future__ import annotations

from typing import Final

from azmlflow.azure.credential_links import WORKLOAD_IDENTITY
from azmlflow.azure.remedy import NO_SUCH_TENANT, SET_TENANT, SHOW_TENANT, Remedy

_ENVIRONMENT: Final = "https://aka.ms/azsdk/python/identity/environmentcredential/troubleshoot"
_CHAIN: Final = "https://aka.ms/azsdk/python/identity/defaultazurecredential/troubleshoot"
_CERTIFICATE: Final = (
    "https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate"
)
_CLOUDS: Final = "https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure"
_FILE: Final = "the file that AZURE_CLIENT_CERTIFICATE_PATH names"
_SHOW_CERTIFICATE: Final = "openssl x509 -noout -subject -enddate -in $AZURE_CLIENT_CERTIFICATE_PATH"
_JOINED: Final = "cat key.pem certificate.pem > both.pem"

CHAIN_ERRORS: Final = (
    Remedy(
        "AZURE_CLIENT_SECRET is set and empty, which stops everything before any credential is tried. Give it a value, or remove "
        "the variable.",
        "unset AZURE_CLIENT_SECRET",
        _ENVIRONMENT,
        ("secret should be a microsoft entra application's client secret",),
    ),
    Remedy(
        "AZURE_CLIENT_ID is set and empty, which stops everything before any credential is tried. Give it the Application "
        "(client) ID, or remove the variable.",
        "unset AZURE_CLIENT_ID",
        _ENVIRONMENT,
        ("client_id should be the id of a microsoft entra application",),
    ),
    Remedy(
        "AZURE_TENANT_ID is set and empty, which stops everything before any credential is tried. Give it the Directory "
        "(tenant) ID, or remove the variable.",
        SET_TENANT,
        _ENVIRONMENT,
        ("tenant_id should be a microsoft entra tenant's id",),
    ),
    Remedy(
        "AZURE_TENANT_ID holds something that no tenant ID can be, such as a placeholder, quotation marks or a space. "
        "Give it the Directory (tenant) ID, or remove the variable.",
        SET_TENANT,
        _ENVIRONMENT,
        ("invalid tenant id provided",),
    ),
    Remedy(
        "AZURE_TOKEN_CREDENTIALS holds no value that azure-identity knows, which stops everything. Remove it, or give it dev, "
        "prod, or the name of one credential such as AzureCliCredential.",
        "unset AZURE_TOKEN_CREDENTIALS",
        _CHAIN,
        ("invalid value for azure_token_credentials",),
    ),
    Remedy(
        "AZURE_CLIENT_CERTIFICATE_PATH is set and empty, which stops everything. Name the file, or remove the variable.",
        "unset AZURE_CLIENT_CERTIFICATE_PATH",
        _ENVIRONMENT,
        ('requires a value for either "certificate_path" or "certificate_data"',),
    ),
    Remedy(
        f"There is a certificate and no private key in {_FILE}. Put both in one file, or take the .pfx or .pem that was made "
        "together with the key.",
        _JOINED,
        _CERTIFICATE,
        (
            "no begin/end delimiters for a private key",
            "must include its private key",
            "is missing its private key",
        ),
    ),
    Remedy(
        f"There is a private key and no certificate in {_FILE}. Put both in one file.",
        _JOINED,
        _CERTIFICATE,
        ("no begin certificate/end certificate delimiters",),
    ),
    Remedy(
        f"The private key in {_FILE} is encrypted. Give its password in AZURE_CLIENT_CERTIFICATE_PASSWORD.",
        "export AZURE_CLIENT_CERTIFICATE_PASSWORD=<password>",
        _ENVIRONMENT,
        ("password was not given but private key is encrypted",),
    ),
    Remedy(
        f"The password in AZURE_CLIENT_CERTIFICATE_PASSWORD does not fit {_FILE}. Correct it.",
        "export AZURE_CLIENT_CERTIFICATE_PASSWORD=<password>",
        _ENVIRONMENT,
        ("incorrect password, could not decrypt key", "bad decrypt", "invalid password or pkcs12 data"),
    ),
    Remedy(
        f"AZURE_CLIENT_CERTIFICATE_PASSWORD is set and {_FILE} has no password. Remove the variable.",
        "unset AZURE_CLIENT_CERTIFICATE_PASSWORD",
        _ENVIRONMENT,
        ("password was given but private key is not encrypted",),
    ),
    Remedy(
        f"The key in {_FILE} is not an RSA key, and azure-identity can only sign with RSA. Make a certificate with an RSA key "
        "and register it on the application.",
        "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=mlflow -keyout key.pem -out certificate.pem",
        _CERTIFICATE,
        ("must have an rsa private key",),
    ),
    Remedy(
        f"azure-identity can read {_FILE} neither as PEM nor as PKCS#12: it is of another kind (.cer), empty or in UTF-16, or the "
        "password is missing, wrong, or set for a file that has none.",
        _SHOW_CERTIFICATE,
        _CERTIFICATE,
        ("failed to deserialize certificate",),
    ),
    Remedy(
        f"The PEM text in {_FILE} is damaged or cut off. Copy the file again.",
        _SHOW_CERTIFICATE,
        _CERTIFICATE,
        (
            "unable to load pem file",
            "malformedframing",
            "could not deserialize key data",
            "error parsing asn1 value",
            "asn.1 parsing error",
        ),
    ),
    Remedy(
        f"There are characters in {_FILE} that are not UTF-8, mostly in a comment above the certificate. Remove these lines.",
        _SHOW_CERTIFICATE,
        _CERTIFICATE,
        ("codec can't decode byte",),
        step="chain",
    ),
    Remedy(
        "The file with the token of this pod, which AZURE_FEDERATED_TOKEN_FILE names, is not there. Outside the pod remove "
        "the variable; inside it, check that the workload identity webhook mounts it.",
        "unset AZURE_FEDERATED_TOKEN_FILE",
        "https://aka.ms/azsdk/python/identity/workloadidentitycredential/troubleshoot",
        ("no such file or directory",),
        link=WORKLOAD_IDENTITY,
    ),
    Remedy(
        "AZURE_CLIENT_CERTIFICATE_PATH names a file that is not there. A relative path counts from the folder the code is started "
        "in, and ~ or $HOME are not expanded: write the whole path.",
        "export AZURE_CLIENT_CERTIFICATE_PATH=<whole path of the .pem or .pfx file>",
        _ENVIRONMENT,
        ("no such file or directory", "cannot find the file specified", "cannot find the path specified"),
        step="chain",
    ),
    Remedy(
        "AZURE_CLIENT_CERTIFICATE_PATH names a folder. It must name the .pem or .pfx file in it.",
        "export AZURE_CLIENT_CERTIFICATE_PATH=<whole path of the .pem or .pfx file>",
        _ENVIRONMENT,
        ("is a directory: ", "[errno 21]"),
        step="chain",
    ),
    Remedy(
        "The account that runs the code may not read the file that AZURE_CLIENT_CERTIFICATE_PATH names. Give it the right to.",
        "chmod u+r $AZURE_CLIENT_CERTIFICATE_PATH",
        _ENVIRONMENT,
        ("permission denied",),
        step="chain",
    ),
    Remedy(
        "AZUREML_CURRENT_CLOUD holds no name of a cloud; the case of its letters counts too. Use AzureCloud, AzureChinaCloud or "
        "AzureUSGovernment.",
        "export AZUREML_CURRENT_CLOUD=AzureCloud",
        _CLOUDS,
        ("cloud metadata could not be fetched or found", "unknown cloud environment"),
    ),
    Remedy(
        "azureml-mlflow could not load the list of clouds from the address in ARM_CLOUD_METADATA_URL. Remove the variable, and name "
        "the cloud in AZUREML_CURRENT_CLOUD.",
        "unset ARM_CLOUD_METADATA_URL",
        _CLOUDS,
        (
            "specified by arm_cloud_metadata_url",
            "invalid url '': no scheme supplied",
        ),
    ),
    Remedy(
        "The address in ARM_CLOUD_METADATA_URL does not answer with a list of clouds. Remove the variable, and name the cloud in "
        "AZUREML_CURRENT_CLOUD.",
        "unset ARM_CLOUD_METADATA_URL",
        _CLOUDS,
        ("string indices must be integers",),
        step="packages",
    ),
    Remedy(
        "azureml-mlflow could not ask Azure which clouds there are, and goes on with the public one. Name the cloud in "
        "AZUREML_CURRENT_CLOUD: then it does not ask, and does not wait up to 30 seconds.",
        "export AZUREML_CURRENT_CLOUD=AzureCloud",
        _CLOUDS,
        ("unable to load cloud metadata", "/metadata/endpoints"),
    ),
    Remedy(
        "AZURE_AUTHORITY_HOST names no sign-in host that azure-identity accepts; it must begin with https://. Remove it: "
        "azureml-mlflow takes the host from AZUREML_CURRENT_CLOUD.",
        "unset AZURE_AUTHORITY_HOST",
        None,
        ("is an invalid authority", "| is not well-known. if this authority is valid"),
    ),
    Remedy(
        NO_SUCH_TENANT,
        SHOW_TENANT,
        "https://login.microsoftonline.com/error?code=90002",
        ("unable to get authority configuration",),
        "AADSTS90002",
    ),
    Remedy(
        "MLFLOW_TRACKING_TOKEN holds no Azure token, and together with the other variables of a run it replaces all credentials. "
        "Remove it.",
        "unset MLFLOW_TRACKING_TOKEN",
        None,
        ("not enough segments", "invalid header padding"),
    ),
)
"""In the order in which they are tried. The code of the last but one is swallowed by MSAL."""
