"""The tracking URI is one of Azure Machine Learning, and azureml-mlflow is not installed with the code.

## What it does

Looks for azureml-mlflow where the packages of a script come from, when the script logs to a workspace: in the
dependency files beside the script and in the folders above, in the project's interpreter, and for a script that an
Azure Machine Learning job runs in the environment of that job. A file that lists MLflow and neither the plugin nor a
package that may bring it is reported, or the script itself where no file lists MLflow.

A README, a Dockerfile or a notebook's cell that installs the plugin counts as well, and nothing is said of an
environment that is not in the project.

## Why it is bad

MLflow learns about `azureml://` from the plugin alone. Without it the first call that needs the tracking server
fails, and the message does not name the package: `UnsupportedModelRegistryStoreURIException: Model registry
functionality is unavailable; got unsupported URI 'azureml://...'`.

## Example

```text
# requirements.txt, beside a script that calls mlflow.set_tracking_uri("azureml://...")
mlflow
scikit-learn
```

## Use instead

```text
azureml-mlflow
mlflow
scikit-learn
```

azureml-mlflow stands first: pip would otherwise take the newest MLflow and then a plugin that is too old for it.

## Fix safety

Unsafe: the fix adds a package, and with it its own requirements, to the file.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#prerequisites)
- [azureml-mlflow](https://pypi.org/project/azureml-mlflow/)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.versions import MLFLOW, PLUGIN, SKINNY
from azmlflow.resolution.bundles import Bundle, Wanted, bundle_of_file
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.packages import DEPENDENCY_KINDS, home_of, is_of_model
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule
from azmlflow.rules.dependency_edits import addition, pip_list, place_for, plugin_versions
from azmlflow.rules.packages import (
    environments,
    interpreter_of,
    is_chosen,
    is_told_elsewhere,
    may_bring_plugin,
    mentions_plugin,
    mlflow_line,
    needs_plugin,
    scripts_beside,
)
from azmlflow.rules.tracking import shown_at
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Snapshot, SourceFile

RULE = Rule(
    code="AZM601",
    name="plugin-missing",
    summary="an azureml:// tracking URI is in use and azureml-mlflow is not installed",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking#prerequisites",
    kinds=SCRIPT_KINDS | DEPENDENCY_KINDS,
    fixable="sometimes",
)

_MOST_SCRIPTS: Final = 12
"""Scripts that are followed to find one that a dependency file is for; those that name Azure ML come first."""


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at the line that asks for MLflow, or at the script's call where no file asks for it."""
    if resolution.script is not None:
        yield from _in_script(resolution.script)
    elif not is_of_model(resolution.snapshot, resolution.file.path):
        yield from _in_dependencies(resolution.snapshot, resolution.file)


def _in_script(script: ScriptResolution) -> Iterator[Finding]:
    """The interpreter is the only witness: it has MLflow, and no file says how that came."""
    event, interpreter = needs_plugin(script), interpreter_of(script)
    if event is None or interpreter is None or not is_chosen(interpreter) or not script.running.outside:
        return
    packages = interpreter.packages
    has_mlflow = MLFLOW in packages or SKINNY in packages
    if not has_mlflow or PLUGIN in packages or not _lacks_plugin(script):
        return
    if all(mlflow_line(bundle) is None for bundle in environments(script) or ()):
        message = f"{PLUGIN} is not installed in {interpreter.python.parent.parent.name}, so MLflow does not know azureml://"
        yield Finding(RULE, message, shown_at(script, event), confidence="high")


def _lacks_plugin(script: ScriptResolution) -> bool:
    """Tell whether nothing that is seen installs the plugin for a script."""
    bundles = environments(script)
    if bundles is None or any(map(may_bring_plugin, bundles)) or mentions_plugin(script.file):
        return False
    if not script.running.outside:
        return True
    interpreter = interpreter_of(script)
    if interpreter is not None and PLUGIN in interpreter.packages:
        return False
    return not is_told_elsewhere(script.snapshot, script.snapshot.root_of(script.file.path))


def _in_dependencies(snapshot: Snapshot, file: SourceFile) -> Iterator[Finding]:
    bundle = bundle_of_file(snapshot, file)
    line = mlflow_line(bundle)
    if line is None or may_bring_plugin(bundle):
        return
    script = next(_scripts_without_plugin(snapshot, bundle), None)
    if script is None:
        return
    event = needs_plugin(script)
    place = shown_at(script, event) if event else None
    related = (Related(f"{script.file.path.name} logs to a workspace", place),) if place else ()
    message = f"{PLUGIN} is not listed beside {line.requirement.raw_name}, so MLflow does not know azureml:// in {script.file.path.name}"
    yield Finding(RULE, message, line.location, related, make_fixes=partial(_fixes, snapshot, bundle, line))


def _scripts_without_plugin(snapshot: Snapshot, bundle: Bundle) -> Iterator[ScriptResolution]:
    """Yield the scripts that run with what this file installs, and need the plugin."""
    for path in scripts_beside(snapshot, bundle.path)[:_MOST_SCRIPTS]:
        script = Resolution(snapshot, snapshot.files[path]).script
        if script is None or needs_plugin(script) is None or not _lacks_plugin(script):
            continue
        asking = [b.path for b in environments(script) or () if mlflow_line(b) is not None]
        nearest = [path for path in asking if home_of(path) == home_of(asking[0])]
        if bundle.path in (nearest if script.running.outside else asking):
            yield script


def _fixes(snapshot: Snapshot, bundle: Bundle, line: Wanted) -> Iterator[Fix]:
    specifier = plugin_versions(bundle, line)
    edit = _addition(snapshot, bundle, line, specifier) if specifier is not None else None
    if edit is not None:
        yield Fix(f"Add {PLUGIN}{specifier} to {bundle.path.name}", (edit,), safe=False)


def _addition(snapshot: Snapshot, bundle: Bundle, line: Wanted, specifier: str) -> Edit | None:
    own = [wanted for wanted in bundle.wanted if wanted.path == bundle.path]
    if line.requirement.source != "conda":
        return addition(snapshot, place_for(line, own, PLUGIN), PLUGIN, specifier)
    by_pip = [wanted for wanted in own if wanted.requirement.source == "pip"]
    if by_pip:
        return addition(snapshot, by_pip[0], PLUGIN, specifier)
    return pip_list(snapshot, own[-1], own, PLUGIN, specifier)
