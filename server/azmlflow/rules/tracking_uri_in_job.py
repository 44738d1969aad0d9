"""A script that only Azure Machine Learning runs sets the tracking URI, which is set for it there.

## What it does

Finds `set_tracking_uri` with the URI of a workspace in a script that a job of the project runs.

## Why it is bad

Azure Machine Learning sets MLFLOW_TRACKING_URI in every job, to the workspace that the job belongs to. Setting it again
adds a sign-in that can fail, and ties the script to one workspace: run in another one, it fails or logs to the wrong
place.

## Example

```python
import mlflow
from azureml.core import Workspace

mlflow.set_tracking_uri(Workspace.from_config().get_mlflow_tracking_uri())
mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow

mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: the fix takes out the call, and where somebody also runs the script outside a job, its runs then go elsewhere.
None is offered when the call shares its line with another statement.

## References

- [Train models with MLflow in jobs](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-cli-runs)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.resolution.model import Event, Platform
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Rule
from azmlflow.rules.removal import statement_edit
from azmlflow.rules.tracking import related, shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, SourceFile

RULE = Rule(
    code="AZM106",
    name="tracking-uri-in-job",
    summary="a script that only Azure Machine Learning runs sets the tracking URI, which is set for it there",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-cli-runs",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
    persona="pedantic",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for the call that decides, when it names a workspace and a job runs the script."""
    script = resolution.script
    if script is None or script.running.platform is not Platform.JOB or not script.jobs:
        return
    setter = script.tracking.setter
    if setter is None or not setter.certain or script.tracking.kind is not UriKind.azureml_workspace:
        return
    message = "tracking URI is set in a script that a job runs: Azure Machine Learning sets it there"
    causes = related(*script.running.because)
    fixes = partial(_fixes, script.file, setter)
    yield Finding(RULE, message, shown_at(script, setter), causes, make_fixes=fixes)


def _fixes(file: SourceFile, setter: Event) -> Iterator[Fix]:
    edit = statement_edit(file, setter.statement) if setter.statement.path == file.path else None
    if edit is not None:
        yield Fix("Remove the call of set_tracking_uri", (edit,), safe=False)
