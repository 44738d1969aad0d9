"""The step `chain` builds what the installed plugin builds, keeps it from asking anybody, and says why it cannot be built."""

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azmlflow.azure import credential_links as links
from azmlflow.azure.credential_chain import OWN_LINKS

from tests.certificates import make
from tests.probes.children import GUID, NOBODY, PRINCIPAL, URI, clean, in_child, of_step, probe
from tests.truth.child import needs

pytestmark = needs("azure.identity", "azureml.mlflow")

ALL = tuple(link.name for link in links.LINKS)

BUILD = """
from azmlflow.probes.child import chain
clean = dict(os.environ)
for name, variables in json.loads(Path("cases.json").read_text()).items():
    os.environ.clear()
    os.environ.update({**clean, **variables})
    context = made()
    facts[name] = {"told": told(chain, context), "links": [link for link, _ in context.links]}
"""

NOW = datetime.now(timezone.utc)
POD = {
    "AZURE_TENANT_ID": GUID,
    "AZURE_FEDERATED_TOKEN_FILE": "/nowhere",
    "AZURE_AUTHORITY_HOST": "login.microsoftonline.com",
}
JOB = {"MLFLOW_TRACKING_URI": URI, "MLFLOW_RUN_ID": "run", "MLFLOW_EXPERIMENT_NAME": "e"}
FAULTS = {
    "empty secret": (
        {**PRINCIPAL, "AZURE_CLIENT_SECRET": ""},
        links.ENVIRONMENT,
        "AZURE_CLIENT_SECRET is set and empty.",
    ),
    "empty client": (
        {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": "", "AZURE_CLIENT_SECRET": "s"},
        links.ENVIRONMENT,
        "AZURE_CLIENT_ID is set and empty.",
    ),
    "empty tenant": (
        {"AZURE_TENANT_ID": "", "AZURE_CLIENT_ID": GUID, "AZURE_CLIENT_SECRET": "s"},
        links.ENVIRONMENT,
        "AZURE_TENANT_ID is set and empty.",
    ),
    "placeholder": (
        {"AZURE_TENANT_ID": "<your-tenant-id>"},
        links.BROWSER,
        "AZURE_TENANT_ID has characters that no tenant has.",
    ),
    "nonsense chosen": (
        {"AZURE_TOKEN_CREDENTIALS": "nonsense"},
        None,
        "AZURE_TOKEN_CREDENTIALS holds none of",
    ),
    "pod without client": (
        POD,
        links.MANAGED_IDENTITY,
        "AZURE_CLIENT_ID is missing, and workload identity needs it.",
    ),
    "cloud misspelled": (
        {"AZUREML_CURRENT_CLOUD": "azurecloud"},
        None,
        "AZUREML_CURRENT_CLOUD names no cloud: AzureCloud is how it is spelled.",
    ),
    "cloud empty": (
        {"AZUREML_CURRENT_CLOUD": ""},
        None,
        "AZUREML_CURRENT_CLOUD is set and empty.",
    ),
    "cloud of nobody": (
        {"AZUREML_CURRENT_CLOUD": "Contoso"},
        None,
        "Contoso cloud metadata could not be fetched or found.",
    ),
    "no token of the job": (
        {**JOB, "MLFLOW_TRACKING_TOKEN": "a-secret"},
        None,
        "MLFLOW_TRACKING_TOKEN cannot be read: Not enough segments.",
    ),
}
CERTIFICATES = {
    "missing.pem": (None, None, "(…/missing.pem) names a file that is not there."),
    "~/missing.pem": (None, None, "(…/missing.pem) names a file that is not there (~ and variables"),
    "folder": ("folder", None, "(…/folder) cannot be read: Is a directory."),
    "text.pem": ("text", None, "(…/text.pem) cannot be used: "),
    "no-key.pem": ("pem-certificate-only", None, "(…/no-key.pem) cannot be used: "),
    "no-certificate.pem": ("pem-key-only", None, "(…/no-certificate.pem) cannot be used: "),
    "locked.pem": ("pem", "right", "(…/locked.pem) cannot be used: "),
    "ec.pem": ("pem-ec-key", None, "(…/ec.pem) cannot be used: "),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """What came of the step in each of many environments: name -> {told, links}."""
    folder = tmp_path_factory.mktemp("chain")
    cases = {name: variables for name, (variables, _, _) in FAULTS.items()}
    for name, (kind, password, _) in CERTIFICATES.items():
        cases[name] = {
            **PRINCIPAL,
            "AZURE_CLIENT_CERTIFICATE_PATH": certificate(folder, name, kind, password),
        }
    cases |= {
        "nothing": {},
        "dev": {"AZURE_TOKEN_CREDENTIALS": " DEV "},
        "browser": {"AZURE_TOKEN_CREDENTIALS": "InteractiveBrowserCredential"},
        "china": {"AZUREML_CURRENT_CLOUD": "AzureChinaCloud"},
        "good certificate": {
            **PRINCIPAL,
            "AZURE_CLIENT_CERTIFICATE_PATH": certificate(folder, "good.pem", "pem", None),
        },
    }
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    return in_child(folder, BUILD, HTTPS_PROXY=NOBODY)


def certificate(folder: Path, name: str, kind: str | None, password: str | None) -> str:
    path = folder / name
    if name.startswith("~"):
        return name
    if kind == "folder":
        path.mkdir()
    elif kind is not None:
        path.write_bytes(b"hello" if kind == "text" else make(kind, NOW, password))
    return str(path)


def test_the_links_are_those_of_the_plugin_in_its_order(built):
    (outcome,) = built["nothing"]["told"]
    assert outcome["outcome"] == "ok"
    assert built["nothing"]["links"] == [*ALL]
    assert outcome["message"] == "13 credentials for AzureCloud."
    assert outcome["details"]["dropped"] == []
    assert built["good certificate"]["told"][0]["outcome"] == "ok"


def test_what_azure_token_credentials_leaves_out_is_named(built):
    (outcome,) = built["dev"]["told"]
    assert outcome["details"]["dropped"] == list(ALL[:3])
    assert "AZURE_TOKEN_CREDENTIALS=DEV leaves out EnvironmentCredential, " in outcome["message"]
    assert built["browser"]["links"] == [links.BROWSER, *OWN_LINKS]


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_built_names_the_variable_and_the_link(built, name):
    _, link, message = FAULTS[name]
    (outcome,) = built[name]["told"]
    assert (outcome["outcome"], outcome["hard"], outcome["code"]) == ("failed", True, "CONSTRUCTION")
    assert outcome["message"].startswith(message)
    assert outcome["message"].endswith("so that no credential is tried at all.")
    assert outcome["link"] == link
    assert outcome["advice"]


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_cannot_be_loaded_names_its_file_by_the_end_of_its_path(built, name):
    (outcome,) = built[name]["told"]
    assert (outcome["outcome"], outcome["code"], outcome["link"]) == (
        "failed",
        "CONSTRUCTION",
        links.ENVIRONMENT,
    )
    assert outcome["message"].startswith("AZURE_CLIENT_CERTIFICATE_PATH ")
    assert CERTIFICATES[name][2] in outcome["message"]
    assert "chain" not in outcome["message"].partition("The plugin")[0]
    assert outcome["advice"]


def test_a_workspace_of_another_cloud_than_the_plugin_signs_in_to_stops_before_any_token(built):
    (outcome,) = built["china"]["told"]
    assert (outcome["outcome"], outcome["hard"], outcome["code"]) == ("failed", True, "CLOUD_MISMATCH")
    assert outcome["command"] == "export AZUREML_CURRENT_CLOUD=AzureCloud"


INTERACTION = """
from azmlflow.probes.child import chain, plugin
import webbrowser
def asked(service):
    return {name: attempt(credential.get_token, "https://management.azure.com/.default")
            for name, credential in plugin.links_of(service.auth) if name in ("InteractiveBrowserCredential", "DeviceCodeCredential")}
for choice in ("", "InteractiveBrowserCredential"):
    os.environ["AZURE_TOKEN_CREDENTIALS"] = choice
    context = made()
    told(chain, context)
    facts[choice] = [asked(context.service), asked(plugin.build(URI, os.environ))]
    facts[f"{choice} twice"] = [attempt(c.get_token, "https://management.azure.com/.default").split(":")[0] for c in context.service.auth.credentials if "Browser" in type(c).__name__]
facts["opened"] = webbrowser.open("https://example.com")
"""


def test_no_link_of_this_process_opens_a_browser_or_asks_for_a_code(tmp_path):
    facts = in_child(tmp_path, INTERACTION)
    for chains in (facts[""], facts["InteractiveBrowserCredential"]):
        for answers in chains:
            assert {*answers} == {links.BROWSER, links.DEVICE_CODE}
            for answer in answers.values():
                assert answer.startswith(
                    "AuthenticationRequiredError: Interactive authentication is required"
                )
    assert facts["InteractiveBrowserCredential twice"] == ["AuthenticationRequiredError"] * 2
    assert facts["opened"] is False


PERMITTED = """
from azmlflow.probes.child import chain, plugin
context = made(may_interact=True)
told(chain, context)
facts["hands over"] = context.links[-1][1]._prompt_callback is not None
facts["silent"] = [c._disable_automatic_authentication for _, c in context.links[-2:]]
own = made(may_interact=True, credential="DeviceCodeCredential")
told(chain, own)
facts["own"] = [[name, c._prompt_callback is not None] for name, c in own.links]
"""


def test_with_permission_they_are_as_ever_but_the_code_is_handed_over(tmp_path):
    facts = in_child(tmp_path, PERMITTED)
    assert facts["hands over"] is True
    assert facts["silent"] == [False, False]
    assert facts["own"] == [["DeviceCodeCredential", True]]


TOKEN = """
import base64
from azmlflow.probes.child import chain
def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
os.environ["MLFLOW_TRACKING_TOKEN"] = ".".join([part({"alg": "RS256"}), part({"exp": 4102444800}), "c2ln"])
context = made()
facts["told"], facts["links"] = told(chain, context), [link for link, _ in context.links]
"""


def test_in_a_job_its_token_takes_the_place_of_the_chain(tmp_path):
    facts = in_child(tmp_path, TOKEN, **JOB)
    assert facts["told"][0]["outcome"] == "ok"
    assert "builds no chain" in facts["told"][0]["message"]
    assert facts["links"] == ["MLFLOW_TRACKING_TOKEN"]


def test_no_chain_is_built_for_a_host_that_is_not_azures(tmp_path):
    foreign = URI.replace("westeurope.api.azureml.ms", "westeurope.example.com")
    (outcome,) = of_step(probe(tmp_path, clean(tmp_path / "home"), "chain", uri=foreign), "chain")
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, "NO_TARGET")
    assert outcome.message == (
        "westeurope.example.com is not a host of Azure Machine Learning, so no token is asked for."
    )


def test_the_names_of_the_workspace_are_enough_and_nothing_less(tmp_path):
    environ = clean(tmp_path / "home")
    (named,) = of_step(probe(tmp_path, environ, "chain", uri=None), "chain")
    assert named.outcome == "ok"
    (unknown,) = of_step(probe(tmp_path, environ, "chain", uri=None, workspace=None), "chain")
    assert (unknown.outcome, unknown.code) == ("failed", "NO_TARGET")


SLOW = """
from azmlflow.probes.child import chain
chain.SLOW = 0.0
del os.environ["AZUREML_CURRENT_CLOUD"]
facts["told"] = told(chain, made())
"""


def test_a_slow_look_up_of_the_clouds_is_told_with_the_variable_that_spares_it(tmp_path):
    facts = in_child(tmp_path, SLOW, HTTPS_PROXY=NOBODY)
    (outcome,) = facts["told"]
    assert outcome["outcome"] == "ok"
    assert outcome["command"] == "export AZUREML_CURRENT_CLOUD=AzureCloud"


ELSEWHERE = """
from azmlflow.probes.child import chain
from azureml.mlflow._common._cloud.cloud import AZURE_PUBLIC_CLOUD
for name, value in (("active_directory", "https://login.example.com"), ("resource_manager", "https://example.com/")):
    before = getattr(AZURE_PUBLIC_CLOUD.endpoints, name)
    setattr(AZURE_PUBLIC_CLOUD.endpoints, name, value)
    facts[name] = told(chain, made())
    setattr(AZURE_PUBLIC_CLOUD.endpoints, name, before)
"""


def test_no_credential_is_asked_where_the_plugin_would_sign_in_elsewhere_than_at_azure(tmp_path):
    facts = in_child(tmp_path, ELSEWHERE)
    for name, host in (("active_directory", "login.example.com"), ("resource_manager", "example.com")):
        (outcome,) = facts[name]
        assert (outcome["outcome"], outcome["hard"], outcome["code"]) == ("failed", True, "FOREIGN_CLOUD")
        assert f" {host}," in outcome["message"]


OWN = """
from azmlflow.probes.child import chain
for name, value in (("foreign", "https://login.example.com"), ("odd", "http://login.example.com"), ("theirs", "login.microsoftonline.com")):
    os.environ["AZURE_AUTHORITY_HOST"] = value
    facts[name] = told(chain, made(credential="ManagedIdentityCredential"))
    facts[f"{name} of the plugin"] = told(chain, made())
"""


def test_no_credential_of_the_codes_own_is_asked_that_would_sign_in_elsewhere_than_at_azure(tmp_path):
    facts = in_child(tmp_path, OWN)
    (foreign,), (odd,), (theirs,) = facts["foreign"], facts["odd"], facts["theirs"]
    assert (foreign["outcome"], foreign["hard"], foreign["code"]) == ("failed", True, "FOREIGN_CLOUD")
    assert " login.example.com," in foreign["message"]
    assert (odd["outcome"], theirs["outcome"]) == ("failed", "ok")
    assert {facts[f"{name} of the plugin"][0]["outcome"] for name in ("foreign", "theirs")} == {"ok"}
