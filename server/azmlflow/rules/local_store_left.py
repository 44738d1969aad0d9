"""A local store holds runs in a project that is aimed at Azure Machine Learning.

## What it does

Looks for `mlflow.db`, and for `mlruns` with an experiment in it, beside the workspace config (or beside the folder
`.azureml` that holds it), when a script of the project logs with MLflow and none of them chooses a local store.

## Why it is bad

The runs were made before the tracking URI was set, or by a script that does not set it. They are on this machine only, and
`mlruns` has a further effect: as long as it is there, MLflow takes it as the default instead of `mlflow.db`.

## Example

```text
config.json      # names the workspace
mlflow.db        # runs that never reached it
train.py
```

## Use instead

```text
config.json
train.py         # calls mlflow.set_tracking_uri
```

## References

- [Where MLflow stores runs](https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/)
- [mlflow-export-import](https://github.com/mlflow/mlflow-export-import), which copies runs to another tracking server
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azmlflow.azure.workspace_config import FOLDERS
from azmlflow.parsing.base import Span
from azmlflow.parsing.tree import Tree, entry
from azmlflow.patterns import pattern
from azmlflow.resolution.configs import read_candidate
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.running import is_test
from azmlflow.rules.base import Finding, Rule
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot, SourceFile

RULE = Rule(
    code="AZM109",
    name="local-store-left",
    summary="a local store holds runs in a project that is aimed at Azure Machine Learning",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/",
    kinds=frozenset({FileKind.WORKSPACE_CONFIG}),
)

_LOGS: Final = pattern(r"\b(?:start_run|log_\w+|autolog)\s*\(")
_LOCAL: Final = pattern(r"sqlite:|mlruns|mlflow\.db|file:/|set_tracking_uri\(\s*\\?[\"'](?!\w+:)")
"""Signs that a script wants the local store."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the workspace's name, for the stores beside the config."""
    snapshot, config = resolution.snapshot, resolution.file
    workspace = read_candidate(snapshot, config.path).workspace
    folder = config.path.parent
    folder = folder.parent if folder.name in FOLDERS else folder
    stores = _stores(snapshot, folder)
    if workspace is None or not stores or not _logs_elsewhere(snapshot, folder):
        return
    names = " and ".join(stores)
    verb = "holds" if len(stores) == 1 else "hold"
    message = f"{names} {verb} runs that are not in the workspace {workspace.workspace_name}"
    yield Finding(RULE, message, Location(config.path, None, _name_span(config)))


def _stores(snapshot: Snapshot, folder: Path) -> list[str]:
    """Return the local stores in a folder that hold runs."""
    database = ["mlflow.db"] if folder / "mlflow.db" in snapshot.present else []
    runs = any(p.name == "meta.yaml" and p.parent.parent == folder / "mlruns" for p in snapshot.present)
    return [*database, "mlruns"] if runs else database


def _logs_elsewhere(snapshot: Snapshot, folder: Path) -> bool:
    """Tell whether a script of the folder logs, and none chooses a local store."""
    scripts = [
        f for f in snapshot.of_kind(*SCRIPT_KINDS) if f.path.is_relative_to(folder) and not is_test(f.path)
    ]
    texts = [file.text.value for file in scripts if "mlflow" in file.text.value]
    return any(map(_LOGS.search, texts)) and not any(map(_LOCAL.search, texts))


def _name_span(config: SourceFile) -> Span:
    """Return where the config names the workspace."""
    root = config.facts.root if isinstance(config.facts, Tree) else None
    pair = entry(root, "workspace_name") or entry(root, "Scope")
    return pair[1].span if pair else Span.at(0)
