"""Resource Manager and the metadata service in the box, asked of their handlers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD, CLOUD_NAMES
from azmlflow.azure.workspace import PROVIDER
from azmlflow.sandbox import jwt, names
from azmlflow.sandbox.http import Response
from azmlflow.sandbox.imds import IN_AZURE, PATH
from azmlflow.sandbox.scenarios import SCENARIOS
from azmlflow.sandbox.tokens import issue
from azmlflow.sandbox.world import Grant, World

from tests.sandbox.made import APP, ARM, USER, a_token, a_world, body, get, post

VERSION = "?api-version=2024-10-01-preview"
SUBSCRIPTION = f"/subscriptions/{names.WORKSPACE.subscription_id}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{names.WORKSPACE.resource_group}"
WORKSPACE = names.WORKSPACE.arm_id
PERMISSIONS = f"{WORKSPACE}/providers/Microsoft.Authorization/permissions"
IMDS = "169.254.169.254"
RESOURCE = "https://management.azure.com"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def fault(response: Response) -> tuple[int, str]:
    return response.status, body(response)["error"]["code"]


def test_anybody_may_ask_which_clouds_there_are(world: World):
    found = body(get(world, ARM, "/metadata/endpoints?api-version=2019-05-01"))
    assert [cloud["name"] for cloud in found] == list(CLOUD_NAMES[:1] + CLOUD_NAMES[1:])
    assert found[0]["authentication"]["loginEndpoint"] == "https://login.microsoftonline.com/"
    assert found[0]["suffixes"]["storage"] == "core.windows.net"
    first = body(get(world, AZURE_CHINA_CLOUD.arm_host, "/metadata/endpoints?api-version=2019-05-01"))[0]
    assert first["name"] == "AzureChinaCloud"


def test_without_a_token_a_subscription_says_which_tenant_it_trusts(world: World):
    response = get(world, ARM, f"{SUBSCRIPTION}?api-version=2022-12-01")
    assert fault(response) == (401, "AuthenticationFailed")
    assert response.headers["WWW-Authenticate"].startswith(
        f'Bearer authorization_uri="https://login.windows.net/{names.TENANT_ID}", error="invalid_token"'
    )


@pytest.mark.parametrize("token", ["", "good"])
def test_a_subscription_that_is_not_there(world: World, token: str):
    path = f"/subscriptions/11111111-2222-4333-8444-555555555555{VERSION}"
    response = get(world, ARM, path, a_token(world) if token else "")
    assert fault(response) == (404, "SubscriptionNotFound")


def test_the_workspace_is_read(world: World):
    found = body(get(world, ARM, WORKSPACE + VERSION, a_token(world)))
    assert (found["id"], found["location"]) == (WORKSPACE, "westeurope")
    uri = f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}"
    assert found["properties"]["mlFlowTrackingUri"] == uri
    assert found["properties"]["tenantId"] == names.TENANT_ID


def test_names_are_found_whatever_their_case(world: World):
    assert get(world, ARM, WORKSPACE.upper() + VERSION, a_token(world)).status == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (WORKSPACE.replace("ws-sandbox", "other") + VERSION, "ResourceNotFound"),
        (WORKSPACE.replace("rg-sandbox", "other") + VERSION, "ResourceGroupNotFound"),
        (f"{SUBSCRIPTION}/providers{VERSION}", "NotFound"),
        (f"/providers{VERSION}", "NotFound"),
        (f"{GROUP}/providers/Microsoft.Storage/storageAccounts{VERSION}", "NotFound"),
        (f"{WORKSPACE}/computes{VERSION}", "NotFound"),
    ],
)
def test_what_is_not_there(world: World, path: str, code: str):
    assert fault(get(world, ARM, path, a_token(world))) == (404, code)


def test_the_version_must_be_named(world: World):
    assert fault(get(world, ARM, WORKSPACE, a_token(world))) == (400, "MissingApiVersionParameter")


def test_nothing_can_be_changed(world: World):
    assert post(world, ARM, WORKSPACE + VERSION).status == 405


def test_lists_hold_what_one_may_see(world: World):
    subscriptions = body(get(world, ARM, f"/subscriptions{VERSION}", a_token(world)))["value"]
    assert [each["subscriptionId"] for each in subscriptions] == [names.WORKSPACE.subscription_id]
    tenants = body(get(world, ARM, f"/tenants{VERSION}", a_token(world)))["value"]
    assert [each["tenantId"] for each in tenants] == [names.TENANT_ID]
    assert body(get(world, ARM, GROUP + VERSION, a_token(world)))["name"] == "rg-sandbox"
    assert body(get(world, ARM, SUBSCRIPTION + VERSION, a_token(world)))["tenantId"] == names.TENANT_ID


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda world: "not.a.jwt", "InvalidAuthenticationToken"),
        (lambda world: issue(world, APP, RESOURCE, -10), "ExpiredAuthenticationToken"),
        (
            lambda world: a_token(world, APP, "https://graph.microsoft.com"),
            "InvalidAuthenticationTokenAudience",
        ),
        (
            lambda world: a_token(world, APP, "https://management.chinacloudapi.cn"),
            "InvalidAuthenticationTokenAudience",
        ),
        (lambda world: a_token(world)[:-4] + "AAAA", "InvalidAuthenticationToken"),
    ],
)
def test_a_token_is_verified(world: World, make: Any, code: str):
    response = get(world, ARM, WORKSPACE + VERSION, make(world))
    assert fault(response) == (401, code)
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_token_of_another_box_is_none(world: World, tmp_path: Path):
    assert fault(get(world, ARM, WORKSPACE + VERSION, a_token(a_world(tmp_path)))) == (
        401,
        "InvalidAuthenticationToken",
    )


def test_a_subscription_of_another_tenant_says_so(world: World):
    SCENARIOS["wrong-tenant"].turn(world)
    response = get(world, ARM, WORKSPACE + VERSION, a_token(world))
    assert fault(response) == (401, "InvalidAuthenticationTokenTenant")
    message = body(response)["error"]["message"]
    assert f"from the wrong issuer 'https://sts.windows.net/{names.TENANT_ID}/'" in message
    assert f"login.windows.net/{names.OTHER_TENANT_ID}" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("who", "client"), [(APP, names.CLIENT_ID), (USER, names.USER_NAME)])
def test_without_a_role_nothing_is_read(world: World, who: Any, client: str):
    SCENARIOS["no-permission"].turn(world)
    response = get(world, ARM, WORKSPACE + VERSION, a_token(world, who))
    assert fault(response) == (403, "AuthorizationFailed")
    assert body(response)["error"]["message"].startswith(
        f"The client '{client}' with object id '{who.object_id}' does not have authorization to perform action "
        f"'{PROVIDER}/workspaces/read' over scope '{WORKSPACE}' or the scope is invalid."
    )
    assert fault(get(world, ARM, PERMISSIONS + VERSION, a_token(world, who))) == (403, "AuthorizationFailed")


def test_without_a_role_one_does_not_learn_what_is_missing(world: World):
    SCENARIOS["no-permission"].turn(world)
    SCENARIOS["workspace-not-found"].turn(world)
    assert fault(get(world, ARM, WORKSPACE + VERSION, a_token(world))) == (403, "AuthorizationFailed")


def test_permissions_are_those_of_the_asker(world: World):
    grants = [
        Grant(("*/read",), (f"{PROVIDER}/workspaces/jobs/*",), APP.object_id),
        Grant(("*",), principal=USER.object_id),
    ]
    world.workspaces[0].grants = grants
    (found,) = body(get(world, ARM, PERMISSIONS + VERSION, a_token(world)))["value"]
    assert (found["actions"], found["notActions"]) == (["*/read"], [f"{PROVIDER}/workspaces/jobs/*"])
    (found,) = body(get(world, ARM, PERMISSIONS + VERSION, a_token(world, USER)))["value"]
    assert found["actions"] == ["*"]


def test_every_answer_has_an_id(world: World):
    assert get(world, ARM, "/metadata/endpoints").headers["x-ms-request-id"]


def test_a_dry_run_has_whatever_is_named(world: World):
    SCENARIOS["dry-run"].turn(world)
    other = WORKSPACE.replace("ws-sandbox", "mine").replace("rg-sandbox", "ours")
    response = get(
        world, ARM, other.replace(names.WORKSPACE.subscription_id, "a" * 8) + VERSION, "e30.e30.e30"
    )
    assert (response.status, response.note) == (200, "the workspace is not verified")
    assert len(world.workspaces) == 2


class TestMetadataService:
    def ask(
        self, world: World, query: str = f"resource={RESOURCE}", machine: str = IN_AZURE, **headers: str
    ) -> Response:
        from azmlflow.sandbox import hosts
        from azmlflow.sandbox.http import Request

        given = {"metadata": "true", **headers}
        return hosts.answer(
            Request("GET", IMDS, PATH, f"api-version=2018-02-01&{query}", given, b"", machine), world
        )

    def test_the_machines_identity_gets_a_token(self, world: World):
        answer = body(self.ask(world))
        assert answer["client_id"] == names.IDENTITY_CLIENT_ID
        assert int(answer["expires_on"]) - time.time() == pytest.approx(86399, abs=60)
        claims = jwt.read(answer["access_token"]).claims
        assert (claims["oid"], claims["aud"]) == (names.IDENTITY_OBJECT_ID, RESOURCE)
        assert claims["xms_mirid"].endswith("/virtualMachines/vm-sandbox")

    def test_the_probe_without_the_header_is_refused(self, world: World):
        assert self.ask(world, metadata="").status == 400

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            (f"resource={RESOURCE}&client_id={names.IDENTITY_CLIENT_ID}", 200),
            (f"resource={RESOURCE}&object_id={names.IDENTITY_OBJECT_ID.upper()}", 200),
            (f"resource={RESOURCE}&client_id={names.CLIENT_ID}", 400),
            ("resource=", 400),
        ],
    )
    def test_an_identity_is_asked_for_by_name(self, world: World, query: str, status: int):
        assert self.ask(world, query).status == status

    def test_a_machine_without_an_identity(self, world: World):
        SCENARIOS["imds-identity-missing"].turn(world)
        answer = self.ask(world)
        assert (answer.status, body(answer)["error_description"]) == (400, "Identity not found")

    def test_it_is_absent_on_a_laptop(self, world: World):
        assert self.ask(world, machine="sandbox").ending == "closed"
        SCENARIOS["imds-none"].turn(world)
        assert self.ask(world).ending == "closed"
        SCENARIOS["imds-black-hole"].turn(world)
        assert self.ask(world).ending == "silent"

    def test_a_dry_run_has_a_stand_in(self, world: World):
        SCENARIOS["dry-run"].turn(world)
        answer = self.ask(world, f"resource={RESOURCE}&client_id=somebody")
        assert (answer.status, answer.note) == (200, "a stand-in identity")
        elsewhere = self.ask(world, f"resource={RESOURCE}", machine="sandbox")
        assert elsewhere.ending == "closed", "whose environment is for another credential has none"


def test_clouds_do_not_know_each_others_subscriptions(tmp_path: Path):
    world = a_world(tmp_path, AZURE_CHINA_CLOUD)
    token = issue(world, APP, "https://management.chinacloudapi.cn")
    assert get(world, AZURE_CHINA_CLOUD.arm_host, WORKSPACE + VERSION, token).status == 200
    assert get(world, AZURE_CLOUD.arm_host, WORKSPACE + VERSION).status == 404
