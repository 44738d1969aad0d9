"""What the MLflow steps share: a client that ends in time, and what MLflow's errors come down to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final, TypeVar

from azmlflow.azure.variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT
from azmlflow.probes.child import plugin
from azmlflow.probes.child.bounded import TookTooLong, bounded_iterator, no_answer
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for
from azmlflow.probes.child.http import status_code
from azmlflow.probes.child.wording import as_sentence, first_sentence
from azmlflow.probes.outcome import Outcome, failed, not_reached

Result = TypeVar("Result")

MARGIN: Final = 1.0
"""Seconds by which a call ends before its step does, so that the step can say of what there was no answer."""
RETRIES: Final = 1
"""MLflow itself tries seven times, with longer and longer breaks, which takes minutes."""

LIMITS: Final = {
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: str(RETRIES),
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",
}
"""What MLflow reads before each request (`mlflow/environment_variables.py`)."""

UNKNOWN_URI: Final = "Not tried, because the workspace's tracking URI is not known."


def client(context: Context, step: str) -> Any:
    """Return an MlflowClient for the workspace, with the plugin's own chain; None where its URI is not known."""
    uri = plugin.tracking_uri(context)
    if uri is None:
        return None
    each = max(1.0, context.limit(step) / (RETRIES + 1) - MARGIN)
    os.environ.update({**LIMITS, MLFLOW_HTTP_REQUEST_TIMEOUT: str(int(each))})
    plugin.adopt(context, uri)
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def attempt(
    context: Context,
    step: str,
    call: Callable[[Any], Iterator[Outcome]],
    *,
    hard: bool,
) -> Iterator[Outcome]:
    """Yield what a call makes of the workspace's client as it comes, or why that failed; `hard` tells whether scripts end with it."""
    try:
        yield from bounded_iterator(context.limit(step) - MARGIN, lambda: _outcomes(context, step, call))
    except TookTooLong:
        yield no_answer(step, context.limit(step), hard=hard)
    except Exception as error:  # noqa: BLE001 - MLflow, the plugin and the chain raise what they like
        yield failure(context, step, error, hard=hard)


def failure(context: Context, step: str, error: Exception, *, hard: bool) -> Outcome:
    """Return the failure that an error of MLflow comes down to."""
    status = status_of(error)
    if status is None:
        text = told(error)
        advice = advice_for(context, f"{text}\n{error}", step)
    else:
        text = f"The workspace answers with status {status}{_phrase(status)}."
        advice = {"code": status_code(status), **_without_none(advice_for(context, f"HTTP {status}", step))}
    return failed(step, as_sentence(first_sentence(text)), hard=hard, **advice)


def status_of(error: Exception) -> int | None:
    """Return the status that the workspace answered with, where nothing else is known of it."""
    text = str(error)
    for before in ("failed with error code ", "too many "):
        number = text.partition(before)[2].partition(" ")[0]
        if number.isdecimal():
            return int(number)
    return None


def told(error: Exception) -> str:
    """Return what the service or the connection said, without what MLflow puts around it."""
    body = getattr(error, "json", None)
    said = _of_body(body) if isinstance(body, dict) else ""
    return said or str(getattr(error, "message", None) or error) or type(error).__name__


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _outcomes(context: Context, step: str, call: Callable[[Any], Iterator[Outcome]]) -> Iterator[Outcome]:
    mlflow = client(context, step)
    if mlflow is None:
        yield not_reached(step, UNKNOWN_URI)
    else:
        yield from call(mlflow)


def _of_body(body: dict[str, Any]) -> str:
    """Return code and message of an error, in one of the two envelopes of Azure Machine Learning or in MLflow's."""
    lowered = _lowered(body)
    values = _lowered(lowered["error"]) if isinstance(lowered.get("error"), dict) else lowered
    code, message = (str(values.get(name) or "") for name in ("code", "message"))
    code = "" if code == _ANY_ERROR else code or str(lowered.get("error_code") or "")
    return f"{code}: {message}" if code and message else message or code


def _lowered(values: dict[str, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in values.items()}


_ANY_ERROR: Final = "UserError"
"""The code of every refusal; what it is stands in the message."""
