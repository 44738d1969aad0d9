"""Builds the nodes of one YAML document from its events, within bounds."""

from __future__ import annotations

from typing import Any, Final

from azmlflow.parsing._yaml_scalars import CORE, resolve
from azmlflow.parsing.base import Problem, Text
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree
from azmlflow.patterns import pattern

MAX_DEPTH: Final = 100
MAX_NODES: Final = 200_000
MAX_EXPANDED: Final = 200_000
MAX_PROBLEMS: Final = 50
PROPERTY: Final = pattern(r"[&!]\S*\s*")


class _Frame:
    """A collection that is still open."""

    __slots__ = ("anchor", "depth", "entries", "is_map", "key", "merged", "size", "start")

    def __init__(self, is_map: bool, start: int, anchor: str | None) -> None:
        self.is_map = is_map
        self.start = start
        self.anchor = anchor
        self.entries: list[Any] = []
        self.merged: list[tuple[Scalar, Node]] = []
        self.key: Scalar | None = None
        self.size = 1
        self.depth = 1


class _Measured:
    """An anchored node with what it costs to walk through it."""

    __slots__ = ("depth", "node", "size")

    def __init__(self, node: Node, size: int, depth: int) -> None:
        self.node = node
        self.size = size
        self.depth = depth


class Stop(Exception):
    """A bound was reached: what was read so far stands."""


class Builder:
    """Builds the nodes of one document from its events."""

    def __init__(self, text: Text, base: int, count: int = 0) -> None:
        self.text = text
        self.base = base
        self.count = count
        self.stack: list[_Frame] = []
        self.anchors: dict[str, _Measured | None] = {}
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.expanded = 0
        self.end = 0

    def problem(self, message: str, start: int, end: int) -> None:
        """Note a problem, unless there are plenty."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(message, self.text.span(start, end)))

    def feed(self, event: Any) -> None:
        """Take one event of the document."""
        start, end = event.start_mark.index + self.base, event.end_mark.index + self.base
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._scalar(event, start, end)
        elif kind == "AliasEvent":
            self._alias(event.anchor, start, end)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(kind[0] == "M", start, event.anchor)
        else:
            self._close(end if self.text.value[end - 1 : end] in ("]", "}") and end > start else self.end)

    def close_all(self) -> Tree:
        """Close what is open and return the document."""
        while self.stack:
            self._close(self.end)
        return Tree(self.root, tuple(self.problems))

    def _scalar(self, event: Any, start: int, end: int) -> None:
        value = event.value
        if event.anchor or event.tag:
            start = min(_after_properties(self.text.value, start), end)
        if event.style in ("|", ">"):
            end = start + len(self.text.value[start:end].rstrip())
        node = Scalar(resolve(value) if _is_plain(event) else value, self.text.span(start, end))
        self._add(node, 1, 1, event.anchor, end)

    def _open(self, is_map: bool, start: int, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.problem(f"nested more than {MAX_DEPTH} deep: not read further", start, start + 1)
            raise Stop
        if anchor:
            self.anchors[anchor] = None
        self.end = max(self.end, start)
        self.stack.append(_Frame(is_map, start, anchor))

    def _close(self, end: int) -> None:
        frame = self.stack.pop()
        if frame.key is not None:
            frame.entries.append((frame.key, Scalar(None, self.text.span(self.end, self.end))))
        end = max(end, frame.start)
        span = self.text.span(frame.start, end)
        node: Node = Sequence(tuple(frame.entries), span)
        if frame.is_map:
            self._report_repeated(frame)
            node = Mapping((*frame.merged, *frame.entries), span)
        self._add(node, frame.size, frame.depth, frame.anchor, end)

    def _report_repeated(self, frame: _Frame) -> None:
        seen: set[tuple[type, object]] = set()
        for key, _ in frame.entries:
            identity = (type(key.value), key.value)
            if identity in seen and key.value is not None:
                name = str(key.value)[:60]
                message = f"the key `{name}` stands twice: the last one counts, remove the other"
                self.problems += [Problem(message, key.span)] if len(self.problems) < MAX_PROBLEMS else []
            seen.add(identity)

    def _alias(self, name: str, start: int, end: int) -> None:
        target = self.anchors.get(name)
        if target and self._fits(target):
            self.expanded += target.size
            self._add(target.node, target.size, target.depth, None, end)
            return
        if target:
            message = "this alias makes the document too big: it is read as null"
        elif name in self.anchors:
            message = "this alias stands inside its own anchor: it is read as null"
        else:
            message = "this alias has no anchor above it: it is read as null"
        self.problem(message, start, end)
        self._add(Scalar(None, self.text.span(start, end)), 1, 1, None, end)

    def _fits(self, target: _Measured) -> bool:
        if len(self.stack) + target.depth > MAX_DEPTH:
            return False
        return self.expanded + target.size <= MAX_EXPANDED

    def _add(self, node: Node, size: int, depth: int, anchor: str | None, end: int) -> None:
        if anchor:
            self.anchors[anchor] = _Measured(node, size, depth)
        self.end = max(self.end, end)
        if not self.stack:
            self.root = node if self.root is None else self.root
            return
        frame = self.stack[-1]
        frame.size += size
        frame.depth = max(frame.depth, depth + 1)
        self._place(frame, node)
        self.count += 1
        if self.count == MAX_NODES:
            self.problem(f"more than {MAX_NODES:,} values: not read further", end, end)
            raise Stop

    def _place(self, frame: _Frame, node: Node) -> None:
        if not frame.is_map:
            frame.entries.append(node)
        elif frame.key is None:
            frame.key = node if isinstance(node, Scalar) else Scalar(None, node.span)
        else:
            key, frame.key = frame.key, None
            if key.value != "<<" or not self._merge(frame, node):
                frame.entries.append((key, node))

    def _merge(self, frame: _Frame, node: Node) -> bool:
        """Keep the entries of a merged mapping, to stand before the others so that those count."""
        sources = node.items if isinstance(node, Sequence) else (node,)
        mappings = [source for source in sources if isinstance(source, Mapping)]
        added = [pair for source in reversed(mappings) for pair in source.entries]
        self.expanded += len(added)
        if not mappings or self.expanded > MAX_EXPANDED:
            return False
        frame.merged += added
        return True


def _is_plain(event: Any) -> bool:
    """Tell whether the scalar's type is left to its looks."""
    if event.tag is None or event.tag == "!":
        return bool(event.implicit[0])
    return bool(event.tag.startswith(CORE) and event.tag not in (f"{CORE}str", f"{CORE}binary"))


def _after_properties(value: str, at: int) -> int:
    """Return where the scalar itself starts, behind its anchor and tag."""
    while match := PROPERTY.match(value, at):
        at = match.end()
    return at
