"""What the real packages make of clouds, proxies and certificates in the environment; only this machine is asked."""

import json
import os
import subprocess
import sys

import pytest
from azmlflow.azure.clouds import CLOUDS, cloud_named, is_sign_in_host
from azmlflow.azure.proxies import MANAGED_IDENTITY_HOST, is_excepted, is_proxied
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef

from tests.truth.child import needs, run_child, run_child_anew
from tests.truth.loopback import ONLY_HERE, Loopback, serving, write_certificate

pytestmark = needs("azure.ai.ml", "azure.identity", "azureml.mlflow", "mlflow")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg", "ws")
PUBLIC = compose_tracking_uri("westeurope", REF)
CHINA = compose_tracking_uri("chinaeast2.api.ml.azure.cn", REF)
WRONG = ("azurecloud", "AzurePublicCloud", "AzureStack", " AzureCloud", "")
METADATA = ["CONNECT", "management.azure.com:443"]
HERE = "127.0.0.1"

CLOUD_SCRIPT = """
from urllib.parse import urlparse
from azureml.mlflow._internal import utils

inputs = json.loads(Path("inputs.json").read_text())

def context(uri):
    made = utils.get_service_context_from_tracking_url_default_auth(urlparse(uri))
    first = made.auth.credentials[0]._credential
    return json.dumps([made.cloud.name, first._authority, made.cloud._get_default_scope()])

def under(name, uri):
    os.environ.pop("AZUREML_CURRENT_CLOUD", None)
    if name is not None:
        os.environ["AZUREML_CURRENT_CLOUD"] = name
    return asked(context, uri)

facts["named"] = {name: under(name, inputs["public"]) for name in inputs["names"]}
facts["wrong"] = {name: under(name, inputs["public"]) for name in inputs["wrong"]}
facts["unset"] = [under(None, uri) for uri in (inputs["public"], inputs["public"], inputs["china"])]
facts["china"] = under("AzureChinaCloud", inputs["china"])
facts["mismatch"] = under("AzureCloud", inputs["china"])
os.environ["AZURE_AUTHORITY_HOST"] = "login.chinacloudapi.cn"
facts["authority"] = under("AzureCloud", inputs["china"])
from azure.identity import DefaultAzureCredential
facts["own"] = DefaultAzureCredential().credentials[0]._credential._authority
"""


@pytest.fixture(scope="module")
def proxy():
    with serving(Loopback()) as server:
        yield server


@pytest.fixture(scope="module")
def clouds(tmp_path_factory, proxy):
    folder = tmp_path_factory.mktemp("clouds")
    inputs = {"public": PUBLIC, "china": CHINA, "names": [cloud.name for cloud in CLOUDS], "wrong": WRONG}
    (folder / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    principal = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID, "AZURE_CLIENT_SECRET": "secret"}
    proxy.requests.clear()
    facts = run_child(folder, ONLY_HERE + CLOUD_SCRIPT, HTTPS_PROXY=proxy.url, **principal)
    return {**facts, "requests": [list(request[:2]) for request in proxy.requests]}


def test_a_known_name_decides_where_to_sign_in_and_asks_nobody(clouds):
    for cloud in CLOUDS:
        answer, hosts = clouds["named"][cloud.name]
        name, authority, scope = json.loads(answer)
        assert (name, authority) == (cloud.name, f"https://{cloud.login_host}")
        assert scope == f"https://{cloud.arm_host}/.default"
        assert hosts == []


@pytest.mark.parametrize("name", WRONG)
def test_any_other_name_is_an_exception_after_a_question(clouds, name):
    message = f"Exception: {name} cloud metadata could not be fetched or found"
    assert clouds["wrong"][name] == [message, [HERE]]


def test_without_a_name_each_context_asks_once_and_takes_the_public_cloud(clouds):
    for answer, hosts in clouds["unset"]:
        assert json.loads(answer)[:2] == ["AzureCloud", "https://login.microsoftonline.com"]
        assert hosts == [HERE]
    assert clouds["requests"] == [METADATA] * (len(WRONG) + 3)


def test_the_host_of_the_uri_is_never_looked_at(clouds):
    assert json.loads(clouds["china"][0])[1] == "https://login.chinacloudapi.cn"
    assert json.loads(clouds["mismatch"][0])[1] == "https://login.microsoftonline.com"


def test_the_authority_variable_counts_for_azure_identity_alone(clouds):
    assert json.loads(clouds["authority"][0])[1] == "https://login.microsoftonline.com"
    assert clouds["own"] == "https://login.chinacloudapi.cn"


CLIENT_SCRIPT = """
def fresh(module, *packages):
    for name in [n for n in sys.modules if n.startswith(packages or (module,))]:
        del sys.modules[name]
    return asked(__import__, module)

for name in ("azurecloud", ""):
    os.environ["AZUREML_CURRENT_CLOUD"] = name
    facts[name] = fresh("azure.ai.ml", "azure.ai.ml")
del os.environ["AZUREML_CURRENT_CLOUD"]
facts["good"] = fresh("azure.ai.ml", "azure.ai.ml")[1]
from azure.ai.ml import MLClient

class Credential:
    def get_token(self, *scopes, **options):
        raise AssertionError

def made(**options):
    MLClient(Credential(), "s", "rg", "ws", **options)
    return os.environ["AZUREML_CURRENT_CLOUD"]

facts["set"] = [made(), made(cloud="AzureChinaCloud"), made()]
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureUSGovernment"
facts["set"] += [made(), made(cloud="AzureCloud")]
"""


def test_azure_ai_ml_cannot_be_imported_with_a_wrong_name_and_sets_a_missing_one(tmp_path, proxy):
    facts = run_child_anew(tmp_path, ONLY_HERE + CLIENT_SCRIPT, HTTPS_PROXY=proxy.url)
    for name in ("azurecloud", ""):
        assert facts[name][0] == f'MlException: Unknown cloud environment "{name}".'
        assert set(facts[name][1]) == {HERE}
    assert facts["good"] == []
    assert facts["set"] == [
        "AzureCloud",
        "AzureChinaCloud",
        "AzureChinaCloud",
        "AzureUSGovernment",
        "AzureCloud",
    ]


METADATA_SCRIPT = """
for url in ("", "management.azure.com/metadata", "ftp://management.azure.com"):
    os.environ["ARM_CLOUD_METADATA_URL"] = url
    for name in [n for n in sys.modules if n.startswith(("mlflow", "azureml"))]:
        del sys.modules[name]
    facts[url] = attempt(__import__, "mlflow")
"""


def test_a_metadata_url_that_is_none_breaks_the_import_of_mlflow(tmp_path):
    facts = run_child_anew(tmp_path, METADATA_SCRIPT)
    assert facts[""].startswith("MissingSchema: Invalid URL ''")
    assert facts["management.azure.com/metadata"].startswith("MissingSchema: ")
    assert facts["ftp://management.azure.com"].startswith("InvalidSchema: ")


def test_the_sign_in_hosts_are_those_that_msal_trusts(tmp_path):
    script = """
from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS, WELL_KNOWN_B2C_HOSTS
facts["hosts"], facts["tenants"] = sorted(WELL_KNOWN_AUTHORITY_HOSTS), WELL_KNOWN_B2C_HOSTS
"""
    facts = run_child(tmp_path, script)
    assert all(map(is_sign_in_host, facts["hosts"]))
    assert all(is_sign_in_host(f"contoso.{host}") for host in facts["tenants"])
    ours = {host for cloud in CLOUDS for host in (cloud.login_host, *cloud.login_aliases)}
    assert ours <= {*facts["hosts"]}


PROXY = "http://proxy.example.com:8080"
EXCEPTIONS = (
    None, "", "*", "*,x", "localhost", "169.254.169.254", " x , 169.254.169.254 ", "169.254.0.0/16", "169.254/16",
    "169.254.169.254/32", "0.0.0.0/0", "169.254.*", "169.254.", "169.254.169.254:80", "254", "10.0.0.0/8", ".azure.com",
    "azure.com", "zure.com", "MANAGEMENT.azure.com", "management.azure.com:443", "x/y,/,//", "1.2.3.4/x",
)  # fmt: skip
ENVIRONMENTS = [
    *({"HTTP_PROXY": PROXY, "NO_PROXY": value} for value in EXCEPTIONS if value is not None),
    *({"HTTPS_PROXY": PROXY, "no_proxy": value} for value in EXCEPTIONS if value is not None),
    *({"HTTP_PROXY": PROXY, "no_proxy": value, "NO_PROXY": "x"} for value in EXCEPTIONS if value is not None),
    {}, {"http_proxy": PROXY}, {"HTTP_PROXY": PROXY, "http_proxy": ""}, {"ALL_PROXY": PROXY}, {"HTTP_PROXY": ""},
    {"all_proxy": "", "ALL_PROXY": PROXY}, {"Http_Proxy": PROXY}, {"HTTPS_PROXY": PROXY}, {"HTTP_PROXY": PROXY},
    {"HTTP_PROXY": PROXY, "no_proxy": "", "NO_PROXY": MANAGED_IDENTITY_HOST},
]  # fmt: skip
URLS = [
    f"{scheme}://{host}"
    for scheme in ("http", "https")
    for host in (MANAGED_IDENTITY_HOST, "management.azure.com", "azure.com", "localhost", "10.1.2.3")
]
PROXY_SCRIPT = """
from urllib.parse import urlparse
import requests.utils

inputs = json.loads(Path("inputs.json").read_text())
clean = dict(os.environ)

def decided(environment, url):
    os.environ.clear()
    os.environ.update({**clean, **environment})
    proxies = requests.utils.get_environ_proxies(url)
    found = requests.utils.select_proxy(url, proxies)
    return [requests.utils.should_bypass_proxies(url, None), found]

facts["decided"] = [[decided(environment, url) for url in inputs["urls"]] for environment in inputs["environments"]]
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no lower case in the names of variables")
def test_proxies_are_chosen_as_requests_and_urllib_choose_them(tmp_path):
    inputs = {"urls": URLS, "environments": ENVIRONMENTS}
    (tmp_path / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    facts = run_child(tmp_path, PROXY_SCRIPT)
    for environment, answers in zip(ENVIRONMENTS, facts["decided"], strict=True):
        for url, (bypassed, found) in zip(URLS, answers, strict=True):
            scheme, _, host = url.partition("://")
            assert is_excepted(host, environment) == bypassed, (url, environment)
            assert is_proxied(scheme, host, environment) == (found is not None), (url, environment)


IDENTITY_SCRIPT = """
from urllib.parse import urlparse
from azure.identity import ChainedTokenCredential
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
from azureml.mlflow._internal import utils

inputs = json.loads(Path("inputs.json").read_text())
clean = dict(os.environ)
ON_AZURE = ("EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential")

def hosts(environment):
    os.environ.clear()
    os.environ.update({**clean, **environment})
    chain = utils.get_service_context_from_tracking_url_default_auth(urlparse(inputs["uri"])).auth.credentials
    links = [link for link in chain if type(link).__name__ in ON_AZURE]
    return asked(lambda: ChainedTokenCredential(*links).get_token("https://management.azure.com/.default"))[1]

facts["hosts"] = {name: hosts(environment) for name, environment in inputs["environments"].items()}
"""


def test_the_question_for_a_managed_identity_goes_through_a_proxy_for_http(tmp_path, proxy):
    via = {"HTTP_PROXY": proxy.url}
    environments = {
        "none": {},
        "http": via,
        "all": {"ALL_PROXY": proxy.url},
        "https": {"HTTPS_PROXY": proxy.url},
        "excepted": {**via, "NO_PROXY": MANAGED_IDENTITY_HOST},
        "network": {**via, "NO_PROXY": "169.254.0.0/16"},
        "star": {**via, "NO_PROXY": "169.254.*"},
        "pod": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": f"{proxy.url}/pod"},
        "app": {"IDENTITY_ENDPOINT": f"{proxy.url}/app", "IDENTITY_HEADER": "header"},
        "half": {"IDENTITY_ENDPOINT": f"{proxy.url}/half"},
        "msi": {"MSI_ENDPOINT": f"{proxy.url}/msi"},
        "arc": {"IDENTITY_ENDPOINT": f"{proxy.url}/arc", "IMDS_ENDPOINT": f"{proxy.url}/imds"},
    }
    (tmp_path / "inputs.json").write_text(json.dumps({"uri": PUBLIC, "environments": environments}))
    proxy.requests.clear()
    hosts = run_child(tmp_path, ONLY_HERE + IDENTITY_SCRIPT)["hosts"]
    asked = {name: set(found) for name, found in hosts.items()}
    direct, here = {MANAGED_IDENTITY_HOST}, {HERE}
    assert asked["none"] == asked["https"] == asked["excepted"] == asked["network"] == direct
    assert asked["http"] == asked["all"] == asked["star"] == here
    assert asked["pod"] == asked["app"] == asked["msi"] == asked["arc"] == here
    assert asked["half"] == set()
    paths = {request.path.partition("?")[0] for request in proxy.requests}
    own = {"/pod/metadata/identity/oauth2/token", "/app", "/msi", "/arc"}
    assert own <= paths
    assert "/imds" not in paths, "IMDS_ENDPOINT only tells that this is Azure Arc: nobody asks there"


TLS_SCRIPT = """
import ssl, urllib.request
inputs = json.loads(Path("inputs.json").read_text())
url = inputs["url"]
os.environ["AZUREML_CURRENT_CLOUD"], os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "AzureCloud", "0"
import mlflow, requests
from azure.core import PipelineClient
from azure.core.rest import HttpRequest
from azureml.mlflow._internal.service_context_loader import _AzureMLServiceContextLoader
from azureml.mlflow._internal.utils import ServiceContext

class Credential:
    def get_token(self, *scopes, **options):
        from azure.core.credentials import AccessToken
        return AccessToken("token", 99999999999)

_AzureMLServiceContextLoader.add_service_context(inputs["uri"], ServiceContext(url, "s", "ws", "rg", Credential()))

def by_mlflow(uri):
    mlflow.set_tracking_uri(uri)
    return mlflow.get_experiment("1").name

def outcome(call, *args):
    text = attempt(call, *args)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "refused"
    if "Could not find a suitable TLS CA certificate bundle" in text:
        return "no bundle"
    return "accepted" if text in ("200", "churn") else text[:200]

clean = dict(os.environ)

def under(environment):
    os.environ.clear()
    os.environ.update({**clean, **environment})
    core = PipelineClient(url, policies=[])
    return {
        "requests": outcome(lambda: requests.get(url).status_code),
        "azure-core": outcome(lambda: core.send_request(HttpRequest("GET", url)).status_code),
        "urllib": outcome(lambda: urllib.request.build_opener().open(url).status),
        "plugin": outcome(by_mlflow, inputs["uri"]),
        "server": outcome(by_mlflow, url),
        "trusted": ssl.create_default_context().cert_store_stats()["x509_ca"],
    }

facts.update({name: under(environment) for name, environment in inputs["environments"].items()})
"""
REQUESTS = ("requests", "azure-core", "plugin", "server")
"""What sends with requests."""


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    both, ca = write_certificate(folder)
    (folder / "home").mkdir()
    (folder / "home" / "ca.pem").write_bytes(ca.read_bytes())
    missing = str(folder / "missing.pem")
    environments = {
        "nothing": {},
        "insecure": {"MLFLOW_TRACKING_INSECURE_TLS": "true"},
        "server": {"MLFLOW_TRACKING_SERVER_CERT_PATH": str(ca)},
        "server empty": {"MLFLOW_TRACKING_SERVER_CERT_PATH": ""},
        "server missing": {"MLFLOW_TRACKING_SERVER_CERT_PATH": missing},
        "requests": {"REQUESTS_CA_BUNDLE": str(ca)},
        "requests relative": {"REQUESTS_CA_BUNDLE": "ca.pem"},
        "requests empty": {"REQUESTS_CA_BUNDLE": ""},
        "requests missing": {"REQUESTS_CA_BUNDLE": missing},
        "requests ~": {"REQUESTS_CA_BUNDLE": "~/ca.pem"},
        "requests folder": {"REQUESTS_CA_BUNDLE": str(folder / "home")},
        "curl": {"CURL_CA_BUNDLE": str(ca)},
        "curl empty": {"CURL_CA_BUNDLE": ""},
        "curl missing": {"CURL_CA_BUNDLE": missing},
        "curl missing, requests": {"CURL_CA_BUNDLE": missing, "REQUESTS_CA_BUNDLE": str(ca)},
        "openssl": {"SSL_CERT_FILE": str(ca)},
        "openssl missing": {"SSL_CERT_FILE": missing},
        "openssl empty": {"SSL_CERT_FILE": ""},
        "openssl folder": {"SSL_CERT_FILE": str(folder)},
        "openssl ~": {"SSL_CERT_FILE": "~/ca.pem"},
    }
    answer = b'{"experiment": {"experiment_id": "1", "name": "churn"}}'
    with serving(Loopback(fallback=answer), both) as server:
        host = f"localhost:{server.port}"
        uri = f"azureml://{host}/mlflow/v2.0{REF.arm_id}"
        inputs = {"url": f"https://{host}", "uri": uri, "environments": environments}
        (folder / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
        yield run_child(folder, ONLY_HERE + TLS_SCRIPT)


def test_a_certificate_that_nobody_knows_is_refused_by_all(tls):
    assert {tls["nothing"][name] for name in (*REQUESTS, "urllib")} == {"refused"}


def test_mlflows_own_switches_reach_http_servers_only(tls):
    assert {
        name: found["server"] for name, found in tls.items() if name.split()[0] in ("insecure", "server")
    } == {
        "insecure": "accepted",
        "server": "accepted",
        "server empty": "accepted",
        "server missing": "no bundle",
    }
    for name in ("insecure", "server", "server empty", "server missing"):
        assert tls[name]["plugin"] == tls[name]["requests"] == tls[name]["azure-core"] == "refused"


@pytest.mark.parametrize("name", ["requests", "requests relative", "curl", "curl missing, requests"])
def test_requests_reads_its_bundle_for_everything_but_urllib(tls, name):
    assert {tls[name][sender] for sender in REQUESTS} == {"accepted"}
    assert tls[name]["urllib"] == "refused"


@pytest.mark.parametrize("name", ["requests missing", "requests ~", "curl missing"])
def test_a_bundle_that_is_missing_stops_everything_and_a_tilde_is_not_expanded(tls, name):
    assert {tls[name][sender] for sender in REQUESTS} == {"no bundle"}


@pytest.mark.parametrize("name", ["requests empty", "curl empty", "requests folder"])
def test_an_empty_bundle_changes_nothing_and_a_folder_may_be_one(tls, name):
    """Before requests 2.28 an empty CURL_CA_BUNDLE turned the check off: https://github.com/psf/requests/issues/6071."""
    assert {tls[name][sender] for sender in REQUESTS} == {"refused"}


@pytest.mark.skipif(os.name == "nt", reason="Windows brings certificates of its own")
def test_openssl_trusts_nobody_when_its_file_is_none_and_requests_does_not_care(tls):
    assert tls["openssl"]["urllib"] == "accepted"
    assert tls["openssl"]["trusted"] == 1
    for name in ("openssl missing", "openssl empty", "openssl folder", "openssl ~"):
        assert tls[name]["trusted"] == 0
        assert {tls[name][sender] for sender in REQUESTS} == {"refused"}, name
    assert {tls["openssl"][sender] for sender in REQUESTS} == {"refused"}


def test_python_does_not_read_the_variable_of_python_2():
    program = "import ssl; print(ssl._create_default_https_context().verify_mode == ssl.CERT_REQUIRED)"
    environment = {**os.environ, "PYTHONHTTPSVERIFY": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "True"


AUTHORITY_SCRIPT = """
from azure.identity import EnvironmentCredential
credential = EnvironmentCredential(retry_total=0)
facts["token"] = asked(lambda: credential.get_token("https://management.azure.com/.default").token)
"""


@pytest.mark.parametrize(("tenant", "gets_secret"), [("contoso.com", False), ("adfs", True)])
def test_a_foreign_sign_in_host_is_refused_unless_the_tenant_is_adfs(tmp_path, tenant, gets_secret):
    both, ca = write_certificate(tmp_path)
    with serving(Loopback(), both) as server:
        host = f"https://localhost:{server.port}"
        endpoints = {
            name: f"{host}/adfs/{name}" for name in ("authorization_endpoint", "token_endpoint", "issuer")
        }
        server.answers["/adfs/.well-known/openid-configuration"] = json.dumps(endpoints).encode()
        token = {"access_token": "given", "expires_in": 3600, "token_type": "Bearer"}
        server.answers["/adfs/token_endpoint"] = json.dumps(token).encode()
        principal = {"AZURE_TENANT_ID": tenant, "AZURE_CLIENT_ID": GUID, "AZURE_CLIENT_SECRET": "the-secret"}
        place = {"AZURE_AUTHORITY_HOST": host, "REQUESTS_CA_BUNDLE": str(ca)}
        answer, hosts = run_child(tmp_path, ONLY_HERE + AUTHORITY_SCRIPT, **principal, **place)["token"]
        bodies = " ".join(request.body for request in server.requests)
    assert ("the-secret" in bodies) is gets_secret
    assert (answer == "given") is gets_secret
    assert ("login.microsoftonline.com" in hosts) is not gets_secret


def test_every_cloud_that_azure_ai_ml_knows_is_ours(tmp_path):
    script = "from azure.ai.ml._azure_environments import _environments\nfacts.update(_environments)"
    for name, endpoints in run_child(tmp_path, script).items():
        cloud = cloud_named(name)
        assert cloud is not None
        assert endpoints["resource_manager"] == f"https://{cloud.arm_host}/"
        assert endpoints["active_directory"] == f"https://{cloud.login_host}/"
        discovery = endpoints["registry_discovery_endpoint"]
        assert discovery.rstrip("/").endswith(f".{cloud.tracking_host_suffix}")
