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

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.variables import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.rules.additions import Additions
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.rules.child_scripts import child_script, takes_experiment_from_environment
from azmlflow.rules.insertion import Spot
from azmlflow.rules.removal import places_of
from azmlflow.rules.sheet import first_line, line_after, units_of
from azmlflow.rules.source import indentation
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

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

_CHANGES: Final = frozenset({EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each call that starts a script with variables which disagree."""
    script = resolution.script
    if script is None or script.running.platform in (Platform.TEST, Platform.JOB):
        return
    for at, event in enumerate(script.events):
        if event.kind is not EventKind.LAUNCH or not event.reached or event.location.path != script.file.path:
            continue
        chosen = _chosen(script.events[:at])
        child = child_script(script, event) if chosen and _differ(chosen, event) else None
        if chosen is not None and child is not None and takes_experiment_from_environment(child):
            yield _finding(script, chosen, event, child.file.path.name)


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


def _finding(script: ScriptResolution, chosen: Event, launch: Event, child: str) -> Finding:
    stale, name = _text(launch.result), _text(chosen.result)
    places = [link.location for link in launch.result.because if link.location] if launch.result else []
    related = [Related(f"{name} is set here, and with it MLFLOW_EXPERIMENT_ID", chosen.location)]
    related += [Related(f"MLFLOW_EXPERIMENT_NAME is set to {stale} here", place) for place in places[:1]]
    return Finding(
        RULE,
        f"{child} inherits MLFLOW_EXPERIMENT_NAME {stale} and the ID of {name}: its run fails, or goes to {stale}",
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
