"""A job and the script that it runs name different experiments.

## What it does

Compares the `experiment_name` in the YAML of an Azure Machine Learning job, or of the pipeline that the job is a step
of, with the name that the script gives to set_experiment before its first run.

## Why it is bad

Azure Machine Learning begins the run of a job before the script is started, in the experiment that the YAML names, and
hands it to the script as MLFLOW_RUN_ID. When set_experiment has chosen another experiment, the first `start_run`, or the
first call that logs, fails: `Cannot start run with ID ... because active experiment ID does not match environment run
ID`.

## Example

```yaml
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: python train.py
experiment_name: churn
```

```python
import mlflow

mlflow.set_experiment("churn-model")
mlflow.log_metric("loss", 0.1)
```

## Use instead

Leave the experiment to the job, or call set_experiment only outside of one:

```python
import os

import mlflow

if "MLFLOW_RUN_ID" not in os.environ:
    mlflow.set_experiment("churn-model")
mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: without the call, runs that are started outside a job go to `Default`; with another name in the YAML, the next
job goes to another experiment.

## References

- [mlflow.set_experiment](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_experiment)
- [start_run in MLflow](https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py)
- [CLI (v2) command job YAML schema](https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-command)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from azmlflow.azure.experiments import is_valid_job_experiment_name
from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.variables import MLFLOW_RUN_ID
from azmlflow.resolution.job_experiments import NamedExperiment, experiments_of
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.rules.flow import branches
from azmlflow.rules.quoting import in_data
from azmlflow.rules.removal import statement_edit
from azmlflow.rules.source import slice_at
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM202",
    name="experiment-conflict",
    summary="a job and the script that it runs name different experiments, so that no run starts",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_BEGINS: Final = frozenset({EventKind.START_RUN, EventKind.LOG})
_RUN_VARIABLE_CHANGES: Final = frozenset({EventKind.DELETE_VARIABLE, EventKind.WRITE_VARIABLE})
_OF_WORKSPACE: Final = frozenset({None, UriKind.azureml_workspace})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding when the last set_experiment before the first run contradicts a job that runs the script."""
    script = resolution.script
    if script is None or not script.jobs or script.tracking.kind not in _OF_WORKSPACE:
        return
    event = _deciding(script)
    if event is None or not isinstance(event.result, Known) or not event.result.text:
        return
    name = event.result.text
    others = [other for other in _named_by_jobs(script) if other.name.lower() != name.lower()]
    if others:
        first = others[0]
        yield Finding(
            RULE,
            f"{first.location.path.name} runs this script in the experiment {first.name}, the script sets {name}: "
            "its run fails to start",
            shown_at(script, event),
            tuple(Related(f"the job's experiment is {other.name}", other.location) for other in others),
            make_fixes=partial(_fixes, script, event, name, others),
        )


def _deciding(script: ScriptResolution) -> Event | None:
    """Return the last set_experiment before the first run, None when it is not sure to count in a job."""
    last = None
    for event in script.events:
        if not event.reached:
            break
        if event.name == MLFLOW_RUN_ID and event.kind in _RUN_VARIABLE_CHANGES:
            return None
        if event.kind is EventKind.SET_EXPERIMENT:
            last = event
        elif event.kind in _BEGINS:
            return last if last is not None and _is_sure(last) else None
    autologs = script.first(EventKind.AUTOLOG) is not None
    return last if autologs and last is not None and _is_sure(last) else None


def _is_sure(event: Event) -> bool:
    return event.certain and not branches(event)


def _named_by_jobs(script: ScriptResolution) -> list[NamedExperiment]:
    named = (named for run in script.jobs for named in experiments_of(script.snapshot, run))
    return list(dict.fromkeys(named))


def _fixes(
    script: ScriptResolution, event: Event, name: str, others: Sequence[NamedExperiment]
) -> Iterator[Fix]:
    here = event.location.path == script.file.path
    removal = statement_edit(script.file, event.statement) if here else None
    if removal is not None:
        yield Fix("Remove set_experiment: the job names the experiment", (removal,), safe=False)
    if is_valid_job_experiment_name(name):
        edits = (_renamed(script, other, name) for other in others)
        where = others[0].location.path.name if len(others) == 1 else f"{len(others)} jobs"
        yield Fix(f"Set experiment_name to {name} in {where}", tuple(edits), safe=False)


def _renamed(script: ScriptResolution, other: NamedExperiment, name: str) -> Edit:
    return Edit(other.location, in_data(slice_at(script.snapshot, other.location), name))
