"""The table of advice: what the SDKs and services really say gets the advice that is meant for it, quickly and always."""

import time

import pytest
from azmlflow.azure.aadsts import AADSTS
from azmlflow.azure.advice import ROWS, Advice, advice_fields, advise, table
from azmlflow.azure.arm_errors import ARM_ERRORS
from azmlflow.azure.remedy import SIGN_IN

TENANT = "5b8e7b0a-54b6-4b3f-9d5f-1f6f0a2b7c11"
OTHER = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
WORKSPACE = f"/subscriptions/{OTHER}/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/ws-vision"
MSAL = (
    "Authentication failed: Unable to get authority configuration for https://login.microsoftonline.com/{}. Authority would "
    "typically be in a format of https://login.microsoftonline.com/your_tenant or https://tenant_name.ciamlogin.com or "
    "https://tenant_name.b2clogin.com/tenant.onmicrosoft.com/policy.  Also please double check your tenant name or GUID is correct."
)
NOT_CONFIGURED = (
    "EnvironmentCredential authentication unavailable. Environment variables are not fully configured.\n"
    "Visit https://aka.ms/azsdk/python/identity/environmentcredential/troubleshoot to troubleshoot this issue."
)
CHAIN = (
    "ChainedTokenCredential failed to retrieve a token from the included credentials.\nAttempted credentials:\n"
    "\tEnvironmentCredential: {}\nTo mitigate this issue, please refer to the troubleshooting guidelines here at "
    "https://aka.ms/azsdk/python/identity/defaultazurecredential/troubleshoot."
)
UNSUPPORTED = (
    " Model registry functionality is unavailable; got unsupported URI '{}' for model registry data storage. Supported URI "
    "schemes are: ['', 'file', 'databricks', 'databricks-uc', 'uc', 'http', 'https', 'postgresql', 'mysql', 'sqlite', 'mssql']."
)
FRONT = (
    "RestException: INTERNAL_ERROR: Response: {'error': {'code': 'UserError', 'severity': None, 'message': '%s', "
    "'innerError': {'code': 'AuthorizationError', 'innerError': None}}, 'componentName': 'mlflow'}"
)

VERBATIM: tuple[tuple[str, dict[str, str], str | None, str, str | None], ...] = (
    (
        "Authentication failed: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is "
        "the client secret value, not the client secret ID, for a secret added to app 'x'. Trace ID: 1",
        {},
        "AADSTS7000215",
        "Secret ID",
        "az ad app credential reset",
    ),
    (
        "AADSTS7000222: The provided client secret keys for app 'x' are expired.",
        {},
        "AADSTS7000222",
        "expired",
        "az ad app credential reset",
    ),
    (
        "AADSTS700016: Application with identifier 'x' was not found in the directory 'Contoso'.",
        {},
        "AADSTS700016",
        "AZURE_CLIENT_ID",
        "az ad sp show",
    ),
    (MSAL.format(TENANT), {}, "AADSTS90002", "no such tenant", "az account show"),
    (
        '{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant \'x\' not found. Check to make sure you have the '
        'correct tenant ID and are signing into the correct cloud.","error_codes":[90002]}',
        {"step": "tenant"},
        "AADSTS90002",
        "no such tenant",
        "az account show",
    ),
    (
        "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. "
        "[Reason - The key was not found., Thumbprint of key used by client: 'AB12']",
        {},
        "AADSTS700027",
        "thumbprint",
        "az ad app credential list",
    ),
    (
        "ERROR: AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, "
        "you must use multi-factor authentication to access 'x'.",
        {"link": "AzureCliCredential"},
        "AADSTS50076",
        "second factor",
        "az login --tenant <tenant-id>",
    ),
    (
        "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:o/r:ref:refs/heads/main'.",
        {},
        "AADSTS700213",
        "federated credential",
        "az ad app federated-credential list",
    ),
    (CHAIN.format(NOT_CONFIGURED), {}, None, "No credential of the chain", "az login"),
    (NOT_CONFIGURED, {"link": "EnvironmentCredential"}, None, "at least one is missing", "azmlflow doctor"),
    (
        "secret should be a Microsoft Entra application's client secret",
        {},
        None,
        "AZURE_CLIENT_SECRET is set and empty",
        "unset AZURE_CLIENT_SECRET",
    ),
    (
        "tenant_id should be a Microsoft Entra tenant's id (also called its 'directory id')",
        {},
        None,
        "AZURE_TENANT_ID is set and empty",
        "export AZURE_TENANT_ID=<tenant-id>",
    ),
    (
        "Invalid tenant ID provided. You can locate your tenant ID by following the instructions here: "
        "https://learn.microsoft.com/partner-center/find-ids-and-domain-names",
        {},
        None,
        "no tenant ID can be",
        "export AZURE_TENANT_ID",
    ),
    (
        "[Errno 2] No such file or directory: '~/rsa.pem'",
        {"step": "chain"},
        None,
        "~ or $HOME are not expanded",
        "export AZURE_CLIENT_CERTIFICATE_PATH",
    ),
    (
        "[Errno 2] No such file or directory: '/var/run/secrets/token'",
        {"step": "credential", "link": "WorkloadIdentityCredential"},
        None,
        "AZURE_FEDERATED_TOKEN_FILE",
        "unset AZURE_FEDERATED_TOKEN_FILE",
    ),
    (
        "Valid PEM but no BEGIN/END delimiters for a private key found. Are you sure this is a private key?",
        {"step": "chain"},
        None,
        "a certificate and no private key",
        "cat key.pem certificate.pem",
    ),
    ("Password was not given but private key is encrypted", {}, None, "is encrypted", "export"),
    (
        "Invalid value for AZURE_TOKEN_CREDENTIALS: nonsense. Valid values are: dev, prod, azureclicredential",
        {"step": "chain"},
        None,
        "AZURE_TOKEN_CREDENTIALS",
        "unset AZURE_TOKEN_CREDENTIALS",
    ),
    (
        "azurecloud cloud metadata could not be fetched or found",
        {"step": "chain"},
        None,
        "AZUREML_CURRENT_CLOUD",
        "export AZUREML_CURRENT_CLOUD=AzureCloud",
    ),
    (
        "string indices must be integers, not 'str'",
        {"step": "packages"},
        None,
        "ARM_CLOUD_METADATA_URL",
        "unset ARM_CLOUD_METADATA_URL",
    ),
    (
        "ManagedIdentityCredential authentication unavailable, no response from the IMDS endpoint.",
        {"link": "ManagedIdentityCredential"},
        None,
        "normal outside Azure",
        "export NO_PROXY",
    ),
    (
        "ManagedIdentityCredential authentication unavailable, no response from the IMDS endpoint. Token request error: "
        "(invalid_request) Identity not found",
        {"link": "ManagedIdentityCredential"},
        None,
        "no managed identity with the client ID",
        "export AZURE_CLIENT_ID",
    ),
    (
        "HTTPConnection(host='127.0.0.1', port=1): Failed to establish a new connection: [Errno 111] Connection refused",
        {"link": "ManagedIdentityCredential"},
        None,
        "MSI_ENDPOINT",
        "unset MSI_ENDPOINT",
    ),
    ("Azure CLI not found on path", {"link": "AzureCliCredential"}, None, "PATH", "az version"),
    ("Please run 'az login' to set up an account", {}, None, "Nobody is signed in", "az login"),
    ("Failed to invoke the Azure CLI", {}, None, "ten seconds", "az account get-access-token"),
    (
        "Unexpected output from Azure CLI: 'WARNING: x\\nnot json\\n'. \\n",
        {},
        None,
        "not a token",
        "az account",
    ),
    ("Failed to invoke PowerShell.\nTo mitigate", {}, None, "ten seconds", "Get-AzContext"),
    (
        "Please run 'azd auth login' from a command prompt to authenticate before using this credential.",
        {},
        None,
        "Azure Developer CLI",
        "azd auth login",
    ),
    (
        "Interactive authentication is required to get a token. Call 'authenticate' to begin.",
        {},
        None,
        "sign in",
        "az login",
    ),
    (
        "Authentication failed: ('Unable to connect to proxy', NewConnectionError(\"HTTPSConnection(host='127.0.0.1', port=9): "
        'Failed to establish a new connection: [Errno 111] Connection refused"))',
        {"link": "EnvironmentCredential"},
        None,
        "The proxy that HTTPS_PROXY names cannot be reached",
        "unset HTTPS_PROXY",
    ),
    (
        "HTTPSConnection(host='login.microsoftonline.com', port=443): Failed to resolve 'login.microsoftonline.com' "
        "([Errno -3] Temporary failure in name resolution)",
        {},
        None,
        "cannot be resolved",
        "nslookup",
    ),
    (
        "Authentication failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer "
        "certificate (_ssl.c:1006)",
        {},
        None,
        "does not trust",
        "export REQUESTS_CA_BUNDLE",
    ),
    (
        "Authentication failed: Could not find a suitable TLS CA certificate bundle, invalid path: /nope.pem",
        {},
        None,
        "names a file that is not there",
        "unset REQUESTS_CA_BUNDLE",
    ),
    (
        "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Read timed out. (read timeout=300)",
        {},
        None,
        "in time",
        "azmlflow doctor",
    ),
    (
        "OSError('Tunnel connection failed: 407 Proxy Authentication Required')",
        {},
        None,
        "user name",
        "export HTTPS_PROXY",
    ),
    (
        f"(AuthorizationFailed) The client 'a' with object id 'b' does not have authorization to perform action "
        f"'Microsoft.MachineLearningServices/workspaces/read' over scope '{WORKSPACE}' or the scope is invalid.",
        {"step": "workspace"},
        "AuthorizationFailed",
        "no role",
        f'--scope "{WORKSPACE}"',
    ),
    (
        f"InvalidAuthenticationTokenTenant: The access token is from the wrong issuer 'https://sts.windows.net/{OTHER}/'. It must "
        f"match the tenant 'https://sts.windows.net/{TENANT}/' associated with this subscription.",
        {"step": "workspace"},
        "InvalidAuthenticationTokenTenant",
        "another tenant",
        f"az login --tenant {TENANT}",
    ),
    (
        '{"error":{"code":"SubscriptionNotFound","message":"The subscription \'x\' could not be found."}}',
        {},
        "SubscriptionNotFound",
        "no subscription",
        "az account list",
    ),
    (
        FRONT % "Access to workspace was denied based on workspace private link configuration.",
        {"step": "experiments"},
        "PRIVATE_LINK",
        "private network",
        "az ml workspace show --name <workspace> ",
    ),
    (FRONT % "Bearer token not provided.", {}, None, "https://", "az ml workspace show"),
    (FRONT % "The user may not do this.", {}, None, "AzureML Data Scientist", "az role assignment create"),
    (
        "API request to endpoint /api/2.0/mlflow/logged-models failed with error code 404 != 200. Response body: ''",
        {"step": "models"},
        None,
        "MLflow 3",
        "python -m pip install 'mlflow<3' 'mlflow-skinny<3'",
    ),
    (
        "A field of the entity is over the size limit. FieldName=Parameters, Limit=200, Size=210",
        {},
        None,
        "200 parameters",
        None,
    ),
    ("UserError: Resource Conflict: ArtifactId ExperimentRun/dcid.x", {}, None, "overwrites none", None),
    ("'NoneType' object has no attribute 'group'", {}, None, "cut off", "az ml workspace show"),
    (
        UNSUPPORTED.format("azureml://h/x"),
        {},
        None,
        "azureml-mlflow is not installed",
        "python -m pip install",
    ),
    (
        UNSUPPORTED.format("sqlite:////w/mlflow.db"),
        {},
        None,
        "No tracking URI is set",
        "export MLFLOW_TRACKING_URI",
    ),
    (
        "The filesystem tracking backend (e.g., './mlruns') is in maintenance mode and will not receive further updates.",
        {},
        None,
        "local folder",
        "--output tsv",
    ),
    (
        "azureml_artifacts_builder() got an unexpected keyword argument 'tracking_uri'",
        {},
        None,
        "too old",
        "python -m pip install --upgrade azureml-mlflow",
    ),
    ("No module named 'azureml'", {"step": "packages"}, None, "azureml-mlflow", "python -m pip install"),
    (
        "No module named 'mlflow'",
        {"step": "packages"},
        None,
        "MLflow is not installed",
        "python -m pip install",
    ),
    ("API request to https://h failed with exception too many 429 error responses", {}, None, "fewer", None),
    (
        "API request failed with error code 504 != 200. Response body: '504 Gateway Timeout'",
        {},
        None,
        "not available",
        None,
    ),
)


@pytest.mark.parametrize(
    ("text", "known", "code", "sentence", "command"), VERBATIM, ids=[row[0][:40] for row in VERBATIM]
)
def test_what_is_really_said_gets_its_advice(text, known, code, sentence, command):
    advice = advise(text, **known)
    assert advice.code == code
    assert sentence in advice.sentence
    assert command is None if advice.command is None else command in advice.command


@pytest.mark.parametrize(
    ("link", "command"),
    [
        ("AzureCliCredential", "az login --tenant <tenant-id>"),
        ("AzurePowerShellCredential", "Connect-AzAccount -Tenant <tenant-id>"),
        ("AzureDeveloperCliCredential", "azd auth login --tenant-id <tenant-id>"),
        ("SharedTokenCacheCredential", "export AZURE_TOKEN_CREDENTIALS=AzureCliCredential"),
        (None, "az login --tenant <tenant-id>"),
    ],
)
def test_an_expired_sign_in_is_renewed_where_it_was_made(link, command):
    assert (
        advise("AADSTS700082: The refresh token has expired due to inactivity.", link=link).command == command
    )


def test_the_first_known_code_counts():
    text = "AADSTS999999: unheard of. Inner: AADSTS50126: Error validating credentials"
    assert advise(text).code == "AADSTS50126"


@pytest.mark.parametrize("text", ["AADSTS700213: x", "AADSTS70021: x", "AADSTS7000215: x", "AADSTS700021: x"])
def test_a_code_is_all_of_its_digits(text):
    assert advise(text).code == text.partition(":")[0]


def test_an_unknown_code_gets_microsofts_page_and_no_guess():
    advice = advise("AADSTS424242: Something new. Connection refused.")
    assert advice.code == "AADSTS424242"
    assert "no advice" in advice.sentence
    assert advice.command is None
    assert advice.url == "https://login.microsoftonline.com/error?code=424242"


def test_an_unknown_text_is_admitted():
    advice = advise("the flux capacitor is out of tune", step="credential")
    assert advice.code is None
    assert "no advice" in advice.sentence
    assert advice.command is None
    assert advice.url == "https://aka.ms/azsdk/python/identity/troubleshoot"


@pytest.mark.parametrize("code", ["ResourceNotFoundError", "NotAuthorizationFailed", "InternalServerErrors"])
def test_a_code_of_resource_manager_is_a_whole_word(code):
    assert advise(f"{code}: x").code is None


def test_what_a_server_says_cannot_become_part_of_a_command():
    evil = (
        "AuthorizationFailed over scope '/subscriptions/$(rm -rf ~)/resourceGroups/r/providers/"
        "Microsoft.MachineLearningServices/workspaces/w'"
    )
    assert advise(evil).command.endswith('--scope "<workspace-id>"')
    tenant = "InvalidAuthenticationTokenTenant: It must match the tenant 'https://sts.windows.net/`id`/' associated"
    assert advise(tenant).command == "az login --tenant <tenant-id>"
    tail = advise(f"AuthorizationFailed over scope '{WORKSPACE}\"; rm -rf ~'")
    assert tail.command.endswith(f'--scope "{WORKSPACE}"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800",
        "AADSTS",
        "AADSTS" * 17_000,
        "AADSTS" + "9" * 100_000,
        "a" * 100_000,
        "/subscriptions/" * 7_000,
        "must match the tenant '" * 4_500,
        "got unsupported uri '" * 5_000,
        "filesystem tracking backend " * 4_000,
        "é" * 5_000_000,
    ],
    ids=range(12),
)
def test_any_text_gets_an_answer_and_at_once(text):
    start = time.process_time()
    advice = advise(text, step="nonsense", link="nonsense")
    assert time.process_time() - start < 0.5
    assert advice.sentence


ALL = list(table())


@pytest.mark.parametrize(("key", "row"), ALL, ids=[key for key, _ in ALL])
def test_every_row_is_found_by_its_own_key(key, row):
    text = key if key.startswith("AADSTS") or key in ARM_ERRORS else f"Some text before; {key}; and after"
    assert advise(text, row.step, row.link).sentence == row.sentence


@pytest.mark.parametrize("row", ROWS, ids=[row.texts[0] for row in ROWS])
def test_every_text_of_a_row_finds_it(row):
    assert all(text == text.lower() for text in row.texts)
    for text in row.texts:
        assert advise(text.replace("|", " and so on "), row.step, row.link).sentence == row.sentence


@pytest.mark.parametrize(("key", "row"), ALL, ids=[key for key, _ in ALL])
def test_every_row_is_plain_and_has_somewhere_to_go(key, row):
    assert row.sentence[0].isupper() or row.sentence.startswith("azure")
    assert row.sentence.endswith((".", "just these letters."))
    assert "!" not in row.sentence
    assert 20 < len(row.sentence) < 340
    assert row.url is None or row.url.startswith("https://")
    command = advise(key, row.step, row.link).command
    assert command is None or (SIGN_IN not in command and "\n" not in command)


def test_the_codes_that_users_meet_are_there():
    asked = (
        *(
            7000215,
            7000222,
            700016,
            700027,
            700024,
            700082,
            700003,
            90002,
            900023,
            50076,
            50079,
            50126,
            50173,
            50105,
            50034,
        ),
        *(53003, 53000, 65001, 500011, 7000112, 500133, 500341, 700213, 70043, 90094, 50058, 50020, 650057),
    )
    assert set(asked) <= set(AADSTS)


def test_the_fields_are_those_of_an_outcome():
    advice = Advice("C", "Do this.", "do --this", "https://example.com")
    assert advice_fields(advice) == {
        "code": "C",
        "advice": "Do this.",
        "command": "do --this",
        "url": "https://example.com",
    }


def test_a_code_without_advice_leads_to_the_tools_own_word_that_a_sign_in_helps():
    said = (
        "ERROR: AADSTS79999: Something new. Interactive authentication is needed. Please run:\n"
        'az login --tenant "x" --scope "https://management.core.windows.net//.default"'
    )
    advice = advise(said, "credential", "AzureCliCredential")
    assert (advice.code, advice.command) == ("AADSTS79999", "az login --tenant <tenant-id>")
    assert advise("AADSTS79999: Something new.", "credential", "AzureCliCredential").command is None
    assert advise(said, "credential", "EnvironmentCredential").command is None
