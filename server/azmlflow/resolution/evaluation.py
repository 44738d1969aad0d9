"""Symbolic values become results: the text a value has at one moment of the run, or why it is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import (
    Attribute,
    CallValue,
    Choice,
    Constant,
    Join,
    Name,
    Opaque,
    Return,
    Subscript,
    Value,
    dotted,
)
from azmlflow.resolution.calls import bind_arguments
from azmlflow.resolution.combining import joined, one_of, without_false
from azmlflow.resolution.frames import Bound, Deferred, Frame, FunctionRef, Parameter, ProjectModule
from azmlflow.resolution.modules import Origin
from azmlflow.resolution.references import dotted_name, member, parameter_reason, refer
from azmlflow.resolution.results import (
    Because,
    Handle,
    Known,
    OfWorkspace,
    Partial,
    Result,
    Unknown,
    with_cause,
)
from azmlflow.resolution.sdk import argument, handle_of_call
from azmlflow.resolution.variables import Environment
from azmlflow.workspace.snapshot import Location, Snapshot

LIMIT: Final = 40
"""How deep values are followed; a deeper one is a loop or not worth knowing."""

_URI_ATTRIBUTE: Final = "mlflow_tracking_uri"
_URI_METHOD: Final = "get_mlflow_tracking_uri"


class Evaluation:
    """Evaluates values against the environment as it stands at this moment of the run."""

    def __init__(
        self, snapshot: Snapshot, environment: Environment, working_folders: tuple[Path, ...]
    ) -> None:
        self.snapshot = snapshot
        self.environment = environment
        self.working_folders = working_folders
        """Folders the script may be started in; the first is the likeliest."""
        self.tracking: Callable[[], Result] = lambda: Unknown("no tracking URI is set yet")
        self.origin = Origin(Path(), None, 0)
        """Where the block stands whose value is being evaluated."""
        self._depth = 0

    def location(self, span: Span) -> Location:
        """Return where a part of the value that is being evaluated stands."""
        return self.origin.locate(span)

    def deferred(self, thing: Deferred) -> Result:
        """Evaluate a value where it was written."""
        outer, self.origin = self.origin, thing.origin
        try:
            return self.evaluate(thing.value, thing.frame)
        finally:
            self.origin = outer

    def text(self, value: Value | None, frame: Frame) -> str | None:
        """Return the text of a value when it is certain."""
        result = self.evaluate(value, frame) if value is not None else None
        return result.text if isinstance(result, Known) else None

    def evaluate(self, value: Value, frame: Frame) -> Result:
        """Return what a value is; never raises, whatever the code says."""
        if self._depth > LIMIT:
            return Unknown("it leads back to itself")
        self._depth += 1
        try:
            return self._evaluate(value, frame)
        finally:
            self._depth -= 1

    def _evaluate(self, value: Value, frame: Frame) -> Result:
        if isinstance(value, Constant):
            return self._constant(value)
        if isinstance(value, Join):
            return joined([self.evaluate(part, frame) for part in value.parts], self.location(value.span))
        if isinstance(value, Choice):
            return self._choice(value, frame)
        if isinstance(value, Opaque):
            return Unknown(value.reason)
        if isinstance(value, CallValue):
            return self._call(value, frame)
        if isinstance(value, Subscript):
            return self._subscript(value, frame)
        if isinstance(value, Attribute):
            return self._attribute(value, frame)
        if isinstance(value, Name):
            return self._bound(value.id, frame.lookup(value.id))
        return Unknown("it is not text")

    def _constant(self, value: Constant) -> Result:
        text = None if value.value is None else str(value.value)
        return Known(text, (), self.location(value.span))

    def _choice(self, value: Choice, frame: Frame) -> Result:
        results = tuple(self.evaluate(option, frame) for option in value.options)
        return one_of(without_false(results) if value.first_true else results)

    def _bound(self, name: str, bound: Bound | None) -> Result:
        if bound is None:
            return Unknown(f"`{name}` is set somewhere that is not followed")
        thing = bound.thing
        if isinstance(thing, Parameter):
            return Unknown(parameter_reason(thing))
        if not isinstance(thing, Deferred):
            return Unknown(f"`{name}` is not text")
        asked = thing.value.function if isinstance(thing.value, CallValue) else None
        if asked is not None and dotted_name(asked, thing.frame) in _GETTERS:
            return Unknown("it is what MLflow answered at an earlier moment")
        result = self.deferred(thing)
        if not bound.certain:
            return Unknown(f"a branch decides what `{name}` is", result.because, (result,))
        return (
            with_cause(result, Because(f"`{name}` is assigned", bound.location)) if bound.location else result
        )

    def _attribute(self, value: Attribute, frame: Frame) -> Result:
        if value.attr == _URI_ATTRIBUTE:
            return self._of_workspace(value.base, frame)
        held = frame.lookup(dotted(value) or "")
        held = held or member(refer(value.base, frame), value.attr) or self._of_module(value, frame)
        if held is not None:
            return self._bound(value.attr, held)
        return Unknown(f"`{dotted(value) or value.attr}` comes from an object that is not followed")

    def _of_module(self, value: Attribute, frame: Frame) -> Bound | None:
        base = refer(value.base, frame)
        return base.frame.lookup(value.attr) if isinstance(base, ProjectModule) else None

    def _of_workspace(self, base: Value, frame: Frame) -> Result:
        handle = self.handle(base, frame)
        if handle is None:
            return OfWorkspace(None, "the workspace object is not followed to where it is made")
        return OfWorkspace(handle.workspace, handle.reason, handle.because, handle.credential)

    def _subscript(self, value: Subscript, frame: Frame) -> Result:
        name = self.text(value.key, frame)
        if dotted_name(value.base, frame) == "os.environ":
            if name is None:
                return Unknown("the name of the environment variable is computed")
            return self._variable(name, value.span)
        return Unknown("it is taken out of a collection")

    def _variable(self, name: str, span: Span) -> Result:
        result = self.environment.read(name)
        return with_cause(result, Because(f"{name} is read", self.location(span)))

    def _call(self, call: CallValue, frame: Frame) -> Result:
        name = dotted_name(call.function, frame)
        if name in ("os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"):
            return self._read_with_default(call, frame)
        if name in _GETTERS:
            return self.tracking()
        if isinstance(call.function, Attribute):
            if call.function.attr == _URI_METHOD:
                return self._of_workspace(call.function.base, frame)
            if call.function.attr == "__truediv__":
                return Unknown("it is computed")
            if call.function.attr in _TEXT_METHODS:
                return self._text_method(call, call.function, frame)
        thing = refer(call.function, frame)
        if isinstance(thing, FunctionRef):
            return self._returned(thing, call, frame)
        return Unknown(f"`{dotted(call.function) or 'a call'}(...)` computes it")

    def _read_with_default(self, call: CallValue, frame: Frame) -> Result:
        name = self.text(argument(call, 0, "key"), frame)
        if name is None:
            return Unknown("the name of the environment variable is computed")
        result = self._variable(name, call.span)
        default = argument(call, 1, "default")
        if isinstance(result, Known) or default is None:
            return result
        fallback = self.evaluate(default, frame)
        return Unknown(f"{name} decides it when it is set", result.because, (result, fallback))

    def _text_method(self, call: CallValue, function: Attribute, frame: Frame) -> Result:
        """Follow the few methods of text by which URIs are put together."""
        base = self.evaluate(function.base, frame)
        if function.attr in ("strip", "rstrip", "lstrip") and not call.arguments and isinstance(base, Known):
            return replace(base, text=(base.text or "").strip(), literal=None, expression=None)
        if function.attr in ("format", "__mod__") and isinstance(base, Known):
            prefix = (base.text or "").partition("{" if function.attr == "format" else "%")[0]
            return (
                Partial(prefix, "parts of it are filled in", base.because)
                if prefix
                else Unknown("it is formatted")
            )
        return Unknown("it is computed from text")

    def _returned(self, function: FunctionRef, call: CallValue, frame: Frame) -> Result:
        inner = bind_arguments(function, call, frame, self.origin)
        results = tuple(self.deferred(value) for value in returns(inner))
        if not results:
            return Unknown(f"`{function.define.name}` returns nothing that is followed")
        if len(set(results)) == 1:
            return results[0]
        return Unknown(f"`{function.define.name}` returns one of several values", (), results)

    def handle(self, value: Value, frame: Frame) -> Handle | None:
        """Return the workspace that an SDK object stands for, None when it is not followed to where it is made."""
        if self._depth > LIMIT:
            return None
        self._depth += 1
        try:
            return self._handle(value, frame)
        finally:
            self._depth -= 1

    def constructor(self, value: Value | None, frame: Frame) -> str | None:
        """Return the dotted name of what makes an object by a call without arguments, None when it is made otherwise."""
        if isinstance(value, CallValue):
            return None if value.arguments or value.keywords else dotted_name(value.function, frame)
        bound = frame.lookup(value.id) if isinstance(value, Name) else None
        if bound is None or not isinstance(bound.thing, Deferred) or self._depth > LIMIT:
            return None
        self._depth += 1
        try:
            return self.constructor(bound.thing.value, bound.thing.frame)
        finally:
            self._depth -= 1

    def _handle(self, value: Value, frame: Frame) -> Handle | None:
        if isinstance(value, CallValue):
            made = handle_of_call(value, dotted_name(value.function, frame), frame, self)
            return made or self._returned_handle(value, frame)
        if isinstance(value, Choice):
            return next(filter(None, (self.handle(option, frame) for option in value.options)), None)
        bound = None
        if isinstance(value, Name):
            bound = frame.lookup(value.id)
        elif isinstance(value, Attribute):
            bound = frame.lookup(dotted(value) or "") or member(refer(value.base, frame), value.attr)
            bound = bound or self._of_module(value, frame)
        if bound is not None and isinstance(bound.thing, Deferred):
            return self._deferred_handle(bound.thing)
        return None

    def _deferred_handle(self, thing: Deferred) -> Handle | None:
        outer, self.origin = self.origin, thing.origin
        try:
            return self.handle(thing.value, thing.frame)
        finally:
            self.origin = outer

    def _returned_handle(self, call: CallValue, frame: Frame) -> Handle | None:
        thing = refer(call.function, frame)
        if not isinstance(thing, FunctionRef):
            return None
        inner = bind_arguments(thing, call, frame, self.origin)
        return next(filter(None, map(self._deferred_handle, returns(inner))), None)


_GETTERS: Final = frozenset({"mlflow.get_tracking_uri", "mlflow.tracking.get_tracking_uri"})
_TEXT_METHODS: Final = frozenset({"format", "__mod__", "strip", "rstrip", "lstrip", "replace", "lower"})


def returns(frame: Frame) -> Iterator[Deferred]:
    """Yield what the function of a frame returns."""
    for placed in frame.module.body(frame.scope):
        if isinstance(placed.fact, Return):
            yield Deferred(placed.fact.value, frame, placed.origin)
