"""Who a script signs in as: the service principal that its environment names, where azureml-mlflow builds the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.environment_credential import SETS, Mode, choose, environment_fault
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.variables import AZURE_TOKEN_CREDENTIALS
from azmlflow.resolution.environs import Environ, environ_at_use
from azmlflow.resolution.model import Answer, EventKind, Platform, ScriptResolution
from azmlflow.resolution.results import Because, OfWorkspace

_HANDED: Final = frozenset({Platform.JOB, Platform.UPLOADED, Platform.COMPUTE_INSTANCE})
_PRESENT: Final = "unknown-value"
_HAVE_IT: Final = frozenset({"", "prod", "environmentcredential"})
"""The values of AZURE_TOKEN_CREDENTIALS that leave EnvironmentCredential in the chain."""


def identity_of(script: ScriptResolution) -> Answer:
    """Return the service principal that is tried first, else why nobody can tell before it is tried."""
    reason = _out_of_sight(script)
    if reason is not None:
        return Answer("unknown", reason=reason)
    environ = environ_at_use(script)
    values = {n: _PRESENT if v.value is None else v.value for n, v in environ.variables.items()}
    mode = choose(values).mode
    if mode is None or values.get(AZURE_TOKEN_CREDENTIALS, "").strip().lower() not in _HAVE_IT:
        return Answer(
            "unknown", reason="which credential of the chain answers is known only when it is tried"
        )
    because = tuple(_because(environ, mode))
    fault = environment_fault(values)
    if fault is not None:
        reason = f"{fault.variable} {fault.wrong}, on which azure-identity fails"
        return Answer("unknown", reason=reason, because=because)
    return Answer(
        "resolved", f"the service principal of AZURE_CLIENT_ID, by its {mode.value}", because=because
    )


def _out_of_sight(script: ScriptResolution) -> str | None:
    if script.running.platform in _HANDED:
        return "Azure ML hands the script a token"
    if script.tracking.kind is not UriKind.azureml_workspace:
        return "runs do not go to a workspace, as far as is known"
    setter = script.tracking.setter
    made = setter is not None and isinstance(setter.result, OfWorkspace)
    if made and script.first(EventKind.WORKSPACE) is not None:
        return "MLflow takes over the credential of the client that the URI comes from"
    return None


def _because(environ: Environ, mode: Mode) -> Iterator[Because]:
    for name in SETS[mode]:
        variable = environ.get(name)
        setting = variable.setting if variable else None
        origin = setting.place.path.name if setting else "the environment of the process"
        yield Because(f"{origin} sets {name}", setting.place if setting else None)
