"""Our verdict on a certificate file is azure-identity's: the real credential is built from every kind of file."""

from __future__ import annotations

import json
import random
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from azmlflow.parsing.certificate import read_certificate

from tests.certificates import CLOSED, KINDS, make
from tests.truth.child import needs, run_child

pytestmark = needs("azure.identity", "azureml.mlflow")

TENANT = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
PRINCIPAL = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": TENANT}
NOW = datetime.now(timezone.utc)
PASSWORDS: list[tuple[str | None, str | None]] = [
    (None, None),
    (None, ""),
    (None, "given"),
    ("made", None),
    ("made", "made"),
    ("made", "other"),
]

BUILD = """
from azure.identity import EnvironmentCredential

def build(path, password):
    os.environ["AZURE_CLIENT_CERTIFICATE_PATH"] = path
    os.environ.pop("AZURE_CLIENT_CERTIFICATE_PASSWORD", None)
    if password is not None:
        os.environ["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = password
    try:
        credential = EnvironmentCredential()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return credential._credential._client_credential["thumbprint"].upper()

for name, path, password in json.loads(Path("files.json").read_text()):
    facts[name] = build(path, password)
"""


def build_all(folder: Path, files: dict[str, tuple[bytes, str | None]]) -> dict[str, str]:
    """Return what azure-identity makes of each file: the thumbprint it will send, or its exception."""
    for number, (data, _) in enumerate(files.values()):
        (folder / f"{number}.file").write_bytes(data)
    listing = [(name, f"{number}.file", files[name][1]) for number, name in enumerate(files)]
    (folder / "files.json").write_text(json.dumps(listing))
    return run_child(folder, BUILD, **PRINCIPAL)


def assert_agreement(folder: Path, files: dict[str, tuple[bytes, str | None]]) -> dict[str, str]:
    built = build_all(folder, files)
    disagreements: dict[str, Any] = {}
    for name, (data, password) in files.items():
        ours = read_certificate(data, password)
        raised = ": " in built[name]
        verdict = raised == (ours.fault is not None) and (raised or built[name] == ours.thumbprint)
        if ours.judged and not verdict:
            disagreements[name] = (built[name], ours)
    assert not disagreements
    return built


@pytest.mark.parametrize(("made_with", "given"), PASSWORDS)
def test_every_kind_of_file(tmp_path: Path, made_with: str | None, given: str | None):
    kinds = [kind for kind in KINDS if made_with or kind not in CLOSED]
    files = {kind: (make(kind, NOW, made_with), given) for kind in kinds}
    built = assert_agreement(tmp_path, files)
    assert any(": " in result for result in built.values())
    assert made_with != given or any(": " not in result for result in built.values())


def test_dates_stop_nothing(tmp_path: Path):
    kinds = [f"{form}:{when}" for form in ("pem", "p12") for when in ("expired", "not-yet-valid")]
    built = assert_agreement(tmp_path, {kind: (make(kind, NOW), None) for kind in kinds})
    assert all(len(thumbprint) == 40 for thumbprint in built.values())


@pytest.mark.parametrize("kind", ["pem", "pem-pkcs1", "p12", "pem-chain"])
def test_files_that_are_damaged_somewhere(tmp_path: Path, kind: str):
    chance = random.Random(kind)
    files: dict[str, tuple[bytes, str | None]] = {}
    for number in range(60):
        password = chance.choice([None, "made"])
        data = bytearray(make(kind, NOW, password))
        for _ in range(chance.randint(1, 2)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        files[f"{kind} {number}"] = (bytes(data), password)
    assert_agreement(tmp_path, files)


PATHS = """
from azure.identity import EnvironmentCredential

def build(path):
    os.environ["AZURE_CLIENT_CERTIFICATE_PATH"] = path
    return attempt(lambda: EnvironmentCredential()._credential is not None)

for name, path in {
    "relative": "cert.pem", "absolute": str(Path("cert.pem").absolute()), "tilde": "~/cert.pem", "dollar": "$HOME/cert.pem",
    "braces": "${HOME}/cert.pem", "percent": "%HOME%/cert.pem", "folder": "home", "missing": "missing.pem", "empty": "",
    "quotes": '"cert.pem"', "space": "cert.pem ", "url": Path("cert.pem").absolute().as_uri(),
}.items():
    facts[name] = build(path)
os.chdir("home")
facts["relative elsewhere"] = build("cert.pem")
"""


def test_how_the_path_is_read(tmp_path: Path):
    (tmp_path / "cert.pem").write_bytes(make("pem", NOW))
    (tmp_path / "home").mkdir()
    facts = run_child(tmp_path, PATHS, **PRINCIPAL)
    assert facts.pop("relative") == facts.pop("absolute") == "True"
    assert facts.pop("empty").startswith("ValueError: CertificateCredential requires a value")
    folder = facts.pop("folder")
    assert folder.startswith(("IsADirectoryError", "PermissionError"))
    missing = (
        "FileNotFoundError",
        "OSError",
    )  # Windows has an error of its own for a path it cannot even ask for
    assert {name: result for name, result in facts.items() if not result.startswith(missing)} == {}


CHAIN = """
from azure.identity import DefaultAzureCredential
from azure.identity._credentials.environment import EnvironmentCredential
from azureml.mlflow._internal.utils import get_service_context_from_tracking_url_default_auth
from urllib.parse import urlparse

HOST = "azureml://westeurope.api.azureml.ms/mlflow/v2.0/subscriptions/%s/resourceGroups/rg/providers/"
URI = HOST % os.environ["AZURE_TENANT_ID"] + "Microsoft.MachineLearningServices/workspaces/ws"

def chain():
    return attempt(lambda: get_service_context_from_tracking_url_default_auth(urlparse(URI)) and "built")

os.environ["AZUREML_CURRENT_CLOUD"] = "AzureCloud"
facts["unset"] = attempt(lambda: DefaultAzureCredential() and "built")
os.environ["AZURE_CLIENT_CERTIFICATE_PATH"] = "text.pem"
facts["default"] = attempt(lambda: DefaultAzureCredential() and "built")
facts["plugin"] = chain()
os.environ["AZURE_CLIENT_SECRET"] = "given"
facts["secret too"] = attempt(lambda: type(EnvironmentCredential()._credential).__name__)
del os.environ["AZURE_CLIENT_SECRET"], os.environ["AZURE_TENANT_ID"]
facts["no tenant"] = attempt(lambda: DefaultAzureCredential() and "built")
"""


def test_a_bad_file_takes_the_whole_chain_down_unless_it_is_not_read(tmp_path: Path):
    (tmp_path / "text.pem").write_bytes(make("text", NOW))
    facts = run_child(tmp_path, CHAIN, **PRINCIPAL)
    assert (facts["unset"], facts["no tenant"]) == ("built", "built")
    assert facts["default"].startswith("ValueError: Failed to deserialize certificate")
    assert facts["plugin"] == facts["default"]
    assert facts["secret too"] == "ClientSecretCredential"


LITERAL = """
from azure.identity import CertificateCredential

def build(*args, **kwargs):
    return attempt(lambda: CertificateCredential("tenant", "client", *args, **kwargs) and "built")

facts["positional"] = build("made.pem", password="made")
facts["bytes"] = build("made.pem", password=b"made")
facts["wrong"] = build(certificate_path="made.pem", password="other")
facts["no password"] = build(certificate_path="made.pem")
facts["path object"] = build(Path("made.pem"), password="made")
"""


def test_the_same_file_named_in_code(tmp_path: Path):
    (tmp_path / "made.pem").write_bytes(make("pem", NOW, "made"))
    facts = run_child(tmp_path, LITERAL)
    assert facts["positional"] == facts["bytes"] == facts["path object"] == "built"
    assert facts["wrong"] != "built" != facts["no password"]
