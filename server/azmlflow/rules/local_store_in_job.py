"""A script that a job of Azure Machine Learning runs replaces the tracking URI of the job by a local one.

## What it does

Finds scripts that a job of the project runs and that set a local tracking URI for certain: a folder or a database file,
by `set_tracking_uri` or by writing MLFLOW_TRACKING_URI. A store under `outputs` is left alone, for a job keeps that folder.

## Why it is bad

Azure Machine Learning gives each job a tracking URI and a run. With a local URI the metrics, parameters and models go to
the disk of the compute node, which is thrown away when the job ends. The job looks empty in the studio, and a call that
wants to continue the job's run fails because the local store does not have it.

## Example

```python
import mlflow

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow

mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: the fix takes out the statement, and where somebody also runs the script outside a job, its runs then go
elsewhere. None is offered when the statement is in another file, or shares its line with another one.

## References

- [Train models with MLflow in jobs](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-cli-runs)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from azmlflow.azure.variables import MLFLOW_TRACKING_URI
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.removal import statement_edit
from azmlflow.rules.tracking import related, shown_at, target_name
from azmlflow.workspace.snapshot import SCRIPT_KINDS, SourceFile

RULE = Rule(
    code="AZM114",
    name="local-store-in-job",
    summary="a script that an Azure Machine Learning job runs replaces the job's tracking URI by a local one",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-cli-runs",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for what sets a local tracking URI in a script that a job runs."""
    script = resolution.script
    if script is None or script.running.platform is not Platform.JOB or script.tracking.status != "local":
        return
    tracking, setter = script.tracking, _setter(script)
    if setter is None or "outputs" in (tracking.value or "").replace("\\", "/").split("/"):
        return
    store = target_name(tracking.kind, tracking.value)
    message = f"in the job, runs go to {store} and are lost with the compute: the job's own tracking URI is replaced"
    fixes = partial(_fixes, script.file, setter)
    yield Finding(RULE, message, shown_at(script, setter), related(*script.running.because), make_fixes=fixes)


def _setter(script: ScriptResolution) -> Event | None:
    """Return the call, or the statement that writes the variable, which decides for certain."""
    setter = script.tracking.setter
    if setter is not None:
        # What is read from the variable is the job's own URI there.
        from_variable = any(MLFLOW_TRACKING_URI in link.what for link in script.tracking.because)
        return setter if setter.certain and not from_variable else None
    if script.tracking.source != "variable":
        return None
    writes = [e for e in script.all(EventKind.WRITE_VARIABLE) if e.name == MLFLOW_TRACKING_URI and e.reached]
    return writes[-1] if writes and writes[-1].certain else None


def _fixes(file: SourceFile, setter: Event) -> Iterator[Fix]:
    edit = statement_edit(file, setter.statement) if setter.statement.path == file.path else None
    if edit is not None:
        yield Fix("Remove the local tracking URI", (edit,), safe=False)
