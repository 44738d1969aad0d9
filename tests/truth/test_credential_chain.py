"""The credential chain that the installed azureml-mlflow builds; it is only built, nothing is asked for a token."""

import json
from itertools import product

import pytest
from azmlflow.azure import credential_links as links
from azmlflow.azure.chain_replay import building_fault
from azmlflow.azure.credential_chain import OWN_LINKS, TOKEN_CREDENTIALS, chain_of
from azmlflow.azure.credential_links import LINKS
from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef

from tests.truth.child import needs, run_child

pytestmark = needs("azure.identity", "azureml.mlflow")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
URI = compose_tracking_uri("westeurope", WorkspaceRef(GUID, "rg", "ws"))
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}
POD = {"AZURE_FEDERATED_TOKEN_FILE": "/nowhere", "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com"}
CHOICES = (
    None,
    "",
    "  ",
    " DEV ",
    *TOKEN_CREDENTIALS,
    *(link.name for link in LINKS),
    "nonsense",
    "dev,prod",
)
GRID = {
    "AZURE_TENANT_ID": (None, "", GUID, "contoso.com", "<tenant>", "my tenant"),
    "AZURE_CLIENT_ID": (None, "", GUID),
    "AZURE_CLIENT_SECRET": (None, "", "secret"),
    "AZURE_CLIENT_CERTIFICATE_PATH": (None, "", "/nowhere.pem"),
    "AZURE_USERNAME": (None, "", "user"),
    "AZURE_PASSWORD": (None, "", "password"),
}
COMBINATIONS = [
    {name: value for name, value in zip(GRID, values, strict=True) if value is not None}
    for values in product(*GRID.values())
]
HOSTS = {
    "nothing": {},
    "App Service": {"IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": "x"},
    "half of App Service": {"IDENTITY_ENDPOINT": "http://127.0.0.1:1"},
    "Azure ML": {"MSI_ENDPOINT": "http://127.0.0.1:1", "MSI_SECRET": "x"},
    "pod": {**PRINCIPAL, **POD},
    "pod without client": {"AZURE_TENANT_ID": GUID, **POD},
    "pod without client, App Service": {
        "AZURE_TENANT_ID": GUID,
        **POD,
        "IDENTITY_ENDPOINT": "http://127.0.0.1:1",
    },
    "pod without client, not chosen": {
        "AZURE_TENANT_ID": GUID,
        **POD,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
    },
    "federated without authority": {**PRINCIPAL, "AZURE_FEDERATED_TOKEN_FILE": "/nowhere"},
    "client alone": {"AZURE_CLIENT_ID": GUID},
    "http authority": {"AZURE_AUTHORITY_HOST": "http://login.example.com"},
    "foreign authority": {
        **PRINCIPAL,
        "AZURE_CLIENT_SECRET": "s",
        "AZURE_AUTHORITY_HOST": "login.example.com",
    },
}
CLOUDS = ("AzureCloud", "AzureChinaCloud", "azurecloud", "AzureGov", "")

SCRIPT = """
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
from importlib.metadata import version
from urllib.parse import urlparse
from azureml.mlflow._internal import utils

inputs = json.loads(Path("inputs.json").read_text())
clean = dict(os.environ)

def build(variables):
    os.environ.clear()
    os.environ.update({**clean, **variables})
    try:
        return utils.get_service_context_from_tracking_url_default_auth(urlparse(inputs["uri"])).auth.credentials
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def names(chain):
    return chain if isinstance(chain, str) else [getattr(c, "_credential_name", type(c).__name__) for c in chain]

def inner(chain):
    return chain if isinstance(chain, str) else type(chain[0]._credential).__name__

def identity_of(chain):
    if isinstance(chain, str):
        return chain
    managed = next(c for c in chain if type(c).__name__ == "ManagedIdentityCredential")
    workload = next((c for c in chain if "WorkloadIdentityCredential" in names([c])), None)
    settings = getattr(managed._credential, "_settings", None) or getattr(managed._credential, "_config", None) or {}
    return [type(managed._credential).__name__, type(workload).__name__, str(settings.get("client_id"))]

facts["versions"] = [version("azure-identity"), version("azureml-mlflow")]
facts["choices"] = [
    [value, names(build({} if value is None else {"AZURE_TOKEN_CREDENTIALS": value}))] for value in inputs["choices"]
]
facts["grid"] = [inner(build(combination)) for combination in inputs["grid"]]
facts["dev grid"] = [names(build({**c, "AZURE_TOKEN_CREDENTIALS": "dev"})) for c in inputs["grid"]]
facts["hosts"] = {name: identity_of(build(variables)) for name, variables in inputs["hosts"].items()}
foreign = build(inputs["hosts"]["foreign authority"])
facts["authority"] = foreign[0]._credential._authority
facts["interactive tenants"] = [
    [c._tenant_id for c in build({"AZURE_TENANT_ID": tenant})[-2:]] for tenant in ("", "contoso.com")
]

import requests
class Answer:
    status_code = 200
    text = "[]"
    def raise_for_status(self): pass
    def json(self): return []
requests.get = lambda *args, **kwargs: Answer()
facts["clouds"] = {}
for cloud in inputs["clouds"]:
    os.environ["AZUREML_CURRENT_CLOUD"] = cloud
    facts["clouds"][cloud] = names(build({"AZUREML_CURRENT_CLOUD": cloud}))
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    inputs = {"uri": URI, "choices": CHOICES, "grid": COMBINATIONS, "hosts": HOSTS, "clouds": CLOUDS}
    (folder / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    return run_child(folder, SCRIPT)


@pytest.fixture(scope="module")
def chain(facts):
    return chain_of(*facts["versions"])


def test_the_installed_versions_are_known(chain, facts):
    """A new release must be looked at before its chain is told to anybody as a fact."""
    assert chain.known, facts["versions"]


def test_the_links_and_their_order(chain, facts):
    real = next(names for value, names in facts["choices"] if value is None)
    assert real == [link.name for link in chain.links] == [link.name for link in LINKS]
    assert tuple(real[-4:]) == OWN_LINKS


def test_every_value_of_token_credentials(chain, facts):
    for value, names in facts["choices"]:
        left = chain.left(value)
        if left is None:
            assert names.startswith("ValueError: Invalid value for AZURE_TOKEN_CREDENTIALS: "), value
        else:
            assert names == list(left), value


def test_what_may_be_written_is_what_the_error_lists(facts):
    listed = (
        dict(facts["choices"])["nonsense"].partition("Valid values are: ")[2].removesuffix(".").split(", ")
    )
    assert sorted(listed) == sorted(name.lower() for name in TOKEN_CREDENTIALS)


def test_every_combination_of_a_principal(chain, facts):
    """Which set wins, and which exception ends it all, over every absent, empty, good and impossible value."""
    assert len(facts["grid"]) == len(COMBINATIONS) == 1458
    for environment, real in zip(COMBINATIONS, facts["grid"], strict=True):
        faulty = _without_file(environment)
        predicted = building_fault(environment, chain, "FileNotFoundError" if faulty else None)
        if predicted is None:
            mode = choose(environment).mode
            assert real == (_CLASSES[mode] if mode else "NoneType"), environment
        else:
            expected = predicted.fault.error or predicted.fault.wrong
            assert real.startswith(expected), environment


def test_a_choice_without_the_environment_never_reads_it(chain, facts):
    """With `dev` only an impossible tenant raises: the browser's link is built in every chain."""
    for environment, real in zip(COMBINATIONS, facts["dev grid"], strict=True):
        chosen = {**environment, "AZURE_TOKEN_CREDENTIALS": "dev"}
        predicted = building_fault(chosen, chain)
        assert isinstance(real, str) == (predicted is not None), environment
        assert predicted is None or (predicted.link, predicted.fault.variable) == (
            links.BROWSER,
            "AZURE_TENANT_ID",
        )


def test_a_secret_wins_over_a_certificate(facts):
    both = {**PRINCIPAL, "AZURE_CLIENT_SECRET": "secret", "AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem"}
    assert facts["grid"][COMBINATIONS.index(both)] == "ClientSecretCredential"
    assert choose(both).unread == ("AZURE_CLIENT_CERTIFICATE_PATH",)


def test_a_client_id_alone_becomes_that_of_the_managed_identity(facts):
    assert facts["hosts"]["client alone"] == ["ImdsCredential", "FailedDACCredential", GUID]
    assert facts["hosts"]["nothing"] == ["ImdsCredential", "FailedDACCredential", "None"]


def test_where_managed_identity_asks(facts):
    hosts = {name: found[0] for name, found in facts["hosts"].items() if isinstance(found, list)}
    assert hosts["App Service"] == "AppServiceCredential"
    assert hosts["half of App Service"] == "NoneType"
    assert hosts["Azure ML"] == "AzureMLCredential"
    assert hosts["pod"] == "WorkloadIdentityCredential"
    assert hosts["federated without authority"] == "ImdsCredential"
    assert facts["hosts"]["federated without authority"][1] == "WorkloadIdentityCredential"


def test_a_pod_without_client_id_cannot_build_the_chain(chain, facts):
    for name, real in facts["hosts"].items():
        predicted = building_fault(HOSTS[name], chain)
        assert isinstance(real, str) == (predicted is not None), name
        assert predicted is None or real.startswith(predicted.fault.error), name
    assert facts["hosts"]["pod without client"].startswith("ValueError: Workload identity was selected")


def test_the_authority_variable_is_ignored(facts):
    assert facts["authority"] == "https://login.microsoftonline.com"


def test_the_interactive_links_take_an_empty_tenant_for_none(facts):
    assert facts["interactive tenants"] == [["organizations"] * 2, ["contoso.com"] * 2]


def test_a_cloud_that_is_none_comes_before_the_chain(chain, facts):
    for cloud, real in facts["clouds"].items():
        predicted = building_fault({"AZUREML_CURRENT_CLOUD": cloud}, chain)
        assert isinstance(real, str) == (predicted is not None), (cloud, real)
        assert predicted is None or "cloud metadata could not be fetched or found" in real


def _without_file(environment):
    return environment.get("AZURE_CLIENT_CERTIFICATE_PATH") == "/nowhere.pem"


_CLASSES = {
    Mode.SECRET: "ClientSecretCredential",
    Mode.CERTIFICATE: "CertificateCredential",
    Mode.PASSWORD: "UsernamePasswordCredential",
}
