"""The tree that JSON, YAML and TOML become: plain values that remember where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from azmlflow.parsing.base import Problem, Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf. `span` covers the literal as written, quotes included."""

    value: str | int | float | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping in the order written; a repeated key stands repeatedly, the last one counts."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span


Node: TypeAlias = "Scalar | Sequence | Mapping"


class Tree(NamedTuple):
    """One parsed document: its root (None when nothing could be read) and what was wrong."""

    root: Node | None
    problems: tuple[Problem, ...]


def entry(node: Node | None, key: str) -> tuple[Scalar, Node] | None:
    """Return the (key, value) pair that counts for `key`, or None."""
    if not isinstance(node, Mapping):
        return None
    return next((pair for pair in reversed(node.entries) if pair[0].value == key), None)


def get(node: Node | None, *keys: str) -> Node | None:
    """Follow keys through nested mappings; None where one is absent."""
    for key in keys:
        pair = entry(node, key)
        if pair is None:
            return None
        node = pair[1]
    return node


def text(node: Node | None) -> str | None:
    """Return the string of a scalar, or None for anything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def keys(node: Node | None) -> list[str]:
    """Return a mapping's string keys in order."""
    if not isinstance(node, Mapping):
        return []
    return [key.value for key, _ in node.entries if isinstance(key.value, str)]


def walk(node: Node | None) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Yield (path, node) for every node, outermost first; iterative, so that depth cannot exhaust the stack."""
    pending: list[tuple[tuple[str | int, ...], Node]] = [((), node)] if node is not None else []
    while pending:
        path, current = pending.pop()
        yield path, current
        if isinstance(current, Mapping):
            pending += [((*path, str(key.value)), value) for key, value in reversed(current.entries)]
        elif isinstance(current, Sequence):
            pending += [((*path, i), value) for i, value in reversed(list(enumerate(current.items)))]
