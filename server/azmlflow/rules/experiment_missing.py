"""A script that the user starts names no experiment, so its runs go to `Default`.

## What it does

Finds scripts that are started outside Azure Machine Learning and log to a workspace, while neither set_experiment nor
an environment variable nor `start_run(experiment_id=...)` names an experiment. It is a pedantic rule: an experiment is
optional, and it is asked for only when the persona is `pedantic` or the rule is selected by its code.

## Why it is bad

All such runs of everybody who works in the workspace end up in one experiment called `Default`, where they are hard to
tell apart, and where access and comparison by experiment are of no use.

## Example

```python
import mlflow

mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow

mlflow.set_tracking_uri(workspace.mlflow_tracking_uri)
mlflow.set_experiment("churn")
mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: new runs go to another experiment than those before. The proposed name is that of the file, or of the project's
folder when the file is called `train.py` or the like. None is offered where no place is sure to lie between the call
that sets the tracking URI and the first run, and no environment file is loaded.

## References

- [mlflow.set_experiment](https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_experiment)
- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.patterns import pattern
from azmlflow.resolution.experiment import NOT_NAMED
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.flow import implied
from azmlflow.rules.insert_experiment import experiment_fixes
from azmlflow.rules.tracking import first_run, shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM201",
    name="experiment-missing",
    summary="runs go to the experiment Default, because nothing names one",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/api_reference/python_api/mlflow.html#mlflow.set_experiment",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
    persona="pedantic",
)

_MENTIONED: Final = pattern(r"experiment_(?:name|id)|set_experiment|create_experiment|MLFLOW_EXPERIMENT")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the first call that makes a run, when the run certainly goes to Default."""
    script = resolution.script
    if script is None or not script.running.outside or script.experiment.because != (NOT_NAMED,):
        return
    run = first_run(script)
    if run is None or script.tracking.kind is not UriKind.azureml_workspace or _may_be_named(script):
        return
    setter, workspace = script.tracking.setter, script.tracking.workspace
    if setter is None or implied(setter, run):
        where = f" of the workspace {workspace.workspace_name}" if workspace else ""
        yield Finding(
            RULE,
            f"nothing names an experiment: runs go to Default{where}",
            shown_at(script, run),
            make_fixes=partial(experiment_fixes, script, run),
        )


def _may_be_named(script: ScriptResolution) -> bool:
    """Tell whether the file names an experiment in a way that is not followed, or holds source that is not read."""
    unread = script.first(EventKind.UNREAD, reached=False) is not None
    return unread or _MENTIONED.search(script.file.text.value) is not None
