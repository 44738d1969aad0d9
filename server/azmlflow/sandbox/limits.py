"""What a workspace refuses although an MLflow server takes it, and the limits that Azure documents.

A refusal stands here only when somebody has met it and published its text:
- parameters of a run: https://github.com/Azure/azure-sdk-for-python/issues/35685 and
  https://github.com/QwenLM/Qwen3/issues/113 (200; it was 100 until October 2022, huggingface/transformers#18870);
- values of one metric in one request: https://github.com/mlflow/mlflow/issues/11462;
- files announced in one request: https://github.com/ultralytics/ultralytics/issues/3223;
- a file of a run that exists: https://github.com/lightly-ai/lightly-train/issues/256.
What https://learn.microsoft.com/azure/machine-learning/resource-limits-capacity documents besides (`DOCUMENTED`) is not
refused: whether and how the service insists on it is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

MAX_PARAMETERS: Final = 200
MAX_VALUES_PER_REQUEST: Final = 250
MAX_FILES_PER_REQUEST: Final = 100

_TOO_LARGE: Final = (
    "A field of the entity is over the size limit. FieldName={field}, Limit={limit}, Size={size}. "
    "See https://aka.ms/azure-machine-learning-limits for service limits documentation."
)


class Documented(NamedTuple):
    """A documented limit: what it counts, and how much is allowed."""

    name: str
    what: str
    limit: int


DOCUMENTED: Final = (
    Documented("experiment-name", "characters in the name of an experiment", 256),
    Documented("run-name", "characters in the name of a run", 256),
    Documented("tags", "tags of a run", 50),
    Documented("tag-name", "characters in the name of a tag", 100),
    Documented("tag-value", "characters in the value of a tag", 1_000),
    Documented("metrics", "metric names of a run", 50),
    Documented("metric-name", "characters in the name of a metric", 255),
    Documented("artifact-path", "characters in the path of an artifact", 5_000),
)


def too_many_parameters(present: Iterable[str], added: Iterable[str]) -> str | None:
    """Return the refusal when a run would get more parameters than a workspace keeps."""
    size = len({*present, *added})
    return _too_large("Parameters", MAX_PARAMETERS, size) if size > MAX_PARAMETERS else None


def too_many_values(metrics: Iterable[Any]) -> str | None:
    """Return the refusal when one request brings too many values of one metric; `metrics` are those of log-batch."""
    count = Counter(metric.get("key") for metric in metrics if isinstance(metric, Mapping))
    size = max(count.values(), default=0)
    if size <= MAX_VALUES_PER_REQUEST:
        return None
    return _too_large("MetricV2Dto.Value/Count", MAX_VALUES_PER_REQUEST, size)


def too_many_files(count: int) -> str | None:
    """Return the refusal when one request announces too many files; azureml-mlflow sends 50 at a time by itself."""
    return (
        f"Artifact batch size exceeded the limit of {MAX_FILES_PER_REQUEST}"
        if count > MAX_FILES_PER_REQUEST
        else None
    )


def already_exists(artifact_id: str) -> str:
    """Return the refusal for a file that was written before: a workspace overwrites no artifact."""
    return f"Resource Conflict: ArtifactId {artifact_id} already exists."


def beyond_documented(measured: Mapping[str, int]) -> list[tuple[Documented, int]]:
    """Return the documented limits that are exceeded; `measured` has the largest size met for each name."""
    return [(each, measured[each.name]) for each in DOCUMENTED if measured.get(each.name, 0) > each.limit]


def _too_large(field: str, limit: int, size: int) -> str:
    return _TOO_LARGE.format(field=field, limit=limit, size=size)
