"""What the files of a project write into the environment, entry by entry, and how one is taken out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from azmlflow.parsing import tree
from azmlflow.parsing.base import Span
from azmlflow.parsing.dotenv import DotenvFacts
from azmlflow.parsing.python.facts import MagicCommand
from azmlflow.parsing.tree import Node, Scalar, Tree
from azmlflow.resolution.model import Event
from azmlflow.rules.base import Edit, in_file
from azmlflow.rules.removal import entry_span, statement_edit, whole_lines
from azmlflow.rules.source import text_of
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile


class Setting(NamedTuple):
    """A variable that a file sets; `place` is the entry, or in JSON and YAML its key, `written` the value.

    `value` is None where it is put together from other variables, `removal` where taking it out is not simple.
    """

    name: str
    value: str | None
    place: Location
    written: Location
    removal: Edit | None


def settings_in(file: SourceFile) -> Iterator[Mapping[str, Setting]]:
    """Yield the variables of each environment that a file describes, by name; of a repeated one the last.

    An environment file describes one, a job's YAML one for each job, a launch.json one for each configuration; a
    form to fill in (`.env.example`) describes none.
    """
    if file.kind is FileKind.DOTENV:
        if isinstance(file.facts, DotenvFacts) and not is_template(file.path):
            yield {setting.name: setting for setting in _of_dotenv(file, file.facts)}
        return
    for parent, node in _mappings(file):
        yield {setting.name: setting for setting in _of_mapping(file, parent, node)}


def _of_dotenv(file: SourceFile, facts: DotenvFacts) -> Iterator[Setting]:
    for entry in facts.entries:
        if entry.value is not None:
            lines = whole_lines(file.text, entry.span.line, entry.span.end_line)
            value = None if entry.interpolated else entry.value
            place, written = in_file(file.path, entry.span), in_file(file.path, entry.value_span)
            yield Setting(entry.key, value, place, written, Edit(in_file(file.path, lines), ""))


def _mappings(file: SourceFile) -> Iterator[tuple[tree.Mapping, tree.Mapping]]:
    """Yield (parent, mapping of variables)."""
    facts = file.facts
    trees = (facts,) if isinstance(facts, Tree) else facts if isinstance(facts, tuple) else ()
    for root in (document.root for document in trees if isinstance(document, Tree)):
        for _, node in tree.walk(root):
            if isinstance(node, tree.Mapping):
                held = (value for key, value in node.entries if _holds_variables(file.kind, key.value))
                yield from ((node, value) for value in held if isinstance(value, tree.Mapping))


def _holds_variables(kind: FileKind, key: object) -> bool:
    if kind is FileKind.JOB:
        return key == "environment_variables"
    terminal = isinstance(key, str) and key.startswith("terminal.integrated.env.")
    return kind is FileKind.EDITOR and (key == "env" or terminal)


def _of_mapping(file: SourceFile, parent: tree.Mapping, node: tree.Mapping) -> Iterator[Setting]:
    for pair in node.entries:
        key, value = pair
        if isinstance(value, Scalar) and value.value is not None:
            text = None if "${" in str(value.value) else str(value.value)
            place, written = in_file(file.path, key.span), in_file(file.path, value.span)
            yield Setting(str(key.value), text, place, written, _removal(file, parent, node, pair))


def _removal(
    file: SourceFile, parent: tree.Mapping, node: tree.Mapping, pair: tuple[Scalar, Node]
) -> Edit | None:
    span = entry_span(file.text, node, pair)
    if span is not None and len(node.entries) == 1 and file.kind is FileKind.JOB:
        span = _span_of_only(file, parent, node)
    return Edit(in_file(file.path, span), "") if span is not None else None


def _span_of_only(file: SourceFile, parent: tree.Mapping, node: tree.Mapping) -> Span | None:
    """Return what to delete when one entry is all there is, unless an anchor or tag would go with it."""
    held = next(pair for pair in parent.entries if pair[1] is node)
    between = file.text.slice(Span(*held[0].span[2:], *node.entries[0][0].span[:2]))
    return None if set("&*!") & set(between) else entry_span(file.text, parent, held)


def removal_of_write(file: SourceFile, event: Event) -> Edit | None:
    """Return the edit that takes out the statement which writes one variable, None when it does more than that."""
    if event.location.path != file.path:
        return None
    if isinstance(event.fact, MagicCommand):
        span = event.statement.span
        lines = whole_lines(text_of(file, event.statement.cell), span.line, span.end_line)
        return Edit(event.statement._replace(span=lines), "")
    if event.call is not None and getattr(event.call.function, "attr", "") != "setdefault":
        return None
    return statement_edit(file, event.statement)
