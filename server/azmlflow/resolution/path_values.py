"""Paths that code puts together from its own place: `Path(__file__).parent / ".env"`, `os.path.join(dirname(__file__), ...)`."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Final

from azmlflow.parsing.python.facts import Attribute, CallValue, Constant, Name, Subscript, Value
from azmlflow.resolution.frames import Bound, Deferred, Frame, ProjectModule
from azmlflow.resolution.references import dotted_name, refer

if TYPE_CHECKING:
    from azmlflow.resolution.evaluation import Evaluation

DEEPEST: Final = 20

_SAME: Final = frozenset(
    (
        *("pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "str", "os.fspath"),
        *("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.join"),
    )
)
"""Functions that return the path they are given, joined with what else they are given."""

_METHODS: Final = frozenset({"resolve", "absolute", "expanduser", "as_posix", "joinpath", "__truediv__"})
"""Methods that do so."""


def path_of(value: Value, frame: Frame, evaluation: Evaluation, depth: int = 0) -> Path | None:
    """Return the absolute path that an expression certainly is; None where it does not begin at the code's own file."""
    if depth > DEEPEST:
        return None
    if isinstance(value, Name):
        if value.id == "__file__":
            return frame.module.path
        return _behind(frame.lookup(value.id), evaluation, depth)
    if isinstance(value, Attribute):
        return _attribute(value, frame, evaluation, depth)
    if isinstance(value, Subscript):
        return _parent_at(value, frame, evaluation, depth)
    return _call(value, frame, evaluation, depth) if isinstance(value, CallValue) else None


def _behind(bound: Bound | None, evaluation: Evaluation, depth: int) -> Path | None:
    thing = bound.thing if bound is not None and bound.certain else None
    return path_of(thing.value, thing.frame, evaluation, depth + 1) if isinstance(thing, Deferred) else None


def _attribute(value: Attribute, frame: Frame, evaluation: Evaluation, depth: int) -> Path | None:
    if value.attr == "parent":
        base = path_of(value.base, frame, evaluation, depth + 1)
        return base.parent if base else None
    owner = refer(value.base, frame)
    held = owner.frame.lookup(value.attr) if isinstance(owner, ProjectModule) else None
    return _behind(held, evaluation, depth)


def _parent_at(value: Subscript, frame: Frame, evaluation: Evaluation, depth: int) -> Path | None:
    """Return `path.parents[number]`."""
    if not (isinstance(value.base, Attribute) and value.base.attr == "parents"):
        return None
    base = path_of(value.base.base, frame, evaluation, depth + 1)
    number = value.key.value if isinstance(value.key, Constant) else None
    if base is None or not isinstance(number, int) or not 0 <= number < len(base.parents):
        return None
    return base.parents[number]


def _call(call: CallValue, frame: Frame, evaluation: Evaluation, depth: int) -> Path | None:
    name, function = dotted_name(call.function, frame), call.function
    if name is None and isinstance(function, Name) and frame.lookup(function.id) is None:
        name = function.id  # a builtin
    base: Path | None = None
    parts = call.arguments
    if name in _SAME or name == "os.path.dirname":
        base, parts = path_of(parts[0], frame, evaluation, depth + 1) if parts else None, parts[1:]
        base = base.parent if base and name == "os.path.dirname" else base
    elif name is None and isinstance(function, Attribute) and function.attr in _METHODS:
        base = path_of(function.base, frame, evaluation, depth + 1)
    texts = [evaluation.text(part, frame) for part in parts]
    if base is None or any(text is None for text in texts):
        return None
    return Path(normpath(base.joinpath(*(text for text in texts if text is not None))))
