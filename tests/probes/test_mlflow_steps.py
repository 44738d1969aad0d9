"""The steps that go through MLflow, the plugin and azure-ai-ml, against Azure in a box; and `write` with clients that fail."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azmlflow.azure import credential_links as links
from azmlflow.probes.child import sdk, tracking, write
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.models import is_missing
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.request import Request
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.world import Fault

from tests.probes.children import REF, URI, clean, of_step, probe
from tests.truth.child import needs

pytestmark = needs("azure.identity", "azureml.mlflow", "azure.ai.ml", "trustme", "sqlalchemy", "flask")


class Told:
    """What came of a probe in the box, and what it asked."""

    def __init__(self, box: AzureBox, folder: Path, kind: str, *steps: str, **options: Any) -> None:
        variables = {**box.environment(kind), **options.pop("variables", {})}
        before = len(list(box.journal))
        asked = {"uri": box.workspace_uri, "workspace": box.workspace, **options}
        self.outcomes = probe(folder, clean(folder / "home", **variables), *steps, **asked)
        self.exchanges = list(box.journal)[before:]

    def of(self, step: str) -> Outcome:
        *made, outcome = of_step(self.outcomes, step)
        assert bool(made) == (step == "write" and "run_id" in outcome.details)
        return outcome

    def sent(self, ending: str) -> int:
        return sum(1 for each in self.exchanges if each.path.partition("?")[0].endswith(ending))


def test_a_healthy_workspace_is_listed_and_a_run_is_written_and_leaves_nothing(box, tmp_path):
    box.use("healthy")
    steps = ("experiments", "registry", "models", "sdk", "write")
    told = Told(box, tmp_path, "secret", *steps, experiment="churn")
    experiments = told.of("experiments")
    assert experiments.outcome == "ok"
    assert experiments.details["exists"] is False
    assert "'churn' is not among them" in experiments.message
    assert told.of("registry").outcome == "ok"
    models = told.of("models")
    assert (models.outcome, models.hard, models.code) == ("failed", False, "LOGGED_MODELS_404")
    assert told.of("sdk").message == "MLClient reads the workspace; its tracking URI is the configured one."
    written = told.of("write")
    assert written.outcome == "ok"
    assert written.details["deleted"] is True
    assert written.details["run_id"] in written.message
    assert told.sent("experiments/create") == 0
    assert [told.sent(f"runs/{call}") for call in ("create", "log-metric", "get", "delete")] == [1, 1, 1, 1]
    assert told.sent("oauth2/v2.0/token") == 1


def test_what_is_there_is_said_to_be_there(box, tmp_path):
    box.use("logged-models-served")
    told = Told(
        box,
        tmp_path,
        "secret",
        "registry",
        "models",
        experiment="Default",
        variables={"MLFLOW_REGISTRY_URI": "databricks-uc"},
    )
    assert told.of("experiments").details["exists"] is True
    assert told.of("models").outcome == "ok"
    assert told.of("registry").outcome == "skipped"
    assert told.sent("registered-models/search") == 0


def test_without_permission_the_experiments_end_it_and_the_sdk_is_soft(box, tmp_path):
    box.use("no-permission")
    told = Told(box, tmp_path, "secret", "experiments", "registry", "models", "sdk")
    experiments = told.of("experiments")
    assert (experiments.outcome, experiments.hard, experiments.code) == ("failed", True, "HTTP_403")
    assert experiments.message == "The workspace answers with status 403 (Forbidden)."
    assert box.workspace.arm_id in (experiments.command or "")
    assert {told.of(step).outcome for step in ("registry", "models")} == {"not-reached"}
    read = told.of("sdk")
    assert (read.outcome, read.hard, read.code) == ("failed", False, "AuthorizationFailed")


def test_mlflow_is_kept_from_trying_for_minutes(box, tmp_path):
    box.use("throttled-429")
    told = Told(box, tmp_path, "secret", "experiments")
    experiments = told.of("experiments")
    assert (experiments.hard, experiments.code) == (True, "HTTP_429")
    assert told.sent("experiments/search") == tracking.RETRIES + 1


def test_a_workspace_that_stays_silent_ends_within_the_limit(box, tmp_path):
    box.use("healthy")
    box.world.faults["tracking"] = Fault(ending="silent")
    told = Told(box, tmp_path, "secret", "experiments", limits={"experiments": 4.0})
    experiments = told.of("experiments")
    assert (experiments.outcome, experiments.hard) == ("failed", True)
    assert experiments.seconds <= 4.0


def test_a_link_that_is_asked_for_by_name_is_the_only_one_that_mlflow_uses(box, tmp_path):
    box.use("wrong-secret")
    box.world.tools["az"] = "signed-in"
    environ = {**box.environment("secret"), **box.environment("az")}
    told = Told(box, tmp_path, "az", "experiments", link=links.AZURE_CLI, variables=environ)
    assert told.of("experiments").outcome == "ok"
    assert told.sent("oauth2/v2.0/token") == 0


def test_the_uri_of_the_workspace_itself_serves_where_none_is_configured(box, tmp_path):
    box.use("healthy")
    told = Told(box, tmp_path, "secret", "workspace", "experiments", uri=None)
    assert told.of("experiments").details["workspace"] == box.workspace.workspace_name
    unknown = Told(box, tmp_path, "secret", "experiments", uri=None)
    assert unknown.of("experiments").outcome == "not-reached"


ELSEWHERE = URI.replace("westeurope.", "northeurope.")
PRIVATE = URI.replace("westeurope.", "0c7a.workspace.westeurope.")


@pytest.mark.parametrize(
    ("configured", "found", "verdict", "code"),
    [
        (URI, URI, "ok", None),
        (URI, PRIVATE, "ok", None),
        (None, URI, "ok", None),
        (ELSEWHERE, URI, "failed", "WRONG_REGION"),
        (URI, "", "failed", None),
    ],
)
def test_the_uri_as_azure_ai_ml_reads_it_is_held_against_the_configured_one(
    monkeypatch, configured, found, verdict, code
):
    monkeypatch.setattr(sdk, "_read", lambda *_: found)
    context = Context(Request(uri=configured, workspace=REF), lambda *begun: None, token="t")
    (outcome,) = sdk.run(context)
    assert (outcome.outcome, outcome.code, outcome.hard) == (verdict, code, False)
    assert outcome.details["uri"] == (found or None)
    assert outcome.command == (f'export MLFLOW_TRACKING_URI="{found}"' if code else None)


class Client:
    """An MlflowClient whose calls may be replaced; it remembers which were made."""

    def __init__(self, **calls: Any) -> None:
        self.calls: list[str] = []
        self._own = calls
        self._value = 0.0

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            own = self._own.get(name, getattr(self, f"_{name}"))
            if isinstance(own, Exception):
                raise own
            return own(*arguments, **named)

        return call

    def _get_experiment_by_name(self, name: str) -> Any:
        return None

    def _search_experiments(self, max_results: int) -> list[Any]:
        return [SimpleNamespace(experiment_id="7", name="first")]

    def _create_run(self, experiment_id: str, run_name: str, tags: dict[str, str]) -> Any:
        self.made_in = experiment_id
        return SimpleNamespace(info=SimpleNamespace(run_id="run-1"))

    def _log_metric(self, run_id: str, name: str, value: float) -> None:
        self._value = value

    def _get_run(self, run_id: str) -> Any:
        return SimpleNamespace(data=SimpleNamespace(metrics={write.METRIC: self._value}))

    def _delete_run(self, run_id: str) -> None:
        """Do nothing."""


def written(patch: pytest.MonkeyPatch, client: Client, limit: float = 40) -> Outcome:
    patch.setattr(tracking, "client", lambda *_: client)
    request = Request(uri=URI, experiment="churn", limits={"write": limit})
    *made, outcome = write.run(Context(request, lambda *begun: None))
    assert [(each.outcome, each.details["run_id"]) for each in made] == [("ok", "run-1")] * len(made)
    assert ("create_run" in client.calls) == bool(made)
    return outcome


def test_a_run_goes_to_the_first_experiment_where_the_one_meant_is_not_there(monkeypatch):
    client = Client()
    outcome = written(monkeypatch, client)
    assert outcome.outcome == "ok"
    assert client.made_in == "7"
    assert outcome.message.endswith("The run run-1 has been deleted again.")


def test_a_run_goes_to_the_experiment_that_is_meant(monkeypatch):
    client = Client(get_experiment_by_name=lambda name: SimpleNamespace(experiment_id="9", name=name))
    assert written(monkeypatch, client).details["experiment"] == "churn"
    assert client.made_in == "9"


def test_no_experiment_is_ever_created(monkeypatch):
    client = Client(search_experiments=lambda max_results: [])
    outcome = written(monkeypatch, client)
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", False, "NO_EXPERIMENT")
    assert client.calls == ["get_experiment_by_name", "search_experiments"]


def test_a_deleted_experiment_is_not_written_to(monkeypatch):
    gone = SimpleNamespace(experiment_id="9", name="churn", lifecycle_stage="deleted")
    client = Client(get_experiment_by_name=lambda name: gone)
    written(monkeypatch, client)
    assert client.made_in == "7"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"log_metric": RuntimeError("failed with error code 403 != 200")}, "HTTP_403"),
        (
            {"get_run": lambda run_id: SimpleNamespace(data=SimpleNamespace(metrics={write.METRIC: -1.0}))},
            "READ_BACK",
        ),
    ],
)
def test_a_run_that_cannot_be_written_is_deleted_all_the_same(monkeypatch, call, code):
    client = Client(**call)
    outcome = written(monkeypatch, client)
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, code)
    assert outcome.details == {"run_id": "run-1", "experiment": "first", "deleted": True}
    assert client.calls[-1] == "delete_run"


def test_a_write_that_hangs_leaves_time_to_delete_the_run(monkeypatch):
    client = Client(log_metric=lambda *_: threading.Event().wait())
    outcome = written(monkeypatch, client, limit=3)
    assert (outcome.outcome, outcome.code) == ("failed", "TIMEOUT")
    assert outcome.details["deleted"] is True


def test_a_run_that_cannot_be_deleted_is_named_with_the_reason(monkeypatch):
    outcome = written(monkeypatch, Client(delete_run=RuntimeError("not allowed here. More.")))
    assert outcome.details["deleted"] is False
    assert outcome.message.endswith(
        f"The run run-1 ({write.NAME}) could not be deleted and is still there: not allowed here."
    )


def test_no_run_is_made_that_could_not_be_deleted_in_time(monkeypatch):
    client = Client(
        search_experiments=lambda max_results: (
            threading.Event().wait(1.2) or [SimpleNamespace(experiment_id="7", name="first")]
        )
    )
    outcome = written(monkeypatch, client, limit=3)
    assert (outcome.outcome, outcome.hard, outcome.code) == ("failed", True, "TIMEOUT")
    assert outcome.message.startswith("No run was made")
    assert client.calls == ["get_experiment_by_name", "search_experiments"]


class Refusal(Exception):
    """An error of MLflow with the service's body."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(f"INTERNAL_ERROR: Response: {body}")
        self.json = body


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refusal({"error": {"code": "UserError", "message": "Access was denied."}}), "Access was denied."),
        (
            Refusal({"Error": {"Code": "ValidationError", "Message": "Too many."}}),
            "ValidationError: Too many.",
        ),
        (
            Refusal({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Gone."}),
            "RESOURCE_DOES_NOT_EXIST: Gone.",
        ),
        (RuntimeError("something else"), "something else"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_of_mlflows_errors_the_services_own_words_are_told(error, said):
    assert tracking.told(error) == said


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("API request to endpoint /api/2.0/x failed with error code 404 != 200. Response body: ''", 404),
        ("Max retries exceeded (Caused by ResponseError('too many 429 error responses'))", 429),
        ("too many cooks", None),
        ("no number", None),
    ],
)
def test_a_status_is_told_where_the_service_says_nothing_else(text, status):
    assert tracking.status_of(RuntimeError(text)) == status


def test_only_an_api_that_is_not_there_is_taken_for_missing():
    assert is_missing(
        RuntimeError("endpoint /api/2.0/mlflow/logged-models/search failed with error code 404 != 200")
    )
    assert not is_missing(
        RuntimeError("endpoint /api/2.0/mlflow/logged-models/search failed with error code 403")
    )
    assert not is_missing(
        RuntimeError("endpoint /api/2.0/mlflow/experiments/search failed with error code 404")
    )
