"""The MLflow API of a workspace, asked of its handler: who may ask, what is there, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from azmlflow.azure.permissions import REGISTRY_ACTIONS, TRACKING_ACTIONS
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox import gate, hosts, names
from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.landed import exceeded, read_back
from azmlflow.sandbox.store import Store
from azmlflow.sandbox.tokens import Principal
from azmlflow.sandbox.world import Grant, Workspace, World

from tests.sandbox.made import a_token, a_world, body
from tests.truth.child import needs

pytestmark = needs("mlflow", "flask", "sqlalchemy", "alembic")
HOST = "westeurope.api.azureml.ms"
MODELS = "MLflow 3's logged models (log_model, and autolog where it logs models)"
GUEST = Principal("0b1c2d3e-0000-4000-8000-000000000001", names.OTHER_TENANT_ID, None, "guest@example.com")


@pytest.fixture
def world(tmp_path: Path, store: Store) -> World:
    world = a_world(tmp_path)
    world.backstage.part("store", lambda: store)
    return world


def workspace(world: World) -> Workspace:
    return world.workspaces[0]


def call(
    world: World,
    method: str,
    path: str,
    host: str = HOST,
    token: str | None = None,
    prefix: str = "/mlflow/v2.0",
    **asked: Any,
) -> Response:
    """Ask as azureml-mlflow does: `path` is what follows the workspace."""
    bearer = a_token(world) if token is None else token
    headers = {
        "content-type": "application/json",
        **({"authorization": f"Bearer {bearer}"} if bearer else {}),
    }
    query = urlencode(asked) if method == "GET" else ""
    sent = b"" if method == "GET" else json.dumps(asked).encode()
    whole = f"{prefix}{names.WORKSPACE.arm_id}{path}"
    return hosts.answer(Request(method, host, whole, query, headers, sent), world)


def get(world: World, endpoint: str, **asked: Any) -> Response:
    return call(world, "GET", f"/api/2.0/mlflow/{endpoint}", **asked)


def post(world: World, endpoint: str, **asked: Any) -> Response:
    return call(world, "POST", f"/api/2.0/mlflow/{endpoint}", **asked)


def search(world: World, **more: Any) -> Response:
    return post(world, "experiments/search", max_results=10, **more)


def a_run(world: World) -> str:
    return str(body(post(world, "runs/create", experiment_id="0"))["run"]["info"]["run_id"])


@pytest.mark.parametrize("prefix", ["/mlflow/v2.0", "/mlflow/v1.0"])
def test_a_run_is_kept_and_its_artifacts_lie_in_the_workspace(world: World, prefix: str):
    made = body(call(world, "POST", "/api/2.0/mlflow/experiments/create", prefix=prefix, name="churn"))
    run = body(post(world, "runs/create", experiment_id=made["experiment_id"]))["run"]["info"]
    start = f"azureml://{HOST}/mlflow/v2.0{names.WORKSPACE.arm_id}/experiments/{made['experiment_id']}"
    assert run["artifact_uri"] == f"{start}/runs/{run['run_id']}/artifacts"
    found = body(get(world, "experiments/get-by-name", experiment_name="churn"))["experiment"]
    assert found["artifact_location"] == start
    runs = body(post(world, "runs/search", experiment_ids=[made["experiment_id"]]))["runs"]
    assert [each["info"]["artifact_uri"] for each in runs] == [run["artifact_uri"]]


def test_who_sends_no_token_is_told_so_in_the_services_words(world: World):
    refused = search(world, token="")
    assert refused.status == 401
    error = body(refused)["error"]
    assert (error["code"], error["message"]) == ("UserError", "Bearer token not provided.")
    assert error["innerError"]["code"] == "AuthorizationError"
    assert body(refused)["componentName"] == "mlflow"


def test_a_token_that_the_box_has_not_signed_does_not_count(world: World):
    head, claims, signature = a_token(world).split(".")
    other = "A" if signature[0] != "A" else "B"
    assert search(world, token=f"{head}.{claims}.{other}{signature[1:]}").status == 401
    assert search(world, token="not.a.token").status == 401
    assert search(world, token=a_token(world, audience="https://graph.microsoft.com")).status == 401


@pytest.mark.parametrize(
    ("endpoint", "missing"),
    [
        ("experiments/search", gate.READ_EXPERIMENTS),
        ("experiments/create", gate.WRITE_EXPERIMENTS),
        ("runs/search", gate.READ_RUNS),
        ("runs/log-metric", gate.WRITE_RUNS),
        ("registered-models/get-latest-versions", gate.READ_MODELS),
        ("model-versions/create", gate.WRITE_MODELS),
    ],
)
def test_without_the_permission_comes_403_and_nothing_else(world: World, endpoint: str, missing: str):
    workspace(world).grants = [Grant(("*",), (missing,))]
    assert post(world, endpoint) == Response(403, note=f"nobody has granted {missing}")


def test_the_role_that_doctor_writes_is_enough(world: World):
    workspace(world).grants = [Grant((*TRACKING_ACTIONS, *REGISTRY_ACTIONS), principal=names.APP_OBJECT_ID)]
    a_run(world)
    assert search(world).status == 200
    assert post(world, "registered-models/create", name="m").status == 200


def test_a_guest_of_another_tenant_gets_403(world: World):
    assert search(world, token=a_token(world, GUEST)) == Response(
        403, note="the token is from another tenant than the workspace's"
    )


def test_behind_a_private_link_nothing_answers(world: World):
    workspace(world).public_access = False
    refused = search(world)
    assert refused.status == 403
    assert body(refused)["error"]["message"] == gate.PRIVATE_LINK


@pytest.mark.parametrize("host", ["northeurope.api.azureml.ms", "westeurope.api.ml.azure.us"])
def test_in_another_region_or_cloud_there_is_no_such_workspace(world: World, host: str):
    audience = (
        "https://management.usgovcloudapi.net" if host.endswith("us") else "https://management.azure.com"
    )
    refused = search(world, host=host, token=a_token(world, audience=audience))
    assert refused.status == 404
    assert "ws-sandbox was not found" in body(refused)["error"]["message"]


def test_the_private_host_of_a_workspace_is_its_host_too(world: World):
    assert search(world, host=f"{workspace(world).workspace_id}.workspace.{HOST}").status == 200


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/api/2.0/mlflow/logged-models", f"a workspace refuses this: {MODELS}"),
        ("/api/2.0/mlflow/logged-models/m-1/params", f"a workspace refuses this: {MODELS}"),
        ("/api/2.0/mlflow/logged-models/search", f"asked for in vain: {MODELS}"),
        ("/api/2.0/mlflow/traces", "a workspace refuses this: traces (MLflow tracing)"),
        ("/v1/traces", "a workspace refuses this: traces (MLflow tracing)"),
        ("/api/3.0/mlflow/traces/search", "asked for in vain: traces (MLflow tracing)"),
        ("/version", "asked for in vain: the call /version"),
        ("/api/2.0/mlflow/webhooks", "asked for in vain: the call /api/2.0/mlflow/webhooks"),
        (
            "/api/2.0/mlflow-artifacts/artifacts",
            "asked for in vain: the call /api/2.0/mlflow-artifacts/artifacts",
        ),
        ("", "asked for in vain: the call "),
    ],
)
def test_what_azure_is_not_known_to_have_is_404_and_empty(world: World, path: str, what: str):
    assert call(world, "POST", path) == Response(404, note=what)


def test_a_registry_is_not_there(world: World):
    path = names.WORKSPACE.arm_id.replace("/workspaces/", "/registries/")
    request = Request("GET", HOST, f"/mlflow/v2.0{path}/api/2.0/mlflow/registered-models/search")
    assert hosts.answer(request, world).status == 404


def test_a_workspace_that_serves_logged_models_keeps_their_files_too(world: World):
    workspace(world).serves_logged_models = True
    run = a_run(world)
    model = body(post(world, "logged-models", experiment_id="0", name="m", source_run_id=run))["model"][
        "info"
    ]
    assert model["artifact_uri"].startswith("azureml://")
    assert model["artifact_uri"].endswith(f"/runs/{run}/artifacts/models/{model['model_id']}")


def test_a_run_has_at_most_200_parameters(world: World):
    run = a_run(world)
    names_of = [{"key": f"p{n}", "value": "1"} for n in range(201)]
    for start in (0, 100):
        assert post(world, "runs/log-batch", run_id=run, params=names_of[start : start + 100]).status == 200
    assert post(world, "runs/log-parameter", run_id=run, key="p0", value="1").status == 200
    refused = post(world, "runs/log-parameter", run_id=run, key="p200", value="1")
    assert refused.status == 400
    text = (
        "A field of the entity is over the size limit. FieldName=Parameters, Limit=200, Size=201. "
        "See https://aka.ms/azure-machine-learning-limits for service limits documentation."
    )
    assert body(refused)["Error"]["Message"] == text
    assert body(refused)["error_code"] == "INVALID_PARAMETER_VALUE"
    assert refused.note == f"a workspace refuses this: {text}"
    assert post(world, "runs/log-batch", run_id=run, params=names_of[200:]).status == 400
    assert post(world, "runs/log-parameter", run_id=a_run(world), key="p200", value="1").status == 200


def test_parameters_that_the_store_refused_do_not_count(world: World):
    run = a_run(world)
    for start in (0, 100):
        some = [{"key": f"p{n}", "value": "1"} for n in range(start, min(start + 100, 199))]
        assert post(world, "runs/log-batch", run_id=run, params=some).status == 200
    changed = [{"key": "p0", "value": "2"}, {"key": "refused", "value": "1"}]
    assert (
        body(post(world, "runs/log-batch", run_id=run, params=changed))["error_code"]
        == "INVALID_PARAMETER_VALUE"
    )
    assert post(world, "runs/log-parameter", run_id=run, key="q", value="1").status == 200


def test_one_request_brings_at_most_250_values_of_a_metric(world: World):
    run = a_run(world)
    values = [{"key": "loss", "value": 0.5, "timestamp": 1, "step": step} for step in range(251)]
    others = [{**value, "key": f"m{value['step']}"} for value in values]
    assert post(world, "runs/log-batch", run_id=run, metrics=values[:250] + others).status == 200
    refused = post(world, "runs/log-batch", run_id=run, metrics=values)
    assert refused.status == 400
    assert "FieldName=MetricV2Dto.Value/Count, Limit=250, Size=251" in body(refused)["Error"]["Message"]


def test_an_experiment_with_a_slash_in_its_name_is_made_and_never_found(world: World):
    made = body(post(world, "experiments/create", name="team/churn"))["experiment_id"]
    refused = get(world, "experiments/get-by-name", experiment_name="team/churn")
    assert refused.status == 404
    assert body(refused)["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert (
        refused.note
        == "asked for in vain: the experiment team/churn, as none is found by a name with / in it"
    )
    assert [each["name"] for each in body(search(world))["experiments"]] == ["Default"]
    assert body(get(world, "experiments/get", experiment_id=made))["experiment"]["name"] == "team/churn"


def test_what_is_logged_later_is_logged_at_once(world: World):
    run = a_run(world)
    metric = {"key": "loss", "value": 0.5, "timestamp": 1, "step": 0}
    path = "/api/2.0/preview/mlflow/runs/log-batch-async"
    assert body(call(world, "POST", path, run_id=run, metrics=[metric])) == {"batch_tracking_id": ""}
    assert body(get(world, "runs/get", run_id=run))["run"]["data"]["metrics"][0]["value"] == 0.5
    assert call(world, "POST", path, run_id="none", metrics=[metric]).status == 404
    status = call(world, "GET", "/api/2.0/preview/mlflow/runs/get-run-data-status", run_id=run)
    assert body(status) == {"is_complete": True}


def test_in_a_dry_run_any_workspace_in_any_region_is_there(world: World):
    world.accept_anything = True
    other = WorkspaceRef(names.WORKSPACE.subscription_id, "rg", "never-seen")
    path = f"/mlflow/v2.0{other.arm_id}/api/2.0/mlflow/experiments/get-by-name"
    headers = {"authorization": f"Bearer {a_token(world, GUEST)}"}
    request = Request("GET", "japaneast.api.azureml.ms", path, "experiment_name=Default", headers)
    assert hosts.answer(request, world).status == 200
    (landed,) = (each for each in read_back(world) if each.workspace.ref == other)
    assert landed.workspace.tracking_uri.startswith("azureml://japaneast.api.azureml.ms/")


def test_everything_is_read_back_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("azmlflow.sandbox.landed._PAGE", 2)
    runs = [a_run(world) for _ in range(5)]
    post(world, "runs/set-tag", run_id=runs[0], key="long", value="x" * 1001)
    post(world, "runs/log-parameter", run_id=runs[0], key="lr", value="0.1")
    post(world, "runs/log-metric", run_id=runs[0], key="loss", value=0.5, timestamp=1)
    post(world, "runs/delete", run_id=runs[4])
    post(world, "registered-models/create", name="m")
    for _ in range(3):
        post(
            world,
            "model-versions/create",
            name="m",
            source="azureml://artifacts/LocalUpload/x/m",
            run_id=runs[0],
        )
    (landed,) = read_back(world)
    found = {run.run_id: run for run in landed.runs}
    assert sorted(found) == sorted(runs)
    first = found[runs[0]]
    assert (first.experiment, first.status, dict(first.metrics)) == ("Default", "RUNNING", {"loss": 0.5})
    assert (dict(first.parameters), list(first.tags)) == ({"lr": "0.1"}, ["long"])
    assert [run.run_id for run in landed.runs if run.is_deleted] == [runs[4]]
    assert [(model.name, model.version, model.run_id) for model in landed.models] == [
        ("m", version, runs[0]) for version in ("1", "2", "3")
    ]
    assert exceeded(first) == ["1001 characters in the value of a tag: Azure documents a limit of 1000"]
    assert exceeded(found[runs[1]]) == []
