"""The environment at the moments that count: what MLflow would read when the script first uses it."""

from __future__ import annotations

from typing import Final, NamedTuple

from azmlflow.azure.variables import (
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_REGISTRY_URI,
    MLFLOW_RUN_ID,
    MLFLOW_TRACKING_URI,
)
from azmlflow.resolution.results import Result
from azmlflow.resolution.variables import Environment

VARIABLES: Final = (
    MLFLOW_TRACKING_URI,
    MLFLOW_REGISTRY_URI,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_RUN_ID,
)


class Moment(NamedTuple):
    """What MLflow's variables are after so many events."""

    events: int
    variables: dict[str, Result]


def moment_of(environment: Environment, events: int) -> Moment:
    """Return the state of MLflow's variables at this moment."""
    return Moment(events, {name: environment.read(name) for name in VARIABLES})
