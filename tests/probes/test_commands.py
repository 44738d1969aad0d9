"""The lines to copy: whoever pastes one runs nothing that a file of the project, an answer or a proxy has put into it."""

from __future__ import annotations

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD
from azmlflow.azure.remedy import GIVE_ROLE, NAME_THE_CLOUD
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.child import _proxy, _trust, sdk, workspace
from azmlflow.probes.child._blocked import Blocked
from azmlflow.probes.child._tls import Bundle
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for, filled
from azmlflow.probes.outcome import failed
from azmlflow.probes.request import Request

GUID = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
EVIL = ["$(id)", "`id`", "a;id", 'a"; id; "', "a\nid", "a|id", "a&&id", "a>b"]


def context_of(ref: WorkspaceRef) -> Context:
    return Context(Request(uri=compose_tracking_uri("westeurope", ref), workspace=ref), lambda *_: None)


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize(
    "template", [GIVE_ROLE, "az ml workspace show --name <workspace> -g <resource-group>"]
)
def test_names_that_a_shell_would_run_are_left_for_the_user_to_fill_in(name: str, template: str) -> None:
    for ref in (
        WorkspaceRef(GUID, "rg", name),
        WorkspaceRef(GUID, name, "ws"),
        WorkspaceRef(name, "rg", "ws"),
    ):
        assert name not in filled(Context(Request(workspace=ref), lambda *_: None), template)


def test_names_that_azure_allows_are_filled_in() -> None:
    ref = WorkspaceRef(GUID, "rg_(test).gr\u00fc\u00df-1", "ws-1")
    command = filled(context_of(ref), GIVE_ROLE)
    assert ref.arm_id in command
    assert (
        filled(context_of(WorkspaceRef(GUID, "rg-1", "ws")), "x -n <workspace> -g <resource-group>")
        == "x -n ws -g rg-1"
    )


def test_the_host_and_the_cloud_that_are_meant_are_filled_in() -> None:
    ref = WorkspaceRef(GUID, "rg", "ws")
    context = Context(
        Request(uri=compose_tracking_uri("chinaeast2", ref, AZURE_CHINA_CLOUD)), lambda *_: None
    )
    for host in ("chinaeast2.api.ml.azure.cn", "login.microsoftonline.com"):
        found = advice_for(context, f"HTTPSConnection(host='{host}'): Failed to resolve '{host}'", "token")
        assert found["command"] == f"nslookup {host}"
    elsewhere = advice_for(context, "Failed to resolve 'proxy; id'", "token")
    assert elsewhere["command"] == "nslookup <host>"
    assert filled(context, NAME_THE_CLOUD) == "export AZUREML_CURRENT_CLOUD=AzureChinaCloud"
    context.cloud = AZURE_CHINA_CLOUD
    assert filled(context, NAME_THE_CLOUD) == NAME_THE_CLOUD


def test_the_workspaces_own_tracking_uri_is_given_where_it_is_known_and_was_not_used() -> None:
    context = context_of(WorkspaceRef(GUID, "rg", "ws"))
    text = "Access was denied based on workspace private link configuration"
    assert "az ml workspace show --name ws" in advice_for(context, text, "experiments")["command"]
    context.workspace_uri = context.request.uri
    assert advice_for(context, text, "experiments")["command"] is None
    own = compose_tracking_uri(f"{GUID}.workspace.westeurope.api.azureml.ms", WorkspaceRef(GUID, "rg", "ws"))
    context.workspace_uri = own
    assert advice_for(context, text, "experiments")["command"] == f'export MLFLOW_TRACKING_URI="{own}"'


def test_nobody_is_asked_for_a_tenant_that_is_known(monkeypatch) -> None:
    monkeypatch.delenv("AZURE_TENANT_ID", raising=False)
    context = context_of(WorkspaceRef(GUID, "rg", "ws"))
    text = "AADSTS90002: Tenant 'x' not found."
    assert advice_for(context, text, "credential")["command"].startswith("az account show")
    context.subscription_tenant = GUID
    assert advice_for(context, text, "credential")["command"] == f"export AZURE_TENANT_ID={GUID}"
    monkeypatch.setenv("AZURE_TENANT_ID", GUID.upper())
    assert advice_for(context, text, "credential")["command"].startswith("az account show")


@pytest.mark.parametrize("name", EVIL)
def test_a_host_that_a_shell_would_run_is_no_command(name: str) -> None:
    uri = compose_tracking_uri(f"{name}.example.com", WorkspaceRef(GUID, "rg", "ws"))
    context = Context(Request(uri=uri), lambda *_: None)
    found = advice_for(context, f"Failed to resolve '{name}.example.com'", "token")
    assert found["command"] == "nslookup <host>"


@pytest.mark.parametrize(
    ("claims", "command"),
    [({"idtyp": "user"}, f"az login --tenant {GUID}"), ({"appid": GUID}, f"export AZURE_TENANT_ID={GUID}")],
)
def test_no_role_is_asked_for_where_the_token_was_refused_for_its_tenant(claims, command) -> None:
    context = context_of(WorkspaceRef(GUID, "rg", "ws"))
    context.claims, context.subscription_tenant = claims, GUID
    assert "az role assignment" in advice_for(context, "HTTP 403", "experiments")["command"]
    context.outcomes = [failed("workspace", "No.", code="InvalidAuthenticationTokenTenant")]
    found = advice_for(context, "HTTP 403", "experiments")
    assert (found["command"], "tenant" in found["url"]) == (command, True)
    assert advice_for(context, "HTTP 429", "experiments")["command"] is None


@pytest.mark.parametrize("name", EVIL)
def test_an_address_in_an_answer_that_a_shell_would_run_is_no_command(name: str) -> None:
    found = compose_tracking_uri("eastus", WorkspaceRef(GUID, "rg", name))
    context = context_of(WorkspaceRef(GUID, "rg", "ws"))
    context.workspace_uri = found
    assert workspace._right_uri(context)["command"] is None
    assert sdk._compared(context, found).command is None


def test_a_good_address_in_an_answer_is_a_command_in_quotes() -> None:
    found = compose_tracking_uri("eastus", WorkspaceRef(GUID, "rg (1)", "ws"))
    context = context_of(WorkspaceRef(GUID, "rg (1)", "ws"))
    context.workspace_uri = found
    assert workspace._right_uri(context)["command"] == f'export MLFLOW_TRACKING_URI="{found}"'
    assert sdk._compared(context, found).command == f'export MLFLOW_TRACKING_URI="{found}"'


@pytest.mark.parametrize("asked", [None, "westeurope"])
def test_a_host_in_an_answer_that_is_not_azures_is_neither_a_command_nor_learned(asked: str | None) -> None:
    ref = WorkspaceRef(GUID, "rg", "ws")
    found = compose_tracking_uri("westeurope.example.com", ref)
    uri = compose_tracking_uri(asked, ref) if asked else None
    outcome = sdk._compared(Context(Request(uri=uri, workspace=ref), lambda *_: None), found)
    assert (outcome.outcome, outcome.command, outcome.details.get("uri")) == ("failed", None, None)
    assert "westeurope.example.com" in outcome.message


@pytest.mark.parametrize("name", EVIL)
def test_a_path_that_a_shell_would_run_is_no_command(name: str) -> None:
    bundle = Bundle("certifi", "/certifi.pem")
    assert _trust._remedy(bundle, Bundle("SSL_CERT_FILE", f"/{name}.pem"))[1] is None
    assert _trust._remedy(bundle, Bundle("system", f"/{name}.pem"))[1] is None
    good = _trust._remedy(bundle, Bundle("SSL_CERT_FILE", "/My Certificates/ca.pem"))[1]
    assert good == 'export REQUESTS_CA_BUNDLE="/My Certificates/ca.pem"'


@pytest.mark.parametrize(
    ("host", "given"), [("$(id)", False), ("a;id", False), ("proxy.example", True), ("::1", True)]
)
def test_a_proxy_that_a_shell_would_run_is_no_command(host: str, given: bool) -> None:
    proxy = _proxy.Proxy("http", host, 8080, "HTTPS_PROXY")
    blocked = _proxy._asks_for_password(proxy, b"HTTP/1.1 407 No\r\n\r\n")
    assert isinstance(blocked, Blocked)
    assert (blocked.command is not None) is given
