"""Calls into the project: what parameters stand for, and functions that others are given to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azmlflow.parsing.python.facts import Attribute, CallValue, Define, Name, Value
from azmlflow.resolution.frames import Bound, Deferred, Frame, FunctionRef, Parameter
from azmlflow.resolution.modules import Origin
from azmlflow.resolution.references import refer

if TYPE_CHECKING:
    from azmlflow.resolution.interpreter import Interpreter


def bind_arguments(function: FunctionRef, call: CallValue | None, caller: Frame, origin: Origin) -> Frame:
    """Return the frame of a call: its parameters bound to the arguments, the defaults, or to nothing.

    `origin` is where the arguments stand; without a call every parameter is unknown.
    """
    inner = Frame(function.frame.module, function.scope, function.frame, {}, caller.depth + 1)
    given = list(call.arguments) if call else []
    named = dict(call.keywords) if call else {}
    parameters = list(function.define.parameters)
    if function.instance is not None and parameters:
        own, _ = parameters.pop(0)
        inner.names[own] = Bound(function.instance, None)
    for position, (name, default) in enumerate(parameters):
        value = named.get(name, given[position] if position < len(given) else None)
        if value is not None:
            inner.names[name] = Bound(Deferred(value, caller, origin), None)
        elif default is not None and call is not None:
            inner.names[name] = Bound(Deferred(default, function.frame, function.origin), None)
        else:
            inner.names[name] = Bound(Parameter(name, function.define.name), None)
    return inner


def handed_over(interpreter: Interpreter, call: CallValue, frame: Frame) -> None:
    """Follow functions given to another package to call (`fire.Fire(main)`), or that it decorated (`app()`)."""
    values = [*call.arguments, *(value for _, value in call.keywords)]
    for value in values:
        thing = refer(value, frame) if isinstance(value, (Name, Attribute)) else None
        if isinstance(thing, FunctionRef) and not _was_called(interpreter, thing):
            interpreter.enter(thing, None, frame)
    if not values and isinstance(call.function, Name) and frame.outer is None:
        _decorated_by(interpreter, call.function.id, frame)


def _decorated_by(interpreter: Interpreter, name: str, frame: Frame) -> None:
    """`app()` runs the functions under `@app.command()`."""
    for placed in frame.module.definitions():
        define = placed.fact
        if isinstance(define, Define) and any(_begins_with(value, name) for value in define.decorators):
            interpreter.enter(FunctionRef(frame, define.name, define, placed.origin), None, frame)


def _was_called(interpreter: Interpreter, function: FunctionRef) -> bool:
    return (function.frame.module.path, function.scope) in interpreter.called


def _begins_with(value: Value, name: str) -> bool:
    """Tell whether a decorator is `name.something` or a call of it."""
    inner = value.function if isinstance(value, CallValue) else value
    return isinstance(inner, Attribute) and isinstance(inner.base, Name) and inner.base.id == name
