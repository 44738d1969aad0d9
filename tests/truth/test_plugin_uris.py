"""What MLflow 3.15 and azureml-mlflow 1.62 make of tracking URIs, good and faulty; nothing is sent."""

import json

import pytest
from azmlflow.azure.clouds import CLOUDS
from azmlflow.azure.tracking_uri import UriKind, classify, compose_tracking_uri, faults, parse_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef

from tests.truth.child import needs, run_child_anew

pytestmark = needs("mlflow", "azureml.mlflow")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(GUID, "rg", "ws")
GOOD = compose_tracking_uri("westeurope", REF)
HOST = "westeurope.api.azureml.ms"
PROVIDER = "/providers/Microsoft.MachineLearningServices"
ARTIFACTS = "/experiments/e/runs/r/artifacts"

STORES = {
    "good": GOOD,
    "older API version": GOOD.replace("v2.0", "v1.0"),
    "no API version": GOOD.replace("/mlflow/v2.0", ""),
    "slash at the end": GOOD + "/",
    "question mark at the end": GOOD + "?",
    "line end at the end": GOOD + "\n",
    "carriage return at the end": GOOD + "\r",
    "scheme in capitals": GOOD.replace("azureml:", "AZUREML:"),
    "something after the workspace": GOOD + ARTIFACTS,
    "two slashes before mlflow": GOOD.replace("/mlflow", "//mlflow"),
    "another character for the dot": GOOD.replace("Microsoft.", "MicrosoftX"),
    "space at the end": GOOD + " ",
    "quote at the end": GOOD + '"',
    "placeholder": GOOD.replace(GUID, "<subscription-id>"),
    "foreign host": GOOD.replace(HOST, "westeurope.example.com"),
    "one slash": GOOD.replace("//", "/"),
    "no slash": GOOD.replace("//", ""),
    "registry": GOOD.replace("workspaces", "registries"),
    "lower-case resourceGroups": GOOD.replace("resourceGroups", "resourcegroups"),
    "lower-case provider": GOOD.replace("Microsoft.M", "microsoft.m"),
    "no workspace": GOOD.removesuffix("ws"),
    "cut off": GOOD.split("/providers")[0],
    "no subscription": GOOD.replace(GUID + "/", ""),
    "two slashes before subscriptions": GOOD.replace("/mlflow/v2.0/", "//"),
    "two slashes before the group": GOOD.replace("/rg", "//rg"),
    "host only": f"azureml://{HOST}",
    "in quotes": f'"{GOOD}"',
    "bare": "azureml",
    "resource id": REF.arm_id,
    "no scheme": GOOD.removeprefix("azureml://"),
    "https": GOOD.replace("azureml:", "https:"),
    "misspelled scheme": GOOD.replace("azureml:", "azure-ml:"),
    "http": "http://localhost:5000",
    "sqlite": "sqlite:///mlflow.db",
    "postgresql": "postgresql+psycopg2://u@h/d",
    "databricks": "databricks",
    "databricks profile": "databricks://profile",
    "empty": "",
    "file": "file:///mlruns",
    "bucket": "s3://bucket/x",
}

# Paths that try the plugin's regular expressions at their edges; a text is made of each pair of these.
PATHS = [
    "",
    "/",
    "//",
    "/mlflow/v2.0",
    "/subscriptions/a",
    "/subscriptions/a/resourceGroups/b",
    f"/subscriptions/a/resourceGroups/b{PROVIDER}/workspaces/c",
    f"/subscriptions/a/resourceGroups/b{PROVIDER}/registries/d",
    f"/subscriptions//resourceGroups/b{PROVIDER}/workspaces/c",
    f"/subscriptions/a/resourceGroups/b{PROVIDER}/workspaces/",
    f"/resourceGroups/b{PROVIDER}/workspaces/c",
    f"{PROVIDER}/workspaces/c",
    f"{PROVIDER}/registries/d",
    "/workspaces/c;params",
    "?query",
    "#fragment",
    " x\\t\\ny",
]
TEXTS = [f"azureml://{HOST}{one}{two}" for one in PATHS for two in PATHS]

SCRIPT = f"""
stores, texts = json.loads({json.dumps(json.dumps([STORES, TEXTS]))})
sys.modules["sqlalchemy"] = None
import mlflow
from mlflow.tracking._tracking_service.utils import _get_store
from mlflow.utils.uri import get_uri_scheme
from azureml.mlflow._internal.service_context_loader import _is_registry
from azureml.mlflow._internal.utils import tracking_uri_decomp
from azureml.mlflow._common._cloud.cloud import HARD_CODED_CLOUD_LIST
from urllib.parse import urlparse

facts["clouds"] = {{
    cloud.name: [urlparse(getattr(cloud.endpoints, name)).hostname for name in ("resource_manager", "active_directory", "portal")]
    for cloud in HARD_CODED_CLOUD_LIST
}}

def names(text):
    path = urlparse(text).path
    is_registry = _is_registry(urlparse(text))
    try:
        found = tracking_uri_decomp(path, is_registry)
    except AttributeError:
        return None
    return [found["sub-id"], found["res-grp"], found["reg-name" if is_registry else "ws-name"], is_registry]

facts["names"] = {{text: names(text) for text in texts}}

def store(uri):
    try:
        made = _get_store(uri)
    except Exception as error:
        return {{"store": "", "error": f"{{type(error).__name__}}: {{error}}"}}
    found = {{"store": type(made).__name__, "error": ""}}
    context = getattr(made, "service_context", None)
    if context is not None:
        found |= {{"host": context.host_url, "kind": type(context).__name__,
                   "scope": context._get_scope(), "chain": [type(link).__name__ for link in context.auth.credentials]}}
    return found

facts["stores"] = {{name: store(uri) for name, uri in stores.items()}}
facts["schemes"] = {{name: get_uri_scheme(uri) for name, uri in stores.items()}}

good = stores["good"]
for value in ("azurecloud", "", "AzureStack"):
    os.environ["AZUREML_CURRENT_CLOUD"] = value
    facts["cloud " + value] = store(good + "?").get("error")
    # another path, since contexts are kept for each URI
    facts["new cloud " + value] = store(good + "/cloud" + value)["error"]
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return run_child_anew(tmp_path_factory.mktemp("plugin"), SCRIPT, AZUREML_CURRENT_CLOUD="AzureCloud")


@pytest.fixture(scope="module")
def stores(facts):
    return facts["stores"]


WORKING = [
    name for name, uri in STORES.items() if name in ("good",) or (classify(uri) is UriKind.azureml_workspace)
]


@pytest.mark.parametrize("name", WORKING)
def test_our_reading_is_the_plugins(stores, name):
    """The names and host we read from a URI are those in the context azureml-mlflow makes for it."""
    uri = parse_tracking_uri(STORES[name])
    assert uri is not None
    assert uri.workspace is not None
    store = stores[name]
    assert store["store"] == "AzureMLRestStore"
    assert store["scope"] == uri.workspace.arm_id
    assert store["host"].lower() == f"https://{uri.host}"


@pytest.mark.parametrize(
    "name",
    [
        "older API version",
        "no API version",
        "slash at the end",
        "question mark at the end",
        "line end at the end",
        "carriage return at the end",
        "scheme in capitals",
        "something after the workspace",
        "two slashes before mlflow",
    ],
)
def test_what_makes_no_difference(stores, name):
    """The plugin ignores the API version, the query, line ends and what follows the workspace."""
    assert stores[name] == stores["good"]
    assert faults(STORES[name]) == ()


def test_every_text_is_read_as_the_plugin_reads_it(facts):
    """parse_tracking_uri finds the names that the plugin's own regular expressions find, or nothing where it fails."""
    assert len(facts["names"]) > 200
    for text, names in facts["names"].items():
        uri = parse_tracking_uri(text)
        if names is None:
            assert uri is None, text
            continue
        subscription, group, name, is_registry = names
        assert uri is not None, text
        assert uri.workspace == (None if is_registry else WorkspaceRef(subscription, group, name)), text
        assert uri.registry == (name if is_registry else None), text


@pytest.mark.parametrize(
    "name",
    [
        "lower-case resourceGroups",
        "lower-case provider",
        "no workspace",
        "cut off",
        "no subscription",
        "two slashes before subscriptions",
        "host only",
    ],
)
def test_malformed(stores, name):
    """What the plugin's regular expression does not match ends in an AttributeError that says nothing."""
    assert stores[name]["error"] == "AttributeError: 'NoneType' object has no attribute 'group'"
    assert classify(STORES[name]) is UriKind.azureml_malformed
    assert faults(STORES[name])


def test_names_go_to_the_service_as_they_stand(stores):
    """A space, a quotation mark, a placeholder or a second slash becomes part of a name."""
    assert stores["space at the end"]["scope"].endswith("/workspaces/ws ")
    assert stores["quote at the end"]["scope"].endswith('/workspaces/ws"')
    assert "/subscriptions/<subscription-id>/" in stores["placeholder"]["scope"]
    assert "/resourceGroups//rg/" in stores["two slashes before the group"]["scope"]


def test_a_foreign_host_is_not_refused(stores):
    """The plugin makes a context, with the whole credential chain, for any host."""
    assert stores["foreign host"]["host"] == "https://westeurope.example.com"
    assert stores["foreign host"]["chain"] == stores["good"]["chain"]


def test_one_slash_leaves_no_host(stores):
    """Without two slashes the plugin has no host: the request goes to https:///mlflow/..."""
    assert stores["one slash"]["host"] == "https://"
    assert stores["no slash"]["host"] == "https://"


def test_a_registry_is_taken_as_such(stores):
    """The URI of a registry is accepted as tracking URI, and requests go to a path of the registry."""
    assert stores["registry"]["kind"] == "RegistryServiceContext"
    assert stores["registry"]["scope"].endswith("/registries/ws")
    assert classify(STORES["registry"]) is UriKind.azureml_registry


@pytest.mark.parametrize("name", ["in quotes", "bare", "resource id", "no scheme", "file"])
def test_taken_for_a_folder(stores, name):
    """Quotation marks, a bare `azureml` or a missing scheme make MLflow take the value for a folder."""
    assert (
        "The filesystem tracking backend (e.g., './mlruns') is in maintenance mode" in stores[name]["error"]
    )
    assert classify(STORES[name]) is UriKind.local_file


def test_other_schemes(facts):
    """https: means a plain REST server; a scheme that nothing registered fails with an error about the registry."""
    stores = facts["stores"]
    assert stores["https"]["store"] == stores["http"]["store"] == "RestStore"
    assert (
        stores["databricks"]["store"] == stores["databricks profile"]["store"] == "DatabricksTracingRestStore"
    )
    for name in ("misspelled scheme", "bucket", "sqlite", "postgresql"):
        assert stores[name]["error"].startswith("UnsupportedModelRegistryStoreURIException:")
    assert facts["schemes"]["postgresql"] == "postgresql"


def test_the_chain(stores):
    """The chain ends in two interactive links, and is the one that the design describes."""
    assert stores["good"]["chain"][-2:] == ["InteractiveBrowserCredential", "DeviceCodeCredential"]
    assert stores["good"]["chain"][0] == "EnvironmentCredential"


def test_clouds(facts):
    """The plugin knows the four clouds of our table, with the same hosts."""
    assert facts["clouds"] == {
        cloud.name: [cloud.arm_host, cloud.login_host, cloud.portal_host] for cloud in CLOUDS
    }


@pytest.mark.parametrize("value", ["azurecloud", "", "AzureStack"])
def test_wrong_clouds(facts, value):
    """A cloud that is not one of the names exactly, or is empty, fails; a context that exists already is kept."""
    assert facts[f"new cloud {value}"] == f"Exception: {value} cloud metadata could not be fetched or found"
    assert facts[f"cloud {value}"] == ""
