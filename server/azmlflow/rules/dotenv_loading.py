"""Whether anything gives a script the variables of its environment file: the code, what starts it, the editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from azmlflow.parsing import tree
from azmlflow.parsing.python.document import Block
from azmlflow.patterns import pattern
from azmlflow.resolution.dotenv import find
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import EventKind, ScriptResolution
from azmlflow.resolution.modules import find_module, units_of
from azmlflow.workspace.classify import LOADING_STARTERS, STARTERS
from azmlflow.workspace.environment import dotenv_of_editor
from azmlflow.workspace.layer import root_of_tree
from azmlflow.workspace.snapshot import YAML_KINDS, FileKind, Snapshot, SourceFile

Loading = Literal["yes", "perhaps", "no"]

MOST_MODULES: Final = 200
_IN_CODE: Final = pattern(
    r"\b(?:load_dotenv|dotenv_values|read_env|load_env\w*)\s*\(|\benvirons\b|\bdecouple\b|\bdynaconf\b"
    r"|BaseSettings|pydantic_settings|env_file|[\"'/\\]\.env\b"
)
"""What in code reads an environment file, or names one."""
_BY_IMPORT: Final = frozenset({"litellm", "crewai", "chainlit", "dagster", "flask", "promptflow"})
"""Packages that load `.env` by themselves, when they are imported or start the script."""
_BY_STARTER: Final = pattern(
    r"--env-file|\benv[_-]?file\b|\bdotenv\b|\bpipenv\b|\bhoncho\b|\bforeman\b|\bdirenv\b|\ballexport\b"
    r"|\bset -a\b|\bxargs\b|(?:\bsource|(?<![\w.])\.)[ \t]+[\"']?[\w./${}-]{0,200}\.env\b",
    re.IGNORECASE,
)
"""What in a script of the shell, a document or a workflow gives a program the variables of a file."""
_STARTING: Final = frozenset(
    {FileKind.SHELL, FileKind.MARKDOWN, FileKind.DOCKERFILE, FileKind.JOB, FileKind.SETTINGS, *YAML_KINDS}
)
_BY_PROJECT: Final = pattern(r"dotenv[_-]plugin|\benv[_-]?file\b|--env-file", re.IGNORECASE)


def dotenv_of(script: ScriptResolution) -> SourceFile | None:
    """Return the environment file that `load_dotenv()` would find for a script."""
    return find(script.snapshot, script.file.path.parent)


def loading(script: ScriptResolution, dotenv: SourceFile) -> Loading:
    """Tell whether something loads an environment file for a script: "perhaps" where that is not to be seen."""
    snapshot, path = script.snapshot, script.file.path
    if any(event.kind is EventKind.LOAD_DOTENV for event in script.events):
        return "yes"
    if any(facts.indices("environment file loaders", _loads) for _, facts in units_of(script.file)):
        return "yes"
    if remembered(snapshot, "imports load .env", path, lambda: _imports_load(snapshot, path)):
        return "yes"
    root = snapshot.root_of(path)
    by_starter = remembered(snapshot, "starters load .env", root, lambda: _starters_load(snapshot, root))
    if by_starter != "no":
        return by_starter
    in_editor = script.file.kind is FileKind.NOTEBOOK or _is_debugged(snapshot, root)
    return "perhaps" if in_editor and dotenv_of_editor(snapshot, root) is dotenv else "no"


def _loads(block: Block) -> bool:
    return _IN_CODE.search(block.text) is not None


def _imports_load(snapshot: Snapshot, path: Path) -> bool:
    """Tell whether one of the modules that a script imports, however indirectly, loads an environment file."""
    for module in imported_modules(snapshot, path):
        if not _BY_IMPORT.isdisjoint(name.partition(".")[0] for name in snapshot.imports.get(module, ())):
            return True
        file = snapshot.files.get(module)
        if module != path and file is not None and _IN_CODE.search(file.text.value):
            return True
    return False


def imported_modules(snapshot: Snapshot, path: Path) -> Iterator[Path]:
    """Yield a script and the modules of the project that it imports, however indirectly."""
    pending, seen = [path], {path}
    while pending and len(seen) < MOST_MODULES:
        importer = pending.pop()
        yield importer
        for name in snapshot.imports.get(importer, ()):
            for dotted in (name, name.rpartition(".")[0]):
                module = find_module(snapshot, importer, dotted) if dotted else None
                if module is not None and module not in seen:
                    seen.add(module)
                    pending.append(module)


def _starters_load(snapshot: Snapshot, root: Path) -> Loading:
    """Tell whether what starts the programs of a project loads an environment file."""
    present = {path.name for path in snapshot.present if path.parent == root}
    if not present.isdisjoint(LOADING_STARTERS):
        return "yes"
    for file in snapshot.of_kind(*_STARTING, FileKind.EDITOR, FileKind.PYPROJECT):
        if file.path.is_relative_to(root) and _starts_with_it(file):
            return "yes"
    return "no" if present.isdisjoint(STARTERS) else "perhaps"


def _starts_with_it(file: SourceFile) -> bool:
    if file.kind is FileKind.EDITOR:
        setting = tree.get(root_of_tree(file), "python.terminal.useEnvFile")
        return isinstance(setting, tree.Scalar) and setting.value is True
    pattern = _BY_PROJECT if file.kind is FileKind.PYPROJECT else _BY_STARTER
    return pattern.search(file.text.value) is not None


def _is_debugged(snapshot: Snapshot, root: Path) -> bool:
    """Tell whether the project has launch configurations: VS Code loads `.env` for those that name no other file."""
    launch = snapshot.files.get(root / ".vscode" / "launch.json")
    return launch is not None and tree.get(root_of_tree(launch), "configurations") is not None
