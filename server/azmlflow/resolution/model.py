"""The vocabulary of the answer: values with provenance, the target, and the events that lead there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple

from azmlflow.azure.uri_parsing import UriKind
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.python.facts import Call, CallValue, Fact, Guard, Value
from azmlflow.parsing.tree import Node
from azmlflow.resolution.results import Because, Result
from azmlflow.workspace.snapshot import Location, Snapshot, SourceFile

Status = Literal["resolved", "local", "unknown"]
Source = Literal["call", "variable", "platform", "default", "unknown"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and the chain that produced it, nearest cause first; `overrides` lists what it wins over.

    `status` "unknown" means `value` is None and `reason` completes "unknown, because ...".
    """

    status: Status
    value: str | None = None
    reason: str | None = None
    because: tuple[Because, ...] = ()
    overrides: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackingAnswer(Answer):
    """Where runs go: a workspace (perhaps with the URI still to be fetched), a local store, another server."""

    kind: UriKind | None = None
    """What kind of store it is; None when not even that is known."""
    workspace: WorkspaceRef | None = None
    source: Source = "unknown"
    setter: Event | None = None
    """The call that decides, when one does."""
    variable: Result | None = None
    """What MLFLOW_TRACKING_URI is at that moment, when a call decides in its place."""


class Platform(Enum):
    """Who runs the file, as far as the project tells."""

    OUTSIDE = "outside Azure ML"
    JOB = "an Azure ML job"
    COMPUTE_INSTANCE = "an Azure ML compute instance"
    SYNAPSE = "Azure Synapse"
    DATABRICKS = "Azure Databricks"
    MLPROJECT = "an MLflow project"
    UPLOADED = "a folder that an Azure ML job uploads"
    IMPORTED = "a module that another file imports"
    TEST = "a test"
    SCORING = "a scoring script"
    LIBRARY = "a library"


class Running(NamedTuple):
    """How a file comes to run, and what says so."""

    platform: Platform
    because: tuple[Because, ...]

    @property
    def outside(self) -> bool:
        """Tell whether the file is started by the user, outside Azure ML."""
        return self.platform is Platform.OUTSIDE


class EventKind(Enum):
    """What a step of the script does to MLflow, to the environment or to Azure."""

    SET_TRACKING = "set_tracking_uri"
    SET_REGISTRY = "set_registry_uri"
    SET_EXPERIMENT = "set_experiment"
    START_RUN = "start_run"
    END_RUN = "end_run"
    LOG = "log"
    LOG_MODEL = "log_model"
    AUTOLOG = "autolog"
    READ = "read"
    CLIENT = "client"
    LAUNCH = "launch"
    WRITE_VARIABLE = "write variable"
    DELETE_VARIABLE = "delete variable"
    LOAD_DOTENV = "load_dotenv"
    READ_CONFIG = "from_config"
    WORKSPACE = "workspace object"
    ASSIGN_FUNCTION = "assign function"
    UNREAD = "unread"


class Event(NamedTuple):
    """One step of the script, in the order of execution.

    `name` is the dotted API name of a call, or the name of a variable (None when it is computed).
    `value` is the symbolic argument that matters, `result` what it evaluates to at that moment; the result of a
    LAUNCH is the MLFLOW_EXPERIMENT_NAME that the new process inherits, that of a WORKSPACE the workspace which the SDK
    object stands for.
    """

    kind: EventKind
    name: str | None
    location: Location
    """The call or target itself; may stand in a helper of the project."""
    statement: Location
    entry: Location
    """The statement of the script under inspection that led here; equals `statement` unless a helper did it."""
    certain: bool
    """False when a branch or an except clause decides whether it happens."""
    reached: bool
    """False in functions that nothing seen calls."""
    value: Value | None = None
    result: Result | None = None
    fact: Fact | None = None
    scope: str = ""
    guards: tuple[Guard, ...] = ()
    run: Location | None = None
    """The statement that started the run which is active at this moment, if one is."""

    @property
    def call(self) -> CallValue | None:
        """Return the call, when the event is one."""
        return self.fact.call if isinstance(self.fact, Call) else None


class Evidence(NamedTuple):
    """A sign that the project logs to Azure ML, from the strongest kind to the weakest."""

    kind: Literal["target", "config", "variable", "code", "package"]
    because: Because


class JobRun(NamedTuple):
    """A job, component or SDK call that has Azure ML run a script."""

    script: Path
    by: Location
    """The command or file name that names the script."""
    document: Node | None = None
    """The job's mapping, when it is written in YAML."""


class Upload(NamedTuple):
    """A folder whose files a job may run or import, though it names none of them."""

    folder: Path
    by: Location


@dataclass(frozen=True, slots=True)
class ConfigCandidate:
    """A workspace config that a lookup could find, with what it says (None when malformed or incomplete)."""

    path: Path
    workspace: WorkspaceRef | None


@dataclass(frozen=True, slots=True)
class ScriptResolution:
    """The answer for one script or notebook."""

    snapshot: Snapshot
    file: SourceFile
    running: Running
    events: tuple[Event, ...]
    tracking: TrackingAnswer
    registry: TrackingAnswer
    experiment: Answer
    jobs: tuple[JobRun, ...]
    """The jobs that run this file."""
    configs: tuple[ConfigCandidate, ...]
    """Workspace configs that a lookup from this file would meet, in the order of the lookup."""
    aimed_at: tuple[Evidence, ...]
    """The evidence that this file's runs are meant for Azure ML, the strongest first; empty when there is none."""

    def first(self, *kinds: EventKind, reached: bool = True) -> Event | None:
        """Return the first event of some kinds, in the order of execution."""
        return next((e for e in self.events if e.kind in kinds and e.reached >= reached), None)

    def all(self, *kinds: EventKind) -> Iterator[Event]:
        """Yield the events of some kinds in the order of execution, those of uncalled functions last."""
        return (event for event in self.events if event.kind in kinds)
