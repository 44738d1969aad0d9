"""A model is logged to a workspace by MLflow 3, which uses an API that the workspace may not have.

## What it does

Finds `log_model`, and `autolog` that logs models, in a script whose runs go to a workspace, when the script is known to
run with MLflow 3 or newer: by what the project's interpreter has installed, or by what the environment of the job or
the dependency files ask for. Without that knowledge nothing is said.

## Why it is bad

MLflow 3 creates a *logged model* on the server before it uploads one. Workspaces of Azure Machine Learning were
reported to answer that request with 404, and the plugin's own source says that this API is not implemented: `API
request to endpoint /api/2.0/mlflow/logged-models failed with error code 404 != 200`. The run itself is kept, the model
is not; autolog only prints a warning. Whether your workspace has the API by now is not known here, which is why this
is no more than a note.

## Example

```python
import mlflow

mlflow.sklearn.log_model(model, name="model")
```

## Use instead

```python
import mlflow

mlflow.sklearn.save_model(model, "model")
mlflow.log_artifacts("model", "model")
```

or `mlflow.autolog(log_models=False)`, or MLflow 2 (`mlflow<3`).

## Fix safety

Unsafe: with `log_models=False` autolog logs everything but the model.

## References

- [azureml-mlflow: unable to log models](https://github.com/Azure/azure-sdk-for-python/issues/44896)
- [MLflow 3](https://mlflow.org/docs/latest/genai/mlflow-3/)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.versions import LOGGED_MODELS
from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import Constant
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule
from azmlflow.rules.packages import are_all, mlflow_versions
from azmlflow.rules.source import slice_at
from azmlflow.rules.tracking import first_run, shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Snapshot

RULE = Rule(
    code="AZM603",
    name="logged-models-unsupported",
    summary="a model is logged by MLflow 3, whose API for models the workspace may lack",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/44896",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_LOGS_NO_MODELS: Final = ("mlflow.transformers.", "mlflow.spark.")
"""Flavors whose autolog leaves models alone unless it is told otherwise."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield one finding, at the first call that logs a model."""
    script = resolution.script
    event = _logs_model(script) if script is not None and _goes_to_workspace(script) else None
    if script is None or event is None:
        return
    versions = mlflow_versions(script)
    if not are_all(versions, LOGGED_MODELS.second_versions):
        return
    name = f"MLflow {versions[0]}" if len(versions) == 1 else "MLflow 3"
    message = f"{name} asks the workspace for an API (logged-models) that it may not have: the model is then not logged"
    make = partial(_fixes, script.snapshot, event) if event.kind is EventKind.AUTOLOG else None
    yield Finding(RULE, message, shown_at(script, event), make_fixes=make)


def _goes_to_workspace(script: ScriptResolution) -> bool:
    if script.running.platform is Platform.JOB and script.tracking.source == "platform":
        return True
    return script.running.outside and script.tracking.kind is UriKind.azureml_workspace


def _logs_model(script: ScriptResolution) -> Event | None:
    events = (
        event
        for event in script.all(EventKind.LOG_MODEL, EventKind.AUTOLOG)
        if event.reached and event.certain
    )
    return next(
        (event for event in events if event.kind is EventKind.LOG_MODEL or _autologs_models(script, event)),
        None,
    )


def _autologs_models(script: ScriptResolution, event: Event) -> bool:
    keywords = dict(event.call.keywords) if event.call else {}
    told = keywords.get("log_models")
    if told is not None:
        return isinstance(told, Constant) and told.value is True
    silent = "" in keywords or (event.name or "").startswith(_LOGS_NO_MODELS)
    return not silent and first_run(script) is not None


def _fixes(snapshot: Snapshot, event: Event) -> Iterator[Fix]:
    """Add the keyword before the closing bracket of a call that stands on one line."""
    span, call = event.location.span, event.call
    written = slice_at(snapshot, event.location)
    if call is None or span.line != span.end_line or not written.endswith(")"):
        return
    if any(name == "log_models" for name, _ in call.keywords):
        return
    inner = written[written.index("(") + 1 : -1].rstrip()
    comma = "" if not inner else " " if inner.endswith(",") else ", "
    place = event.location._replace(span=Span.at(span.end_line, span.end_column - 1))
    yield Fix("Log no models (log_models=False)", (Edit(place, f"{comma}log_models=False"),), safe=False)
