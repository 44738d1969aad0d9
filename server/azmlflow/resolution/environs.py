"""The environment variables as a program would get them: a file's own layer with what lies beneath and beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from azmlflow.parsing.python.facts import Constant
from azmlflow.resolution.effects import USES
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import Event, EventKind, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Known
from azmlflow.resolution.sdk import argument
from azmlflow.workspace.environment import dotenv_of_editor, path_in_editor
from azmlflow.workspace.layer import EnvFile, Layer, Setting, Where
from azmlflow.workspace.layers import LAYER_KINDS, layers_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Snapshot, SourceFile


class Variable(NamedTuple):
    """A variable that a program gets. `value` is None where it is present and its value is not to be known.

    `setting` is where a file of the project sets it, None where the process has it already.
    """

    name: str
    value: str | None
    setting: Setting | None


@dataclass(frozen=True, slots=True)
class Environ:
    """What one kind of start gives a program. `own` are the names that the file under inspection sets itself.

    `more` says why other variables may be set, completing "because ..."; `folders` are those that a relative path may
    be meant from, the likeliest first.
    """

    origin: str
    where: Where
    variables: Mapping[str, Variable]
    own: frozenset[str]
    folders: tuple[Path, ...]
    more: str | None = None

    def get(self, name: str) -> Variable | None:
        """Return a variable, or None when nothing seen sets it."""
        return self.variables.get(name)

    def has(self, name: str) -> bool:
        """Tell whether a variable is present, even if it is empty."""
        return name in self.variables

    def text(self, name: str) -> str | None:
        """Return the value of a variable, None when it is absent or its value is not known."""
        variable = self.variables.get(name)
        return variable.value if variable else None

    def filled(self, name: str) -> bool:
        """Tell whether a variable is present and not known to be empty."""
        variable = self.variables.get(name)
        return variable is not None and variable.value != ""

    def setting(self, name: str) -> Setting | None:
        """Return where the file under inspection sets a variable, None when it is set elsewhere or nowhere."""
        variable = self.variables.get(name)
        return variable.setting if variable and name in self.own else None


def environs_of(resolution: Resolution) -> Iterator[Environ]:
    """Yield each environment in which the file sets something; what the file says itself goes before all else."""
    if resolution.file.kind in SCRIPT_KINDS:
        if resolution.script is not None:
            yield from _of_script(resolution.script)
        return
    for layer in resolution.layers:
        yield _of_layer(resolution.snapshot, resolution.file, layer)


def process_environ(snapshot: Snapshot) -> Environ:
    """Return what the process itself has, before any file is loaded."""
    return Environ("process", "here", _of_process(snapshot), frozenset(), snapshot.roots)


def _of_layer(snapshot: Snapshot, file: SourceFile, layer: Layer) -> Environ:
    root = snapshot.root_of(file.path)
    variables = _of_process(snapshot) if layer.where == "here" else {}
    more = layer.more
    for path in _loaded(snapshot, file, layer, root):
        loaded = snapshot.files.get(path)
        if loaded is None:
            more = more or f"{path.name} is not in the project"
            continue
        variables.update(
            _variables(setting for part in layers_of(loaded) for setting in part.settings.values())
        )
    variables.update(_variables(layer.settings.values()))
    folders = _folders(root, file.path.parent, layer.cwd)
    return Environ(layer.origin, layer.where, variables, frozenset(layer.settings), folders, more)


def _loaded(snapshot: Snapshot, file: SourceFile, layer: Layer, root: Path) -> Iterator[Path]:
    """Yield the environment files that a layer takes in, the weakest first.

    VS Code loads `.env` for a launch configuration that names no other file
    (https://code.visualstudio.com/docs/python/debugging#_envfile).
    """
    is_launch = file.kind is FileKind.EDITOR and layer.origin.startswith("launch")
    if is_launch and not layer.env_files:
        default = dotenv_of_editor(snapshot, root)
        yield from [default.path] if default else []
    for env_file in layer.env_files:
        yield _path_of(env_file, file, root)


def _path_of(env_file: EnvFile, file: SourceFile, root: Path) -> Path:
    if file.kind is FileKind.EDITOR:
        return path_in_editor(env_file.path, root)
    return Path(normpath(file.path.parent / env_file.path))


def _folders(root: Path, folder: Path, cwd: str | None) -> tuple[Path, ...]:
    started = (path_in_editor(cwd, root),) if cwd else ()
    return tuple(dict.fromkeys((*started, root, *(() if folder.name == ".vscode" else (folder,)))))


def _of_process(snapshot: Snapshot) -> dict[str, Variable]:
    return {name: Variable(name, value, None) for name, value in snapshot.process.values.items()}


def _variables(settings: Iterable[Setting]) -> dict[str, Variable]:
    return {s.name: Variable(s.name, s.value, s) for s in settings}


def _of_script(script: ScriptResolution) -> Iterator[Environ]:
    """Yield what the script has when it first uses MLflow, or at its end; nothing when it writes no variable."""
    if any(event.kind is EventKind.WRITE_VARIABLE for event in _before_use(script)):
        environ = environ_at_use(script)
        if environ.own:
            yield environ


def environ_at_use(script: ScriptResolution) -> Environ:
    """Return what a script has when it first uses MLflow, or at its end."""
    snapshot, path = script.snapshot, script.file.path
    variables = _of_process(snapshot)
    more: str | None = None
    for event in _before_use(script):
        more = _apply(snapshot, variables, event) or more
    own = frozenset(n for n, v in variables.items() if v.setting is not None and v.setting.place.path == path)
    where: Where = "job" if script.running.platform is Platform.JOB else "here"
    folders = tuple(dict.fromkeys((snapshot.root_of(path), path.parent)))
    return Environ(path.name, where, variables, own, folders, more)


def _before_use(script: ScriptResolution) -> Iterator[Event]:
    for event in script.events:
        if event.kind in USES or not event.reached:
            return
        yield event


def _apply(snapshot: Snapshot, variables: dict[str, Variable], event: Event) -> str | None:
    """Bring the variables up to date with one event; return why others may be set now, if they may."""
    if event.kind is EventKind.LOAD_DOTENV:
        file = snapshot.files.get(Path(event.name)) if event.name else None
        if file is None:
            return "load_dotenv reads a file that is not in the project"
        loaded = _variables(s for layer in layers_of(file) for s in layer.settings.values())
        kept = {} if _overrides(event) else variables
        variables.update({name: v for name, v in loaded.items() if name not in kept})
    elif event.kind is EventKind.WRITE_VARIABLE:
        if event.name is None:
            return "the code sets variables whose names are computed"
        variables[event.name] = _written(event)
    elif event.kind is EventKind.DELETE_VARIABLE and event.name:
        if event.certain:
            variables.pop(event.name, None)
        elif event.name in variables:
            variables[event.name] = variables[event.name]._replace(value=None)
    return None


def _overrides(event: Event) -> bool:
    """Tell whether load_dotenv replaces what is set already."""
    value = argument(event.call, 3, "override") if event.call else None
    return isinstance(value, Constant) and bool(value.value)


def _written(event: Event) -> Variable:
    known = event.result if isinstance(event.result, Known) and event.certain else None
    written = known.literal if known and known.literal else event.location
    value = known.text if known else None
    return Variable(event.name or "", value, Setting(event.name or "", value, event.location, written))


def set_elsewhere(snapshot: Snapshot, root: Path) -> Mapping[str, tuple[Setting, ...]]:
    """Return every setting of the files of a root that are no scripts, by name; worked out once a snapshot."""
    return remembered(snapshot, "settings", root, lambda: _index(snapshot, root))


def _index(snapshot: Snapshot, root: Path) -> Mapping[str, tuple[Setting, ...]]:
    found: dict[str, list[Setting]] = {}
    for file in snapshot.of_kind(*LAYER_KINDS):
        if file.path.is_relative_to(root):
            for layer in layers_of(file):
                for name, setting in layer.settings.items():
                    if name not in layer.inherited:
                        found.setdefault(name, []).append(setting)
    return {name: tuple(settings) for name, settings in found.items()}


def concerns_azure(resolution: Resolution) -> bool:
    """Tell whether the project around a file has to do with Azure ML or MLflow in Python at all.

    Variables such as AZURE_CLIENT_ID mean other things to other programs: in a project without such a script, config
    or job nothing is judged by what azure-identity for Python does.
    """
    return remembered(resolution.snapshot, "concerns", resolution.root, lambda: _concerns(resolution))


def _concerns(resolution: Resolution) -> bool:
    kinds = (*SCRIPT_KINDS, FileKind.JOB, FileKind.WORKSPACE_CONFIG)
    root = resolution.root
    return any(file.path.is_relative_to(root) for file in resolution.snapshot.of_kind(*kinds))
