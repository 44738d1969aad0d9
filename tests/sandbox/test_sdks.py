"""The unmodified Azure SDKs in a child process against the box, which itself never connects to anything."""

from __future__ import annotations

import json
import os
import socket
from textwrap import dedent
from typing import Any

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT, Cloud
from azmlflow.sandbox import names
from azmlflow.sandbox.box import AzureBox

from tests.sandbox.made import ARM, LOGIN
from tests.sandbox.worker import Worker
from tests.truth.child import needs

pytestmark = needs("azure.identity", "azure.ai.ml")
IMPORTS = """
import os, requests
from azure import identity
from azure.core.exceptions import ClientAuthenticationError

def token(credential, scope="https://management.azure.com/.default"):
    return credential.get_token(scope).token

def tried(make, *args, scope="https://management.azure.com/.default", **kwargs):
    '''A claim or two of the token that a credential gives, or what it says instead.'''
    import jwt
    try:
        claims = jwt.decode(token(make(*args, **kwargs), scope), options={"verify_signature": False})
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return [claims["tid"], claims.get("appid"), claims["aud"], claims.get("upn")]

shared.update(identity=identity, requests=requests, token=token, tried=tried, os=os)
"""
WORKSPACE = f"https://{ARM}{names.WORKSPACE.arm_id}?api-version=2024-10-01-preview"


@pytest.fixture
def box(box: AzureBox, monkeypatch: pytest.MonkeyPatch) -> AzureBox:
    """The box, in a process that may not connect to anything while a test is running."""

    def refuse(*args: Any) -> None:
        raise AssertionError("the box must not connect to anything")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return box


def secret_of(box: AzureBox) -> str:
    return f"identity.ClientSecretCredential, {box.tenant_id!r}, {box.client_id!r}, {box.client_secret!r}"


def certificate_of(box: AzureBox) -> str:
    path = box.environment("certificate")["AZURE_CLIENT_CERTIFICATE_PATH"]
    return f"identity.CertificateCredential, {box.tenant_id!r}, {box.client_id!r}, {path!r}"


def seen(box: AzureBox) -> list[tuple[str, str, int]]:
    return [(each.method, each.host, each.status) for each in box.journal]


def test_a_secret_gives_a_token_with_two_requests(box: AzureBox, child: Worker):
    found = child.run(f"facts['found'] = tried({secret_of(box)})")["found"]
    assert found == [box.tenant_id, box.client_id, "https://management.azure.com", None]
    assert seen(box) == [("GET", LOGIN, 200), ("POST", LOGIN, 200)]
    assert box.client_secret not in repr(list(box.journal))
    assert "client_secret=***" in box.journal[-1].sent


def test_a_certificate_gives_a_token(box: AzureBox, child: Worker):
    script = f"facts['found'] = [tried({certificate_of(box)}, send_certificate_chain=chain) for chain in (False, True)]"
    expected = [box.tenant_id, box.client_id, "https://management.azure.com", None]
    assert child.run(script)["found"] == [expected, expected]
    assert "client_assertion=***" in box.journal[-1].sent


@pytest.mark.parametrize("kind", ["secret", "certificate", "workload", "password"])
def test_the_variables_of_a_credential_are_what_the_environment_credential_reads(
    box: AzureBox, child: Worker, kind: str
):
    variables = {name: value for name, value in box.environment(kind).items() if name.startswith("AZURE_")}
    name = "WorkloadIdentityCredential" if kind == "workload" else "EnvironmentCredential"
    script = f"""
        os.environ.update({json.dumps(variables)})
        facts['found'] = tried(identity.{name})
        for name in {json.dumps(list(variables))}: del os.environ[name]
    """
    found = child.run(dedent(script))["found"]
    user = names.USER_NAME if kind == "password" else None
    assert found[0] == box.tenant_id
    assert found[3] == user


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        (
            "wrong-secret",
            "Authentication failed: AADSTS7000215: Invalid client secret provided. Ensure the secret being sent",
        ),
        (
            "expired-secret",
            f"Authentication failed: AADSTS7000222: The provided client secret keys for app '{names.CLIENT_ID}' are expired.",
        ),
        (
            "unknown-client",
            f"AADSTS700016: Application with identifier '{names.CLIENT_ID}' was not found in the directory 'Contoso'.",
        ),
        ("conditional-access", "AADSTS53003: Access has been blocked by Conditional Access policies."),
        ("unknown-tenant", f"Unable to get authority configuration for https://{LOGIN}/{names.TENANT_ID}."),
    ],
)
def test_what_azure_identity_says_of_a_refused_secret(box: AzureBox, child: Worker, scenario: str, text: str):
    box.use(scenario)
    found = child.run(f"facts['found'] = tried({secret_of(box)})")["found"]
    assert found.startswith("ClientAuthenticationError: ")
    assert text in found
    if scenario != "unknown-tenant":  # MSAL asks for the host's aliases before it believes a refusal
        assert "/common/discovery/instance" in box.journal[-1].path


def test_what_azure_identity_says_of_a_certificate_that_is_not_registered(box: AzureBox, child: Worker):
    box.use("certificate-not-registered")
    found = child.run(f"facts['found'] = tried({certificate_of(box)})")["found"]
    assert (
        "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered"
        in found
    )
    assert "[Reason - The key was not found., Thumbprint of key used by client: '" in found


def test_a_wrong_resource_and_a_domain_for_a_tenant(box: AzureBox, child: Worker):
    wrong = f"tried({secret_of(box)}, scope='https://nothing.example/.default')"
    domain = f"tried({secret_of(box).replace(box.tenant_id, 'contoso.onmicrosoft.com')})"
    found = child.run(f"facts['found'] = [{wrong}, {domain}]")["found"]
    assert "AADSTS500011: The resource principal named https://nothing.example was not found" in found[0]
    assert found[1][0] == box.tenant_id


def test_managed_identity_is_probed_and_asked(box: AzureBox, child: Worker):
    machine = "tried(identity.ChainedTokenCredential, identity.ManagedIdentityCredential())"
    named = machine.replace("Credential())", f"Credential(client_id={names.IDENTITY_CLIENT_ID!r}))")
    other = machine.replace("Credential())", "Credential(client_id='somebody'))")
    found = child.run(f"facts['found'] = [{machine}, {named}, {other}]")["found"]
    assert (
        found[0]
        == found[1]
        == [box.tenant_id, names.IDENTITY_CLIENT_ID, "https://management.azure.com", None]
    )
    assert "Identity not found" in found[2]
    assert [each.status for each in box.journal] == [400, 200] * 2 + [400, 400]


@pytest.mark.parametrize("scenario", ["imds-none", "imds-identity-missing"])
def test_without_a_managed_identity_the_link_is_passed_over(box: AzureBox, child: Worker, scenario: str):
    box.use(scenario)
    script = "facts['found'] = tried(identity.ChainedTokenCredential, identity.ManagedIdentityCredential())"
    assert "ManagedIdentityCredential authentication unavailable" in child.run(script)["found"]


def test_a_metadata_service_that_never_answers_is_waited_for(box: AzureBox, child: Worker):
    box.use("imds-black-hole")
    child.begin(
        "from azure.identity import ManagedIdentityCredential as M\n"
        "facts['found'] = tried(identity.ChainedTokenCredential, M(read_timeout=0.5))"
    )
    assert "no response from the IMDS endpoint" in child.result()["found"]
    assert box.journal[0].note == "swallowed"


def test_a_device_code_that_the_user_approves(box: AzureBox, child: Worker):
    box.world.device_code = "approved"
    script = f"""
        facts['asked'] = []
        ask = lambda address, code, expires: facts['asked'].append(address)
        facts['found'] = tried(identity.DeviceCodeCredential, tenant_id={box.tenant_id!r}, prompt_callback=ask)
    """
    facts = child.run(dedent(script))
    assert facts["asked"] == [f"https://{LOGIN}/device"]
    assert facts["found"][3] == names.USER_NAME
    assert "device_code=***" in next(each.sent for each in box.journal if "device_code" in each.sent)


def test_the_workspace_is_read_with_the_token_and_not_without(box: AzureBox, child: Worker):
    script = f"""
        with requests.Session() as session:
            bare = session.get({WORKSPACE!r})
            facts['bare'] = [bare.status_code, bare.headers['WWW-Authenticate']]
            bearer = token({secret_of(box).replace("Credential, ", "Credential(", 1)}))
            found = session.get({WORKSPACE!r}, headers={{"Authorization": f"Bearer {{bearer}}"}})
            facts['found'] = [found.status_code, found.json()['location']]
            facts['token'] = bearer
    """
    facts = child.run(dedent(script))
    assert facts["bare"][0] == 401
    assert f'authorization_uri="https://login.windows.net/{box.tenant_id}"' in facts["bare"][1]
    assert facts["found"] == [200, "westeurope"]
    assert facts["token"] not in repr(list(box.journal))


def test_a_child_that_does_not_know_the_password_gets_nowhere(box: AzureBox, child: Worker):
    script = f"""
        proxy = 'http://127.0.0.1:{box.proxy.port}'
        for proxy in (proxy, proxy.replace('//', '//sandbox:guess@')):
            said = attempt(requests.get, {WORKSPACE!r}, proxies={{'https': proxy}})
            facts.setdefault('said', []).append(said)
    """
    facts = child.run(dedent(script))
    assert all("407 Proxy Authentication Required" in each for each in facts["said"])
    assert {each.status for each in box.journal} == {407}


def test_a_host_that_is_not_azures_is_refused(box: AzureBox, child: Worker):
    script = "facts['said'] = [attempt(requests.get, f'{scheme}://pypi.org/simple/') for scheme in ('https', 'http')]"
    said = child.run(script)["said"]
    assert "Tunnel connection failed: 403 Forbidden" in said[0]
    assert said[1] == "<Response [403]>"
    assert [(each.host, each.note) for each in box.journal] == [
        ("pypi.org", "refused: the sandbox does not play this host")
    ] * 2


def test_a_certificate_of_an_unknown_authority_is_not_trusted(box: AzureBox, child: Worker):
    box.use("tls-intercepted")
    found = child.run(f"facts['found'] = tried({secret_of(box)}, retry_total=0)")["found"]
    assert "CERTIFICATE_VERIFY_FAILED" in found
    assert {each.note for each in box.journal} <= {"the client does not trust the certificate"}


@pytest.mark.parametrize(
    ("scenario", "cloud"), [("china", AZURE_CHINA_CLOUD), ("us-government", AZURE_US_GOVERNMENT)]
)
def test_sovereign_clouds_have_their_own_hosts(box: AzureBox, child: Worker, scenario: str, cloud: Cloud):
    box.use(scenario)
    environment = box.environment()
    assert environment["AZUREML_CURRENT_CLOUD"] == cloud.name
    assert environment["AZURE_AUTHORITY_HOST"] == f"https://{cloud.login_host}"
    scope = f"https://{cloud.arm_host}/.default"
    here = f"tried({secret_of(box)}, authority={cloud.login_host!r}, scope={scope!r})"
    there = f"tried({secret_of(box)})"
    found = child.run(f"facts['found'] = [{here}, {there}]")["found"]
    assert found[0] == [box.tenant_id, box.client_id, f"https://{cloud.arm_host}", None]
    assert "Unable to get authority configuration" in found[1]


@pytest.fixture(scope="module")
def client(child: Worker) -> Worker:
    child.run(dedent(TestMLClient.SCRIPT))
    return child


class TestMLClient:
    """azure-ai-ml takes seconds to import: one child does all."""

    SCRIPT = """
        from azure.ai.ml import MLClient
        def workspace(credential, cloud, names):
            try:
                found = MLClient(credential, *names, cloud=cloud).workspaces.get()
                return [found.name, found.location, found.mlflow_tracking_uri]
            except BaseException as error:
                return f"{type(error).__name__}: {error}"
        shared.update(workspace=workspace)
    """

    def read(self, box: AzureBox, client: Worker) -> Any:
        cloud = box.scenario.cloud
        credential = secret_of(box).replace("Credential, ", "Credential(", 1)
        made = f"{credential}, authority={cloud.login_host!r})"
        script = f"facts['found'] = workspace({made}, {cloud.name!r}, {tuple(box.workspace)!r})"
        return client.run(script)["found"]

    @pytest.mark.parametrize(
        ("scenario", "region"),
        [("healthy", "westeurope"), ("china", "chinaeast2"), ("read-only", "westeurope")],
    )
    def test_reads_the_workspace(self, box: AzureBox, client: Worker, scenario: str, region: str):
        box.use(scenario)
        assert self.read(box, client) == ["ws-sandbox", region, box.workspace_uri]

    @pytest.mark.parametrize(
        ("scenario", "text"),
        [
            ("no-permission", "HttpResponseError: (AuthorizationFailed) The client '"),
            (
                "workspace-not-found",
                "ResourceNotFoundError: (ResourceNotFound) The Resource 'Microsoft.MachineLearningServices",
            ),
            ("wrong-tenant", "(InvalidAuthenticationTokenTenant) The access token is from the wrong issuer"),
        ],
    )
    def test_is_told_why_not(self, box: AzureBox, client: Worker, scenario: str, text: str):
        box.use(scenario)
        assert text in self.read(box, client)


def test_a_base_environment_loses_what_would_lead_past_the_box(box: AzureBox):
    base = {
        "https_proxy": "http://real.example:1",
        "No_Proxy": "*",
        "AZURE_CLIENT_SECRET": "CANARY",
        "AZURE_TENANT_ID": "CANARY",
        "MSI_ENDPOINT": "http://127.0.0.1:1",
        "MLFLOW_TRACKING_URI": "https://real.example",
        "AZUREML_CURRENT_CLOUD": "AzureChinaCloud",
        "PATH": "/somewhere",
        "LANG": "C",
    }
    found = box.environment("az", base)
    assert "CANARY" not in found.values()
    assert "real.example" not in "".join(found.values())
    assert (found["LANG"], found["AZUREML_CURRENT_CLOUD"]) == ("C", "AzureCloud")
    assert found["PATH"].endswith(f"{os.pathsep}/somewhere")
    kept = box.environment("any", base, keep_credentials=True)
    assert kept["AZURE_CLIENT_SECRET"] == "CANARY"
    assert (kept["MLFLOW_TRACKING_URI"], kept["AZUREML_CURRENT_CLOUD"]) == (
        "https://real.example",
        "AzureChinaCloud",
    )
    assert "MSI_ENDPOINT" not in kept
    assert kept["HTTPS_PROXY"].startswith("http://machine-in-azure:")
    with pytest.raises(ValueError, match="there is no credential 'nonsense': secret"):
        box.environment("nonsense")
