"""What a notebook's magics do: `%env NAME=value`, `%dotenv`, `%run script.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from azmlflow.parsing.magics import RUNS_PYTHON
from azmlflow.parsing.python.facts import Attribute, Call, CallValue, Constant, MagicCommand, Name
from azmlflow.resolution.dotenv import load
from azmlflow.resolution.effects import apply_dotenv
from azmlflow.resolution.frames import Frame
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.modules import Origin
from azmlflow.resolution.results import Because, Known, Result, Unknown, with_cause

if TYPE_CHECKING:
    from azmlflow.resolution.interpreter import Interpreter

_WRITTEN_OUT: Final = {"run_line_magic": "", "run_cell_magic": "%%"}
"""What IPython calls a magic with, and what stands before the name of such a magic."""


def written_out(fact: Call) -> MagicCommand | None:
    """Return the magic that a call stands for, None when it is another call.

    nbconvert, and JupyterLab for a language server, write `%env A=b` as `get_ipython().run_line_magic("env", "A=b")`, and a
    cell below `%%time` as `get_ipython().run_cell_magic("time", "", "the cell")`.
    """
    function = fact.call.function
    if not isinstance(function, Attribute) or function.attr not in _WRITTEN_OUT:
        return None
    maker = function.base.function if isinstance(function.base, CallValue) else None
    if not isinstance(maker, Name) or maker.id != "get_ipython":
        return None
    texts = [str(value.value) for value in fact.call.arguments if isinstance(value, Constant)]
    if len(texts) < 2:
        return None
    name = _WRITTEN_OUT[function.attr] + texts[0]
    return MagicCommand(name, texts[1].strip(), fact.statement, fact.scope, fact.guards)


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
    elif fact.name.removeprefix("%%") in RUNS_PYTHON and fact.name.startswith("%%"):
        interpreter.environment.opaque = f"the cell below {fact.name} is not followed, and may set variables"


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
