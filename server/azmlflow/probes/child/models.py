"""The step `models`: whether the workspace has the API with which MLflow 3 logs a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for
from azmlflow.probes.child.tracking import attempt
from azmlflow.probes.outcome import EXPERIMENTS, MODELS, Outcome, failed, ok, skipped

API: Final = "/api/2.0/mlflow/logged-models"
ANY_EXPERIMENT: Final = "0"
"""The experiment Default, for a workspace in which none was found."""


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether logged models can be searched; MLflow 2 has no such thing."""

    def search(mlflow: Any) -> Iterator[Outcome]:
        if not hasattr(mlflow, "search_logged_models"):
            yield skipped(MODELS, "This MLflow is older than 3 and does not need it.")
            return
        try:
            mlflow.search_logged_models(experiment_ids=[_experiment(context)], max_results=1)
        except Exception as error:
            if not is_missing(error):
                raise
            yield _missing(context, error)
        else:
            yield ok(MODELS, "The workspace has the API with which MLflow 3 logs models.")

    yield from attempt(context, MODELS, search, hard=False)


def is_missing(error: Exception) -> bool:
    """Tell whether MLflow was told that there is no such API, and not that there is no such thing in it."""
    if getattr(error, "error_code", None) == "ENDPOINT_NOT_FOUND":
        return True
    return API in str(error) and "error code 404" in str(error)


def _missing(context: Context, error: Exception) -> Outcome:
    message = (
        "log_model of MLflow 3 fails in this workspace: it lacks the API logged-models. Runs can be logged."
    )
    return failed(
        MODELS,
        message,
        hard=False,
        **{**advice_for(context, str(error), MODELS), "code": "LOGGED_MODELS_404"},
    )


def _experiment(context: Context) -> str:
    found = (
        outcome.details.get("experiment_id") for outcome in context.outcomes if outcome.step == EXPERIMENTS
    )
    return next((str(number) for number in found if number is not None), ANY_EXPERIMENT)
