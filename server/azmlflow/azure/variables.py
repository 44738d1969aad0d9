"""The environment variables that MLflow, azureml-mlflow, azure-identity and what they stand on read.

Sources: `mlflow/environment_variables.py` (3.15); `azureml/mlflow/_internal` and `_common/_cloud/cloud.py` of
azureml-mlflow 1.62; `azure/identity/_constants.py` (1.27); requests and urllib for proxies and certificates.
Sources of OVERWRITTEN_IN_JOBS: https://github.com/Azure/azure-sdk-for-python/issues/38813 and `_setup_remote`
in `azureml/mlflow/__init__.py`.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Variable(NamedTuple):
    """An environment variable and one plain sentence on what it does."""

    name: str
    does: str


MLFLOW_TRACKING_URI: Final = "MLFLOW_TRACKING_URI"
MLFLOW_REGISTRY_URI: Final = "MLFLOW_REGISTRY_URI"
MLFLOW_EXPERIMENT_NAME: Final = "MLFLOW_EXPERIMENT_NAME"
MLFLOW_EXPERIMENT_ID: Final = "MLFLOW_EXPERIMENT_ID"
MLFLOW_RUN_ID: Final = "MLFLOW_RUN_ID"
MLFLOW_TRACKING_TOKEN: Final = "MLFLOW_TRACKING_TOKEN"
MLFLOW_TRACKING_USERNAME: Final = "MLFLOW_TRACKING_USERNAME"
MLFLOW_TRACKING_PASSWORD: Final = "MLFLOW_TRACKING_PASSWORD"
MLFLOW_TRACKING_INSECURE_TLS: Final = "MLFLOW_TRACKING_INSECURE_TLS"
MLFLOW_ALLOW_FILE_STORE: Final = "MLFLOW_ALLOW_FILE_STORE"
MLFLOW_HTTP_REQUEST_TIMEOUT: Final = "MLFLOW_HTTP_REQUEST_TIMEOUT"
MLFLOW_HTTP_REQUEST_MAX_RETRIES: Final = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"

AZUREML_CURRENT_CLOUD: Final = "AZUREML_CURRENT_CLOUD"
ARM_CLOUD_METADATA_URL: Final = "ARM_CLOUD_METADATA_URL"
AZUREML_RUN_ID: Final = "AZUREML_RUN_ID"

AZURE_TENANT_ID: Final = "AZURE_TENANT_ID"
AZURE_CLIENT_ID: Final = "AZURE_CLIENT_ID"
AZURE_CLIENT_SECRET: Final = "AZURE_CLIENT_SECRET"
AZURE_CLIENT_CERTIFICATE_PATH: Final = "AZURE_CLIENT_CERTIFICATE_PATH"
AZURE_CLIENT_CERTIFICATE_PASSWORD: Final = "AZURE_CLIENT_CERTIFICATE_PASSWORD"
AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: Final = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"
AZURE_USERNAME: Final = "AZURE_USERNAME"
AZURE_PASSWORD: Final = "AZURE_PASSWORD"
AZURE_AUTHORITY_HOST: Final = "AZURE_AUTHORITY_HOST"
AZURE_TOKEN_CREDENTIALS: Final = "AZURE_TOKEN_CREDENTIALS"
AZURE_FEDERATED_TOKEN_FILE: Final = "AZURE_FEDERATED_TOKEN_FILE"

AZURE_CONFIG_DIR: Final = "AZURE_CONFIG_DIR"
AZURE_POD_IDENTITY_AUTHORITY_HOST: Final = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
IDENTITY_ENDPOINT: Final = "IDENTITY_ENDPOINT"
IDENTITY_HEADER: Final = "IDENTITY_HEADER"
IMDS_ENDPOINT: Final = "IMDS_ENDPOINT"
MSI_ENDPOINT: Final = "MSI_ENDPOINT"
MSI_SECRET: Final = "MSI_SECRET"
DEFAULT_IDENTITY_CLIENT_ID: Final = "DEFAULT_IDENTITY_CLIENT_ID"
AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: Final = "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION"

MLFLOW_TRACKING_SERVER_CERT_PATH: Final = "MLFLOW_TRACKING_SERVER_CERT_PATH"
MLFLOW_TRACKING_CLIENT_CERT_PATH: Final = "MLFLOW_TRACKING_CLIENT_CERT_PATH"
PYTHONHTTPSVERIFY: Final = "PYTHONHTTPSVERIFY"

ALL_PROXY: Final = "ALL_PROXY"
HTTP_PROXY: Final = "HTTP_PROXY"
HTTPS_PROXY: Final = "HTTPS_PROXY"
NO_PROXY: Final = "NO_PROXY"
REQUESTS_CA_BUNDLE: Final = "REQUESTS_CA_BUNDLE"
CURL_CA_BUNDLE: Final = "CURL_CA_BUNDLE"
SSL_CERT_FILE: Final = "SSL_CERT_FILE"

VARIABLES: Final = (
    Variable(MLFLOW_TRACKING_URI, "names the tracking server, unless set_tracking_uri was called"),
    Variable(MLFLOW_REGISTRY_URI, "names the model registry, unless set_registry_uri was called"),
    Variable(MLFLOW_EXPERIMENT_NAME, "names the experiment, which is created if need be"),
    Variable(MLFLOW_EXPERIMENT_ID, "names the experiment by its id; set_experiment writes it"),
    Variable(MLFLOW_RUN_ID, "makes the first start_run continue this run"),
    Variable(MLFLOW_TRACKING_TOKEN, "is sent to an http server; azureml-mlflow reads it only inside a job"),
    Variable(MLFLOW_TRACKING_USERNAME, "is the user name for an http tracking server"),
    Variable(MLFLOW_TRACKING_PASSWORD, "is the password for an http tracking server"),
    Variable(MLFLOW_TRACKING_INSECURE_TLS, "turns off the check of the server's certificate"),
    Variable(MLFLOW_ALLOW_FILE_STORE, "lets MLflow write to a folder (./mlruns) again"),
    Variable(MLFLOW_HTTP_REQUEST_TIMEOUT, "is how many seconds one request may take"),
    Variable(MLFLOW_HTTP_REQUEST_MAX_RETRIES, "is how often a failed request is tried again"),
    Variable(AZUREML_CURRENT_CLOUD, "names the Azure cloud for azureml-mlflow and azure-ai-ml"),
    Variable(ARM_CLOUD_METADATA_URL, "is fetched when azureml-mlflow is imported, to learn of other clouds"),
    Variable(AZUREML_RUN_ID, "is set inside a job, and tells azureml-mlflow that it runs in one"),
    Variable(AZURE_TENANT_ID, "names the Entra tenant of a service principal and of the browser login"),
    Variable(AZURE_CLIENT_ID, "names the service principal, or alone a user-assigned managed identity"),
    Variable(AZURE_CLIENT_SECRET, "is the secret of the service principal; a certificate is then not read"),
    Variable(AZURE_CLIENT_CERTIFICATE_PATH, "names the file with certificate and private key"),
    Variable(AZURE_CLIENT_CERTIFICATE_PASSWORD, "opens that file"),
    Variable(AZURE_CLIENT_SEND_CERTIFICATE_CHAIN, "sends the certificate chain; any value counts as true"),
    Variable(AZURE_USERNAME, "is the user of a login by password, which does not work with MFA"),
    Variable(AZURE_PASSWORD, "is the password of that user"),
    Variable(AZURE_AUTHORITY_HOST, "names the login host for azure-identity; azureml-mlflow ignores it"),
    Variable(AZURE_TOKEN_CREDENTIALS, "picks the credentials that are tried"),
    Variable(AZURE_FEDERATED_TOKEN_FILE, "names the token file of a workload identity"),
    Variable(AZURE_CONFIG_DIR, "is the folder in which the Azure CLI keeps its sign-in"),
    Variable(AZURE_POD_IDENTITY_AUTHORITY_HOST, "is asked for tokens in place of the machine's own service"),
    Variable(AZURE_CLI_DISABLE_CONNECTION_VERIFICATION, "turns off the Azure CLI's check of certificates"),
    Variable(MLFLOW_TRACKING_SERVER_CERT_PATH, "names the file of trusted certificates for MLflow"),
    Variable(MLFLOW_TRACKING_CLIENT_CERT_PATH, "names MLflow's own certificate for an http server"),
    Variable(PYTHONHTTPSVERIFY, "turned off Python 2's check of certificates; Python 3 does not read it"),
    Variable(IDENTITY_ENDPOINT, "is asked for tokens in App Service and other hosts of Azure"),
    Variable(IDENTITY_HEADER, "proves to that endpoint who asks"),
    Variable(IMDS_ENDPOINT, "tells azure-identity that it runs on Azure Arc"),
    Variable(MSI_ENDPOINT, "is asked for tokens on the computes of Azure ML, and in Cloud Shell"),
    Variable(MSI_SECRET, "proves to that endpoint who asks"),
    Variable(DEFAULT_IDENTITY_CLIENT_ID, "is where Azure ML names the managed identity of a compute"),
    Variable(ALL_PROXY, "names the proxy for what has none of its own"),
    Variable(HTTP_PROXY, "names the proxy for http, and with it for managed identity"),
    Variable(HTTPS_PROXY, "names the proxy for https"),
    Variable(NO_PROXY, "lists the hosts that are reached without proxy"),
    Variable(REQUESTS_CA_BUNDLE, "names the file of trusted certificates for Python's requests"),
    Variable(CURL_CA_BUNDLE, "is read by requests where REQUESTS_CA_BUNDLE is not set"),
    Variable(SSL_CERT_FILE, "names the file of trusted certificates for OpenSSL; requests does not read it"),
)
WHAT_IT_DOES: Final = {variable.name: variable.does for variable in VARIABLES}

SECRETS: Final = frozenset(
    {
        AZURE_CLIENT_SECRET,
        AZURE_CLIENT_CERTIFICATE_PASSWORD,
        AZURE_PASSWORD,
        MLFLOW_TRACKING_TOKEN,
        MLFLOW_TRACKING_PASSWORD,
        "AZUREML_RUN_TOKEN",
        IDENTITY_HEADER,
        MSI_SECRET,
    }
)
"""Variables whose value must never be shown."""

PATH_VARIABLES: Final = (
    AZURE_CLIENT_CERTIFICATE_PATH,
    AZURE_FEDERATED_TOKEN_FILE,
    REQUESTS_CA_BUNDLE,
    CURL_CA_BUNDLE,
    SSL_CERT_FILE,
    MLFLOW_TRACKING_SERVER_CERT_PATH,
    MLFLOW_TRACKING_CLIENT_CERT_PATH,
)
"""Variables whose value is the path of a file."""

JOB_CONTEXT: Final = (MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN, MLFLOW_RUN_ID)
"""With all of these and one of the two experiment variables, azureml-mlflow uses the token and no
credential chain."""

OVERWRITTEN_IN_JOBS: Final = frozenset(
    {
        MLFLOW_TRACKING_URI,
        MLFLOW_TRACKING_TOKEN,
        MLFLOW_RUN_ID,
        MLFLOW_EXPERIMENT_ID,
        MLFLOW_EXPERIMENT_NAME,
        AZUREML_RUN_ID,
    }
)
"""What Azure Machine Learning sets in a job, whatever the job's YAML says.

The issue shows it for the tracking URI, the run id and the experiment id; that a job has the experiment's
name and the token too is known from the plugin, which looks for them there.
"""


def is_secret(name: str) -> bool:
    """Tell whether the value of `name` must never be shown; unknown names that sound secret count.

    What only says where a secret is, or which kind of credential to take, is none.
    """
    upper = name.upper().replace("-", "_")
    if upper in SECRETS or upper in _SOUND_SECRET:
        return upper in SECRETS
    return any(word in upper for word in _SECRET_WORDS) and not upper.endswith(_NO_SECRETS)


def near_miss(name: str) -> str | None:
    """Return the variable that somebody most likely meant by a misspelled `name`, or None.

    Only names that nothing is known to read are ever corrected: a right name, an MLFLOW_ name of which we
    know nothing, and a project's own variable (so any name in lower case) all give None.
    """
    if name in WHAT_IT_DOES or name.islower():
        return None
    flat = name.replace("_", "").replace("-", "").upper()
    return _BY_FLAT_NAME.get(flat) or _OFTEN_MISTAKEN.get(flat)


_SECRET_WORDS: Final = (
    *("SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "TOKEN", "CONNECTION_STRING", "CONNECTIONSTRING"),
    *(f"{kind}{joint}KEY" for kind in ("ACCESS", "API", "ACCOUNT", "SHARED") for joint in ("_", "")),
)
_SOUND_SECRET: Final = frozenset({"PWD", "OLDPWD", "TOKENIZERS_PARALLELISM"})
"""Variables that nearly everybody has: the working folder of a shell, and a switch of Hugging Face's."""
_NO_SECRETS: Final = ("_FILE", "_PATH", "_URL", "_URI", "_ID", "_NAME", "_CREDENTIALS")
_BY_FLAT_NAME: Final = {
    variable.name.replace("_", ""): variable.name
    for variable in VARIABLES
    if variable.name.startswith(("AZURE", "MLFLOW"))
}
_OFTEN_MISTAKEN: Final = {
    "AZURETENANT": AZURE_TENANT_ID,
    "AZURETENENTID": AZURE_TENANT_ID,
    "AZURECLIENT": AZURE_CLIENT_ID,
    "AZURESECRET": AZURE_CLIENT_SECRET,
    "AZURECLIENTSECRETVALUE": AZURE_CLIENT_SECRET,
    "AZURECERTIFICATEPATH": AZURE_CLIENT_CERTIFICATE_PATH,
    "AZURECLIENTCERTPATH": AZURE_CLIENT_CERTIFICATE_PATH,
    "AZURECLIENTCERTIFICATE": AZURE_CLIENT_CERTIFICATE_PATH,
    "AZURECERTIFICATEPASSWORD": AZURE_CLIENT_CERTIFICATE_PASSWORD,
    "AZURECLIENTCERTPASSWORD": AZURE_CLIENT_CERTIFICATE_PASSWORD,
    "AZUREMLCLOUD": AZUREML_CURRENT_CLOUD,
    "AMLCURRENTCLOUD": AZUREML_CURRENT_CLOUD,
    "MLFLOWTRACKINGURL": MLFLOW_TRACKING_URI,
    "MLFLOWTRACKURI": MLFLOW_TRACKING_URI,
    "MLFLOWTRAKINGURI": MLFLOW_TRACKING_URI,
    "MLFLOWURI": MLFLOW_TRACKING_URI,
    "MLFLOWEXPERIMENT": MLFLOW_EXPERIMENT_NAME,
    "MLFLOWREGISTRYURL": MLFLOW_REGISTRY_URI,
}
