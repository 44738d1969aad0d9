"""What rules AZM301 to 318 say of azure-identity, azureml-mlflow and MSAL: each claim is run against the packages."""

import json
import string
from datetime import datetime, timezone
from itertools import combinations

import pytest
from azmlflow.azure import variables as v
from azmlflow.azure.environment_credential import SETS, Mode, environment_fault, is_tenant_allowed
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.variables import near_miss
from azmlflow.azure.workspace import WorkspaceRef

from tests import certificates
from tests.truth.child import needs, run_child

pytestmark = needs("azure.identity", "azureml.mlflow", "mlflow")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
URI = compose_tracking_uri("westeurope", WorkspaceRef(GUID, "rg", "ws"))
IDS = {v.AZURE_TENANT_ID: GUID, v.AZURE_CLIENT_ID: GUID}
SECRET = {**IDS, v.AZURE_CLIENT_SECRET: "value"}
CERTIFICATE = {**IDS, v.AZURE_CLIENT_CERTIFICATE_PATH: "principal.pem"}
PASSWORD = {v.AZURE_CLIENT_ID: GUID, v.AZURE_USERNAME: "user", v.AZURE_PASSWORD: "word"}
WHOLE = {Mode.SECRET: SECRET, Mode.CERTIFICATE: CERTIFICATE, Mode.PASSWORD: PASSWORD}
MISSPELT = (
    *(
        "AZURE_TENANTID",
        "AZURE_TENANT",
        "AZURE_CLIENTID",
        "AZURE_CLIENT",
        "AZURE_SECRET",
        "AZURE_CLIENTSECRET",
    ),
    *("AZURE_CLIENT_CERT_PATH", "AZURE_CERTIFICATE_PATH", "MLFLOW_TRACKING_URL", "MLFLOW_URI"),
)
CHARACTERS = [*string.printable, "\u00e9", "\u0660", "\u200b"]
JOB = {
    v.MLFLOW_TRACKING_URI: URI,
    v.MLFLOW_TRACKING_TOKEN: "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.",
    v.MLFLOW_RUN_ID: "run",
    v.MLFLOW_EXPERIMENT_ID: "1",
    v.MLFLOW_EXPERIMENT_NAME: "churn",
}
PART_OF_JOB = [names for size in range(6) for names in combinations(JOB, size)]

SCRIPT = """
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
import warnings
from urllib.parse import urlparse

import mlflow
from azure.core.credentials import AccessToken
from azure.identity import (
    ChainedTokenCredential, CredentialUnavailableError, DefaultAzureCredential, EnvironmentCredential
)
from azureml.mlflow._internal import service_context_loader, utils

inputs = json.loads(Path("inputs.json").read_text())
clean = dict(os.environ)

def become(variables):
    os.environ.clear()
    os.environ.update({**clean, **variables})

def chain_in(variables):
    become(variables)
    try:
        return utils.get_service_context_from_tracking_url_default_auth(urlparse(inputs["uri"])).auth.credentials
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def principal_in(variables):
    chain = chain_in(variables)
    return chain if isinstance(chain, str) else type(chain[0]._credential).__name__

def identity_in(variables):
    managed = next(c for c in chain_in(variables) if type(c).__name__ == "ManagedIdentityCredential")
    return type(managed._credential.get_managed_identity()).__name__

def token_in(variables):
    become(variables)
    return attempt(EnvironmentCredential().get_token, "scope/.default")

def default_in(variables):
    become(variables)
    return attempt(DefaultAzureCredential).partition(" ")[0]

def sends_chain(value):
    become({**inputs["certificate"], **({} if value is None else {"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": value})})
    return "public_certificate" in EnvironmentCredential()._credential._client_credential

facts["halves"] = [token_in(half) for half in inputs["halves"]]
facts["whole"] = [principal_in(whole) for whole in inputs["whole"]]
facts["both"] = principal_in({**inputs["secret"], "AZURE_CLIENT_CERTIFICATE_PATH": "nowhere.pem"})
facts["empty"] = [principal_in(variables) for variables in inputs["empty"]]
facts["empty alone"] = {name: principal_in({name: ""}) for name in inputs["names"]}
facts["identity"] = {value: identity_in({"AZURE_CLIENT_ID": value}) for value in ("", inputs["guid"])}
facts["no identity"] = identity_in({})
facts["placeholders"] = {name: principal_in({**inputs["secret"], name: "<placeholder>"}) for name in inputs["names"]}
facts["tenant alone"] = principal_in({"AZURE_TENANT_ID": "<placeholder>"})
facts["tenant alone, default"] = default_in({"AZURE_TENANT_ID": "<placeholder>"})
facts["nothing, default"] = default_in({})
facts["characters"] = [not isinstance(chain_in({"AZURE_TENANT_ID": f"a{c}b"}), str) for c in inputs["characters"]]
facts["browser"] = [c._tenant_id for c in chain_in({"AZURE_TENANT_ID": inputs["guid"]})[-2:]]
facts["sends chain"] = {str(value): sends_chain(value) for value in (None, "", "false", "0", "no", "true")}
facts["dev"] = [type(c).__name__ for c in chain_in({**inputs["secret"], "AZURE_TOKEN_CREDENTIALS": "dev"})]
facts["misspelt"] = principal_in({name: inputs["guid"] for name in inputs["misspelt"]})

with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    principal_in(inputs["password"])
facts["deprecated"] = [str(w.message) for w in warned if issubclass(w.category, DeprecationWarning)]

become({name: "sqlite:///misspelt.db" for name in inputs["misspelt"] if name.startswith("MLFLOW")})
facts["misspelt uri"] = mlflow.get_tracking_uri()

facts["job"] = []
for names in inputs["part of job"]:
    become({name: inputs["job"][name] for name in names})
    facts["job"].append(bool(service_context_loader._mlflow_env_vars_set()))

def auth_in(variables):
    become(variables)
    loader = service_context_loader._AzureMLServiceContextLoader
    loader._tracking_uri_to_service_context.clear()
    return type(loader.load_service_context(inputs["uri"]).auth).__name__

facts["auth"] = [auth_in(inputs["job"]), auth_in({"MLFLOW_TRACKING_TOKEN": "not even a token"})]

class Counted:
    def __init__(self, works):
        self.works, self.calls = works, 0
    def get_token(self, *scopes, **kwargs):
        self.calls += 1
        if not self.works:
            raise CredentialUnavailableError("unavailable")
        return AccessToken("token", 4102444800)
    def get_token_info(self, *scopes, options=None):
        return self.get_token(*scopes)

def calls_of(chain, links):
    chain.credentials = links
    for _ in range(3):
        chain.get_token("scope/.default")
    return [link.calls for link in links]

become({})
links = (Counted(False), Counted(False), Counted(True))
facts["plugin walks"] = calls_of(ChainedTokenCredential(*links), links)
facts["chain of the plugin"] = type(
    utils.get_service_context_from_tracking_url_default_auth(urlparse(inputs["uri"])).auth
).__name__
facts["default walks"] = calls_of(DefaultAzureCredential(), (Counted(False), Counted(False), Counted(True)))

import msal
class Answer:
    status_code = 200
    headers = {}
    def __init__(self, content): self.text = json.dumps(content)
    def raise_for_status(self): pass
class Client:
    def get(self, url, **kwargs):
        base = url.partition("/v2.0")[0]
        found = {"authorization_endpoint": base, "token_endpoint": f"{base}/oauth2/v2.0/token", "issuer": f"{base}/v2.0"}
        return Answer(found)
    def post(self, url, **kwargs):
        return Answer({"access_token": "token", "expires_in": 3600})
    def close(self): pass

def warns(tenant):
    app = msal.ConfidentialClientApplication(
        inputs["guid"], authority=f"https://login.microsoftonline.com/{tenant}", client_credential="value",
        http_client=Client(), instance_discovery=False,
    )
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        app.acquire_token_for_client(["scope/.default"])
    return any("Please use a specific tenant" in str(w.message) for w in warned)

facts["any tenant"] = {tenant: warns(tenant) for tenant in ("common", "organizations", inputs["guid"])}
"""

NAMES = (v.AZURE_TENANT_ID, v.AZURE_CLIENT_ID, v.AZURE_CLIENT_SECRET)
HALVES = [
    *(
        {name: value for name, value in whole.items() if name != left_out}
        for whole in (SECRET, CERTIFICATE)
        for left_out in whole
    ),
    {v.AZURE_TENANT_ID: GUID},
    {v.AZURE_CLIENT_ID: GUID},
    {},
]
EMPTY = [(mode, name) for mode, names in SETS.items() for name in names]


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("credentials")
    (folder / "principal.pem").write_bytes(certificates.make("pem", datetime.now(timezone.utc)))
    inputs = {
        "uri": URI,
        "guid": GUID,
        "secret": SECRET,
        "certificate": CERTIFICATE,
        "password": PASSWORD,
        "whole": list(WHOLE.values()),
        "halves": HALVES,
        "empty": [{**WHOLE[mode], name: ""} for mode, name in EMPTY],
        "names": NAMES,
        "characters": CHARACTERS,
        "misspelt": MISSPELT,
        "job": JOB,
        "part of job": PART_OF_JOB,
    }
    (folder / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    return run_child(folder, SCRIPT)


def test_301_which_sets_are_complete(facts):
    assert facts["whole"] == ["ClientSecretCredential", "CertificateCredential", "UsernamePasswordCredential"]


def test_301_half_a_set_is_skipped_and_nothing_says_which_variable_is_missing(facts):
    for half, told in zip(HALVES, facts["halves"], strict=True):
        assert told.startswith(
            "CredentialUnavailableError: EnvironmentCredential authentication unavailable."
        ), half
        assert "AZURE_" not in told


def test_301_a_tenant_alone_is_what_the_interactive_links_sign_in_to(facts):
    assert facts["browser"] == [GUID, GUID]


def test_302_an_empty_variable_is_a_variable(facts):
    """What ends the building of the chain, and what is sent to Entra ID though it is empty."""
    raised = {pair for pair, real in zip(EMPTY, facts["empty"], strict=True) if ": " in real}
    assert raised == {pair for pair in EMPTY if environment_fault({**WHOLE[pair[0]], pair[1]: ""})}
    assert raised == {
        *((Mode.SECRET, name) for name in SETS[Mode.SECRET]),
        (Mode.CERTIFICATE, v.AZURE_TENANT_ID),
        (Mode.CERTIFICATE, v.AZURE_CLIENT_CERTIFICATE_PATH),
    }


def test_302_an_empty_variable_that_completes_no_set_does_no_harm(facts):
    assert set(facts["empty alone"].values()) == {"NoneType"}
    assert facts["identity"][""] == facts["no identity"] == "SystemAssignedManagedIdentity"


def test_303_a_placeholder_for_the_tenant_ends_the_chain_even_alone(facts):
    assert facts["tenant alone"].startswith("ValueError: Invalid tenant ID provided.")
    assert facts["placeholders"][v.AZURE_TENANT_ID].startswith("ValueError: Invalid tenant ID provided.")


def test_303_only_the_plugin_looks_at_a_tenant_that_stands_alone(facts):
    assert facts["tenant alone, default"] == facts["nothing, default"]


def test_303_placeholders_for_client_and_secret_are_used_to_sign_in(facts):
    assert {facts["placeholders"][name] for name in NAMES[1:]} == {"ClientSecretCredential"}


def test_304_the_characters_of_a_tenant(facts):
    allowed = dict(zip(CHARACTERS, facts["characters"], strict=True))
    assert allowed == {character: is_tenant_allowed(f"a{character}b") for character in CHARACTERS}
    assert {c for c, ok in allowed.items() if ok} == {*string.ascii_letters, *string.digits, "-", "."}


def test_304_a_service_principal_wants_one_tenant(facts):
    assert facts["any tenant"] == {"common": True, "organizations": True, GUID: False}


def test_306_a_secret_beats_a_certificate_which_is_not_even_opened(facts):
    assert facts["both"] == "ClientSecretCredential"


def test_307_every_text_but_the_empty_one_sends_the_chain(facts):
    yes = dict.fromkeys(("false", "0", "no", "true"), True)
    assert facts["sends chain"] == {"None": False, "": False, **yes}


def test_308_a_choice_drops_the_principal_without_a_word(facts):
    assert "EnvironmentCredential" not in facts["dev"]
    assert "AzureCliCredential" in facts["dev"]


def test_309_a_client_alone_is_taken_for_a_managed_identity(facts):
    assert facts["identity"][GUID] == "UserAssignedManagedIdentity"


def test_310_signing_in_by_password_is_deprecated(facts):
    assert any("deprecated" in told and "MFA" in told for told in facts["deprecated"])


def test_311_nobody_reads_a_misspelt_name(facts):
    assert all(near_miss(name) for name in MISSPELT)
    assert facts["misspelt"] == "NoneType"
    assert "misspelt" not in facts["misspelt uri"]


def test_316_a_browser_and_a_device_code_are_always_last(facts):
    assert facts["dev"][-2:] == ["InteractiveBrowserCredential", "DeviceCodeCredential"]


def test_317_a_token_counts_only_with_all_that_a_job_sets(facts):
    for names, real in zip(PART_OF_JOB, facts["job"], strict=True):
        whole = {*v.JOB_CONTEXT} <= {*names}
        assert real == (
            whole and not {*names}.isdisjoint({v.MLFLOW_EXPERIMENT_ID, v.MLFLOW_EXPERIMENT_NAME})
        ), names


def test_317_outside_of_a_job_the_plugin_does_not_look_at_the_token(facts):
    in_job, alone = facts["auth"]
    assert alone == "ChainedTokenCredential"
    assert in_job != alone


def test_318_the_chain_begins_anew_at_every_call(facts):
    """DefaultAzureCredential, which an MLClient is usually given, goes straight to the one that worked."""
    assert facts["chain of the plugin"] == "ChainedTokenCredential"
    assert facts["plugin walks"] == [3, 3, 3]
    assert facts["default walks"] == [1, 1, 3]
