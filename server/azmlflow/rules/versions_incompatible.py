"""Versions that are asked for, or installed, cannot be installed together or do not work together.

## What it does

Reads the versions that a dependency file, a `pip install` in a notebook or Dockerfile, or a job's own conda environment
asks for, and works out what an installer makes of them, from a table of the releases of azureml-mlflow, azure-ai-ml and
MLflow and of the upper bounds that they set. It reports

- a pair that cannot be installed together, such as an MLflow newer than azureml-mlflow allows;
- a pair that installs and then fails;
- a pin that makes the installer go back to old releases of azureml-mlflow without a word;
- an old mlflow beside a newer mlflow-skinny: both write into one folder, and what runs is a mixture;
- MLflow listed before azureml-mlflow, both without versions.

In a script that logs to a workspace it reports a pair in the project's interpreter that is known to fail. Lines of
`override-dependencies` are respected: nothing is said about the packages that they name.

## Why it is bad

azureml-mlflow bounds mlflow-skinny from above since 1.61.0, and releases before that set no bound. pip and uv
therefore answer `mlflow azureml-mlflow` with the newest MLflow and with azureml-mlflow 1.60.0, the last that forbids
nothing, and the first artifact or model fails with `azureml_artifacts_builder() got an unexpected keyword argument
'tracking_uri'`. Metrics and parameters still arrive, which hides the fault until a training is over.

azure-ai-ml before 1.26.3 sets no bound on marshmallow, and cannot be imported with the release that is installed today.

## Example

```text
mlflow==3.4.0
azureml-mlflow==1.60.0
```

## Use instead

```text
mlflow==3.4.0
azureml-mlflow==1.62.0.post6
```

## Fix safety

Unsafe: other versions of a package may behave differently.

## References

- [azureml_artifacts_builder() got an unexpected keyword argument](https://github.com/Azure/azure-sdk-for-python/issues/43661)
- [azureml-mlflow 1.61.0 is incompatible with mlflow 2.22](https://github.com/Azure/azure-sdk-for-python/issues/44365)
- [marshmallow 4 has broken azure.ai.ml](https://github.com/Azure/azure-sdk-for-python/issues/40565)
- [Why mlflow depends on mlflow-skinny since 2.15](https://github.com/mlflow/mlflow/pull/12426)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

from azmlflow.azure.version_outlook import Trouble, troubles
from azmlflow.azure.version_remedies import Remedy, remedies
from azmlflow.azure.versions import MLFLOW, PLUGIN, SDK, SKINNY, clashes
from azmlflow.resolution.bundles import Bundle, Wanted, wishes_of
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.packages import DEPENDENCY_KINDS, bundles_of, is_of_model
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Confidence, Edit, Finding, Fix, Related, Rule, Severity
from azmlflow.rules.dependency_edits import addition, place_for, versions_edit
from azmlflow.rules.packages import interpreter_of, is_chosen, is_well_installed, needs_plugin, pythons_of
from azmlflow.rules.tracking import shown_at
from azmlflow.rules.version_messages import message_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot, SourceFile

RULE = Rule(
    code="AZM602",
    name="versions-incompatible",
    summary="versions of MLflow, azureml-mlflow or azure-ai-ml that cannot work together",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/Azure/azure-sdk-for-python/issues/43661",
    kinds=SCRIPT_KINDS | DEPENDENCY_KINDS | {FileKind.JOB, FileKind.DOCKERFILE},
    fixable="sometimes",
)

_TELLING: Final = (PLUGIN, SDK, MLFLOW, SKINNY)
_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock")


class _Asked(NamedTuple):
    """A bundle as wishes; `ordered` when its installer goes by the order of the lines."""

    bundle: Bundle
    wishes: Mapping[str, str]
    python: str
    ordered: bool


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at a line for each trouble that it makes, and in a script for packages that are installed."""
    snapshot, file = resolution.snapshot, resolution.file
    if resolution.script is not None:
        yield from _installed(resolution.script)
    if is_of_model(snapshot, file.path):
        return
    seen: set[tuple[object, ...]] = set()
    for bundle in bundles_of(snapshot, file):
        for finding in _of_bundle(snapshot, file, bundle):
            key = (finding.location, finding.message)
            if key not in seen:
                seen.add(key)
                yield finding


def _installed(script: ScriptResolution) -> Iterator[Finding]:
    event, interpreter = needs_plugin(script), interpreter_of(script)
    if event is None or interpreter is None or not is_chosen(interpreter) or not script.running.outside:
        return
    versions = interpreter.packages
    for clash in clashes(versions):
        if clash.first == PLUGIN:
            other = MLFLOW if clash.second == SKINNY and MLFLOW in versions else clash.second
            pair = f"{PLUGIN} {versions[PLUGIN]} and {other} {versions[other]}"
            where = interpreter.python.parent.parent.name
            message = f"{pair}, which {where} has, do not work together: {clash.fault}"
            yield Finding(RULE, message, shown_at(script, event))


def _of_bundle(snapshot: Snapshot, file: SourceFile, bundle: Bundle) -> Iterator[Finding]:
    if not bundle.lists(*_TELLING):
        return
    asked = _asked(bundle, pythons_of(file))
    if asked is None:
        return
    for trouble in troubles(asked.wishes, asked.python, asked.ordered):
        blamed = _line(bundle, file, trouble.package) or _line(bundle, file, trouble.other)
        if blamed is not None and _counts(snapshot, file, asked, trouble):
            yield _finding(snapshot, asked, trouble, blamed)


def _asked(bundle: Bundle, python: str) -> _Asked | None:
    wishes = wishes_of(bundle.wanted)
    if wishes is None:
        return None
    python = wishes.pop("python", python)
    sources = {wanted.requirement.source for wanted in bundle.named(*_TELLING)}
    return _Asked(bundle, wishes, python, sources.isdisjoint({"poetry", "conda"}))


def _line(bundle: Bundle, file: SourceFile, name: str) -> Wanted | None:
    return next((wanted for wanted in bundle.named(name) if wanted.path == file.path), None)


def _counts(snapshot: Snapshot, file: SourceFile, asked: _Asked, trouble: Trouble) -> bool:
    """Tell whether a trouble holds in spite of what else decides: an override, conda, a lock file, what is installed."""
    names = {trouble.package, trouble.other, trouble.limit.partition("<")[0].partition("=")[0]}
    involved = [w.requirement for w in asked.bundle.wanted if w.requirement.name in names]
    if any(requirement.source == "override" for requirement in involved):
        return False
    is_certain = trouble.certain
    if any(requirement.source == "conda" for requirement in involved):
        return trouble.kind == "clash" and trouble.certain
    if not is_certain and (not asked.bundle.complete or file.kind is FileKind.NOTEBOOK):
        return False  # a notebook installs into what is there already, and pip leaves that alone
    has_lock = any(file.path.parent / name in snapshot.present for name in _LOCKS)
    if has_lock and file.kind is FileKind.PYPROJECT:
        return is_certain
    return not (trouble.by_order and is_well_installed(snapshot, file.path))


def _finding(snapshot: Snapshot, asked: _Asked, trouble: Trouble, blamed: Wanted) -> Finding:
    severity: Severity = "error" if trouble.certain else "information" if trouble.by_order else "warning"
    confidence: Confidence = "high" if trouble.certain else "medium"
    others = (w for w in asked.bundle.named(trouble.package, trouble.other) if w != blamed)
    related = tuple(
        Related(f"{wanted.requirement.raw_name} is asked for here", wanted.location) for wanted in others
    )
    message = message_of(trouble, asked.wishes)
    make = partial(_fixes, snapshot, asked, trouble, blamed)
    return Finding(RULE, message, blamed.location, related, severity, confidence, make)


def _fixes(snapshot: Snapshot, asked: _Asked, trouble: Trouble, blamed: Wanted) -> Iterator[Fix]:
    for remedy in remedies(asked.wishes, trouble, asked.python, asked.ordered):
        edit = _edit(snapshot, asked, remedy, blamed)
        if edit is not None:
            verb = "Ask for" if remedy.package in asked.wishes else "Add"
            yield Fix(f"{verb} {remedy.package}{remedy.specifier}", (edit,), safe=False)


def _edit(snapshot: Snapshot, asked: _Asked, remedy: Remedy, blamed: Wanted) -> Edit | None:
    lines = [wanted for wanted in asked.bundle.wanted if wanted.requirement.name == remedy.package]
    if lines:
        is_alone = len(lines) == 1 and not lines[0].is_constraint
        return versions_edit(snapshot, lines[0], remedy.specifier) if is_alone else None
    own = [wanted for wanted in asked.bundle.wanted if wanted.path == blamed.path]
    return addition(snapshot, place_for(blamed, own, remedy.package), remedy.package, remedy.specifier)
