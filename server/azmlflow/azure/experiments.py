"""Names of experiments that Azure Machine Learning cannot use, as far as a source says so.

Sources: a Databricks workspace wants a path, Azure Machine Learning a plain name
(https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-azure-databricks); an experiment with a
slash can be created but not found by its name (https://github.com/Azure/azure-sdk-for-python/issues/45209);
256 characters (https://learn.microsoft.com/azure/machine-learning/resource-limits-capacity); what a job's
experiment may be called is what the service answers, quoted in
https://github.com/microsoft/dstoolkit-mlops-v2/pull/180; an empty name and a name that is not text are
refused by MLflow itself (`mlflow/utils/validation.py`).
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

MAX_LENGTH: Final = 256
DEFAULT: Final = "Default"
"""Where runs go when nothing names an experiment (id 0 in MLflow's own stores)."""


class NameFaultKind(Enum):
    """What is wrong with the name of an experiment."""

    empty = "empty"
    databricks_path = "databricks-path"
    slash = "slash"
    too_long = "too-long"
    not_for_jobs = "not-for-jobs"


class NameFault(NamedTuple):
    """What is wrong with a name, in one sentence, and a name that would do (None: there is none to propose).

    `certain` is False for what the service is only known to refuse when a job is submitted.
    """

    kind: NameFaultKind
    message: str
    proposal: str | None
    certain: bool


def name_fault(name: str) -> NameFault | None:
    """Return what is wrong with `name` for an experiment that lives in Azure Machine Learning, or None."""
    if not name:
        return NameFault(NameFaultKind.empty, _EMPTY, None, True)
    if name.lower().startswith(_DATABRICKS_FOLDERS):
        return NameFault(
            NameFaultKind.databricks_path, _DATABRICKS, _plain(name.rstrip("/").split("/")[-1]), True
        )
    if "/" in name:
        return NameFault(NameFaultKind.slash, _SLASH, _plain(name), True)
    if len(name) > MAX_LENGTH:
        message = f"The name has {len(name)} characters; Azure Machine Learning takes {MAX_LENGTH} at most."
        return NameFault(NameFaultKind.too_long, message, _plain(name), True)
    if not is_valid_job_experiment_name(name):
        return NameFault(NameFaultKind.not_for_jobs, _NOT_FOR_JOBS, _plain(name), False)
    return None


def is_valid_job_experiment_name(name: str) -> bool:
    """Tell whether a job may carry this name: letters, digits, - and _, the first a letter or digit."""
    return 0 < len(name) <= MAX_LENGTH and name[0] in _ALPHANUMERIC and _ALLOWED.issuperset(name)


def _plain(name: str) -> str | None:
    """Return a name made of allowed characters only, or None when nothing is left of it."""
    replaced = "".join(character if character in _ALLOWED else "-" for character in name)
    return replaced.strip("-_")[:MAX_LENGTH] or None


_ALPHANUMERIC: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALLOWED: Final = _ALPHANUMERIC | {"-", "_"}
_DATABRICKS_FOLDERS: Final = ("/users/", "/shared/", "/repos/", "/workspace/")
_EMPTY: Final = "An experiment needs a name; MLflow refuses an empty one."
_DATABRICKS: Final = (
    "This is a path as Databricks wants it; in Azure Machine Learning an experiment has a plain name."
)
_SLASH: Final = (
    "An experiment with a slash in its name can be created in Azure Machine Learning, but it is not found by "
    "that name again."
)
_NOT_FOR_JOBS: Final = (
    "The service refuses a job whose experiment has other characters than letters, digits, - and _, or does "
    "not begin with a letter or digit."
)
