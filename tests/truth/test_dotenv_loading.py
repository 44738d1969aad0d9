"""When azureml-mlflow 1.62 and azure-identity read the environment, and what their log says where; nothing is sent.

AZM314 and AZM315 rest on it, and the action that turns on the log of azure-identity.
"""

import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.rules import secret_places

from tests.truth.child import needs, run_child

pytestmark = needs("mlflow", "azureml.mlflow")

REF = WorkspaceRef("0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c", "rg", "ws")
URI = compose_tracking_uri("westeurope", REF)
OTHER = compose_tracking_uri("westeurope", REF._replace(workspace_name="other"))
PREPARED = f"""
URI, OTHER = {URI!r}, {OTHER!r}
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
import mlflow
from azureml.mlflow._internal.service_context_loader import _AzureMLServiceContextLoader as loader

def contexts():
    return len(loader._tracking_uri_to_service_context)

def context():
    return loader._tracking_uri_to_service_context[mlflow.get_tracking_uri()]

def links():
    return [type(link).__name__ for link in context().auth.credentials]

def principal():
    '''Whether the first link has a service principal.'''
    return context().auth.credentials[0]._credential is not None

def sign_in():
    os.environ.update(AZURE_TENANT_ID="{REF.subscription_id}", AZURE_CLIENT_ID="{REF.subscription_id}",
                      AZURE_CLIENT_SECRET="canary")

"""


@pytest.fixture
def run(tmp_path):
    return lambda script: run_child(tmp_path, PREPARED + script)


def test_which_calls_make_the_credentials(run):
    """Setting the URI and autolog make none; a client does when it is made, every other call when it is made."""
    facts = run(
        """
mlflow.set_tracking_uri(URI)
mlflow.autolog()
facts["prepared"] = contexts()
mlflow.MlflowClient()
facts["client"] = contexts()
for name, call in {
    "set_experiment": lambda: mlflow.set_experiment("churn"),
    "start_run": lambda: mlflow.start_run(),
    "log_metric": lambda: mlflow.log_metric("loss", 1),
    "search_experiments": lambda: mlflow.search_experiments(),
    "get_run": lambda: mlflow.get_run("a" * 32),
}.items():
    loader._tracking_uri_to_service_context.clear()
    mlflow.tracking._tracking_service.utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()
    attempt(call)
    facts[name] = contexts()
"""
    )
    assert facts.pop("prepared") == 0
    assert facts == dict.fromkeys(
        ("client", "set_experiment", "start_run", "log_metric", "search_experiments", "get_run"), 1
    )


def test_credentials_that_come_after_the_first_call_are_not_read(run):
    facts = run(
        """
mlflow.set_tracking_uri(URI)
attempt(mlflow.set_experiment, "churn")
first = context()
sign_in()
attempt(mlflow.start_run)
facts["late"], facts["same"] = principal(), context() is first
"""
    )
    assert facts == {"late": False, "same": True}


def test_credentials_that_come_before_it_are(run):
    facts = run(
        """
mlflow.set_tracking_uri(URI)
mlflow.autolog()
sign_in()
attempt(mlflow.set_experiment, "churn")
facts["early"] = principal()
"""
    )
    assert facts == {"early": True}


def test_the_cloud_and_the_choice_of_credentials_are_kept_too(run):
    facts = run(
        """
mlflow.set_tracking_uri(URI)
attempt(mlflow.set_experiment, "churn")
before = links()
os.environ["AZUREML_CURRENT_CLOUD"] = "AzureUSGovernment"
os.environ["AZURE_TOKEN_CREDENTIALS"] = "AzureCliCredential"
attempt(mlflow.start_run)
facts["cloud"], facts["links"] = context().cloud.name, links() == before
mlflow.set_tracking_uri(OTHER)
attempt(mlflow.start_run)
facts["other cloud"], facts["other links"] = context().cloud.name, links() == before
"""
    )
    assert facts == {
        "cloud": "AzureCloud",
        "links": True,
        "other cloud": "AzureUSGovernment",
        "other links": False,
    }


def test_another_workspace_reads_the_environment_anew(run):
    facts = run(
        """
mlflow.set_tracking_uri(URI)
attempt(mlflow.set_experiment, "churn")
sign_in()
mlflow.set_tracking_uri(OTHER)
attempt(mlflow.set_experiment, "churn")
facts["other"] = principal()
"""
    )
    assert facts == {"other": True}


def test_a_credential_reads_the_environment_when_it_is_made(run):
    facts = run(
        """
from azure.identity import DefaultAzureCredential, EnvironmentCredential
early, environment = DefaultAzureCredential(), EnvironmentCredential()
sign_in()
late = DefaultAzureCredential()
facts["early"] = early.credentials[0]._credential is not None
facts["environment"] = environment._credential is not None
facts["late"] = late.credentials[0]._credential is not None
"""
    )
    assert facts == {"early": False, "environment": False, "late": True}


def test_the_tracking_uri_is_read_at_each_call(run):
    facts = run(
        """
os.environ["MLFLOW_TRACKING_URI"] = URI
facts["first"] = mlflow.get_tracking_uri()
os.environ["MLFLOW_TRACKING_URI"] = OTHER
facts["second"] = mlflow.get_tracking_uri()
"""
    )
    assert facts == {"first": URI, "second": OTHER}


def test_load_dotenv_after_the_first_call_is_too_late(run):
    facts = run(
        """
from dotenv import load_dotenv
GUID = URI.split("/subscriptions/")[1][:36]
Path(".env").write_text(f"AZURE_TENANT_ID={GUID}\\nAZURE_CLIENT_ID={GUID}\\nAZURE_CLIENT_SECRET=canary\\n")
mlflow.set_tracking_uri(URI)
attempt(mlflow.set_experiment, "churn")
facts["loaded"] = load_dotenv(".env")
attempt(mlflow.start_run)
facts["late"] = principal()
"""
    )
    assert facts == {"loaded": True, "late": False}


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("", False),
        ("logging.basicConfig()\n", True),
        ("logging.basicConfig(level=logging.INFO)\n", True),
        ("logging.getLogger().addHandler(logging.StreamHandler())\n", True),
    ],
)
def test_the_lines_of_the_article_show_nothing_unless_something_handles_the_log(tmp_path, lines, shown):
    """Without a handler Python prints warnings and errors only; basicConfig makes one for standard error."""
    script = (
        f"import logging\n{lines}"
        'logging.getLogger("azure").setLevel(logging.DEBUG)\n'
        "import mlflow\n"
        "from azure.identity import DefaultAzureCredential\n"
        "DefaultAzureCredential()\n"
    )
    clean = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert ("azure.identity" in done.stderr or "No environment configuration found" in done.stderr) is shown


def test_without_its_name_the_cloud_is_the_public_one(run):
    facts = run(
        """
from azureml.mlflow._common._cloud.cloud import _get_cloud_or_default
del os.environ["AZUREML_CURRENT_CLOUD"]
facts["cloud"] = _get_cloud_or_default().name
"""
    )
    assert facts == {"cloud": "AzureCloud"}


def test_mlflow_brings_python_dotenv():
    names = {requirement.partition(";")[0].strip().lower() for requirement in requires("mlflow-skinny") or ()}
    assert any(name.startswith("python-dotenv") for name in names)
    assert version("mlflow-skinny").split(".")[0] == "3"


def test_where_the_credentials_take_their_secrets():
    """AZM312 looks at these arguments; azureml-core's class is not installed here."""
    script = """
import inspect
import azure.identity, msal
facts["taken"] = {
    name: list(inspect.signature(getattr(module, name).__init__).parameters)
    for module, name in (
        (azure.identity, "ClientSecretCredential"), (azure.identity, "UsernamePasswordCredential"),
        (azure.identity, "OnBehalfOfCredential"), (msal, "ConfidentialClientApplication"),
    )
}
"""
    with TemporaryDirectory() as folder:
        taken = run_child(Path(folder), script)["taken"]
    for name, (position, keyword, _) in secret_places.GIVEN_TO.items():
        if name in taken:
            assert keyword in taken[name]
            assert position is None or taken[name][position + 1] == keyword  # behind self


def test_a_second_basic_config_changes_nothing():
    """So ours must not come before one that the file has: theirs would be the one without effect."""
    script = (
        "import logging, io\nheard = io.StringIO()\nlogging.basicConfig()\n"
        "logging.basicConfig(stream=heard)\nlogging.error('x')\nprint(len(logging.getLogger().handlers), heard.getvalue())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["1"]
