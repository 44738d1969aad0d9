"""The step `workspace`: what Resource Manager says of the workspace, and whether the tracking URI agrees."""

import json

import pytest
from azmlflow.azure.tracking_uri import compose_tracking_uri
from azmlflow.azure.workspace import PROVIDER, WorkspaceRef
from azmlflow.probes.child import workspace
from azmlflow.probes.outcome import NETWORK, PERMISSIONS, TENANT, WORKSPACE, ok
from azmlflow.sandbox import names
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.world import Fault

from tests.probes.boxed import clear, context_in, enter, signed_in, told
from tests.probes.children import clean, probe

ARM = "management.azure.com"


@pytest.fixture
def box(entered):
    return entered


def say(box, status, body):
    """Let Resource Manager answer this for a workspace."""
    box.world.faults["arm"] = Fault(
        status=status, body=json.dumps(body), content_type="application/json", path="/workspaces/"
    )


def envelope(ref, **properties):
    uri = f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{ref.arm_id}"
    given = {"mlFlowTrackingUri": uri, "provisioningState": "Succeeded", "publicNetworkAccess": "Enabled"}
    return {
        "id": ref.arm_id,
        "name": ref.workspace_name,
        "location": "westeurope",
        "properties": {**given, **properties},
    }


def test_all_is_well(box):
    context = signed_in(box)
    (found,) = told(workspace, context)
    assert (found.outcome, found.message) == ("ok", "The workspace ws-sandbox is in westeurope.")
    assert (context.workspace, context.region) == (box.workspace, "westeurope")
    assert context.workspace_uri == box.workspace_uri
    assert found.details == {
        "workspace": "ws-sandbox",
        "region": "westeurope",
        "uri": box.workspace_uri,
        "kind": "Default",
        "provisioning_state": "Succeeded",
        "public_network_access": "Enabled",
    }


def test_one_request_with_the_token_to_resource_manager(box):
    context = signed_in(box)
    box.journal.clear()
    told(workspace, context)
    (asked,) = box.journal
    assert (asked.host, asked.path) == (ARM, f"{box.workspace.arm_id}?api-version=2024-10-01")


def test_the_workspace_may_stand_in_the_tracking_uri_alone(box):
    assert told(workspace, signed_in(box, workspace=None))[0].outcome == "ok"


def test_only_the_workspace_may_be_known(box):
    assert [each.outcome for each in told(workspace, signed_in(box, uri=None))] == ["ok"]


def test_a_registry_is_no_workspace(box):
    registry = "azureml://westeurope.api.azureml.ms/mlflow/v2.0/registries/shared"
    (found,) = told(workspace, signed_in(box, workspace=None, uri=registry))
    assert found.outcome == "skipped"


def test_capitals_do_not_make_another_workspace(box):
    ref = WorkspaceRef(*(name.upper() for name in box.workspace))
    uri = compose_tracking_uri("westeurope", ref)
    assert [each.outcome for each in told(workspace, signed_in(box, workspace=ref, uri=uri))] == ["ok"]


def test_another_region_than_the_workspaces(box):
    uri = compose_tracking_uri("northeurope", box.workspace)
    there, found = told(workspace, signed_in(box, uri=uri))
    assert there.outcome == "ok"
    assert (found.outcome, found.hard, found.code) == ("failed", True, "WRONG_REGION")
    assert found.message == (
        "The tracking URI leads to northeurope.api.azureml.ms, in northeurope, and the workspace ws-sandbox is in westeurope."
    )
    assert found.command == f'export MLFLOW_TRACKING_URI="{box.workspace_uri}"'


def test_the_region_in_the_workspaces_own_uri_is_right_whatever_its_location_is_called(box):
    say(box, 200, {**envelope(box.workspace), "location": "westeuropeeuap"})
    assert [each.outcome for each in told(workspace, signed_in(box))] == ["ok"]


def test_another_workspace_than_the_one_that_is_meant(box):
    other = WorkspaceRef(box.workspace.subscription_id, "rg-other", "ws-other")
    uri = compose_tracking_uri("westeurope", other)
    _, found = told(workspace, signed_in(box, uri=uri))
    assert (found.outcome, found.hard, found.code) == ("failed", True, "OTHER_WORKSPACE")
    assert "names ws-other (resource group rg-other" in found.message
    assert "meant is ws-sandbox (resource group rg-sandbox" in found.message


@pytest.mark.parametrize(
    "host",
    [
        "0b1c2d3e-0000-4000-8000-000000000000.workspace.westeurope.api.azureml.ms",
        "westeurope.experiments.azureml.net",
    ],
)
def test_another_host_of_the_same_region_is_fine(box, host):
    uri = compose_tracking_uri(host, box.workspace)
    assert [each.outcome for each in told(workspace, signed_in(box, uri=uri))] == ["ok"]


def test_a_private_links_host_is_the_workspaces_own(box):
    host = "0b1c2d3e-0000-4000-8000-000000000000.workspace.westeurope.api.azureml.ms"
    say(
        box,
        200,
        envelope(box.workspace, mlFlowTrackingUri=f"azureml://{host}/mlflow/v1.0{box.workspace.arm_id}"),
    )
    context = signed_in(box)
    assert [each.outcome for each in told(workspace, context)] == ["ok"]
    assert context.workspace_uri == compose_tracking_uri(host, box.workspace)


def test_a_region_is_written_as_in_hosts(box):
    say(box, 200, {**envelope(box.workspace), "location": "West Europe"})
    context = signed_in(box)
    assert [each.outcome for each in told(workspace, context)] == ["ok"]
    assert context.region == "westeurope"


def test_a_workspace_that_says_little(box):
    say(box, 200, {"properties": {}})
    context = signed_in(box)
    (found,) = told(workspace, context)
    assert found.message == "The workspace ws-sandbox is in an unknown region."
    assert context.workspace_uri is None


def test_a_foreign_host_is_not_believed(box):
    say(box, 200, envelope(box.workspace, mlFlowTrackingUri="azureml://evil.example/mlflow/v1.0"))
    context = signed_in(box)
    told(workspace, context)
    assert context.workspace_uri is None


@pytest.mark.parametrize(
    ("state", "failures"), [("Deleting", ["PROVISIONING"]), ("Updating", []), ("Succeeded", [])]
)
def test_a_workspace_that_is_not_ready(box, state, failures):
    say(box, 200, envelope(box.workspace, provisioningState=state))
    there, *more = told(workspace, signed_in(box))
    assert there.outcome == "ok"
    assert [each.code for each in more] == failures
    assert not any(each.hard for each in more)


@pytest.mark.parametrize(("private", "failures"), [(False, ["PRIVATE_LINK"]), (True, []), (None, [])])
def test_a_closed_workspace_at_a_public_address(box, monkeypatch, private, failures):
    box.use("private-link-denied")
    enter(monkeypatch, box)
    context = signed_in(box)
    details = {} if private is None else {"private": private}
    context.outcomes.append(ok(NETWORK, "x", host="westeurope.api.azureml.ms", details=details))
    there, *more = told(workspace, context)
    assert there.message.endswith("; it is closed to public networks and only reached by private link.")
    assert [(each.code, each.hard) for each in more] == [(code, False) for code in failures]


def test_no_permission_to_read_ends_only_code_that_reads(box, monkeypatch):
    """MLflow's plugin needs nothing but the URI; MLClient reads the workspace."""
    box.use("no-permission")
    enter(monkeypatch, box)
    (found,) = told(workspace, signed_in(box))
    assert (found.outcome, found.hard, found.code) == ("failed", False, "AuthorizationFailed")
    assert found.message == "The identity may not read the workspace ws-sandbox (AuthorizationFailed)."
    assert (found.command or "").startswith("az role assignment create ")
    assert box.workspace.arm_id in (found.command or "")
    (found,) = told(workspace, signed_in(box, uri=None))
    assert found.hard is True
    assert names.APP_OBJECT_ID not in json.dumps(found.as_json())


def test_the_articles_own_role_does_not_include_reading(box):
    from azmlflow.azure.permissions import ACTIONS
    from azmlflow.sandbox.world import Grant

    for each in box.world.workspaces:
        each.grants = [Grant(ACTIONS)]
    (found,) = told(workspace, signed_in(box))
    assert (found.hard, found.code) == (False, "AuthorizationFailed")
    assert "logging may work all the same" in (found.advice or "")


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"workspace_name": "ws-none"},
            "ResourceNotFound",
            "There is no workspace ws-none in the resource group rg-sandbox",
        ),
        ({"resource_group": "rg-none"}, "ResourceGroupNotFound", " has no resource group rg-none"),
        (
            {"subscription_id": "11111111-2222-4333-8444-555555555555"},
            "SubscriptionNotFound",
            "There is no subscription 11111111… for this identity",
        ),
    ],
)
def test_what_is_not_there(box, change, code, message):
    ref = box.workspace._replace(**change)
    (found,) = told(workspace, signed_in(box, workspace=ref, uri=None))
    assert (found.outcome, found.hard, found.code) == ("failed", True, code)
    assert message in found.message
    assert found.advice
    assert "<subscription-id>" not in (found.command or "")


@pytest.mark.parametrize(
    ("claims", "command"),
    [
        ({"scp": "user_impersonation"}, f"az login --tenant {names.OTHER_TENANT_ID}"),
        ({"idtyp": "app"}, f"export AZURE_TENANT_ID={names.OTHER_TENANT_ID}"),
        ({"idtyp": "app", "xms_mirid": "/subscriptions/x"}, None),
    ],
)
def test_a_token_of_another_tenant(box, monkeypatch, claims, command):
    box.use("wrong-tenant")
    enter(monkeypatch, box)
    context = signed_in(box)
    context.claims, context.subscription_tenant = {"tid": box.tenant_id, **claims}, names.OTHER_TENANT_ID
    (found,) = told(workspace, context)
    assert (found.hard, found.code) == (True, "InvalidAuthenticationTokenTenant")
    assert (
        f"it is of tenant {box.tenant_id[:8]}…, and the subscription trusts {names.OTHER_TENANT_ID[:8]}…"
        in found.message
    )
    assert found.command == command


def test_a_token_that_is_not_accepted(box):
    context = context_in(box)
    context.token = "eyJ.canary.secret"
    (found,) = told(workspace, context)
    assert (found.hard, found.code) == (True, "InvalidAuthenticationToken")
    assert "canary" not in json.dumps(found.as_json())


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, "busy"), (200, "hello"), (302, ""), (429, {"error": {"code": "TooManyRequests"}})],
)
def test_an_answer_that_tells_nothing_is_no_hard_failure(box, status, body):
    say(box, status, body)
    (found,) = told(workspace, signed_in(box))
    assert (found.outcome, found.hard) == ("failed", False)
    assert str(status) in found.message


def test_resource_manager_out_of_reach(box, monkeypatch):
    context = signed_in(box)
    clear(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    (found,) = told(workspace, context)
    assert (found.outcome, found.hard, found.code) == ("failed", False, "PROXY")


def test_names_that_need_encoding(box):
    ref = WorkspaceRef(box.workspace.subscription_id, "rg (old) %20", "ws")
    say(box, 200, envelope(ref))
    context = signed_in(box, workspace=ref, uri=None)
    box.journal.clear()
    assert told(workspace, context)[0].outcome == "ok"
    assert box.journal[0].path.startswith(
        f"/subscriptions/{ref.subscription_id}/resourceGroups/rg%20%28old%29%20%2520/"
    )
    assert context.workspace == ref
    assert PROVIDER in box.journal[0].path


def test_the_steps_of_azure_in_a_child(tmp_path):
    """In the process that a user's test starts, with the token that the user's own credential gives."""
    with AzureBox() as box:
        environ = box.environment(base=clean(tmp_path / "home"))
        steps = (NETWORK, TENANT, WORKSPACE, PERMISSIONS)
        found = probe(tmp_path, environ, *steps, uri=box.workspace_uri, workspace=box.workspace)
        told_of = [(each.step, each.outcome) for each in found if each.step in steps]
        assert told_of == [(NETWORK, "ok")] * 3 + [(TENANT, "ok")] * 2 + [
            (WORKSPACE, "ok"),
            (PERMISSIONS, "ok"),
        ]
        text = json.dumps([each.as_json() for each in found])
        assert not any(
            secret in text for secret in (box.client_secret, box.proxy.password, box.tenant_id, box.client_id)
        )
        assert {each.host for each in box.journal} <= {
            ARM,
            "login.microsoftonline.com",
            "westeurope.api.azureml.ms",
        }
