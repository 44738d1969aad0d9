"""What a name or attribute refers to: an installed package's function, or something of the project."""

from __future__ import annotations

from typing import Final

from azmlflow.parsing.python.facts import Assign, Attribute, CallValue, Define, Name, Value
from azmlflow.resolution.frames import (
    Bound,
    ClassRef,
    Deferred,
    External,
    Frame,
    FunctionRef,
    Instance,
    Parameter,
    ProjectModule,
    Thing,
)

DEPTH: Final = 24
"""How many names are followed from one to the next; more is a loop."""


def refer(value: Value, frame: Frame, depth: int = 0) -> Thing | None:
    """Return what an expression refers to, None when that is a mere value or not known."""
    if depth > DEPTH:
        return None
    if isinstance(value, Name):
        return follow(frame.lookup(value.id), depth)
    if isinstance(value, Attribute):
        return _attribute(value, frame, depth)
    if isinstance(value, CallValue):
        return _made(value, frame, depth)
    return None


def _made(call: CallValue, frame: Frame, depth: int) -> Instance | None:
    made = frame.made.get(id(call))
    if made is None:
        callee = refer(call.function, frame, depth + 1)
        if isinstance(callee, ClassRef):
            made = frame.made[id(call)] = Instance(callee)
    return made


def follow(bound: Bound | None, depth: int = 0) -> Thing | None:
    """Return the thing behind a binding, through assignments that only rename."""
    if bound is None:
        return None
    thing = bound.thing
    if isinstance(thing, Deferred):
        return refer(thing.value, thing.frame, depth + 1)
    return thing


def _attribute(value: Attribute, frame: Frame, depth: int) -> Thing | None:
    base = refer(value.base, frame, depth + 1)
    if isinstance(base, External):
        return External(f"{base.dotted}.{value.attr}")
    if isinstance(base, ProjectModule):
        return follow(base.frame.lookup(value.attr), depth + 1)
    bound = member(base, value.attr)
    return follow(bound, depth + 1)


def member(base: Thing | None, name: str) -> Bound | None:
    """Return what an attribute of an object or class of the project stands for."""
    if isinstance(base, Instance):
        return base.attributes.get(name) or _of_class(base.of, name, base)
    if isinstance(base, ClassRef):
        return _of_class(base, name, None)
    return None


def _of_class(cls: ClassRef, name: str, instance: Instance | None) -> Bound | None:
    for placed in cls.frame.module.body(cls.scope):
        if isinstance(placed.fact, Define) and placed.fact.name == name:
            function = FunctionRef(cls.frame, f"{cls.scope}.{name}", placed.fact, placed.origin, instance)
            return Bound(function, placed.origin.locate(placed.fact.span))
    return _class_variable(cls, name)


def _class_variable(cls: ClassRef, name: str) -> Bound | None:
    for placed in reversed(cls.frame.module.body(cls.scope)):
        fact = placed.fact
        if isinstance(fact, Assign) and fact.target == name:
            return Bound(Deferred(fact.value, cls.frame, placed.origin), placed.origin.locate(fact.statement))
    return None


def dotted_name(value: Value, frame: Frame) -> str | None:
    """Return the full dotted name when the expression refers to something of an installed package."""
    thing = refer(value, frame)
    return thing.dotted if isinstance(thing, External) else None


def parameter_reason(thing: Parameter) -> str:
    """Say why a parameter's value is not known."""
    return f"`{thing.name}` is a parameter of {thing.function}, and no call of it is seen"
