"""Variables are loaded or set after what reads them has read them.

## What it does

Finds `load_dotenv()` and writes to `os.environ` that come too late:

- the credentials (`AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_CLIENT_SECRET` and the others of a service principal),
  `AZURE_TOKEN_CREDENTIALS` and `AZUREML_CURRENT_CLOUD`, after the first call that talks to the workspace, or after
  `DefaultAzureCredential()` or `EnvironmentCredential()` was made;
- `MLFLOW_TRACKING_URI` while a run is active, or between `set_experiment` and the next run.

It is silent where something behind it may read the variable after all: another tracking URI, another client or
credential, another process; and where the variable had a value before.

## Why it is bad

azureml-mlflow reads these variables once for each workspace, at the first call that talks to it: `set_experiment`,
`start_run`, `MlflowClient()`, a search. `set_tracking_uri` and `autolog` do not count. What is set later changes nothing:
the sign-in has gone on to the Azure CLI or a browser, with another identity, or to another cloud. A credential of
azure-identity reads them when it is made. `MLFLOW_TRACKING_URI` is read at each call, so that the run or experiment from
before is not found any more.

## Example

```python
import mlflow
from dotenv import load_dotenv

mlflow.set_experiment("churn")
load_dotenv()
mlflow.log_metric("loss", 0.1)
```

## Use instead

```python
import mlflow
from dotenv import load_dotenv

load_dotenv()
mlflow.set_experiment("churn")
mlflow.log_metric("loss", 0.1)
```

## Fix safety

Safe: the statements move to before the call that reads the variables. Unsafe where the code in between reads the
environment, too. None is offered when a name that they need is bound in between, or when other variables are set there.

## References

- [Environment variables of azure-identity](https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables)
- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from azmlflow.azure.variables import AZUREML_CURRENT_CLOUD, MLFLOW_TRACKING_URI
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.tracking import counts
from azmlflow.rules.base import Finding, Fix, Related, Rule, Severity
from azmlflow.rules.flow import lost_by
from azmlflow.rules.moving import moved_before
from azmlflow.rules.read_once import Late, Reader, Setter, late_for_sign_in, setters
from azmlflow.rules.source import text_of
from azmlflow.rules.tracking import shown_at, variable_may_be_set
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location

RULE = Rule(
    code="AZM315",
    name="dotenv-loaded-too-late",
    summary="variables are loaded or set after what reads them has read them",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/overview/azure/identity-readme#environment-variables",
    kinds=SCRIPT_KINDS,
    fixable="sometimes",
)

_NEEDS_STORE: Final = USES | {EventKind.SET_EXPERIMENT}
_PREPARES: Final = frozenset({EventKind.LOAD_DOTENV, EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})


class _Found(NamedTuple):
    late: Late
    message: str
    severity: Severity


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each statement that comes too late."""
    script = resolution.script
    if script is None or script.running.platform not in (Platform.OUTSIDE, Platform.UPLOADED):
        return
    set_here = tuple(setters(script))
    found = [*_tracking_uri(script, set_here), *_sign_in(script, set_here)]
    for late, message, severity in found:
        moving = [other.late for other in found if other.late.reader == late.reader]
        yield Finding(
            RULE,
            message,
            shown_at(script, late.event),
            (Related("this reads them before", late.reader.location),),
            severity=severity,
            make_fixes=partial(_fixes, script, moving),
        )


def _tracking_uri(script: ScriptResolution, set_here: Iterable[Setter]) -> Iterator[_Found]:
    """Yield what sets MLFLOW_TRACKING_URI when a run or experiment is in the default store; calls are AZM105's."""
    for index, event, names in set_here:
        before = script.events[:index]
        called = any(e.kind is EventKind.SET_TRACKING and counts(e) for e in before)
        if MLFLOW_TRACKING_URI not in names or called or variable_may_be_set(script, before):
            continue
        lost = lost_by(script, index)
        if lost is not None:
            first = next(e for e in before if e.kind in _NEEDS_STORE)
            reader = Reader(first.name or "a call", first.statement, shown_at(script, lost.event))
            late = Late(event, index, (MLFLOW_TRACKING_URI,), reader)
            yield _Found(late, f"{MLFLOW_TRACKING_URI} is set {lost.consequence}", "error")


def _sign_in(script: ScriptResolution, set_here: Iterable[Setter]) -> Iterator[_Found]:
    for late in late_for_sign_in(script, set_here):
        what = ", ".join(late.names)
        verb = "is" if len(late.names) == 1 else "are"
        when = f"{what} {verb} set after {late.reader.name}"
        if late.reader.is_credential:
            message = f"{when} was made: the credential reads the environment only then, and goes without"
        elif late.names == (AZUREML_CURRENT_CLOUD,):
            message = f"{when}, which has signed in to another cloud: azureml-mlflow reads it only once"
        else:
            message = f"{when}, which has signed in without: azureml-mlflow reads credentials only once"
        reader = late.reader._replace(location=_shown(script, late.reader.location))
        yield _Found(late._replace(reader=reader), message, "warning")


def _shown(script: ScriptResolution, place: Location) -> Location:
    event = next((event for event in script.events if event.location == place), None)
    return shown_at(script, event) if event is not None else place


def _fixes(script: ScriptResolution, moving: Sequence[Late]) -> Iterator[Fix]:
    """Yield the move of all that comes too late for one reader, in order, to before it."""
    reader, path = moving[0].reader, script.file.path
    own = [late.event.statement for late in moving]
    between = [
        e for e in script.events[: moving[-1].position] if e.kind in _PREPARES and _is_behind(e, reader)
    ]
    strangers = [event for event in between if event.statement not in own]
    if strangers or any(place.path != path for place in (reader.statement, *own)):
        return
    statements = tuple(dict.fromkeys(own))
    moves = [moved_before(script.file, reader.statement, statement) for statement in statements]
    if all(moves):
        edits = tuple(edit for move in moves for edit in move)
        safe = not _reads_environment(script, reader, statements)
        what = "load_dotenv" if moving[0].event.kind is EventKind.LOAD_DOTENV else ", ".join(moving[0].names)
        what = what if len(statements) == 1 else "the variables"
        yield Fix(f"Move {what} to before {reader.name}", edits, safe=safe)


def _is_behind(event: Event, reader: Reader) -> bool:
    same = event.statement[:2] == reader.statement[:2]
    return not same or event.statement.span[:2] > reader.statement.span[:2]


def _reads_environment(script: ScriptResolution, reader: Reader, moved: Sequence[Location]) -> bool:
    """Tell whether the code that is passed, what is moved apart, speaks of the environment."""
    text, last = text_of(script.file, reader.statement.cell), moved[-1].span.line
    passed = set(range(reader.statement.span.line, last))
    passed -= {line for place in moved for line in range(place.span.line, place.span.end_line + 1)}
    return any(word in text.line(line) for line in passed for word in ("environ", "getenv"))
