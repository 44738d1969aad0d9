"""Each scenario of the box: what the terminal tells of it, and that an unmodified script of the user's then does just that."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from azmlflow.azure.credential_links import (
    AZURE_CLI,
    DEVELOPER_CLI,
    DEVICE_CODE,
    ENVIRONMENT,
    MANAGED_IDENTITY,
    POWERSHELL,
)
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.outcome import TEST_CONNECTION, Outcome
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe
from azmlflow.probes.summary import headline_of
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.names import OTHER_TENANT_ID
from azmlflow.sandbox.scenarios import SCENARIOS

from tests.probes.boxes import SCRIPT, end_script, environment, probe, start_script, tell

SHORT = {"tenant": 2.0, "credential": 2.0, "workspace": 2.0, "permissions": 2.0, "experiments": 15.0}


class Case(NamedTuple):
    """What is expected of the headline: where, which code, words of the advice and of the command.

    `seconds` is what the probe may take: about four times what it does take, since other tests run beside it.
    `script` are words of what the script's own error says; "" where it waits until it is ended, None where it logs.
    """

    step: str = ""
    link: str | None = None
    code: str | None = None
    advice: str = ""
    command: str = ""
    seconds: float = 60
    script: str | None = None
    limits: dict[str, float] | None = None


WELL = Case()
NOBODY = Case("credential", None, "NO_TOKEN", "sign in", script=DEVICE_CODE)
CASES = {
    "healthy": WELL,
    "logged-models-404": WELL,
    "logged-models-served": WELL,
    "china": WELL,
    "us-government": WELL,
    "dry-run": WELL,
    "anything": WELL,
    "slow": Case(seconds=120),
    "wrong-secret": Case(
        "credential",
        ENVIRONMENT,
        "AADSTS7000215",
        "not its Secret ID",
        "credential reset",
        script="AADSTS7000215",
    ),
    "expired-secret": Case(
        "credential", ENVIRONMENT, "AADSTS7000222", "has expired", "credential reset", script="AADSTS7000222"
    ),
    "unknown-tenant": Case(
        "tenant",
        None,
        "AADSTS90002",
        "no such tenant",
        f"export AZURE_TENANT_ID={OTHER_TENANT_ID}",
        script="Unable to get authority configuration",
    ),
    "wrong-tenant": Case(
        "tenant",
        None,
        "WRONG_TENANT",
        "another tenant",
        "AZURE_TENANT_ID=",
        script="403",
    ),
    "unknown-client": Case(
        "credential",
        ENVIRONMENT,
        "AADSTS700016",
        "Application (client) ID",
        "az ad sp show",
        script="AADSTS700016",
    ),
    "certificate-not-registered": Case(
        "credential",
        ENVIRONMENT,
        "AADSTS700027",
        "thumbprint",
        "az ad app credential list",
        script="AADSTS700027",
    ),
    "conditional-access": Case(
        "credential", ENVIRONMENT, "AADSTS53003", "administrator", script="AADSTS53003"
    ),
    "no-permission": Case("experiments", None, "HTTP_403", "role", "az role assignment create", script="403"),
    "read-only": Case(
        "permissions", None, "MISSING_PERMISSIONS", "role", "az role assignment create", script="403"
    ),
    "reader": Case(
        "permissions", None, "MISSING_PERMISSIONS", "role", "az role assignment create", script="403"
    ),
    "private-link-denied": Case(
        "experiments", None, "PRIVATE_LINK", "private network", script="private link"
    ),
    "workspace-not-found": Case(
        "workspace",
        None,
        "ResourceNotFound",
        "no workspace of this name",
        "az resource list",
        script="ws-sandbox",
    ),
    "silent": Case("credential", ENVIRONMENT, "TIMEOUT", "silent", seconds=45, script="", limits=SHORT),
    "resets": Case("experiments", None, None, "cut off", script="Connection"),
    "throttled-429": Case("experiments", None, "HTTP_429", "fewer requests", script="429"),
    "bad-gateway": Case("experiments", None, "HTTP_502", "not available for the moment", script="502"),
    "tls-intercepted": Case("network", None, "TLS", "root certificate", script="CERTIFICATE_VERIFY_FAILED"),
    "imds-none": NOBODY,
    "imds-identity-missing": NOBODY._replace(advice="managed identity"),
    "imds-black-hole": Case(
        "credential", MANAGED_IDENTITY, "TIMEOUT", "169.254.169.254", "NO_PROXY", 45, "", SHORT
    ),
    "mfa-required": Case(
        "credential", AZURE_CLI, "AADSTS50076", "second factor", "az login --tenant", script="AADSTS50076"
    ),
    "az-mfa": Case(
        "credential", AZURE_CLI, "AADSTS50076", "second factor", "az login --tenant", script="AADSTS50076"
    ),
    "az-signed-out": NOBODY._replace(command="az login"),
    "az-expired": Case("credential", AZURE_CLI, "AADSTS700082", "expired", "az login", script="AADSTS700082"),
    "az-hangs": NOBODY._replace(seconds=90),
    "az-garbage": Case(
        "credential",
        AZURE_CLI,
        None,
        "not a token",
        "az account get-access-token",
        script="Unexpected output from Azure CLI",
    ),
    "az-broken": Case("credential", AZURE_CLI, None, "Azure CLI", script="No module named 'azure.cli'"),
    "azd-signed-out": NOBODY._replace(command="azd auth login"),
    "azd-expired": Case(
        "credential", DEVELOPER_CLI, "AADSTS700082", "expired", "azd auth login", script="AADSTS700082"
    ),
    "azd-hangs": NOBODY._replace(seconds=90),
    "azd-garbage": Case(
        "credential",
        DEVELOPER_CLI,
        None,
        "not a token",
        "azd auth token",
        script="Unexpected output from Azure Developer CLI",
    ),
    "azd-broken": Case("credential", DEVELOPER_CLI, None, "Azure Developer CLI", script="panic"),
    "pwsh-signed-out": NOBODY._replace(command="Connect-AzAccount"),
    "pwsh-no-module": NOBODY,
    "pwsh-blocked": NOBODY,
    "pwsh-hangs": NOBODY._replace(seconds=90),
    "pwsh-garbage": Case(
        "credential",
        POWERSHELL,
        None,
        "not a token",
        "Update-Module",
        script="Unexpected output from Get-AzAccessToken",
    ),
    "pwsh-broken": NOBODY,
}


def test_every_scenario_has_its_case() -> None:
    assert CASES.keys() == SCENARIOS.keys()


WAITING = (
    ("az-hangs", "azd-hangs", "pwsh-hangs"),
    ("silent", "imds-black-hole", "tls-intercepted"),
    ("throttled-429", "bad-gateway"),
)
"""Scenarios in which both the probe and the script mostly wait: some at once, each in a box of its own."""


@pytest.mark.parametrize("name", [name for name in CASES if not any(name in names for names in WAITING)])
def test_the_probe_predicts_and_the_script_confirms(the_box: AzureBox, tmp_path: Path, name: str) -> None:
    the_box.use(name)
    predict_and_confirm(the_box, tmp_path, name)


@pytest.mark.parametrize("names", WAITING, ids=" ".join)
def test_the_probe_predicts_and_the_script_confirms_what_takes_time(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    def one(name: str) -> None:
        (tmp_path / name).mkdir()
        with AzureBox(name) as box:
            predict_and_confirm(box, tmp_path / name, name)

    with ThreadPoolExecutor() as pool:
        for made in [pool.submit(one, name) for name in names]:
            made.result()


def predict_and_confirm(box: AzureBox, folder: Path, name: str) -> None:
    case = CASES[name]
    box.world.device_code = "declined"  # else the script waits 900 seconds for the one who types it in
    environ = environment(box, folder)
    script = start_script(folder, environ)
    if case.limits:
        outcomes = probe(box, folder, environ, limits=case.limits)
    else:
        outcomes = tell(folder, environ, SCRIPT)
    said = end_script(script, 1 if case.script == "" else 120)

    summary, headline = outcomes[-1], headline_of(outcomes[:-1])
    assert said.logged == (summary.outcome == "ok"), said.text
    assert summary.seconds < case.seconds
    if not case.step:
        assert summary.outcome == "ok", summary
        return
    assert headline is not None, outcomes
    assert (headline.step, headline.link, headline.code) == (case.step, case.link, case.code), headline
    assert case.advice.lower() in (headline.advice or "").lower()
    assert case.command.lower() in (headline.command or "").lower()
    assert said.ended == bool(case.script)
    assert (case.script or "") in said.text
    check_links(outcomes, case)


def check_links(outcomes: tuple[Outcome, ...], case: Case) -> None:
    """Before the link that ends the chain all fail softly, behind it none is tried."""
    links = [outcome for outcome in outcomes if outcome.step == "credential" and outcome.link]
    hard = [outcome.link for outcome in links if outcome.hard]
    if case.step == "credential":
        assert hard == ([case.link] if case.link else [])
    if hard:
        at = [outcome.link for outcome in links].index(hard[0])
        assert all(outcome.outcome == "failed" for outcome in links[:at])
        assert all(outcome.outcome == "not-reached" for outcome in links[at + 1 :])


@pytest.mark.parametrize("credential", ["certificate", "workload", "password", "imds", "az", "azd", "pwsh"])
def test_each_credential_gives_its_token(box: AzureBox, tmp_path: Path, credential: str) -> None:
    environ = environment(box, tmp_path, credential)
    script = start_script(tmp_path, environ)
    outcomes = probe(box, tmp_path, environ)
    assert outcomes[-1].outcome == "ok", outcomes[-1]
    assert outcomes[-1].details["link"] == LINK_OF[credential]
    assert end_script(script, 120).logged


@pytest.mark.parametrize("variables", [{}, {"AZURE_TENANT_ID": "5b8e7b0a-54b6-4b3f-9d5f-1f6f0a2b7c11"}])
def test_a_project_that_names_a_workspace_of_its_own_is_all_well_where_anything_exists(
    the_box: AzureBox, tmp_path: Path, variables: dict[str, str]
) -> None:
    the_box.use("anything")
    mine = WorkspaceRef("6f0c1a52-8f6b-4f0e-9d37-2b7c5c1f4e11", "rg-churn", "ws-churn")
    uri = f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{mine.arm_id}"
    environ = {**environment(the_box, tmp_path, "az"), **variables}
    made = Probe(Request(uri, mine), (Path(sys.executable),), environ, tmp_path)
    made.run(lambda _: None)
    outcomes = made.outcomes
    assert outcomes[-1].message == "Connected to workspace ws-churn as d…@contoso.onmicrosoft.com."
    assert {outcome.word for outcome in outcomes} == {"ok", "passed on", "not tried"}
    assert {outcome.step for outcome in outcomes} == {*TEST_CONNECTION, "summary"} - {"configuration"}
    assert [o.link for o in outcomes if o.step == "credential" and o.word == "ok"] == [AZURE_CLI]


LINK_OF = {
    "certificate": ENVIRONMENT,
    "workload": "WorkloadIdentityCredential",
    "password": ENVIRONMENT,
    "imds": MANAGED_IDENTITY,
    "az": AZURE_CLI,
    "azd": DEVELOPER_CLI,
    "pwsh": POWERSHELL,
}


DELETES = """
import os, mlflow

mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
client = mlflow.MlflowClient()
client.delete_experiment(client.create_experiment("gone"))
"""


def test_a_deleted_experiment_is_predicted(the_box: AzureBox, tmp_path: Path) -> None:
    the_box.use("healthy")
    environ = environment(the_box, tmp_path)
    end_script(start_script(tmp_path, environ, DELETES), 120)
    made = SCRIPT.replace("agreement", "gone")
    script = start_script(tmp_path, environ, made)
    outcomes = tell(tmp_path, environ, made)
    said = end_script(script, 120)
    assert (outcomes[-1].outcome, outcomes[-1].code) == ("failed", "EXPERIMENT_DELETED")
    assert (outcomes[-1].command or "").startswith("mlflow experiments restore --experiment-id ")
    assert not said.logged
    assert "deleted experiment" in said.text


def test_a_tenant_that_nothing_reads_ends_nothing(the_box: AzureBox, tmp_path: Path) -> None:
    """What is left of a service principal is in the environment, and only the account of the Azure CLI is asked."""
    the_box.use("healthy")
    left = {
        "AZURE_TENANT_ID": "11111111-2222-4333-8444-555555555555",
        "AZURE_CLIENT_ID": the_box.client_id,
        "AZURE_CLIENT_SECRET": "left-over",
        "AZURE_TOKEN_CREDENTIALS": AZURE_CLI,
    }
    environ = environment(the_box, tmp_path, "az") | left
    script = start_script(tmp_path, environ)
    outcomes = tell(tmp_path, environ, SCRIPT)
    assert outcomes[-1].outcome == "ok", outcomes[-1]
    assert end_script(script, 120).logged


OF_ITS_OWN = """
import azure.identity, mlflow
from azure.ai.ml import MLClient

client = MLClient(azure.identity.{credential}(), *{workspace!r})
mlflow.set_tracking_uri(client.workspaces.get(client.workspace_name).mlflow_tracking_uri)
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
print("LOGGED", run.info.run_id)
"""
DEFAULT = "DefaultAzureCredential"
OWN = [
    ("az-expired", DEFAULT, "", None, "DefaultAzureCredential failed to retrieve a token"),
    ("az-garbage", DEFAULT, "any", POWERSHELL, None),
    ("wrong-secret", DEFAULT, "", ENVIRONMENT, "AADSTS7000215"),
    ("healthy", DEFAULT, "", ENVIRONMENT, None),
    ("az-expired", AZURE_CLI, "", AZURE_CLI, "AADSTS700082"),
    ("az-signed-out", AZURE_CLI, "", None, "az login"),
    ("healthy", AZURE_CLI, "az", AZURE_CLI, None),
]


@pytest.mark.parametrize(("name", "credential", "kind", "link", "text"), OWN)
def test_a_credential_of_the_codes_own_is_predicted_too(
    the_box: AzureBox,
    tmp_path: Path,
    name: str,
    credential: str,
    kind: str,
    link: str | None,
    text: str | None,
) -> None:
    """The client's credential is taken over by MLflow: the plugin's chain, where az would end it, is not built."""
    the_box.use(name)
    the_box.world.imds = "none"
    environ = environment(the_box, tmp_path, kind or None)
    made = OF_ITS_OWN.format(credential=credential, workspace=tuple(the_box.workspace))
    script = start_script(tmp_path, environ, made)
    outcomes = tell(tmp_path, environ, made)
    said = end_script(script, 120)

    assert said.logged == (outcomes[-1].outcome == "ok") == (text is None), said.text
    assert (text or "") in said.text
    headline = headline_of(outcomes[:-1])
    assert (headline.link if headline else outcomes[-1].details["link"]) == link
    if (name, credential) == ("az-expired", DEFAULT):
        assert headline is not None
        assert (headline.command or "").startswith("az login")


def test_what_would_break_the_plugins_chain_harms_no_credential_of_the_codes_own(
    box: AzureBox, tmp_path: Path
) -> None:
    """An empty secret raises while the chain is built; with a client's AzureCliCredential no chain is built."""
    empty = {"AZURE_TENANT_ID": box.tenant_id, "AZURE_CLIENT_ID": box.client_id, "AZURE_CLIENT_SECRET": ""}
    for credential, works in ((AZURE_CLI, True), (DEFAULT, False)):
        environ = environment(box, tmp_path, "az") | empty
        made = OF_ITS_OWN.format(credential=credential, workspace=tuple(box.workspace))
        script = start_script(tmp_path, environ, made)
        outcomes = tell(tmp_path, environ, made)
        said = end_script(script, 120)
        assert said.logged == works == (outcomes[-1].outcome == "ok"), (said.text, outcomes[-1])
        if not works:
            assert outcomes[-1].code == "CONSTRUCTION"
            assert f"{DEFAULT} is made first" in outcomes[-1].message
