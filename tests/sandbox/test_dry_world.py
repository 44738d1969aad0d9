"""The box of a dry run, asked of its handlers: whatever is named exists, and what only Azure can know is noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from azmlflow.azure.clouds import AZURE_CHINA_CLOUD, AZURE_CLOUD, AZURE_US_GOVERNMENT, Cloud
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox import hosts
from azmlflow.sandbox.envelope import REFUSED, UNKNOWN
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.journal import Exchange
from azmlflow.sandbox.report import report_on
from azmlflow.sandbox.scenarios import named
from azmlflow.sandbox.store import Store
from azmlflow.sandbox.world import World

from tests.sandbox.made import APP, ARM, a_token, a_world, body, get, post
from tests.truth.child import needs

SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
REF = WorkspaceRef(SUBSCRIPTION, "rg-contoso", "ws-contoso")
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-contoso"
WORKSPACES = "/providers/Microsoft.MachineLearningServices/workspaces"
VERSION = "?api-version=2024-10-01"
GUID = "8f8c2f6e-1c3b-4b52-9c5f-0d3b1e6f7a88"


@pytest.fixture
def world(tmp_path: Path, store: Store) -> World:
    world = a_world(tmp_path)
    named("dry-run").turn(world)
    world.backstage.part("store", lambda: store)
    return world


def arm(world: World, path: str, cloud: Cloud = AZURE_CLOUD) -> Response:
    token = a_token(world, APP, f"https://{cloud.arm_host}")
    return get(world, cloud.arm_host, path + VERSION, token)


def front(
    world: World, endpoint: str, host: str = "northeurope.api.azureml.ms", method: str = "GET", **asked: Any
) -> Response:
    place = hosts.place_of(host)
    assert place is not None
    token = a_token(world, APP, asked.pop("audience", f"https://{place[1].arm_host}"))
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    path = f"/mlflow/v2.0{REF.arm_id}/api/2.0/mlflow/{endpoint}"
    query, sent = (urlencode(asked), b"") if method == "GET" else ("", json.dumps(asked).encode())
    return hosts.answer(Request(method, host, path, query, headers, sent), world)


def test_any_subscription_and_any_group_exists_and_lists_what_was_named(world: World):
    assert body(arm(world, f"/subscriptions/{SUBSCRIPTION}"))["subscriptionId"] == SUBSCRIPTION
    assert body(arm(world, GROUP))["name"] == "rg-contoso"
    assert body(arm(world, "/subscriptions"))["value"] == []
    assert body(arm(world, GROUP + WORKSPACES))["value"] == []
    assert body(arm(world, REF.arm_id))["name"] == "ws-contoso"
    for path in (GROUP, f"/subscriptions/{SUBSCRIPTION}"):
        listed = arm(world, path + WORKSPACES)
        assert [each["name"] for each in body(listed)["value"]] == ["ws-contoso"]
        assert listed.note.startswith(f"{UNKNOWN}a list of the workspaces in subscriptions/")
    assert [each["subscriptionId"] for each in body(arm(world, "/subscriptions"))["value"]] == [SUBSCRIPTION]
    assert body(arm(world, f"{GROUP}-2{WORKSPACES}"))["value"] == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/data/credit/versions/1", "data/credit/versions/1 in the workspace ws-contoso"),
        ("/datastores", "datastores in the workspace ws-contoso"),
        ("/jobs/some", "jobs/some in the workspace ws-contoso"),
        ("/models/x/versions", "models/x/versions in the workspace ws-contoso"),
    ],
)
def test_what_lies_in_a_workspace_is_not_here_and_noted(world: World, path: str, what: str):
    response = arm(world, REF.arm_id + path)
    assert (response.status, response.note) == (404, UNKNOWN + what)


def test_what_lies_elsewhere_in_azure_is_not_here_and_noted(world: World):
    response = arm(world, f"{GROUP}/providers/Microsoft.Storage/storageAccounts/mine")
    assert response.note.endswith(
        "providers/Microsoft.Storage/storageAccounts/mine in the resource group rg-contoso"
    )
    response = get(world, "mydata.blob.core.windows.net", "/c/x.csv")
    assert (response.status, response.note) == (404, f"{UNKNOWN}c/x.csv in the storage account mydata")
    headers = {"authorization": f"Bearer {a_token(world)}"}
    path = f"{REF.arm_id}/jobs/new"
    changed = hosts.answer(Request("PUT", ARM, path, VERSION[1:], headers, b"{}"), world)
    assert changed.note.startswith(f"{UNKNOWN}a change of Microsoft.MachineLearningServices/workspaces/")
    assert changed.note.endswith("/jobs/new (PUT)")


@needs("mlflow", "flask", "sqlalchemy", "alembic")
@pytest.mark.parametrize(
    ("method", "endpoint", "asked", "what"),
    [
        ("GET", "experiments/get", {"experiment_id": GUID}, f"the experiment with the id {GUID}"),
        ("GET", "experiments/get", {"experiment_id": "77"}, "the experiment with the id 77"),
        ("POST", "runs/create", {"experiment_id": GUID}, f"the experiment with the id {GUID}"),
        ("POST", "runs/search", {"experiment_ids": ["0", GUID]}, f"the experiment with the id {GUID}"),
        ("GET", "runs/get", {"run_id": "a1"}, "the run a1"),
        ("POST", "runs/log-metric", {"run_id": "a1", "key": "a", "value": 1, "timestamp": 1, "step": 0}, "the run a1"),
        ("POST", "runs/log-batch", {"run_id": "a1", "params": [{"key": "a", "value": "1"}]}, "the run a1"),
        ("GET", "registered-models/get", {"name": "churn"}, "the registered model churn"),
        ("GET", "registered-models/alias", {"name": "churn", "alias": "best"}, "the registered model churn"),
        ("POST", "registered-models/get-latest-versions", {"name": "churn"}, "the registered model churn"),
        ("GET", "model-versions/get", {"name": "churn", "version": "1"}, "a version of the registered model churn"),
        ("GET", "experiments/get-by-name", {"experiment_name": "churn"}, ""),
    ],
)  # fmt: skip
def test_what_is_looked_up_by_id_is_not_here_and_noted(
    world: World, method: str, endpoint: str, asked: dict[str, Any], what: str
):
    response = front(world, endpoint, method=method, **asked)
    assert (response.status, response.note) == (404, UNKNOWN + what if what else "")
    assert body(response)["error_code"] == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize("cloud", [AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT])
def test_a_token_of_another_cloud_is_refused(world: World, cloud: Cloud):
    region = {"AzureChinaCloud": "chinaeast2", "AzureUSGovernment": "usgovvirginia"}[cloud.name]
    host = f"{region}.{cloud.tracking_host_suffix}"
    refused = front(world, "experiments/search", host, "POST", audience="https://management.azure.com")
    text = f"{REFUSED}a token of AzureCloud (for https://management.azure.com), as {host} is in {cloud.name}"
    assert (refused.status, refused.note) == (401, text)
    refused = get(world, cloud.arm_host, REF.arm_id + VERSION, a_token(world))
    assert (refused.status, refused.note) == (401, text.replace(host, cloud.arm_host))
    assert "WWW-Authenticate" in refused.headers


@pytest.mark.parametrize("cloud", [AZURE_CHINA_CLOUD, AZURE_US_GOVERNMENT])
def test_another_cloud_than_the_public_one_has_its_tenants_and_regions(world: World, cloud: Cloud):
    found = get(world, cloud.login_host, "/organizations/v2.0/.well-known/openid-configuration")
    assert body(found)["token_endpoint"].startswith(f"https://{cloud.login_host}/organizations/")
    form = {
        "grant_type": "authorization_code",
        "client_id": "c",
        "scope": f"https://{cloud.arm_host}/.default",
    }
    assert post(world, cloud.login_host, "/organizations/oauth2/v2.0/token", **form).status == 200
    location = body(arm(world, REF.arm_id, cloud))["location"]
    assert location in ("chinaeast2", "usgovvirginia")


@needs("mlflow", "flask", "sqlalchemy", "alembic")
def test_a_region_is_assumed_only_where_nothing_names_it(world: World):
    arm(world, REF.arm_id)
    front(world, "runs/create", "westeurope.api.azureml.ms", "POST", experiment_id="0")
    assert report_on(world, []).assumed_regions == {REF.arm_id}
    front(world, "runs/create", "northeurope.api.azureml.ms", "POST", experiment_id="0")
    assert report_on(world, []).assumed_regions == frozenset()


@needs("mlflow", "flask", "sqlalchemy", "alembic")
def test_what_is_not_here_is_told_once(world: World):
    exchanges = [Exchange("h", "GET", "/", 404, note=f"{UNKNOWN}the run a1") for _ in range(2)]
    assert report_on(world, exchanges).unknown_things == ("the run a1",)
