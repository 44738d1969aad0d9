"""Code uses the first SDK of Azure Machine Learning (azureml-core), which is deprecated.

## What it does

Finds calls of azureml-core that have to do with tracking and have a plain successor: `Workspace`,
`Run.get_context`, `Experiment` and `ScriptRunConfig`. Each is reported once a file.

## Why it is bad

SDK v1 is deprecated since March 2025 and its support ended on 30 June 2026. Its packages hold back the versions of many
others. `Workspace.get_mlflow_tracking_uri` is not even its own: without azureml-mlflow it raises `AttributeError:
'Workspace' object has no attribute 'get_mlflow_tracking_uri'`.

## Example

```python
import mlflow
from azureml.core import Workspace

ws = Workspace.from_config()
mlflow.set_tracking_uri(ws.get_mlflow_tracking_uri())
```

## Use instead

```python
import mlflow
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
mlflow.set_tracking_uri(ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri)
```

## Fix safety

Unsafe: the new code needs azure-ai-ml and azure-identity, and signs in by another chain of credentials.

## References

- [Upgrade to v2](https://learn.microsoft.com/azure/machine-learning/how-to-migrate-from-v1)
- [Upgrade experiment tracking](https://learn.microsoft.com/azure/machine-learning/reference-migrate-sdk-v1-mlflow-tracking)
- ['Workspace' object has no attribute 'get_mlflow_tracking_uri'](https://github.com/MicrosoftDocs/azure-docs/issues/41428)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.parsing.python.document import Block
from azmlflow.parsing.python.facts import Attribute, Call, Import, Name, Value
from azmlflow.resolution.model import Platform
from azmlflow.resolution.modules import units_of
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule
from azmlflow.rules.replace_sdk_v1 import replacement
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location, SourceFile

RULE = Rule(
    code="AZM605",
    name="sdk-v1-deprecated",
    summary="azureml.core is used, which is deprecated",
    severity="information",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-migrate-from-v1",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_PACKAGE: Final = "azureml.core"
_SUCCESSORS: Final = {
    "Workspace": "MLClient of azure-ai-ml",
    "Run.get_context": "mlflow.log_metric and its like, which log to the job's run by themselves",
    "Experiment": "mlflow.set_experiment and mlflow.start_run",
    "ScriptRunConfig": "command() of azure-ai-ml",
}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the first call of each kind."""
    file, script = resolution.file, resolution.script
    if _PACKAGE not in file.text.value or script is None or script.running.platform is Platform.TEST:
        return
    seen: set[str] = set()
    for what, place in _calls(file):
        successor = what.partition(".")[0] if what.startswith("Workspace") else what
        if successor in _SUCCESSORS and successor not in seen:
            seen.add(successor)
            message = f"{what} is of SDK v1, which is deprecated: use {_SUCCESSORS[successor]}"
            make = partial(replacement, file) if successor == "Workspace" else None
            yield Finding(RULE, message, place, make_fixes=make)


def _calls(file: SourceFile) -> Iterator[tuple[str, Location]]:
    """Yield the calls of the package as `Class.method`, with their places."""
    bound: dict[str, str] = {}
    for cell, facts in units_of(file):
        for index in facts.indices("sdk v1", _names_package):
            imports = (fact for fact in facts.blocks[index].facts if isinstance(fact, Import))
            bound |= {fact.bound: fact.dotted for fact in imports if fact.dotted.startswith("azureml")}
        for line, block in facts.placed():
            for fact in block.facts if any(name in block.text for name in bound) else ():
                what = _shortened(_dotted(fact.call.function, bound)) if isinstance(fact, Call) else ""
                if what and isinstance(fact, Call):
                    yield what, Location(file.path, cell, fact.span.shifted(line))


def _names_package(block: Block) -> bool:
    return "azureml" in block.text


def _dotted(value: Value, bound: dict[str, str]) -> str:
    if isinstance(value, Name):
        return bound.get(value.id, "")
    if isinstance(value, Attribute):
        base = _dotted(value.base, bound)
        return f"{base}.{value.attr}" if base else ""
    return ""


def _shortened(dotted: str) -> str:
    """Return `Workspace.from_config` for `azureml.core.workspace.Workspace.from_config`, empty for other packages."""
    if not dotted.startswith(f"{_PACKAGE}."):
        return ""
    parts = dotted.split(".")[2:]
    start = next((index for index, part in enumerate(parts) if part[:1].isupper()), len(parts))
    return ".".join(parts[start:])
