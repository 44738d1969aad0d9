"""The YAML of a job sets a variable that Azure Machine Learning sets itself.

## What it does

Finds MLFLOW_TRACKING_URI, MLFLOW_RUN_ID, MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME, MLFLOW_TRACKING_TOKEN and
AZUREML_RUN_ID among the `environment_variables` of a job, of a component or of a step of a pipeline.

## Why it is bad

Azure Machine Learning makes a run for every job, and tells MLflow about it by these variables. It overwrites what the
YAML says, so the value never reaches the script: runs go to the job's own workspace, run and experiment all the same.

## Example

```yaml
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: python train.py
environment_variables:
  MLFLOW_EXPERIMENT_NAME: churn
```

## Use instead

```yaml
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: python train.py
experiment_name: churn
```

To log to another workspace from inside a job, call `mlflow.set_tracking_uri` in the script.

## Fix safety

Safe for MLFLOW_TRACKING_URI, MLFLOW_RUN_ID and MLFLOW_EXPERIMENT_ID, which are known to be overwritten. Unsafe for the
others: that a job has them is known, what becomes of the YAML's value is not documented.

## References

- [Azure ML overwrites the variables in a job](https://github.com/Azure/azure-sdk-for-python/issues/38813)
- [Azure ML sets MLFLOW_EXPERIMENT_NAME](https://github.com/ultralytics/ultralytics/pull/3668)
- [CLI (v2) command job YAML schema](https://learn.microsoft.com/azure/machine-learning/reference-yaml-job-command)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azmlflow.azure.variables import (
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_RUN_ID,
    MLFLOW_TRACKING_URI,
    OVERWRITTEN_IN_JOBS,
)
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.env_layers import removal_of
from azmlflow.workspace.layer import Setting
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM207",
    name="job-variable-overwritten",
    summary="the YAML of a job sets a variable that Azure ML sets itself",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/38813",
    kinds=frozenset({FileKind.JOB}),
    fixable="sometimes",
)

_SHOWN: Final = frozenset({MLFLOW_TRACKING_URI, MLFLOW_RUN_ID, MLFLOW_EXPERIMENT_ID})
"""What the issue shows to be overwritten."""

_INSTEAD: Final = {
    MLFLOW_EXPERIMENT_NAME: "; name the experiment with experiment_name",
    MLFLOW_TRACKING_URI: "; to log elsewhere, call mlflow.set_tracking_uri in the script",
}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each variable in the file's jobs that is overwritten."""
    for layer in resolution.layers:
        for name in layer.settings.keys() & OVERWRITTEN_IN_JOBS:
            yield _finding(resolution, layer.settings[name])


def _finding(resolution: Resolution, setting: Setting) -> Finding:
    name, removal = setting.name, removal_of(resolution.file, setting)
    known = name in _SHOWN
    message = f"Azure ML sets {name} itself in a job, so this value never reaches the script{_INSTEAD.get(name, '')}"
    fixes = (Fix(f"Remove {name}", (removal,), safe=known),) if removal else ()
    return Finding(
        RULE,
        message,
        setting.place,
        confidence="high" if known else "medium",
        make_fixes=(lambda: fixes) if fixes else None,
    )
