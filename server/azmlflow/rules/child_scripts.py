"""Scripts of the project that another one starts as a process of their own."""

from __future__ import annotations

import ast
from typing import Final

from azmlflow.azure.variables import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from azmlflow.resolution.commands import scripts_run
from azmlflow.resolution.effects import USES
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.script import working_folders
from azmlflow.rules.source import slice_at

_OPTIONS: Final = frozenset({"env", "cwd", "executable", None})
"""What makes it unknown which environment or which file a child gets."""

_VARIABLES: Final = frozenset({None, MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID})
_CHANGES: Final = frozenset({EventKind.WRITE_VARIABLE, EventKind.DELETE_VARIABLE})


def child_script(script: ScriptResolution, launch: Event) -> ScriptResolution | None:
    """Return the script of the project that a call starts with the environment as it is, None when none is seen."""
    command = _command(slice_at(script.snapshot, launch.location))
    for folder in working_folders(script.snapshot, script.file) if command else ():
        for path in scripts_run(script.snapshot, folder, command or ""):
            file = script.snapshot.files.get(path)
            if file is not None and file.path != script.file.path:
                return Resolution(script.snapshot, file).script
    return None


def takes_experiment_from_environment(script: ScriptResolution) -> bool:
    """Tell whether the first run of a script goes where MLflow's variables say, as they are inherited."""
    use = script.first(*USES)
    changed = any(e.kind in _CHANGES and e.name in _VARIABLES for e in script.events)
    if use is None or changed or script.first(EventKind.SET_EXPERIMENT, reached=False) is not None:
        return False
    return use.kind is not EventKind.START_RUN or not _names_run(use)


def _names_run(use: Event) -> bool:
    call = use.call
    named = {"run_id", "experiment_id", ""} & {name for name, _ in call.keywords} if call else {""}
    return bool(named) or bool(call and call.arguments)


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
