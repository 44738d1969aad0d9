"""Layers of environment variables: who sets which, to what, and where that is written.

A layer says what its file sets; which layers a script really gets, and which wins, is for the resolution to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from azmlflow.parsing import tree
from azmlflow.parsing.dotenv import DotenvFacts, expand
from azmlflow.parsing.tree import Node, Scalar, Tree
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.snapshot import EnvironmentLayer, FileKind, Location, Snapshot, SourceFile

_TERMINALS: Final = ("linux", "osx", "windows")


def dotenv_for(snapshot: Snapshot, folder: Path, name: str = ".env") -> SourceFile | None:
    """Return the file that `load_dotenv()` finds for a script in `folder`: the nearest of that name, upward.

    None when there is none, and when the nearest one could not be read (it is then in `snapshot.skipped`).
    """
    unread = {skipped.path for skipped in snapshot.skipped}
    for parent in (folder, *folder.parents):
        file = snapshot.files.get(parent / name)
        if file is not None or parent / name in unread:
            return file
    return None


def dotenv_of_editor(snapshot: Snapshot, root: Path) -> SourceFile | None:
    """Return the file that VS Code loads for debugging and tests: `python.envFile`, by default `.env` in the root."""
    settings = snapshot.files.get(root / ".vscode" / "settings.json")
    chosen = tree.text(tree.get(_root_of(settings), "python.envFile")) if settings else None
    return snapshot.files.get(_path_in_editor(chosen or "${workspaceFolder}/.env", root))


def layer_of_dotenv(
    file: SourceFile, environ: Mapping[str, str] | None = None, override: bool = False
) -> EnvironmentLayer:
    """Return what an environment file sets, `${NAME}` expanded as `load_dotenv(override=override)` does it.

    `environ` is what the process has before the file is loaded. A key without a value sets nothing.
    """
    facts = file.facts
    if not isinstance(facts, DotenvFacts):
        return EnvironmentLayer(file.path.name, {}, {})
    expanded = expand(facts.entries, environ or {}, override)
    values = {name: value for name, value in expanded.items() if value is not None}
    locations = {e.key: Location(file.path, None, e.span) for e in facts.entries if e.key in values}
    return EnvironmentLayer(file.path.name, values, locations)


def layers_of(file: SourceFile) -> tuple[EnvironmentLayer, ...]:
    """Return every set of variables that a file sets for something that is started with it."""
    reader = LAYER_READERS.get(file.kind)
    return tuple(reader(file)) if reader else ()


def layers_of_launch(file: SourceFile) -> Iterator[EnvironmentLayer]:
    """Yield the `env` of each configuration in a launch.json, and of the terminals in a settings.json."""
    root = _root_of(file)
    configurations = tree.get(root, "configurations")
    for item in configurations.items if isinstance(configurations, tree.Sequence) else ():
        name = tree.text(tree.get(item, "name")) or "without a name"
        yield from _layer(f"launch configuration {name}", tree.get(item, "env"), file.path)
    for system in _TERMINALS:
        variables = tree.get(root, f"terminal.integrated.env.{system}")
        yield from _layer(f"VS Code terminal on {system}", variables, file.path)


def env_files_of_launch(file: SourceFile, root: Path) -> tuple[tuple[str, Path], ...]:
    """Return (configuration's name, path) for each `envFile` in a launch.json of the workspace folder `root`."""
    configurations = tree.get(_root_of(file), "configurations")
    items = configurations.items if isinstance(configurations, tree.Sequence) else ()
    named = ((tree.text(tree.get(i, "name")) or "", tree.text(tree.get(i, "envFile"))) for i in items)
    return tuple((name, _path_in_editor(path, root)) for name, path in named if path)


def layers_of_job(file: SourceFile) -> Iterator[EnvironmentLayer]:
    """Yield the `environment_variables` of a job, and of each step of a pipeline."""
    trees = file.facts if isinstance(file.facts, tuple) else ()
    for document in trees:
        if not isinstance(document, Tree):
            continue
        for path, node in tree.walk(document.root):
            if path and path[-1] == "environment_variables":
                step = next((str(name) for name in reversed(path[:-1]) if name not in ("jobs", "trial")), "")
                yield from _layer(f"job {step or file.path.name}", node, file.path)


def _layers_of_dotenv(file: SourceFile) -> Iterator[EnvironmentLayer]:
    if not is_template(file.path):
        yield layer_of_dotenv(file)


LAYER_READERS: Final[Mapping[FileKind, Callable[[SourceFile], Iterator[EnvironmentLayer]]]] = {
    FileKind.DOTENV: _layers_of_dotenv,
    FileKind.EDITOR: layers_of_launch,
    FileKind.JOB: layers_of_job,
}
"""Which kinds of file set variables, and how they are read; a new source of variables is a new line here."""


def _layer(origin: str, node: Node | None, path: Path) -> Iterator[EnvironmentLayer]:
    """Yield a layer for a mapping of names to scalars; nothing for anything else, and for an empty one."""
    if not isinstance(node, tree.Mapping) or not node.entries:
        return
    values: dict[str, str] = {}
    locations: dict[str, Location] = {}
    for key, value in node.entries:
        if isinstance(value, Scalar) and value.value is not None:
            name = str(key.value)
            values[name] = str(value.value)
            locations[name] = Location(path, None, value.span)
    yield EnvironmentLayer(origin, values, locations)


def _root_of(file: SourceFile) -> Node | None:
    return file.facts.root if isinstance(file.facts, Tree) else None


def _path_in_editor(written: str, root: Path) -> Path:
    """Return the path that VS Code means, with the workspace folder filled in."""
    for variable in ("${workspaceFolder}", "${workspaceRoot}"):
        written = written.replace(variable, str(root))
    return root / written
