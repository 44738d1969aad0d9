"""The name of an experiment is not one that Azure Machine Learning can work with.

## What it does

Finds names of experiments that a script gives to set_experiment while the tracking URI names an Azure Machine Learning
workspace, that stand in an environment file beside such a URI, or that the YAML of a job gives: paths as Databricks
wants them, other names with a slash, empty and overlong ones. In the YAML of a job, names with other characters than
letters, digits, `-` and `_` too, or that do not begin with a letter or digit.

## Why it is bad

Databricks names an experiment by a path (`/Users/me@example.com/churn`), Azure Machine Learning by a plain name. An
experiment with a slash can be created in a workspace, but it is not found by that name again, so the next run of the
same script fails or lands elsewhere. A job whose experiment has other characters is refused when it is submitted.

## Example

```python
import mlflow

mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
mlflow.set_experiment("/Users/me@example.com/churn")
```

## Use instead

```python
import mlflow

mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
mlflow.set_experiment("churn")
```

## Fix safety

Unsafe: a name with allowed characters is put in its place, which is another experiment. None is offered when the name
is empty, or put together from parts.

## References

- [Experiments with a slash are not found](https://github.com/Azure/azure-sdk-for-python/issues/45209)
- [Track Azure Databricks experiments](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-azure-databricks)
- [Limits of resources](https://learn.microsoft.com/azure/machine-learning/resource-limits-capacity)
- [What the service answers to a job](https://github.com/microsoft/dstoolkit-mlops-v2/pull/180)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.experiments import NameFault, name_fault
from azmlflow.azure.uri_parsing import UriKind, classify
from azmlflow.azure.variables import MLFLOW_EXPERIMENT_NAME, MLFLOW_TRACKING_URI
from azmlflow.parsing.tree import Scalar, Tree, get
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.tracking import tracking_at
from azmlflow.rules.base import Confidence, Edit, Finding, Fix, Related, Rule, in_file
from azmlflow.rules.flow import implied
from azmlflow.rules.quoting import in_code, in_data
from azmlflow.rules.source import slice_at
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, SourceFile

RULE = Rule(
    code="AZM204",
    name="experiment-name-invalid",
    summary="an experiment's name is a Databricks path, or not valid in Azure ML",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/45209",
    kinds=SCRIPT_KINDS | {FileKind.DOTENV, FileKind.EDITOR, FileKind.JOB},
    fixable="sometimes",
)

_IN_WORKSPACE: Final = frozenset({Platform.JOB, Platform.COMPUTE_INSTANCE})
"""Where runs go to a workspace when nothing sets the tracking URI."""

_TEMPLATE: Final = ("{{", "${", "$(", "<", "#{")
"""What a name begins a placeholder with that is filled in before the YAML is read."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each name that is known and not good."""
    if resolution.file.kind is FileKind.JOB:
        yield from _in_job(resolution)
    elif resolution.script is not None:
        yield from _in_code(resolution, resolution.script)
    else:
        yield from _in_environment(resolution)


def _in_job(resolution: Resolution) -> Iterator[Finding]:
    trees = resolution.file.facts if isinstance(resolution.file.facts, tuple) else ()
    for tree in trees:
        name = get(tree.root, "experiment_name") if isinstance(tree, Tree) else None
        if isinstance(name, Scalar) and isinstance(name.value, str):
            fault = None if any(mark in name.value for mark in _TEMPLATE) else name_fault(name.value)
            if fault is not None:
                yield _in_data(resolution, fault, in_file(resolution.file.path, name.span))


def _in_environment(resolution: Resolution) -> Iterator[Finding]:
    for settings in (layer.settings for layer in resolution.layers):
        uri, name = settings.get(MLFLOW_TRACKING_URI), settings.get(MLFLOW_EXPERIMENT_NAME)
        if uri and uri.value and name and name.value is not None and classify(uri.value).is_azureml:
            fault = name_fault(name.value)
            if fault is not None and fault.certain:
                yield _in_data(resolution, fault, name.place, name.written)


def _in_data(
    resolution: Resolution, fault: NameFault, place: Location, written: Location | None = None
) -> Finding:
    written = written or place
    edits: tuple[Edit, ...] = ()
    if fault.proposal is not None:
        edits = (Edit(written, in_data(slice_at(resolution.snapshot, written), fault.proposal)),)
    return _finding(fault, place, edits)


def _in_code(resolution: Resolution, script: ScriptResolution) -> Iterator[Finding]:
    for event in script.all(EventKind.SET_EXPERIMENT):
        result = event.result
        if not isinstance(result, Known) or result.text is None or not _in_workspace(script, event):
            continue
        fault = name_fault(result.text)
        if fault is None or not fault.certain:
            continue
        here = result.literal is not None and result.literal.path == resolution.file.path
        place = result.literal if here and result.literal else shown_at(script, event)
        related = (
            (Related("the name is written here", result.literal),) if result.literal and not here else ()
        )
        yield _finding(fault, place, _in_literal(resolution, fault, result), related)


def _in_workspace(script: ScriptResolution, event: Event) -> bool:
    tracking = tracking_at(script, event)
    if tracking.source == "platform":
        return script.running.platform in _IN_WORKSPACE
    decided = tracking.setter is None or implied(tracking.setter, event)
    return decided and tracking.kind is UriKind.azureml_workspace


def _in_literal(resolution: Resolution, fault: NameFault, result: Known) -> tuple[Edit, ...]:
    """Return the edit of a name that is written out in code; one that comes from another kind of file has its own."""
    if fault.proposal is None or result.literal is None:
        return ()
    file: SourceFile | None = resolution.snapshot.files.get(result.literal.path)
    if file is None or file.kind not in SCRIPT_KINDS:
        return ()
    old = slice_at(resolution.snapshot, result.literal)
    return (Edit(result.literal, in_code(old, fault.proposal)),)


def _finding(
    fault: NameFault, place: Location, edits: tuple[Edit, ...], related: tuple[Related, ...] = ()
) -> Finding:
    confidence: Confidence = "high" if fault.certain else "medium"
    fixes = (Fix(f"Call the experiment {fault.proposal}", edits, safe=False),) if edits else ()
    make = (lambda: fixes) if fixes else None
    return Finding(RULE, fault.message, place, related, confidence=confidence, make_fixes=make)
