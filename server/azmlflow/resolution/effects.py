"""What single statements do: calls of MLflow and its helpers, and writes to the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.azure.mlflow_api import EVALUATES, Role, role_of
from azmlflow.azure.variables import MLFLOW_EXPERIMENT_NAME
from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import (
    Assign,
    Attribute,
    Call,
    CallValue,
    Constant,
    Delete,
    Fact,
    Guard,
    Mapping,
    Name,
    Value,
)
from azmlflow.resolution.dotenv import Loaded, load
from azmlflow.resolution.frames import Frame
from azmlflow.resolution.model import EventKind
from azmlflow.resolution.modules import Origin, Placed
from azmlflow.resolution.moments import moment_of
from azmlflow.resolution.references import dotted_name
from azmlflow.resolution.results import Because, OfWorkspace, Result, Unknown, with_cause
from azmlflow.resolution.sdk import CONFIG_READERS, MAKERS, argument
from azmlflow.workspace.snapshot import Location

if TYPE_CHECKING:
    from azmlflow.resolution.interpreter import Interpreter

KINDS: Final = {
    Role.sets_tracking: EventKind.SET_TRACKING,
    Role.sets_registry: EventKind.SET_REGISTRY,
    Role.sets_experiment: EventKind.SET_EXPERIMENT,
    Role.starts_run: EventKind.START_RUN,
    Role.ends_run: EventKind.END_RUN,
    Role.logs: EventKind.LOG,
    Role.logs_model: EventKind.LOG_MODEL,
    Role.autologs: EventKind.AUTOLOG,
    Role.client: EventKind.CLIENT,
}
"""Roles that are told apart; every other one only reads, as far as the target is concerned."""

USES: Final = frozenset({EventKind.START_RUN, EventKind.LOG, EventKind.LOG_MODEL})
"""Calls that make a run in the store that counts at that moment."""

LEAVES_NO_RUN: Final = frozenset(f"mlflow.{name}" for name in (*EVALUATES, "run", "projects.run"))
"""Calls that make a run and end it, or leave it to another process."""

_SUBJECTS: Final = {
    Role.sets_tracking: (0, "uri"),
    Role.sets_registry: (0, "uri"),
    Role.sets_experiment: (0, "experiment_name"),
    Role.starts_run: (1, "experiment_id"),
    Role.client: (0, "tracking_uri"),
}
"""The argument that matters of each."""

_NOWHERE: Final = Span.at(0)

LAUNCHERS: Final = frozenset(
    f"{module}.{name}"
    for module, names in {
        "subprocess": ("run", "call", "check_call", "check_output", "Popen"),
        "os": ("system", "execv", "execvp", "spawnv"),
        "multiprocessing": ("Process", "Pool"),
        "torch.multiprocessing": ("spawn",),
        "concurrent.futures": ("ProcessPoolExecutor",),
    }.items()
    for name in names
)
"""Calls that start another process, which inherits the environment."""


class OpenRun(NamedTuple):
    """A run that has begun: by a `with` statement, whose body it lasts for, or until it is ended."""

    frame: Frame
    in_body: bool
    statement: Location

    def lasts(self, fact: Fact, origin: Origin) -> bool:
        """Tell whether a statement of the same function stands in the body, or is the `with` itself."""
        guard = Guard("with", self.statement.span.line - origin.line)
        inside = origin.cell == self.statement.cell and guard in fact.guards
        return inside or origin.locate(fact.statement) == self.statement


def close_runs(interpreter: Interpreter, frame: Frame, placed: Placed) -> None:
    """Drop the runs of `with` statements whose body has been left when a statement of the frame is reached."""
    interpreter.runs[:] = [
        run
        for run in interpreter.runs
        if not run.in_body or run.frame is not frame or run.lasts(placed.fact, placed.origin)
    ]


def leave(interpreter: Interpreter, frame: Frame) -> None:
    """Drop the runs of `with` statements of a function that has returned."""
    interpreter.runs[:] = [run for run in interpreter.runs if not run.in_body or run.frame is not frame]


def call(interpreter: Interpreter, fact: Call, name: str | None, origin: Origin, frame: Frame) -> None:
    """Record what a call of an installed package's function does."""
    if name is None:
        return
    role = role_of(name)
    if name in MAKERS:
        _workspace(interpreter, fact, name, origin, frame)
    if role is not None:
        _mlflow(interpreter, fact, name, role, origin, frame)
    elif name in ("dotenv.load_dotenv", "dotenv.main.load_dotenv"):
        _load_dotenv(interpreter, fact, origin, frame)
    elif name.startswith("os.environ.") or name in ("os.putenv", "os.unsetenv"):
        _environ(interpreter, fact, name.rpartition(".")[2], origin, frame)
    elif name in CONFIG_READERS:
        path = argument(fact.call, CONFIG_READERS[name], "path")
        given = interpreter.evaluation.evaluate(path, frame) if path is not None else None
        interpreter.record(EventKind.READ_CONFIG, name, fact, fact.span, origin, path, given)
    elif name in LAUNCHERS:
        inherited = interpreter.environment.read(MLFLOW_EXPERIMENT_NAME)
        interpreter.record(EventKind.LAUNCH, name, fact, fact.span, origin, result=inherited)


def _mlflow(
    interpreter: Interpreter, fact: Call, name: str, role: Role, origin: Origin, frame: Frame
) -> None:
    kind = KINDS.get(role, EventKind.READ)
    value = argument(fact.call, *_SUBJECTS[role]) if role in _SUBJECTS else None
    result = interpreter.evaluation.evaluate(value, frame) if value is not None else None
    interpreter.record(kind, name, fact, fact.span, origin, value, result)
    statement = origin.locate(fact.statement)
    if kind in USES and interpreter.reached and interpreter.first_use is None:
        interpreter.first_use = moment_of(interpreter.environment, len(interpreter.events))
    if kind in USES and name in LEAVES_NO_RUN:
        return
    if kind is EventKind.START_RUN:
        interpreter.runs.append(OpenRun(frame, fact.as_context, statement))
    elif kind is EventKind.END_RUN:
        interpreter.runs[:] = [run for run in interpreter.runs if run.in_body]
    elif kind is EventKind.LOG and not interpreter.runs:
        interpreter.runs.append(OpenRun(frame, False, statement))
    elif kind is EventKind.SET_TRACKING and result is not None:
        interpreter.evaluation.tracking = lambda: result


def _workspace(interpreter: Interpreter, fact: Call, name: str, origin: Origin, frame: Frame) -> None:
    """Record that an object of an Azure ML SDK is made, and which workspace it stands for."""
    handle = interpreter.evaluation.handle(fact.call, frame)
    stands_for = None
    if handle:
        stands_for = OfWorkspace(handle.workspace, handle.reason, handle.because, handle.credential)
    interpreter.record(EventKind.WORKSPACE, name, fact, fact.span, origin, result=stands_for)


def _load_dotenv(interpreter: Interpreter, fact: Call, origin: Origin, frame: Frame) -> None:
    loaded = load(fact.call, frame.module.path.parent, frame, interpreter.evaluation)
    name = str(loaded.path) if loaded.path else None
    interpreter.record(EventKind.LOAD_DOTENV, name, fact, fact.span, origin)
    apply_dotenv(interpreter, loaded)


def apply_dotenv(interpreter: Interpreter, loaded: Loaded) -> None:
    """Let the environment know what an environment file sets, or that it may set anything."""
    if loaded.layer is None:
        interpreter.environment.opaque = loaded.reason
    else:
        interpreter.environment.load(loaded.layer, loaded.override, interpreter.certain)


def _environ(interpreter: Interpreter, fact: Call, method: str, origin: Origin, frame: Frame) -> None:
    """`os.environ.update(...)`, `setdefault`, `pop`, `clear`, and `os.putenv`, which Python itself does not see."""
    first = argument(fact.call, 0, "key")
    if method == "update":
        for key, value in _updates(fact.call):
            write(interpreter, fact, key, value, origin, frame)
    elif method == "setdefault" and first is not None:
        name = interpreter.evaluation.text(first, frame)
        if name is None or not interpreter.environment.has(name):
            write(interpreter, fact, first, argument(fact.call, 1, "value"), origin, frame)
    elif method == "pop" and first is not None:
        remove(interpreter, fact, first, origin, frame)


def _updates(call: CallValue) -> list[tuple[Value | None, Value]]:
    """Return the (key, value) pairs of an update; the key is None where it is not seen."""
    pairs: list[tuple[Value | None, Value]] = []
    for argument_value in call.arguments:
        if isinstance(argument_value, Mapping):
            pairs += argument_value.items
        else:
            pairs.append((None, argument_value))
    for keyword, value in call.keywords:
        pairs.append((Constant(keyword, value.span) if keyword else None, value))
    return pairs


def write(
    interpreter: Interpreter,
    fact: Call | Assign,
    key: Value | None,
    value: Value | None,
    origin: Origin,
    frame: Frame,
) -> None:
    """Record that a variable is written."""
    evaluation = interpreter.evaluation
    name = evaluation.text(key, frame)
    result: Result = (
        evaluation.evaluate(value, frame) if value is not None else Unknown("its value is not seen")
    )
    span = fact.target_span if isinstance(fact, Assign) else fact.span
    interpreter.record(EventKind.WRITE_VARIABLE, name, fact, span, origin, value, result)
    if name is None:
        interpreter.environment.opaque = "the code sets variables whose names are computed"
    else:
        interpreter.environment.write(name, _written(name, result, origin, fact), interpreter.certain)


def _written(name: str, result: Result, origin: Origin, fact: Call | Assign) -> Result:
    return with_cause(result, Because(f"the code sets {name}", origin.locate(fact.statement)))


def remove(interpreter: Interpreter, fact: Call | Delete, key: Value, origin: Origin, frame: Frame) -> None:
    """Record that a variable is deleted."""
    name = interpreter.evaluation.text(key, frame)
    interpreter.record(EventKind.DELETE_VARIABLE, name, fact, fact.statement, origin)
    if name is not None:
        interpreter.environment.delete(name, interpreter.certain)


def assign(interpreter: Interpreter, fact: Assign, origin: Origin, frame: Frame) -> bool:
    """Record an assignment that does more than bind a name; tell whether it did."""
    head, _, attribute = fact.target.rpartition(".")
    if fact.key is not None:
        if _refers(fact.target, frame) != "os.environ":
            return False
        write(interpreter, fact, fact.key, fact.value, origin, frame)
        return True
    if not head:
        return False
    name = _refers(head, frame)
    if name is None:
        return False
    role = role_of(f"{name}.{attribute}")
    if role not in (Role.sets_tracking, Role.sets_experiment, Role.sets_registry):
        return False
    value = interpreter.evaluation.evaluate(fact.value, frame)
    dotted = f"{name}.{attribute}"
    interpreter.record(EventKind.ASSIGN_FUNCTION, dotted, fact, fact.target_span, origin, fact.value, value)
    return True


def delete(interpreter: Interpreter, fact: Delete, origin: Origin, frame: Frame) -> None:
    """Record `del os.environ[...]`; forget a deleted name."""
    if fact.key is not None and _refers(fact.target, frame) == "os.environ":
        remove(interpreter, fact, fact.key, origin, frame)
    elif fact.key is None:
        frame.names.pop(fact.target, None)


def _refers(dotted: str, frame: Frame) -> str | None:
    """Return the full dotted name behind a name as it is written."""
    head, *rest = dotted.split(".")
    bound = frame.lookup(head)
    if bound is None:
        return None
    value: Value = Name(head, _NOWHERE)
    for part in rest:
        value = Attribute(value, part, _NOWHERE)
    return dotted_name(value, frame)
