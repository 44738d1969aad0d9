"""What the Python parser sees: statements that may matter, with symbolic values and the guards they stand under.

The facts are relative to their block's first line, so that a block which only moved need not be read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from azmlflow.parsing.base import Span


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: a string, number, boolean or None."""

    value: str | int | float | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A bare name, to be looked up where it is read."""

    id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`base.attr`."""

    base: Value
    attr: str
    span: Span


@dataclass(frozen=True, slots=True)
class Subscript:
    """`base[key]`."""

    base: Value
    key: Value
    span: Span


@dataclass(frozen=True, slots=True)
class CallValue:
    """A call; `keywords` holds (name, value), the name empty for `**mapping`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Join:
    """An f-string, or strings joined by `+`, `%`-free: the parts in order."""

    parts: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Choice:
    """`a if c else b`: one of several; with `first_true` it is `a or b`."""

    options: tuple[Value, ...]
    span: Span
    first_true: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict display whose keys are values; `**other` has key None."""

    items: tuple[tuple[Value | None, Value], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression that is not followed; `reason` completes the sentence "unknown, because ..."."""

    reason: str
    span: Span


Value: TypeAlias = "Constant | Name | Attribute | Subscript | CallValue | Join | Choice | Mapping | Opaque"

GuardKind = Literal["main", "if", "else", "loop", "try", "except", "finally", "with", "match"]


class Guard(NamedTuple):
    """A statement that a fact stands under; `line` tells two guards of one kind apart."""

    kind: GuardKind
    line: int


class Import(NamedTuple):
    """`import module as bound`, or `from module import name as bound`; `level` counts leading dots."""

    module: str
    name: str | None
    bound: str
    level: int
    span: Span
    statement: Span
    scope: str
    guards: tuple[Guard, ...]

    @property
    def dotted(self) -> str:
        """The full dotted name of what is bound: `import a.b` binds `a`, `import a.b as c` binds `a.b`."""
        if self.name is not None:
            return f"{self.module}.{self.name}"
        return self.bound if self.bound == self.module.partition(".")[0] else self.module


class Assign(NamedTuple):
    """`target = value`; the target is a dotted name as written, or None with `subscript` set: `target[key] = value`.

    `guards` and `scope` as in every fact: scope is the dotted path of enclosing functions and classes.
    """

    target: str
    key: Value | None
    value: Value
    target_span: Span
    statement: Span
    scope: str
    guards: tuple[Guard, ...]


class Call(NamedTuple):
    """A call anywhere in a statement, in the order in which Python evaluates them."""

    call: CallValue
    statement: Span
    scope: str
    guards: tuple[Guard, ...]
    as_context: bool

    @property
    def span(self) -> Span:
        """Where the call stands, from the function's name to the closing bracket."""
        return self.call.span


class Define(NamedTuple):
    """`def` or `class`; `parameters` holds (name, default or None) without the stars."""

    name: str
    kind: Literal["function", "class"]
    parameters: tuple[tuple[str, Value | None], ...]
    decorators: tuple[Value, ...]
    bases: tuple[Value, ...]
    span: Span
    statement: Span
    scope: str
    guards: tuple[Guard, ...]


class Return(NamedTuple):
    """`return value` (or `yield`) of a function."""

    value: Value
    statement: Span
    scope: str
    guards: tuple[Guard, ...]


class Delete(NamedTuple):
    """`del target`, or `del target[key]`."""

    target: str
    key: Value | None
    statement: Span
    scope: str
    guards: tuple[Guard, ...]


class Unread(NamedTuple):
    """Source that does not parse: whatever it holds must count as possible."""

    source: str
    statement: Span
    scope: str = ""
    guards: tuple[Guard, ...] = ()


class MagicCommand(NamedTuple):
    """A notebook's magic (`%env`, `%run`, `!`): its name, and the rest of the line as written."""

    name: str
    arguments: str
    statement: Span
    scope: str = ""
    guards: tuple[Guard, ...] = ()


Fact: TypeAlias = "Import | Assign | Call | Define | Return | Delete | Unread | MagicCommand"


def dotted(value: Value) -> str | None:
    """Return `a.b.c` for a chain of names, else None."""
    parts: list[str] = []
    while isinstance(value, Attribute):
        parts.append(value.attr)
        value = value.base
    if not isinstance(value, Name):
        return None
    parts.append(value.id)
    return ".".join(reversed(parts))
