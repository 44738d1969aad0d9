"""What the installed packages say when they fail is what the table of advice knows; nothing is sent."""

import json
from datetime import datetime, timezone

import pytest
from azmlflow.azure.advice import advise
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef

from tests.certificates import CLOSED, KINDS, make
from tests.truth.child import needs, run_child

pytestmark = needs("azure.identity", "azureml.mlflow", "mlflow")

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
URI = compose_tracking_uri("westeurope", WorkspaceRef(GUID, "rg", "ws"))
PRINCIPAL = {"AZURE_TENANT_ID": GUID, "AZURE_CLIENT_ID": GUID}
SECRET = {**PRINCIPAL, "AZURE_CLIENT_SECRET": "x"}
CERTIFICATE = "AZURE_CLIENT_CERTIFICATE_PATH"
PASSWORD = "AZURE_CLIENT_CERTIFICATE_PASSWORD"

FAULTS = {
    "empty secret": ({**PRINCIPAL, "AZURE_CLIENT_SECRET": ""}, "AZURE_CLIENT_SECRET is set and empty"),
    "empty client": ({**SECRET, "AZURE_CLIENT_ID": ""}, "AZURE_CLIENT_ID is set and empty"),
    "empty tenant": ({**SECRET, "AZURE_TENANT_ID": ""}, "AZURE_TENANT_ID is set and empty"),
    "placeholder": ({"AZURE_TENANT_ID": "<your-tenant-id>"}, "no tenant ID can be"),
    "token credentials": ({"AZURE_TOKEN_CREDENTIALS": "nonsense"}, "AZURE_TOKEN_CREDENTIALS holds no value"),
    "no file": ({**PRINCIPAL, CERTIFICATE: "missing.pem"}, "a file that is not there"),
    "tilde": ({**PRINCIPAL, CERTIFICATE: "~/both.pem"}, "a file that is not there"),
    "folder": ({**PRINCIPAL, CERTIFICATE: "home"}, "names a folder"),
    "empty path": ({**PRINCIPAL, CERTIFICATE: ""}, "AZURE_CLIENT_CERTIFICATE_PATH is set and empty"),
    "no key": ({**PRINCIPAL, CERTIFICATE: "no-key.pem"}, "a certificate and no private key"),
    "no certificate": ({**PRINCIPAL, CERTIFICATE: "no-certificate.pem"}, "a private key and no certificate"),
    "no password": ({**PRINCIPAL, CERTIFICATE: "encrypted.pem"}, "is encrypted"),
    "wrong password": (
        {**PRINCIPAL, CERTIFICATE: "encrypted.pem", PASSWORD: "wrong"},
        "does not fit",
    ),
    "needless password": ({**PRINCIPAL, CERTIFICATE: "both.pem", PASSWORD: "x"}, "has no password"),
    "elliptic": ({**PRINCIPAL, CERTIFICATE: "elliptic.pem"}, "not an RSA key"),
    "not a certificate": ({**PRINCIPAL, CERTIFICATE: "text.pem"}, "neither as PEM nor as PKCS#12"),
    "damaged": ({**PRINCIPAL, CERTIFICATE: "damaged.pem"}, "damaged or cut off"),
    "cloud": ({"AZUREML_CURRENT_CLOUD": "azurecloud"}, "no name of a cloud"),
}
MLFLOW_FAULTS = {
    "cut off": (f"azureml://westeurope.api.azureml.ms/subscriptions/{GUID}", "cut off or has a part"),
    "quoted": (f'"{URI}"', "for a local folder"),
    "scheme": ("azurem://x", "does not know the scheme"),
}
BUILD = """
from urllib.parse import urlparse
from azureml.mlflow._internal.utils import get_service_context_from_tracking_url_default_auth as build
import mlflow
faults, mlflow_faults = json.loads(os.environ["FAULTS"])
for name, changes in faults.items():
    os.environ.update(changes)
    facts[name] = attempt(lambda: build(urlparse(os.environ["URI"])).auth)
    for variable in changes:
        del os.environ[variable]
    os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
from azure.identity import CertificateCredential
for file in sorted(Path("kinds").iterdir()):
    for password in (None, "other"):
        facts[f"{file.name} {password}"] = attempt(CertificateCredential, "t", "c", file, password=password)
for name, uri in mlflow_faults.items():
    mlflow.set_tracking_uri(uri)
    facts[name] = attempt(mlflow.start_run)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("advice")
    now = datetime.now(timezone.utc)
    both = make("pem", now)
    (folder / "both.pem").write_bytes(both)
    (folder / "no-key.pem").write_bytes(make("pem-certificate-only", now))
    (folder / "no-certificate.pem").write_bytes(make("pem-key-only", now))
    (folder / "encrypted.pem").write_bytes(make("pem", now, "right"))
    (folder / "elliptic.pem").write_bytes(make("pem-ec", now))
    (folder / "text.pem").write_text("no certificate")
    (folder / "damaged.pem").write_bytes(both.replace(b"\n", b"\n!", 2))
    (folder / "kinds").mkdir()
    for kind in KINDS:
        (folder / "kinds" / kind).write_bytes(make(kind, now, "right" if kind in CLOSED else None))
    (folder / "kinds" / "encrypted").write_bytes(make("p12", now, "right"))
    wanted = [
        {name: changes for name, (changes, _) in FAULTS.items()},
        {name: uri for name, (uri, _) in MLFLOW_FAULTS.items()},
    ]
    return run_child(folder, BUILD, FAULTS=json.dumps(wanted), URI=URI, AZUREML_CURRENT_CLOUD="AzureCloud")


@pytest.mark.parametrize("name", FAULTS)
def test_a_chain_that_cannot_be_built_gets_its_advice(said, name):
    advice = advise(said[name], step="chain")
    assert FAULTS[name][1] in advice.sentence, said[name]


def test_there_is_advice_for_every_certificate_that_is_refused(said):
    kinds = [f"{kind} {password}" for kind in (*KINDS, "encrypted") for password in (None, "other")]
    refused = [name for name in kinds if "Error" in said[name]]
    assert len(refused) > len(KINDS)
    unknown = [said[name] for name in refused if "no advice" in advise(said[name], step="chain").sentence]
    assert not unknown


@pytest.mark.parametrize("name", MLFLOW_FAULTS)
def test_a_uri_that_mlflow_misreads_gets_its_advice(said, name):
    advice = advise(said[name], step="experiments")
    assert MLFLOW_FAULTS[name][1] in advice.sentence, said[name]
