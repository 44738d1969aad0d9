"""Every kind of certificate file: the probe says what azure-identity and Entra ID then make of it, and gives advice."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone
from typing import Any

import pytest
from azmlflow.sandbox.box import AzureBox

from tests.certificates import KINDS, PEM, certificate, make, validity_of
from tests.cli.process import SERVER
from tests.probes.boxes import environment
from tests.probes.children import STEPS

NOW = datetime.now(timezone.utc)
PASSWORD = "the password 7"
DATED = [f"pem:{when}" for when in ("expired", "not-yet-valid")]
CASES = [
    *((kind, given, None) for kind in (*KINDS, *DATED) for given in ("", "needless")),
    *((kind, given, PASSWORD) for kind in KINDS for given in ("", PASSWORD, "wrong")),
]
"""Kind of file, the password in the variable, and the password that the file has."""

SCRIPT = """
import json, os, sys
from urllib.parse import urlparse
from azure.core.exceptions import ClientAuthenticationError
from azmlflow.probes.child import chain, credential
from azureml.mlflow._internal import utils

def real(uri):
    try:
        service = utils.get_service_context_from_tracking_url_default_auth(urlparse(uri))
        service.auth.credentials[0].get_token("https://management.azure.com/.default")
        return "ok"
    except ClientAuthenticationError as error:
        return "refused: " + str(error)
    except Exception as error:
        return "not built: " + str(error)

facts = []
for path, password in json.load(sys.stdin):
    os.environ["AZURE_CLIENT_CERTIFICATE_PATH"] = path
    os.environ.pop("AZURE_CLIENT_CERTIFICATE_PASSWORD", None)
    if password:
        os.environ["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = password
    said = real(os.environ["MLFLOW_TRACKING_URI"])
    context = made(uri=os.environ["MLFLOW_TRACKING_URI"], link="EnvironmentCredential")
    outcomes = told(chain, context)
    if outcomes[-1]["outcome"] == "ok":
        outcomes = [each for each in told(credential, context) if each["link"] == "EnvironmentCredential"]
    facts.append([said, outcomes[-1]])
print("FACTS" + json.dumps(facts))
"""


def make_or_skip(kind: str, password: str | None) -> bytes | None:
    """Return the file; None where such a file must have a password, or cannot have one."""
    try:
        return make(kind, NOW, password)
    except (AssertionError, TypeError, ValueError):
        return None


@pytest.fixture(scope="module")
def probed(
    the_box: AzureBox, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str, str | None], Any]:
    """Return what azure-identity said and what the probe said of each case."""
    folder = tmp_path_factory.mktemp("certificates")
    the_box.use("healthy")
    for tenant in the_box.world.tenants.values():
        for app in tenant.apps.values():
            app.certificates += [
                certificate(owner, validity_of("", NOW)).public_bytes(PEM) for owner in ("own", "own-3072")
            ]
    environ = environment(the_box, folder, "certificate") | {"PYTHONPATH": str(SERVER)}
    cases, asked = [], []
    for number, (kind, given, password) in enumerate(CASES):
        content = make_or_skip(kind, password)
        if content is not None:
            path = folder / f"{number}.pem"
            path.write_bytes(content)
            cases.append((kind, given, password))
            asked.append((str(path), given))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STEPS + SCRIPT],
        input=json.dumps(asked),
        env=environ,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("FACTS")), None)
    assert line is not None, done.stderr[-3000:]
    return dict(zip(cases, json.loads(line.removeprefix("FACTS")), strict=True))


def test_the_probe_says_what_azure_identity_makes_of_every_kind(probed: dict[Any, Any]) -> None:
    assert len(probed) > 100
    for case, (said, outcome) in probed.items():
        verdict = "ok" if said == "ok" else "failed"
        assert outcome["outcome"] == verdict, (case, said, outcome)
        if said.startswith("not built"):
            assert (outcome["code"], outcome["hard"]) == ("CONSTRUCTION", True), (case, said, outcome)
        if said.startswith("refused"):
            assert outcome["hard"], (case, outcome)
            assert outcome["code"] in said, (case, said, outcome)


def test_every_failure_comes_with_advice_of_its_own(probed: dict[Any, Any]) -> None:
    for case, (said, outcome) in probed.items():
        if said != "ok":
            assert outcome["advice"], (case, outcome)
            assert "no advice" not in outcome["advice"], (case, said, outcome)


def test_no_password_is_told(probed: dict[Any, Any]) -> None:
    told = json.dumps([outcome for _, outcome in probed.values()])
    assert PASSWORD not in told
    assert "needless" not in told
