"""What a connection test is to be told about a script or a folder: where to, with which environment, in which Python.

Nothing is looked at that the snapshot does not hold, and no network or clock is touched: what cannot be tested is said
before anything is asked for. No token is ever asked for where the tracking URI's host is not Azure Machine Learning's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from azmlflow.azure import variables as v
from azmlflow.azure.credential_chain import CREDENTIAL_CLASSES
from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef, is_guid
from azmlflow.azure.workspace_config import candidate_paths
from azmlflow.resolution.configs import read_candidate
from azmlflow.resolution.connection_choice import Choice, for_folder, for_script
from azmlflow.resolution.connection_environ import Seen, Show, left_aside, place_of, seen_by
from azmlflow.resolution.connection_target import NO_WORKSPACE, Problem, Target, of_config
from azmlflow.resolution.doctor.packages import interpreter_of
from azmlflow.resolution.environs import process_environ
from azmlflow.resolution.model import ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.results import Because, Known, OfWorkspace
from azmlflow.resolution.wanted import candidates
from azmlflow.workspace.interpreter import Interpreter
from azmlflow.workspace.snapshot import FileKind, Snapshot

NOT_LOGGED_THERE: Final = "NOT_LOGGED_THERE"
"""The code of a test of a workspace that the script itself would not log to."""


@dataclass(frozen=True, slots=True)
class Connection:
    """All that a probe is told, or in `problem` why there is nothing to test.

    `uri` is None where only the workspace is known. `because` is the provenance of either. `environ` is the whole
    environment that the code would see; `origins` says for the variables that the project's files set where that is
    (`path:line`). `doubt` says that the script itself would not log to the workspace which is tested. `folder` is where
    the code is started, `files` are those whose change makes a result stale; some of them need not exist.
    """

    path: Path
    folder: Path
    uri: str | None
    workspace: WorkspaceRef | None
    because: tuple[Because, ...]
    experiment: str | None
    environ: Mapping[str, str]
    origins: Mapping[str, str]
    warnings: tuple[str, ...]
    doubt: str | None
    interpreter: Interpreter | None
    problem: Problem | None
    files: frozenset[Path]
    is_script: bool = False
    set_by_call: bool = False
    """Whether a call in the code decides the tracking URI, whatever a variable says."""
    credential: str | None = None
    """The class of azure-identity that signs in, where the code makes it; None for the chain of azureml-mlflow."""

    @property
    def beside(self) -> str | None:
        """Return the folder in which Python looks for modules before it looks anywhere else, where a script is meant."""
        return str(self.path.parent) if self.is_script else None

    @property
    def guessed(self) -> bool:
        """Tell whether nobody chose the interpreter: it is only the first on the PATH."""
        return self.interpreter is not None and self.interpreter.guessed

    def pythons(self, own: Path) -> tuple[Path, ...]:
        """Return the interpreters that a probe tries: that of the code, and azmlflow's own where it lacks packages."""
        return (self.interpreter.python, own) if self.interpreter else (own,)


class Configured(NamedTuple):
    """What the step `configuration` of a probe says, as plain data; "doubted" is a failure that ends nothing."""

    verdict: Literal["ok", "doubted", "failed"]
    message: str
    code: str | None = None
    advice: str | None = None
    command: str | None = None
    url: str | None = None
    details: Mapping[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        """Return the outcome of the step in the form in which a probe writes outcomes."""
        values = self._asdict()
        verdict = values.pop("verdict")
        outcome = "ok" if verdict == "ok" else "failed"
        return {**values, "step": "configuration", "outcome": outcome, "hard": verdict == "failed"}


class Aim(NamedTuple):
    """Which workspace a folder is aimed at, and why; without a name `says` tells why there is none.

    `says` completes a sentence that has begun.
    """

    workspace: str | None
    says: str


def aim_of(snapshot: Snapshot, folder: Path) -> Aim:
    """Return which workspace a test of a folder would be for."""
    show = partial(_from, snapshot.root_of(folder / "x"))
    found = for_folder(snapshot, folder, show).found
    if isinstance(found, Target):
        why = _why(found.because, show)
        because = f", because {why}" if why else ""
        return Aim(found.workspace.workspace_name, f"the target is {_named(found.workspace)}{because}.")
    says = "nothing here names a workspace." if found.code == NO_WORKSPACE else found.message
    return Aim(None, says)


def connection_of(
    snapshot: Snapshot, path: Path, *, started_in: Path | None = None, show: Show | None = None
) -> Connection:
    """Return what a probe is to be told about a script, a workspace config, or all scripts below a folder.

    `started_in` is the working folder, by default the root of the project; `show` says how paths are written, by default
    from that root.
    """
    root = snapshot.root_of(path)
    shown = show or partial(_from, root)
    file = snapshot.files.get(path)
    script = Resolution(snapshot, file).script if file is not None else None
    is_config = file is not None and file.kind is FileKind.WORKSPACE_CONFIG
    here = path.parent if _is_file(snapshot, path) else path
    if script is not None:
        chosen = for_script(script, shown)
    elif is_config:
        chosen = Choice(of_config(read_candidate(snapshot, path), shown))
    else:
        chosen = for_folder(snapshot, here, shown)
    return _made(snapshot, path, here, started_in or root, chosen, shown)


def configured(connection: Connection, show: Show | None = None) -> Configured:
    """Return what the step `configuration` says of a connection; `show` as for `connection_of`."""
    show = show or partial(_from, connection.folder)
    details = _details(connection)
    problem = connection.problem
    if problem is not None:
        code, message, advice, command, url, _ = problem
        return Configured("failed", message, code, advice, command, url, details)
    why = _why(connection.because, show)
    target = _named(connection.workspace or WorkspaceRef("", "", "")) + (f": {why}" if why else "")
    if connection.doubt is not None:
        message = f"{connection.doubt} Tested is {target}."
        details |= {"doubt": connection.doubt}
        advice = _CHANGE_CALL if connection.set_by_call else _SET_URI
        return Configured("doubted", message, NOT_LOGGED_THERE, advice, None, None, details)
    return Configured("ok", f"The target is {target}.", details=details)


def _named(workspace: WorkspaceRef) -> str:
    return f"the workspace {workspace.workspace_name} in resource group {workspace.resource_group}"


def _why(because: tuple[Because, ...], show: Show) -> str:
    """Return the first thing that makes a workspace the one, with its place; empty where nothing is known."""
    first = next(iter(because), None)
    place = f" ({place_of(first.location, show)})" if first and first.location else ""
    return f"{first.what}{place}" if first else ""


def _from(folder: Path, path: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _is_file(snapshot: Snapshot, path: Path) -> bool:
    """Tell a file from a folder without asking the disk: what is below a folder is in the snapshot, or it has a suffix."""
    if path in snapshot.files or path in snapshot.roots:
        return path in snapshot.files
    return bool(path.suffix) and not any(other.is_relative_to(path) for other in snapshot.files)


def _made(snapshot: Snapshot, path: Path, here: Path, folder: Path, chosen: Choice, show: Show) -> Connection:
    environ = chosen.environ or process_environ(snapshot)
    seen = seen_by(snapshot, environ, show)
    target = chosen.found if isinstance(chosen.found, Target) else None
    moot = (v.MLFLOW_TRACKING_URI,) if _names_its_workspace(chosen.script) else ()
    left = left_aside(snapshot, here, seen, chosen.files, show, moot=moot) if target else ()
    credential, other = _credential(chosen)
    return Connection(
        path=path,
        folder=folder,
        uri=target.uri if target else None,
        workspace=target.workspace if target else None,
        because=target.because if target else (),
        experiment=_experiment(chosen.script),
        environ=seen.values,
        origins=seen.origins,
        warnings=(*chosen.warnings, *seen.warnings, *left, *filter(None, (other,))),
        doubt=chosen.doubt,
        interpreter=interpreter_of(snapshot, here),
        problem=chosen.found if isinstance(chosen.found, Problem) else None,
        files=_files(snapshot, path, here, folder, chosen, seen),
        is_script=path in snapshot.files and chosen.script is not None,
        set_by_call=chosen.script is not None and chosen.script.tracking.setter is not None,
        credential=credential,
    )


def _names_its_workspace(script: ScriptResolution | None) -> bool:
    """Tell whether a call decides where a script logs, whatever MLFLOW_TRACKING_URI says."""
    result = script.tracking.setter.result if script and script.tracking.setter else None
    return isinstance(result, OfWorkspace) or (isinstance(result, Known) and result.literal is not None)


def _credential(chosen: Choice) -> tuple[str | None, str | None]:
    """Return the class that signs in where the code makes it, and what is to be said where that is not known."""
    setter = chosen.script.tracking.setter if chosen.script else None
    made = setter.result if setter else None
    if not isinstance(made, OfWorkspace) or chosen.doubt is not None:
        return None, None
    module, _, name = (made.credential or "").rpartition(".")
    if module in _IDENTITY and name in CREDENTIAL_CLASSES:
        return name, None
    return None, _OWN_CREDENTIAL


def _experiment(script: ScriptResolution | None) -> str | None:
    """Return the experiment's name where the script settles it; an ID is none."""
    value = script.experiment.value if script else None
    return None if value is None or value.isdigit() or is_guid(value) else value


def _files(
    snapshot: Snapshot, path: Path, here: Path, folder: Path, chosen: Choice, seen: Seen
) -> frozenset[Path]:
    found = {*chosen.files, *seen.files, here / ".env", folder / ".env"}
    found.update(Path(place) for place in candidate_paths(here) if _inside(snapshot, Path(place)))
    because = chosen.found.because if isinstance(chosen.found, Target) else ()
    found.update(b.location.path for b in because if b.location)
    if isinstance(chosen.found, Problem):
        found.update(chosen.found.files)
    environ = replace(chosen.environ or process_environ(snapshot), folders=(folder,))
    for name in v.PATH_VARIABLES:
        found.update(candidates(environ, name, snapshot.process.values))
    if path in snapshot.files:
        found.add(path)
    return frozenset(found)


def _inside(snapshot: Snapshot, path: Path) -> bool:
    return any(path.is_relative_to(root) for root in snapshot.roots)


def _details(connection: Connection) -> dict[str, Any]:
    """Return what is known before anything is asked, as plain values without secrets."""
    parsed = parse_tracking_uri(connection.uri or "")
    interpreter = connection.interpreter
    return {
        "workspace": connection.workspace.workspace_name if connection.workspace else None,
        "resource_group": connection.workspace.resource_group if connection.workspace else None,
        "host": parsed.host if parsed else None,
        "experiment": connection.experiment,
        "interpreter": str(interpreter.python) if interpreter else None,
        "interpreter_origin": interpreter.origin if interpreter else None,
        "variables": dict(connection.origins),
        "warnings": list(connection.warnings),
    }


_IDENTITY: Final = frozenset({"azure.identity", "azure.identity._credentials"})
_OWN_CREDENTIAL: Final = (
    "The code signs in with a credential that it makes itself. A test cannot make the same: tested is the chain that azureml-mlflow "
    "would build."
)
_CHANGE_CALL: Final = (
    "Have the call name the workspace's tracking URI, or take it out where MLFLOW_TRACKING_URI is set."
)
_SET_URI: Final = (
    "Set the tracking URI in the script before the first run, or in MLFLOW_TRACKING_URI. azmlflow can insert the call: as a "
    "quick fix in an editor, with `check --fix --unsafe-fixes` in a terminal."
)
