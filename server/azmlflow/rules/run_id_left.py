"""A file sets MLFLOW_RUN_ID, so that every process continues one and the same run.

## What it does

Finds MLFLOW_RUN_ID with a value in an environment file, in a launch configuration, or written as a literal by a script
that no Azure Machine Learning job runs.

## Why it is bad

Azure Machine Learning sets MLFLOW_RUN_ID inside a job, and there it is right. Anywhere else the first run of every
process continues the run of that ID: parameters collide with those logged before, metrics of different trainings
mix. When the run is gone, or lives on another tracking server, the first `start_run` fails with `Run with id=... not
found`; when set_experiment names another experiment, with `active experiment ID does not match environment run ID`.

## Example

```shell
MLFLOW_RUN_ID=0b9c3fd5e1c04a7f8a5f1d1d2f6a9e77
```

## Use instead

To go on with a run on purpose, name it where the run is started:

```python
import mlflow

with mlflow.start_run(run_id="0b9c3fd5e1c04a7f8a5f1d1d2f6a9e77"):
    mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: without the variable the next process starts a new run, which is what is nearly always meant, but not always.

## References

- [mlflow.start_run](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.start_run)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.variables import MLFLOW_RUN_ID
from azmlflow.resolution.model import Event, EventKind, Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.rules.base import Edit, Finding, Fix, Rule
from azmlflow.rules.env_layers import removal_of, removal_of_write
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location

RULE = Rule(
    code="AZM206",
    name="run-id-left",
    summary="MLFLOW_RUN_ID is set outside a job, so that every process continues one run",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.start_run",
    kinds=SCRIPT_KINDS | {FileKind.DOTENV, FileKind.EDITOR},
    fixable="sometimes",
)

_MESSAGE: Final = (
    "MLFLOW_RUN_ID is set outside a job: the first run of every process continues that run, or fails"
)
_RIGHTLY: Final = frozenset({Platform.JOB, Platform.UPLOADED, Platform.MLPROJECT, Platform.TEST})
"""Who may set it: a job, a project that is handed its run, and a test of such code."""

_CHANGES: Final = frozenset({EventKind.DELETE_VARIABLE, EventKind.WRITE_VARIABLE})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each place where the file gives MLFLOW_RUN_ID a fixed value."""
    if resolution.file.kind in SCRIPT_KINDS:
        yield from _in_code(resolution)
        return
    for layer in resolution.layers:
        setting = layer.settings.get(MLFLOW_RUN_ID)
        if setting is not None and setting.value:
            yield _finding(setting.place, removal_of(resolution.file, setting))


def _in_code(resolution: Resolution) -> Iterator[Finding]:
    script = resolution.script
    if script is None or script.running.platform in _RIGHTLY:
        return
    for at, event in enumerate(script.events):
        here = event.location.path == resolution.file.path
        if here and _writes_literal(event) and not _is_deleted(script.events[at + 1 :]):
            yield _finding(event.location, removal_of_write(resolution.file, event))


def _writes_literal(event: Event) -> bool:
    """Tell whether a fixed ID is written; one that is taken from a run or an argument is handed on for a reason."""
    written = event.kind is EventKind.WRITE_VARIABLE and event.name == MLFLOW_RUN_ID
    result = event.result
    literal = isinstance(result, Known) and bool(result.text) and result.literal is not None
    return written and literal and event.certain and event.reached


def _is_deleted(following: tuple[Event, ...]) -> bool:
    """Tell whether the variable is gone, or written anew, before the next run."""
    for event in following:
        if event.kind in (EventKind.START_RUN, EventKind.LOG):
            return False
        if event.name == MLFLOW_RUN_ID and event.kind in _CHANGES:
            return True
    return False


def _finding(place: Location, removal: Edit | None) -> Finding:
    fixes = (Fix("Remove MLFLOW_RUN_ID", (removal,), safe=False),) if removal else ()
    return Finding(RULE, _MESSAGE, place, make_fixes=(lambda: fixes) if fixes else None)
