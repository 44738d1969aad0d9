"""How a variable that a file sets is taken out again, or given another value."""

from __future__ import annotations

from azmlflow.parsing import tree
from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import MagicCommand
from azmlflow.parsing.tree import Mapping, Node, Scalar
from azmlflow.resolution.model import Event
from azmlflow.rules.base import Edit, in_file
from azmlflow.rules.removal import entry_span, statement_edit, whole_lines
from azmlflow.rules.source import text_of
from azmlflow.workspace.layer import Setting, root_of_tree, roots_of
from azmlflow.workspace.snapshot import FileKind, SourceFile


def removal_of(file: SourceFile, setting: Setting) -> Edit | None:
    """Return the edit that takes out one variable, None where that is not simple."""
    if setting.place.path != file.path:
        return None
    if file.kind is FileKind.DOTENV:
        lines = whole_lines(file.text, setting.place.span.line, setting.place.span.end_line)
        return Edit(in_file(file.path, lines), "")
    roots = [root_of_tree(file), *roots_of(file)]
    found = (_entry_in(root, setting.place.span) for root in roots)
    parents = next((parents for parents in found if parents is not None), None)
    return _removal(file, *parents) if parents is not None else None


def _entry_in(root: Node | None, key: Span) -> tuple[Mapping | None, Mapping, tuple[Scalar, Node]] | None:
    """Return (the mapping around, the mapping, its entry) of the key at a span."""
    around: dict[int, Mapping] = {}
    for _, node in tree.walk(root):
        for pair in node.entries if isinstance(node, Mapping) else ():
            if pair[0].span == key and isinstance(node, Mapping):
                return around.get(id(node)), node, pair
            if isinstance(pair[1], Mapping) and isinstance(node, Mapping):
                around[id(pair[1])] = node
    return None


def _removal(
    file: SourceFile, parent: Mapping | None, node: Mapping, pair: tuple[Scalar, Node]
) -> Edit | None:
    span = entry_span(file.text, node, pair)
    if span is not None and len(node.entries) == 1 and file.kind is not FileKind.EDITOR:
        span = _span_of_only(file, parent, node) if parent is not None else None
    return Edit(in_file(file.path, span), "") if span is not None else None


def _span_of_only(file: SourceFile, parent: Mapping, node: Mapping) -> Span | None:
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
