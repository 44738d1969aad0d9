"""What a layer of environment variables is, and how JSON and YAML write one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, NamedTuple

from azmlflow.parsing import tree
from azmlflow.parsing.tree import Node, Scalar, Tree
from azmlflow.patterns import pattern
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile

Where = Literal["here", "job", "container", "ci"]
"""Where the program runs: on the user's machine, in an Azure ML job, in a container, on a CI machine."""


class Setting(NamedTuple):
    """A variable that a file sets; `place` is the entry, or in JSON and YAML its key, `written` the value.

    `value` is None where it is put together from other variables, or kept elsewhere (`${{ secrets.NAME }}`).
    """

    name: str
    value: str | None
    place: Location
    written: Location


class EnvFile(NamedTuple):
    """Another file of variables that a layer takes in, as written."""

    path: str
    place: Location


class Layer(NamedTuple):
    """The variables that a file sets for one kind of start; of a repeated name the last one.

    `inherited` are those that this start gets from an outer level of the same file. `more` says why variables may be
    set that are not written here, completing "because ...". `cwd` is the folder that the file says it starts in.
    """

    origin: str
    where: Where
    settings: Mapping[str, Setting]
    inherited: frozenset[str] = frozenset()
    env_files: tuple[EnvFile, ...] = ()
    more: str | None = None
    cwd: str | None = None


def of_list_or_mapping(file: SourceFile, node: Node | None) -> Iterator[Setting]:
    """Yield `NAME: value` pairs, or the items `NAME=value` of a list; a bare `NAME` is taken from outside."""
    yield from of_mapping(file, node)
    for item in node.items if isinstance(node, tree.Sequence) else ():
        written = tree.text(item)
        if written is not None and isinstance(item, Scalar):
            name, equals, value = written.partition("=")
            place = Location(file.path, None, item.span)
            yield Setting(name.strip(), _plain(value) if equals else None, place, place)


def of_mapping(file: SourceFile, node: Node | None) -> Iterator[Setting]:
    """Yield the entries of a mapping whose values are scalars; nothing for any other node."""
    for key, value in node.entries if isinstance(node, tree.Mapping) else ():
        if isinstance(value, Scalar):
            yield setting_of(file, str(key.value), key, value)


def setting_of(file: SourceFile, name: str, key: Scalar, value: Scalar) -> Setting:
    """Return the setting that a key and a scalar make."""
    text = None if value.value is None else _plain(_in_folder(file, _as_written(file, value.value)))
    if value.value is None and file.kind in (FileKind.WORKFLOW, FileKind.PIPELINE):
        text = ""  # `NAME:` sets the empty text there; in compose it hands the variable on, in a job it is refused
    return Setting(name, text, Location(file.path, None, key.span), Location(file.path, None, value.span))


def _as_written(file: SourceFile, value: str | int | float | bool) -> str:
    """Return a scalar as text: Azure ML makes it one as Python does, the others as YAML does."""
    return str(value).lower() if isinstance(value, bool) and file.kind is not FileKind.JOB else str(value)


def filled_in(written: str, root: Path) -> str:
    """Return a text of VS Code's files with the workspace folder filled in."""
    for variable in ("${workspaceFolder}", "${workspaceRoot}"):
        written = written.replace(variable, str(root))
    return written


def _in_folder(file: SourceFile, value: str) -> str:
    """Return a value with the workspace folder filled in where VS Code does it: in the files of `.vscode`."""
    return filled_in(value, file.path.parent.parent) if file.kind is FileKind.EDITOR else value


_COMPOSED: Final = pattern(r"\$\{|\$\(|\$\[|\$\w|%\w+%")


def _plain(value: str) -> str | None:
    """Return a value that is complete as it stands, None where something in it is still to be replaced."""
    return None if _COMPOSED.search(value) else value


def env_files_of(file: SourceFile, node: Node | None) -> Iterator[EnvFile]:
    """Yield the files named by `env_file`: a path, a list of paths, or of mappings with a path."""
    for item in node.items if isinstance(node, tree.Sequence) else (node,):
        named = tree.get(item, "path") if isinstance(item, tree.Mapping) else item
        path = tree.text(named)
        if path and isinstance(named, Scalar):
            yield EnvFile(path, Location(file.path, None, named.span))


def by_name(settings: Iterable[Setting]) -> dict[str, Setting]:
    """Return the settings by name; of a repeated one the last."""
    return {setting.name: setting for setting in settings}


def root_of_tree(file: SourceFile) -> Node | None:
    """Return the root of a file that is one document."""
    return file.facts.root if isinstance(file.facts, Tree) else None


def roots_of(file: SourceFile) -> list[Node | None]:
    """Return the roots of a YAML file's documents."""
    trees = file.facts if isinstance(file.facts, tuple) else ()
    return [document.root for document in trees if isinstance(document, Tree)]
