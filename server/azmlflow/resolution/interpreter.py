"""Follows a script as Python would run it; what its statements do is recorded by `effects`."""

from __future__ import annotations

from os.path import normpath
from pathlib import Path
from typing import Final

from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import (
    Assign,
    Call,
    CallValue,
    Define,
    Delete,
    Fact,
    Import,
    MagicCommand,
    Unread,
    Value,
)
from azmlflow.resolution import calls, effects, magics
from azmlflow.resolution.evaluation import Evaluation
from azmlflow.resolution.frames import (
    Bound,
    ClassRef,
    Deferred,
    External,
    Frame,
    FunctionRef,
    Instance,
    ProjectModule,
)
from azmlflow.resolution.model import Event, EventKind
from azmlflow.resolution.modules import Origin, Placed, find_module, read_module
from azmlflow.resolution.moments import Moment, moment_of
from azmlflow.resolution.references import follow, refer
from azmlflow.resolution.results import Result
from azmlflow.resolution.variables import Environment
from azmlflow.workspace.snapshot import SCRIPT_KINDS, Location, Snapshot, SourceFile

DEEPEST: Final = 12
"""How many calls of project functions are followed into each other."""

MOST_STEPS: Final = 10_000
"""How many statements are followed in all; a script that calls itself in many ways stops there."""

MOST_MODULES: Final = 30
"""How many modules of the project are followed from one script."""

_TOO_MUCH: Final = "the script does more than is followed"

_UNCERTAIN: Final = frozenset({"if", "else", "except", "match"})


class Interpreter:
    """One run of one script; `events` is the outcome."""

    def __init__(
        self, snapshot: Snapshot, file: SourceFile, working_folders: tuple[Path, ...], alone: bool = False
    ) -> None:
        self.snapshot = snapshot
        self.alone = alone
        """Other modules of the project are not followed."""
        self.file = file
        self.events: list[Event] = []
        self.environment = Environment(snapshot.process)
        self.evaluation = Evaluation(snapshot, self.environment, working_folders)
        self.modules: dict[Path, Frame] = {}
        self.called: set[tuple[Path, str]] = set()
        self.runs: list[effects.OpenRun] = []
        self.first_use: Moment | None = None
        """The environment when the script first makes a run."""
        self.entry: Location | None = None
        self.at_end: Moment = moment_of(self.environment, 0)
        self.certain = True
        self.reached = True
        self._steps = 0

    def run(self) -> None:
        """Follow the file from its first line, then each function that nothing was seen to call."""
        frame = self.module(self.file)
        self.at_end = moment_of(self.environment, len(self.events))
        self.reached = False
        for placed in frame.module.body(""):
            if isinstance(placed.fact, Define):
                self.runs.clear()
                self.leftover(placed.fact, placed.origin, frame)

    def module(self, file: SourceFile) -> Frame:
        """Follow a module's own statements; importing runs them once."""
        frame = self.modules.get(file.path)
        if frame is None:
            frame = self.modules[file.path] = Frame(read_module(self.snapshot, file))
            self.body(frame)
        return frame

    def leftover(self, define: Define, origin: Origin, frame: Frame) -> None:
        """Follow a function, or the methods of a class, whose caller is not seen."""
        if define.kind == "function":
            self.unseen(FunctionRef(frame, define.name, define, origin))
            return
        instance = Instance(ClassRef(frame, define.name, define, origin))
        for placed in frame.module.body(define.name):
            if isinstance(placed.fact, Define) and placed.fact.kind == "function":
                scope = f"{define.name}.{placed.fact.name}"
                self.unseen(FunctionRef(frame, scope, placed.fact, placed.origin, instance))

    def unseen(self, function: FunctionRef) -> None:
        """Follow a function without arguments, unless a call of it was followed."""
        if (function.frame.module.path, function.scope) not in self.called:
            self.body(calls.bind_arguments(function, None, function.frame, self.evaluation.origin))

    def body(self, frame: Frame) -> None:
        """Follow the statements of a frame in order."""
        self.called.add((frame.module.path, frame.scope))
        certain = self.certain
        for placed in frame.module.body(frame.scope):
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.environment.opaque = _TOO_MUCH
                break
            guards = placed.fact.guards
            self.certain = certain and not any(guard.kind in _UNCERTAIN for guard in guards)
            effects.close_runs(self, frame, placed)
            self.step(placed, frame)
        self.certain = certain
        effects.leave(self, frame)

    def step(self, placed: Placed, frame: Frame) -> None:
        """Follow one statement."""
        self.evaluation.origin = placed.origin
        outermost = self.entry is None and placed.origin.path == self.file.path
        if outermost:
            self.entry = placed.origin.locate(placed.fact.statement)
        self.fact(placed.fact, placed.origin, frame)
        if outermost:
            self.entry = None

    def fact(self, fact: Fact, origin: Origin, frame: Frame) -> None:
        if isinstance(fact, Call):
            fact = magics.written_out(fact) or fact
        if isinstance(fact, Call):
            self.call(fact, origin, frame)
        elif isinstance(fact, Import):
            self.import_(fact, origin, frame)
        elif isinstance(fact, Assign):
            if not effects.assign(self, fact, origin, frame):
                self.assign(fact, origin, frame)
        elif isinstance(fact, Define):
            self.define(fact, origin, frame)
        elif isinstance(fact, Delete):
            effects.delete(self, fact, origin, frame)
        elif isinstance(fact, Unread):
            self.record(EventKind.UNREAD, None, fact, fact.statement, origin)
        elif isinstance(fact, MagicCommand):
            magics.magic(self, fact, origin, frame)

    def import_(self, fact: Import, origin: Origin, frame: Frame) -> None:
        """Bind what an import binds; a module of the project is followed."""
        location = origin.locate(fact.span)
        target = self.project_module(fact, frame)
        if target is not None:
            entered = self.module(target)
            self.evaluation.origin = origin
            if fact.name == "*":
                frame.names.update(entered.names)
                return
            bound = entered.lookup(fact.name) if fact.name else None
            frame.names[fact.bound] = bound or Bound(ProjectModule(entered), location, self.certain)
            return
        frame.names[fact.bound] = Bound(External(fact.dotted), location)

    def run_file(self, arguments: str, frame: Frame) -> None:
        """Follow `%run file.py`: its names become the notebook's."""
        name = arguments.strip().partition(" ")[0].strip("\"'")
        path = Path(normpath(frame.module.path.parent / name))
        file = next((f for p in (path, path.with_suffix(".py")) if (f := self.snapshot.files.get(p))), None)
        if file is None or file.kind not in SCRIPT_KINDS:
            self.environment.opaque = f"%run {name} may set variables"
            return
        entered = self.module(file)
        frame.names.update(entered.names)

    def project_module(self, fact: Import, frame: Frame) -> SourceFile | None:
        """Return the project's file that an import runs; `from package import module` names one too."""
        if self.alone:
            return None
        if len(self.modules) > MOST_MODULES:
            self.environment.opaque = _TOO_MUCH
            return None
        here = frame.module.path
        names = [f"{fact.module}.{fact.name}", fact.module] if fact.name else [fact.module]
        for name in names:
            path = find_module(self.snapshot, here, name, fact.level)
            if path is not None:
                return self.snapshot.files[path]
        return None

    def assign(self, fact: Assign, origin: Origin, frame: Frame) -> None:
        """Bind a name; `self.x` is bound on the object."""
        bound = Bound(Deferred(fact.value, frame, origin), origin.locate(fact.statement), self.certain)
        head, _, attribute = fact.target.partition(".")
        owner = follow(frame.names.get(head)) if attribute else None
        if isinstance(owner, Instance):
            owner.attributes[attribute] = bound
        elif fact.key is None:
            value = refer(fact.value, frame)
            if isinstance(value, Instance):
                bound = Bound(value, bound.location, self.certain)
            frame.names[fact.target] = bound

    def define(self, fact: Define, origin: Origin, frame: Frame) -> None:
        """Bind a function or class."""
        scope = f"{fact.scope}.{fact.name}" if fact.scope else fact.name
        make = FunctionRef if fact.kind == "function" else ClassRef
        frame.names[fact.name] = Bound(make(frame, scope, fact, origin), origin.locate(fact.span))

    def call(self, fact: Call, origin: Origin, frame: Frame) -> None:
        """Follow a call: into the project, or to what the package's function does."""
        thing = refer(fact.call.function, frame)
        if isinstance(thing, FunctionRef):
            self.enter(thing, fact.call, frame)
        elif isinstance(thing, ClassRef):
            self.construct(thing, fact.call, frame)
        else:
            name = thing.dotted if isinstance(thing, External) else None
            effects.call(self, fact, name, origin, frame)
            calls.handed_over(self, fact.call, frame)
        self.evaluation.origin = origin

    def enter(self, function: FunctionRef, call: CallValue | None, frame: Frame) -> None:
        """Follow a function of the project with the arguments of a call.

        From a function that nothing calls no other is entered: each is followed once by itself.
        """
        if self.reached and frame.depth < DEEPEST:
            self.body(calls.bind_arguments(function, call, frame, self.evaluation.origin))

    def construct(self, cls: ClassRef, call: CallValue, frame: Frame) -> None:
        for placed in cls.frame.module.body(cls.scope):
            if isinstance(placed.fact, Define) and placed.fact.name == "__init__":
                made = refer(call, frame)
                instance = made if isinstance(made, Instance) else Instance(cls)
                scope = f"{cls.scope}.__init__"
                self.enter(FunctionRef(cls.frame, scope, placed.fact, placed.origin, instance), call, frame)

    def record(
        self,
        kind: EventKind,
        name: str | None,
        fact: Fact,
        span: Span,
        origin: Origin,
        value: Value | None = None,
        result: Result | None = None,
    ) -> None:
        """Add an event at a place of the statement that is being followed."""
        statement = origin.locate(fact.statement)
        self.events.append(
            Event(
                kind=kind,
                name=name,
                location=origin.locate(span),
                statement=statement,
                entry=self.entry or statement,
                certain=self.certain,
                reached=self.reached,
                value=value,
                result=result,
                fact=fact,
                scope=fact.scope,
                guards=fact.guards,
                run=self.runs[-1].statement if self.runs else None,
            )
        )
