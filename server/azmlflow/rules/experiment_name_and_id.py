"""Both MLFLOW_EXPERIMENT_NAME and MLFLOW_EXPERIMENT_ID are set.

## What it does

Finds an environment file, a launch configuration or a script that gives a value to both variables. The YAML of a job
is left to [job-variable-overwritten](job-variable-overwritten.md): Azure Machine Learning sets both there itself.

## Why it is bad

MLflow looks the name up and compares. When the ID is another experiment's, starting a run fails:
`The provided MLFLOW_EXPERIMENT_ID environment variable value ... does not match the experiment id ... for experiment
name ...`. When no experiment has that name, MLflow creates one and ignores the ID without a word. An ID also belongs
to one tracking server only, so the same file breaks as soon as the tracking URI changes.

## Example

```shell
MLFLOW_EXPERIMENT_NAME=churn
MLFLOW_EXPERIMENT_ID=4d1f6c1e-4a3c-4c5e-9a2e-3a6f1f6b7c11
```

## Use instead

```shell
MLFLOW_EXPERIMENT_NAME=churn
```

## Fix safety

Safe: the fix removes the ID, which never decides where a run goes as long as there is a name. It counts as unsafe
where the ID is mentioned elsewhere in the project, because other code may read it.

## References

- [mlflow.start_run](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.start_run)
- [_get_experiment_id_from_env in MLflow](https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.variables import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from azmlflow.resolution.model import Event, EventKind, Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.rules.env_layers import removal_of, removal_of_write
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location

RULE = Rule(
    code="AZM205",
    name="experiment-name-and-id",
    summary="MLFLOW_EXPERIMENT_NAME and MLFLOW_EXPERIMENT_ID are both set",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py",
    kinds=SCRIPT_KINDS | {FileKind.DOTENV, FileKind.EDITOR},
    fixable="sometimes",
)

_MESSAGE: Final = (
    "MLFLOW_EXPERIMENT_ID is set beside MLFLOW_EXPERIMENT_NAME: "
    "no run starts unless both mean the same experiment"
)
_USES: Final = frozenset({EventKind.START_RUN, EventKind.LOG, EventKind.LOG_MODEL})
_READERS: Final = (*SCRIPT_KINDS, FileKind.DOTENV, FileKind.SHELL, FileKind.EDITOR, FileKind.JOB)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each environment of the file in which both variables have a value."""
    if resolution.file.kind in SCRIPT_KINDS:
        yield from _in_code(resolution)
        return
    for settings in (layer.settings for layer in resolution.layers):
        name, number = settings.get(MLFLOW_EXPERIMENT_NAME), settings.get(MLFLOW_EXPERIMENT_ID)
        if name and number and name.value and number.value:
            yield _finding(resolution, number.place, name.place, removal_of(resolution.file, number))


def _in_code(resolution: Resolution) -> Iterator[Finding]:
    written = _written_before_first_run(resolution)
    name, number = written.get(MLFLOW_EXPERIMENT_NAME), written.get(MLFLOW_EXPERIMENT_ID)
    if name is None or number is None or number.location.path != resolution.file.path:
        return
    if _is_text(name) and _is_text(number):
        removal = removal_of_write(resolution.file, number)
        yield _finding(resolution, number.location, name.location, removal)


def _written_before_first_run(resolution: Resolution) -> dict[str, Event]:
    """Return the last write of each variable; none where set_experiment decides, or in a test."""
    script = resolution.script
    written: dict[str, Event] = {}
    if script is None or script.running.platform is Platform.TEST:
        return written
    for event in script.events:
        if event.kind in _USES or not event.reached:
            break
        if event.kind is EventKind.SET_EXPERIMENT:
            return {}
        if event.kind is EventKind.WRITE_VARIABLE and event.name and event.certain:
            written[event.name] = event
        elif event.kind is EventKind.DELETE_VARIABLE and event.name:
            written.pop(event.name, None)
    return written


def _is_text(event: Event) -> bool:
    return isinstance(event.result, Known) and bool(event.result.text)


def _finding(resolution: Resolution, place: Location, name: Location, removal: Edit | None) -> Finding:
    related = (Related("MLFLOW_EXPERIMENT_NAME is set here", name),)
    make = partial(_fixes, resolution, removal) if removal else None
    return Finding(RULE, _MESSAGE, place, related, make_fixes=make)


def _fixes(resolution: Resolution, removal: Edit) -> Iterator[Fix]:
    texts = (file.text.value for file in resolution.snapshot.of_kind(*_READERS))
    mentions = sum(text.count(MLFLOW_EXPERIMENT_ID) for text in texts)
    yield Fix("Remove MLFLOW_EXPERIMENT_ID", (removal,), safe=mentions == 1)
