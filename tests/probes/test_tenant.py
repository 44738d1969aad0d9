"""The step `tenant`: what the subscription trusts, what AZURE_TENANT_ID names, and nothing secret sent to find out."""

import json

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT
from azmlflow.azure.credential_links import AZURE_CLI
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.child import tenant
from azmlflow.probes.child.asking import Within
from azmlflow.probes.child.signing import Signer
from azmlflow.sandbox import names
from azmlflow.sandbox.world import Fault

from tests.probes.boxed import clear, context_in, enter, told

LOGIN, ARM = "login.microsoftonline.com", "management.azure.com"


@pytest.fixture
def box(entered):
    return entered


def use(box, monkeypatch, scenario):
    box.use(scenario)
    enter(monkeypatch, box)


def summary(outcomes):
    return [(outcome.outcome, outcome.hard, outcome.code) for outcome in outcomes]


def test_all_is_well(box):
    context = context_in(box)
    trusts, named = told(tenant, context)
    assert (trusts.outcome, named.outcome) == ("ok", "ok")
    assert (
        trusts.message
        == f"The subscription {box.workspace.subscription_id[:8]}… trusts tenant {box.tenant_id[:8]}…."
    )
    assert context.subscription_tenant == box.tenant_id
    assert box.tenant_id not in json.dumps([trusts.as_json(), named.as_json()])


def test_nothing_secret_is_sent(box):
    told(tenant, context_in(box))
    assert [(each.host, each.method) for each in box.journal] == [(LOGIN, "GET"), (ARM, "GET")]
    assert box.client_secret not in repr(box.journal.all())
    assert box.client_id not in repr(box.journal.all())


def test_another_tenant_than_the_subscriptions(box, monkeypatch):
    use(box, monkeypatch, "wrong-tenant")
    *before, found = told(tenant, context_in(box))
    assert summary(before) == [("ok", False, None)] * 2
    assert (found.outcome, found.hard, found.code) == ("failed", False, "WRONG_TENANT")
    assert found.message == (
        f"AZURE_TENANT_ID names tenant {names.TENANT_ID[:8]}…, and the workspace's subscription trusts tenant "
        f"{names.OTHER_TENANT_ID[:8]}…."
    )
    assert "guest" in (found.advice or "")
    assert found.command == f"export AZURE_TENANT_ID={names.OTHER_TENANT_ID}"


def test_a_domain_is_compared_by_the_id_behind_it(box, monkeypatch):
    monkeypatch.setenv("AZURE_TENANT_ID", "contoso.onmicrosoft.com")
    assert summary(told(tenant, context_in(box))) == [("ok", False, None)] * 2
    use(box, monkeypatch, "wrong-tenant")
    monkeypatch.setenv("AZURE_TENANT_ID", "contoso.onmicrosoft.com")
    assert told(tenant, context_in(box))[-1].code == "WRONG_TENANT"


def test_capitals_do_not_make_another_tenant(box, monkeypatch):
    monkeypatch.setenv("AZURE_TENANT_ID", box.tenant_id.upper())
    assert summary(told(tenant, context_in(box))) == [("ok", False, None)] * 2


UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_a_tenant_that_does_not_exist_ends_a_service_principals_sign_in(box, monkeypatch):
    monkeypatch.setenv("AZURE_TENANT_ID", UNKNOWN)
    found = told(tenant, context_in(box))[-1]
    assert (found.outcome, found.hard, found.code) == ("failed", True, "AADSTS90002")
    assert found.message == "AADSTS90002: Tenant '11111111…' not found."
    assert "Directory (tenant) ID" in (found.advice or "")


def test_without_a_service_principal_an_unknown_tenant_need_not_matter(box, monkeypatch):
    monkeypatch.setenv("AZURE_TENANT_ID", UNKNOWN)
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    assert told(tenant, context_in(box))[-1].hard is False


@pytest.mark.parametrize("by", ["variable", "link"])
def test_an_unknown_tenant_does_not_matter_to_links_that_do_not_read_it(box, monkeypatch, by):
    monkeypatch.setenv("AZURE_TENANT_ID", UNKNOWN)
    context = context_in(box, link=AZURE_CLI if by == "link" else None)
    if by == "variable":  # AZURE_TOKEN_CREDENTIALS=AzureCliCredential
        context.signer = Signer("the plugin", ((AZURE_CLI, None),), Within(True, False))
    found = told(tenant, context)[-1]
    assert (found.code, found.hard) == ("AADSTS90002", False)
    assert found.command == f"export AZURE_TENANT_ID={box.tenant_id}"


def test_the_subscriptions_id_in_place_of_the_tenants(box, monkeypatch):
    monkeypatch.setenv("AZURE_TENANT_ID", box.workspace.subscription_id)
    found = told(tenant, context_in(box))[-1]
    assert found.code == "AADSTS90002"
    assert found.advice == "AZURE_TENANT_ID holds the id of the subscription: put that of its tenant there."
    assert found.command == f"export AZURE_TENANT_ID={box.tenant_id}"


@pytest.mark.parametrize("value", ["canary-secret~x", "canarysecretvalue0", "<your-tenant-id>"])
def test_what_may_be_a_secret_in_the_wrong_place_is_not_sent(box, monkeypatch, value):
    monkeypatch.setenv("AZURE_TENANT_ID", value)
    found = told(tenant, context_in(box))[-1]
    assert (found.outcome, found.message) == (
        "skipped",
        "AZURE_TENANT_ID was not looked up: it is neither a GUID nor the name of a domain.",
    )
    assert [each.host for each in box.journal] == [ARM]


@pytest.mark.parametrize("value", ["common", "organizations", "Consumers"])
def test_a_name_for_any_tenant_is_compared_with_none(box, monkeypatch, value):
    use(box, monkeypatch, "wrong-tenant")
    monkeypatch.setenv("AZURE_TENANT_ID", value)
    assert told(tenant, context_in(box))[-1].code != "WRONG_TENANT"


def test_without_the_variable_only_the_subscription_is_asked(box, monkeypatch):
    monkeypatch.delenv("AZURE_TENANT_ID")
    assert summary(told(tenant, context_in(box))) == [("ok", False, None)]


def test_the_workspace_may_stand_in_the_tracking_uri_alone(box):
    context = context_in(box, workspace=None)
    told(tenant, context)
    assert context.subscription_tenant == box.tenant_id


@pytest.mark.parametrize("subscription", ["<subscription-id>", "../../x", ""])
def test_no_request_is_made_of_what_is_no_subscription(box, subscription):
    ref = WorkspaceRef(subscription, "rg", "ws")
    first, *_ = told(tenant, context_in(box, workspace=ref, uri=None))
    assert first.outcome == "skipped"
    assert [each.host for each in box.journal] == [LOGIN]


def test_a_subscription_that_the_cloud_does_not_know(box):
    ref = WorkspaceRef(UNKNOWN, "rg", "ws")
    first, *_ = told(tenant, context_in(box, workspace=ref))
    assert (first.outcome, first.hard, first.code) == ("failed", False, "SubscriptionNotFound")
    assert first.message == "Azure Resource Manager of AzureCloud knows no subscription 11111111…."


@pytest.mark.parametrize(
    ("scenario", "cloud"), [("china", AZURE_CHINA_CLOUD), ("us-government", AZURE_US_GOVERNMENT)]
)
def test_other_clouds(box, monkeypatch, scenario, cloud):
    use(box, monkeypatch, scenario)
    assert summary(told(tenant, context_in(box))) == [("ok", False, None)] * 2
    assert {each.host for each in box.journal} == {cloud.login_host, cloud.arm_host}


def test_a_tenant_of_another_cloud_is_known_by_where_it_signs_in(box):
    base = f"https://login.microsoftonline.us/{box.tenant_id}"
    body = {"issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token"}
    box.world.faults["login"] = Fault(status=200, body=json.dumps(body))
    found = told(tenant, context_in(box))[-1]
    assert (found.outcome, found.code) == ("failed", "WRONG_CLOUD")
    assert (
        found.message
        == "AZURE_TENANT_ID names a tenant of AzureUSGovernment, and the plugin signs in to AzureCloud."
    )
    assert found.command == "export AZUREML_CURRENT_CLOUD=AzureUSGovernment"


def test_a_page_in_place_of_the_sign_in_host(box):
    box.world.faults["login"] = Fault(status=200, body="<html>Welcome to the hotel</html>")
    found = told(tenant, context_in(box))[-1]
    assert (found.code, found.message) == (
        "UNEXPECTED",
        f"What answers for {LOGIN} is not Microsoft Entra ID.",
    )


def test_an_answer_that_tells_nothing_is_no_failure(box):
    box.world.faults["login"] = Fault(status=503, body="busy")
    box.world.faults["arm"] = Fault(status=503, body="busy")
    assert summary(told(tenant, context_in(box))) == [("skipped", False, None)] * 2


def test_hosts_out_of_reach(box, monkeypatch):
    clear(monkeypatch)
    monkeypatch.setenv("AZURE_TENANT_ID", UNKNOWN)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    context = context_in(box)
    assert summary(told(tenant, context)) == [("failed", False, "PROXY")] * 2
    assert context.subscription_tenant is None


TENANT = "3f6d0c1a-1111-4222-8333-444444444444"


@pytest.mark.parametrize(
    ("challenge", "found"),
    [
        (f'Bearer authorization_uri="https://login.windows.net/{TENANT}", error="invalid_token"', TENANT),
        (
            f'Bearer error="invalid_token", authorization_uri="https://login.microsoftonline.us/{TENANT.upper()}/"',
            TENANT,
        ),
        (
            f"Bearer authorization_uri=https://login.chinacloudapi.cn/{TENANT}/oauth2/authorize, resource_id=x",
            TENANT,
        ),
        ('Bearer authorization_uri="https://login.windows.net/common/oauth2/authorize"', None),
        ('Bearer authorization_uri="https://login.windows.net/"', None),
        ('Bearer authorization_uri="https://[', None),
        (f"Bearer realm={TENANT}", None),
        ("", None),
    ],
)
def test_the_tenant_in_a_challenge(challenge, found):
    assert tenant.tenant_of_challenge(challenge) == found
