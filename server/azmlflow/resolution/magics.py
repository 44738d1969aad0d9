"""What a notebook's magics do: `%env NAME=value`, `%dotenv`, `%run script.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azmlflow.parsing.python.facts import CallValue, MagicCommand, Name
from azmlflow.resolution.dotenv import load
from azmlflow.resolution.effects import apply_dotenv
from azmlflow.resolution.frames import Frame
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.modules import Origin
from azmlflow.resolution.results import Because, Known, Result, Unknown, with_cause

if TYPE_CHECKING:
    from azmlflow.resolution.interpreter import Interpreter


def magic(interpreter: Interpreter, fact: MagicCommand, origin: Origin, frame: Frame) -> None:
    """Record what a notebook's magic does: `%env NAME=value`, `%dotenv`, `%run script.py`."""
    if fact.name in ("env", "set_env"):
        _env_magic(interpreter, fact, origin)
    elif fact.name == "dotenv":
        call = CallValue(Name("load_dotenv", fact.statement), (), (), fact.statement)
        interpreter.record(EventKind.LOAD_DOTENV, None, fact, fact.statement, origin)
        apply_dotenv(interpreter, load(call, frame.module.path.parent, frame, interpreter.evaluation))
    elif fact.name == "run":
        interpreter.run_file(fact.arguments, frame)


def _env_magic(interpreter: Interpreter, fact: MagicCommand, origin: Origin) -> None:
    name, equals, text = fact.arguments.partition("=")
    if not equals:
        name, _, text = fact.arguments.partition(" ")
    if not text.strip() or not name.strip():
        return
    location = origin.locate(fact.statement)
    dynamic = "$" in text or "{" in text
    result: Result = (
        Known(text.strip(), (), location) if not dynamic else Unknown("the magic expands a variable")
    )
    interpreter.record(EventKind.WRITE_VARIABLE, name.strip(), fact, fact.statement, origin, None, result)
    written = with_cause(result, Because(f"%env sets {name.strip()}", location))
    interpreter.environment.write(name.strip(), written, interpreter.certain)
