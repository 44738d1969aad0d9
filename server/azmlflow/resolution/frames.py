"""Names and what they stand for while a script is followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from azmlflow.parsing.python.facts import Define, Value
from azmlflow.resolution.modules import Module, Origin
from azmlflow.workspace.snapshot import Location


class Deferred(NamedTuple):
    """A value that is evaluated where it is needed, in the frame in which it was written."""

    value: Value
    frame: Frame
    origin: Origin


class External(NamedTuple):
    """Something of an installed package, by its full dotted name."""

    dotted: str


class ProjectModule(NamedTuple):
    """A module of the project, already followed."""

    frame: Frame


class FunctionRef(NamedTuple):
    """A function or method of the project; `instance` is what `self` stands for."""

    frame: Frame
    scope: str
    define: Define
    origin: Origin
    instance: Instance | None = None


class ClassRef(NamedTuple):
    """A class of the project."""

    frame: Frame
    scope: str
    define: Define
    origin: Origin


class Parameter(NamedTuple):
    """A parameter whose argument is not seen."""

    name: str
    function: str


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the project, with the attributes its methods set."""

    of: ClassRef
    attributes: dict[str, Bound] = field(default_factory=dict)


Thing: TypeAlias = "Deferred | External | ProjectModule | FunctionRef | ClassRef | Parameter | Instance"


class Bound(NamedTuple):
    """What a name stands for, where it was bound, and whether that is certain."""

    thing: Thing
    location: Location | None
    certain: bool = True


@dataclass(slots=True, eq=False)
class Frame:
    """The names of a module, or of one call of a function; unknown names are looked up outside."""

    module: Module
    scope: str = ""
    outer: Frame | None = None
    names: dict[str, Bound] = field(default_factory=dict)
    depth: int = 0
    made: dict[int, Instance] = field(default_factory=dict)
    """Objects of the project's classes by the identity of the call that makes them."""

    def lookup(self, name: str) -> Bound | None:
        """Return what a name stands for here, None when it is not known (a builtin, a star import)."""
        frame: Frame | None = self
        while frame is not None:
            bound = frame.names.get(name)
            if bound is not None:
                return bound
            outermost, frame = frame, frame.outer
        return outermost.late(name)

    def late(self, name: str) -> Bound | None:
        """Find what a block that was not followed binds: `import os`, or a constant of the module."""
        imported = self.module.imported(name)
        if imported is not None:
            fact, origin = imported
            bound = Bound(External(fact.dotted), origin.locate(fact.span))
        else:
            found = self.module.assigned(name)
            if found is None:
                return None
            assign, origin = found
            bound = Bound(Deferred(assign.value, self, origin), origin.locate(assign.statement))
        self.names[name] = bound
        return bound
