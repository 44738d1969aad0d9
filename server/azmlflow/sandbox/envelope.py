"""The bodies in which Azure Machine Learning's services say what is wrong.

Sources: "Bearer token not provided." in https://github.com/mlflow/mlflow/issues/5846; the form in which MLflow's API refuses
a request (`Error`, `statusCode`, `error_code`) in https://github.com/mlflow/mlflow/issues/11462 and
https://github.com/QwenLM/Qwen3/issues/113.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Final
from uuid import uuid4

from azmlflow.sandbox.http import Response, json_response
from azmlflow.sandbox.world import Workspace

REFUSED: Final = "a workspace refuses this: "
"""What the journal's note begins with where a real workspace is known to keep something from being logged."""
IN_VAIN: Final = "asked for in vain: "
"""What it begins with where something is looked for that is not there; MLflow often does without it."""

UNKNOWN: Final = "not here: "
"""What it begins with where something is asked for that only the real Azure can know."""


def missing(note: str) -> Response:
    """Return the answer to a path that a workspace does not have: 404 and nothing else."""
    return Response(404, note=note)


def user_error(status: int, message: str, region: str, note: str = "", inner: str = "") -> Response:
    """Return a refusal as the services of a workspace give it before MLflow's API has looked at the request."""
    return json_response(status, error_body(message, region, inner), note=note or message)


def error_body(message: str, region: str, inner: str = "") -> dict[str, Any]:
    """Return what stands for an error in a service's answer."""
    return {
        "error": {
            "code": "UserError",
            "severity": None,
            "message": message,
            "messageFormat": None,
            "messageParameters": None,
            "referenceCode": None,
            "detailsUri": None,
            "target": None,
            "details": [],
            "innerError": {"code": inner, "innerError": None} if inner else None,
            "debugInfo": None,
            "additionalInfo": None,
        },
        "correlation": {"operation": uuid4().hex, "request": uuid4().hex[:16]},
        "environment": region,
        "location": region,
        "time": _now(),
        "componentName": "mlflow",
    }


def invalid_parameter(workspace: Workspace, message: str) -> Response:
    """Return the refusal of a request that MLflow's API has looked at and finds too large or wrong."""
    body = {
        "Error": {
            "Code": "ValidationError",
            "Severity": None,
            "Message": message,
            "MessageFormat": None,
            "MessageParameters": None,
            "ReferenceCode": None,
            "DetailsUri": None,
            "Target": None,
            "Details": [],
            "InnerError": None,
            "DebugInfo": None,
            "AdditionalInfo": None,
        },
        "Correlation": {"operation": uuid4().hex, "request": uuid4().hex[:16]},
        "Environment": workspace.region,
        "Location": workspace.region,
        "Time": _now(),
        "ComponentName": "mlflow",
        "statusCode": 400,
        "error_code": "INVALID_PARAMETER_VALUE",
    }
    return json_response(400, body, note=f"{REFUSED}{message}")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
