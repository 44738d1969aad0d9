"""Only mlflow-skinny is installed and nothing sets a tracking URI: the first run fails.

## What it does

Finds the first call that makes a run, in a script for which nothing sets the tracking URI, when the project's
interpreter has mlflow-skinny 3.7 or newer and neither mlflow nor SQLAlchemy.

## Why it is bad

Since MLflow 3.7 runs go to a database file, `mlflow.db`, when nobody says where they should go. mlflow-skinny, which
the documentation of Azure Machine Learning recommends, cannot open it without SQLAlchemy, and says so in terms of
something else: `UnsupportedModelRegistryStoreURIException: Model registry functionality is unavailable; got unsupported
URI 'sqlite:///.../mlflow.db' for model registry data storage`.

## Example

```python
import mlflow

mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
mlflow.set_tracking_uri(ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri)
mlflow.log_metric("loss", 0.1)
```

## Fix safety

Unsafe: the fix sends the runs to a workspace, over the network.

## References

- [MLflow Skinny](https://github.com/mlflow/mlflow/blob/master/libs/skinny/README_SKINNY.md)
- [Where MLflow stores runs](https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.versions import DATABASE_SINCE, MLFLOW, SKINNY, admits
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.insert_tracking import aim_of, tracking_fixes
from azmlflow.rules.packages import interpreter_of, is_chosen
from azmlflow.rules.tracking import first_run, shown_at
from azmlflow.rules.tracking_elsewhere import may_be_set
from azmlflow.workspace.snapshot import SCRIPT_KINDS

RULE = Rule(
    code="AZM604",
    name="skinny-without-store",
    summary="only mlflow-skinny is installed and nothing sets a tracking URI, so no run can be made",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/blob/master/libs/skinny/README_SKINNY.md",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_STORES: Final = (MLFLOW, "sqlalchemy")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the first call that makes a run."""
    script = resolution.script
    if script is None or not script.running.outside or script.tracking.source != "default":
        return
    interpreter, run = interpreter_of(script), first_run(script)
    if interpreter is None or run is None or not is_chosen(interpreter) or may_be_set(script):
        return
    if script.tracking.kind is UriKind.local_database and _has_no_store(interpreter.packages):
        where = interpreter.python.parent.parent.name
        message = f"no run can be made: nothing sets a tracking URI, and mlflow-skinny cannot open mlflow.db with what {where} has"
        make = partial(tracking_fixes, script, aim_of(script))
        yield Finding(RULE, message, shown_at(script, run), make_fixes=make)


def _has_no_store(packages: Mapping[str, str]) -> bool:
    version = packages.get(SKINNY, "")
    return admits(f">={DATABASE_SINCE}", version) and not any(name in packages for name in _STORES)
