"""from_config finds no workspace config, or one that is something else.

## What it does

Replays the search of `MLClient.from_config` and `Workspace.from_config` for each folder the script may be started in:
the workspace folder, the script's own, a notebook's own. It reports a call that finds nothing from any of them, and one
that finds a `config.json` that has nothing to do with Azure Machine Learning.

## Why it is bad

The call fails with `We could not find config.json in: . or in its parent directories`, and does not say from which
folder it started. When another tool's `config.json` is in the way, the error speaks of missing parameters instead.

## Example

```python
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

client = MLClient.from_config(DefaultAzureCredential())
```

## Use instead

Download `config.json` from the studio (the name of the workspace, at the top right) into the folder in which the script is
started or one above it, or write it with the command *azmlflow: Create workspace config*.

Nothing is reported in Azure Machine Learning's own notebooks and jobs, which have the file, in CI, in a `try` block, and
where the project writes the file itself: it is often ignored by git and made when it is needed.

## Fix safety

Unsafe: the fix creates a `config.json`. It is offered only where another file of the project names one workspace.

## References

- [MLClient.from_config](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
- [Workspace configuration file](https://learn.microsoft.com/azure/machine-learning/how-to-configure-environment)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from azmlflow.azure.workspace_config import FILE_NAMES, PARENT_LEVELS
from azmlflow.parsing.base import Span
from azmlflow.patterns import pattern
from azmlflow.resolution.known import known_workspaces
from azmlflow.resolution.model import ConfigCandidate
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Fix, Related, Rule, in_file
from azmlflow.rules.config_calls import ConfigCall, config_calls, shown
from azmlflow.rules.workspace_config_file import create
from azmlflow.workspace.snapshot import SCRIPT_KINDS, YAML_KINDS, FileKind

RULE = Rule(
    code="AZM705",
    name="workspace-config-not-found",
    summary="from_config finds no workspace config, or one that is something else",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_CI: Final = frozenset({"CI", "TF_BUILD", "GITHUB_ACTIONS", "AZUREML_RUN_ID"})
_WRITES: Final = pattern(r"\bwrite_config\s*\(|\bjson\.dump\s*\(|\.write(?:_text|lines)?\s*\(|[\"']w[\"']")
_NAMES: Final = ("config.json", "project.json", "write_config")
_HANDLED: Final = frozenset({"try", "except", "if", "else", "match"})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each call that finds nothing, wherever the script is started."""
    script = resolution.script
    if script is None or not script.running.outside or _CI & resolution.snapshot.process.values.keys():
        return
    for call in config_calls(resolution, script):
        if not call.event.certain or any(guard.kind in _HANDLED for guard in call.event.guards):
            continue
        found = [lookup.search.found for lookup in call.lookups]
        others = [candidate for candidate in found if candidate is not None]
        if not others:
            yield from _nothing(resolution, call)
        elif len(others) == len(found) and all(_is_something_else(resolution, other) for other in others):
            yield _something_else(resolution, call, others[0])


def _nothing(resolution: Resolution, call: ConfigCall) -> Iterator[Finding]:
    if _is_made(resolution):
        return
    starts = dict.fromkeys(_folder(_start(lookup.start), resolution.root) for lookup in call.lookups)
    levels = "all" if (call.event.name or "").startswith("azureml.") else PARENT_LEVELS
    message = (
        f"from_config finds no config.json: started in {' or '.join(starts)}, it looks there and in {levels} folders "
        "above for .azureml/config.json, aml_config/config.json and config.json"
    )
    configs = resolution.snapshot.of_kind(FileKind.WORKSPACE_CONFIG)
    related = tuple(
        Related(f"{shown(config.path, resolution.root)} is not on the way", in_file(config.path, Span.at(0)))
        for config in configs
    )
    yield Finding(
        RULE,
        message,
        call.location,
        related,
        make_fixes=partial(_create, resolution, _start(call.lookups[0].start)),
    )


def _something_else(resolution: Resolution, call: ConfigCall, other: ConfigCandidate) -> Finding:
    message = f"from_config takes {shown(other.path, resolution.root)}, which names no workspace: it looks no further"
    return Finding(RULE, message, call.location, severity="warning")


def _is_something_else(resolution: Resolution, candidate: ConfigCandidate) -> bool:
    return candidate.path in resolution.snapshot.present


def _is_made(resolution: Resolution) -> bool:
    """Tell whether the script seems to write the file, or a shell script or pipeline of the project to make it."""
    own = resolution.file.text.value
    if _names_it(own) and _WRITES.search(own):
        return True
    files = resolution.snapshot.of_kind(FileKind.SHELL, *YAML_KINDS)
    return any(_names_it(file.text.value) for file in files)


def _names_it(text: str) -> bool:
    return any(name in text for name in _NAMES)


def _start(path: Path) -> Path:
    """Return the folder in which a search begins; a path to a file that is not there is searched from as well."""
    return path.parent if path.name in FILE_NAMES else path


def _folder(folder: Path, root: Path) -> str:
    return "the project's root" if folder == root else shown(folder, root)


def _create(resolution: Resolution, folder: Path) -> Iterator[Fix]:
    known = known_workspaces(resolution.snapshot, resolution.root)
    if len(known) == 1:
        yield create(folder / FILE_NAMES[0], known[0].workspace)
