"""A child process inherits the name of one experiment and the ID of another.

## What it does

Finds a script that starts another script of the project after set_experiment, while MLFLOW_EXPERIMENT_NAME names a
different experiment: set by the script, by an environment file that it loads, or by the process's environment. The
other script must use MLflow and leave the experiment to its environment.

## Why it is bad

set_experiment writes the ID of its experiment to MLFLOW_EXPERIMENT_ID, so that child processes log there too, but it
leaves MLFLOW_EXPERIMENT_NAME as it was. The child then finds two variables that disagree and fails: `The provided
MLFLOW_EXPERIMENT_ID environment variable value ... does not match the experiment id ... for experiment name ...`. If no
experiment has that name, the child creates it and logs there.

## Example

```python
import os
import subprocess

import mlflow

os.environ["MLFLOW_EXPERIMENT_NAME"] = "churn"
mlflow.set_experiment("churn-weekly")
subprocess.run(["python", "evaluate.py"], check=True)
```

## Use instead

```python
import os
import subprocess

import mlflow

mlflow.set_experiment("churn-weekly")
os.environ["MLFLOW_EXPERIMENT_NAME"] = "churn-weekly"
subprocess.run(["python", "evaluate.py"], check=True)
```

## Fix safety

Unsafe: the fix sets the variable after the call, and other packages may read it too.

## References

- [set_experiment and the variables in MLflow](https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py)
- [A change that would set the name too](https://github.com/mlflow/mlflow/pull/24850)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.variables import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from azmlflow.resolution.commands import scripts_run
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.script import working_folders
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.rules.insertion import Spot
from azmlflow.rules.removal import places_of
from azmlflow.rules.sheet import first_line, line_after, units_of
from azmlflow.rules.source import indentation, slice_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location, SourceFile

RULE = Rule(
    code="AZM208",
    name="experiment-variable-stale",
    summary="a child process inherits MLFLOW_EXPERIMENT_NAME and the ID of another experiment",
    severity="information",
    confidence="medium",
    since="0.1.0",
    source_url="https://github.com/mlflow/mlflow/blob/master/mlflow/tracking/fluent.py",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_VARIABLES: Final = frozenset({None, MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID})
_CHANGES: Final = frozenset({EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})
_OPTIONS: Final = frozenset({"env", "cwd", "executable"})
"""What makes it unknown which environment or which file a child gets."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each call that starts a script with variables which disagree."""
    script = resolution.script
    if script is None or script.running.platform in (Platform.TEST, Platform.JOB):
        return
    for at, event in enumerate(script.events):
        if event.kind is not EventKind.LAUNCH or not event.reached or event.location.path != script.file.path:
            continue
        chosen = _chosen(script.events[:at])
        child = _child(script, event) if chosen and _differ(chosen, event) else None
        if chosen is not None and child is not None:
            yield _finding(script, chosen, event, child)


def _chosen(before: tuple[Event, ...]) -> Event | None:
    """Return the set_experiment that counts, None when it is not sure or its ID has been changed since."""
    for event in reversed(before):
        if event.kind in _CHANGES and event.name in (None, MLFLOW_EXPERIMENT_ID):
            return None
        if event.kind is EventKind.SET_EXPERIMENT:
            return event if event.certain and event.reached else None
    return None


def _differ(chosen: Event, launch: Event) -> bool:
    inherited, now = launch.result, chosen.result
    known = isinstance(inherited, Known) and isinstance(now, Known) and bool(inherited.text and now.text)
    return known and _text(inherited) != _text(now)


def _text(result: object) -> str:
    return (result.text or "") if isinstance(result, Known) else ""


def _child(script: ScriptResolution, launch: Event) -> SourceFile | None:
    """Return the script of the project that is started, when it takes its experiment from the environment."""
    command = _command(slice_at(script.snapshot, launch.location))
    for folder in working_folders(script.snapshot, script.file) if command else ():
        for path in scripts_run(script.snapshot, folder, command or ""):
            file = script.snapshot.files.get(path)
            if file is not None and file.path != script.file.path and _takes_it_from_environment(script, file):
                return file
    return None


def _command(source: str) -> str | None:
    """Return the command line of a call that starts a process, `$` for what is computed; None when it is not seen."""
    try:
        call = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(call, ast.Call) or not call.args or any(k.arg in _OPTIONS for k in call.keywords):
        return None
    first = call.args[0]
    if isinstance(first, (ast.List, ast.Tuple)):
        return " ".join(map(_word, first.elts))
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if node.value.strip() and not set(" \t\"'") & set(node.value) else "$"
    return "python" if ast.unparse(node).endswith("executable") else "$"


def _takes_it_from_environment(script: ScriptResolution, file: SourceFile) -> bool:
    child = Resolution(script.snapshot, file).script
    use = child.first(*USES) if child else None
    if child is None or use is None:
        return False
    named = use.kind is EventKind.START_RUN and use.call is not None and _names_run(use)
    changed = any(e.kind in _CHANGES and e.name in _VARIABLES for e in child.events)
    return not named and not changed and child.first(EventKind.SET_EXPERIMENT, reached=False) is None


def _names_run(use: Event) -> bool:
    call = use.call
    return call is not None and bool(call.arguments or {"run_id", "experiment_id", ""} & {k for k, _ in call.keywords})


def _finding(script: ScriptResolution, chosen: Event, launch: Event, child: SourceFile) -> Finding:
    stale, name = _text(launch.result), _text(chosen.result)
    places = [link.location for link in launch.result.because if link.location] if launch.result else []
    related = [Related(f"{name} is set here, and with it MLFLOW_EXPERIMENT_ID", chosen.location)]
    related += [Related(f"MLFLOW_EXPERIMENT_NAME is set to {stale} here", place) for place in places[:1]]
    return Finding(
        RULE,
        f"{child.path.name} inherits MLFLOW_EXPERIMENT_NAME {stale} and the ID of {name}: its run fails to start",
        launch.location,
        tuple(related),
        make_fixes=partial(_fixes, script, chosen, name),
    )


def _fixes(script: ScriptResolution, chosen: Event, name: str) -> Iterator[Fix]:
    units = units_of(script.file)
    (place,) = places_of(units, chosen.statement) if chosen.location.path == script.file.path else (None,)
    if place is None or not place.stands_alone():
        return
    indent = indentation(place.unit.text, first_line(place.statement))
    line = line_after(place.body, place.position)
    added = Additions(units, Spot(place.unit, line, indent, place.body, at_module=False))
    added.add(f'{added.name_of("os")}.environ["{MLFLOW_EXPERIMENT_NAME}"] = {added.quoted(name)}')
    path = script.file.path
    edits = (Edit(Location(path, change.cell, change.span), change.text) for change in added.changes())
    yield Fix(f"Set {MLFLOW_EXPERIMENT_NAME} to {name} after set_experiment", tuple(edits), safe=False)
