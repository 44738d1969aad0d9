"""Every place in a file where a tracking or registry URI is written out, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from azmlflow.parsing import tree
from azmlflow.parsing.base import Span
from azmlflow.parsing.dotenv import DotenvFacts
from azmlflow.parsing.shell import ShellFacts
from azmlflow.parsing.tree import Node, Scalar, Tree
from azmlflow.patterns import pattern
from azmlflow.resolution.script_uris import uris_of_script
from azmlflow.resolution.shell_uris import uris_of_shell
from azmlflow.resolution.written import USES, Carrier, UriLiteral, literal_of
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.snapshot import SCRIPT_KINDS, YAML_KINDS, FileKind, Location, SourceFile

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution

_IN_DOTENV: Final = pattern(r"\$\{[^{}]{1,200}\}")
_IN_TREE: Final = pattern(
    r"\$?\{\{[^{}]{1,200}\}\}|[$#]\{[^{}]{1,200}\}#?|\$\([^()]{1,200}\)|\$\[[^\[\]]{1,200}\]|\$\w+"
)
"""What GitHub, Azure Pipelines, compose, VS Code and templates fill in before anything is started."""


def uri_literals(resolution: Resolution) -> Iterator[UriLiteral]:
    """Yield the URIs that a file writes out, those of its code in the order of execution."""
    if resolution.script is not None:
        yield from uris_of_script(resolution.script)
        return
    reader = _READERS.get(resolution.file.kind)
    if reader is not None and any(name in resolution.file.text.value for name in USES):
        yield from reader(resolution.file)


def _of_dotenv(file: SourceFile) -> Iterator[UriLiteral]:
    for entry in file.facts.entries if isinstance(file.facts, DotenvFacts) else ():
        if entry.key in USES and entry.value:
            place = Location(file.path, None, entry.value_span)
            literal = literal_of(place, file.text, entry.key, entry.value, _IN_DOTENV, "dotenv")
            if literal is not None:
                yield literal._replace(template=is_template(file.path))


def _of_json(file: SourceFile) -> Iterator[UriLiteral]:
    if isinstance(file.facts, Tree):
        yield from _of_tree(file, file.facts.root, "json")


def _of_yaml(file: SourceFile) -> Iterator[UriLiteral]:
    for document in file.facts if isinstance(file.facts, tuple) else ():
        if isinstance(document, Tree):
            yield from _of_tree(file, document.root, "yaml")


def _of_tree(file: SourceFile, root: Node | None, carrier: Carrier) -> Iterator[UriLiteral]:
    for path, node in tree.walk(root):
        for name, value, skipped in _settings(path, node):
            place = Location(file.path, None, value.span)
            literal = literal_of(place, file.text, name, str(value.value), _IN_TREE, carrier, skipped)
            if literal is not None:
                yield literal._replace(
                    overwritten=file.kind is FileKind.JOB and "environment_variables" in path
                )


def _settings(path: tuple[str | int, ...], node: Node) -> Iterator[tuple[str, Scalar, int]]:
    """Yield (variable, value, characters before the URI) for `NAME: value`, `- NAME=value` and `name: NAME, value: ...`."""
    if isinstance(node, Scalar):
        if not isinstance(node.value, str):
            return
        key = str(path[-1]) if path else ""
        name, equals, _ = node.value.partition("=")
        if key in USES:
            yield key, node, 0
        elif equals and name in USES:
            yield name, node, len(name) + 1
        return
    named, value = tree.text(tree.get(node, "name")), tree.get(node, "value")
    if named in USES and isinstance(value, Scalar) and isinstance(value.value, str):
        yield named, value, 0


def _of_shell(file: SourceFile) -> Iterator[UriLiteral]:
    if isinstance(file.facts, ShellFacts):
        yield from uris_of_shell(file.facts, Location(file.path, None, Span.at(0)), file.text)


_READERS: Final[dict[FileKind, Callable[[SourceFile], Iterator[UriLiteral]]]] = {
    FileKind.DOTENV: _of_dotenv,
    FileKind.EDITOR: _of_json,
    FileKind.JOB: _of_yaml,
    **dict.fromkeys(YAML_KINDS, _of_yaml),
    FileKind.SHELL: _of_shell,
}

CARRIERS: Final = SCRIPT_KINDS | _READERS.keys()
"""The kinds of file in which a URI may be written out."""
