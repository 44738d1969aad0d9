"""SDK calls that send a script to Azure ML: `command(code=..., command=...)`, ScriptRunConfig and their kin."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path

from azmlflow.azure.jobs import SubmitCall, submit_call
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.python.facts import Assign, Call, CallValue, Constant, Import, Mapping
from azmlflow.resolution.commands import scripts_run
from azmlflow.resolution.evaluation import Evaluation
from azmlflow.resolution.frames import Bound, Deferred, External, Frame
from azmlflow.resolution.model import JobRun, Upload
from azmlflow.resolution.modules import Module, Placed, read_module, units_of
from azmlflow.resolution.references import dotted_name
from azmlflow.resolution.sdk import argument
from azmlflow.resolution.variables import Environment
from azmlflow.workspace.snapshot import Location, Snapshot, SourceFile


def submissions(snapshot: Snapshot, file: SourceFile) -> Iterator[JobRun | Upload]:
    """Yield the scripts that a file submits, those its `%%writefile` cells write, and the folders it uploads.

    Where a call does not say which script or folder it means, it may mean any beside the file.
    """
    if not any(facts.submits() for _, facts in units_of(file)):
        return
    module = read_module(snapshot, file)
    frame = _plain_frame(module)
    folders = tuple(dict.fromkeys((file.path.parent, snapshot.root_of(file.path))))
    evaluation = Evaluation(snapshot, Environment(snapshot.process), folders)
    for placed, call, known in _submitting(module, frame):
        evaluation.origin = placed.origin
        by = placed.origin.locate(call.span)
        runs = tuple(_runs(snapshot, by, call, known, frame, evaluation))
        yield from runs or (Upload(file.path.parent, by),)
        yield from (JobRun(script, by) for script in _written_files(file))


def _plain_frame(module: Module) -> Frame:
    """Bind what the file imports and assigns, without following it: the last assignment counts."""
    frame = Frame(module)
    for scope in module.scopes:
        for placed in module.body(scope):
            fact = placed.fact
            if isinstance(fact, Import):
                dotted = f"{fact.module}.{fact.name}" if fact.name else fact.bound
                frame.names[fact.bound] = Bound(External(dotted), None)
            elif isinstance(fact, Assign) and fact.key is None:
                frame.names[fact.target] = Bound(Deferred(fact.value, frame, placed.origin), None)
    return frame


def _submitting(module: Module, frame: Frame) -> Iterator[tuple[Placed, CallValue, SubmitCall]]:
    for scope in module.scopes:
        for placed in module.body(scope):
            if isinstance(placed.fact, Call):
                call = placed.fact.call
                known = submit_call(dotted_name(call.function, frame) or "")
                if known is not None:
                    yield placed, call, known


def _runs(
    snapshot: Snapshot, by: Location, call: CallValue, known: SubmitCall, frame: Frame, evaluation: Evaluation
) -> Iterator[JobRun | Upload]:
    script = _text(call, known.script, frame, evaluation)
    written = _text(call, known.code, frame, evaluation)
    if script is None:
        return
    for folder in evaluation.working_folders:
        code = Path(normpath(folder / (written or ".")))
        found = scripts_run(snapshot, code, script) if known.is_command else [Path(normpath(code / script))]
        for path in found:
            if path in snapshot.files:
                yield JobRun(path, by)
                if written:
                    yield Upload(code, by)


def _text(call: CallValue, name: str | None, frame: Frame, evaluation: Evaluation) -> str | None:
    value = argument(call, -1, name) if name else None
    if isinstance(value, Mapping):  # the entry of a Spark job: {"file": "main.py"}
        named = (item for key, item in value.items if isinstance(key, Constant) and key.value == "file")
        value = next(named, None)
    return evaluation.text(value, frame)


def _written_files(file: SourceFile) -> Iterator[Path]:
    """Yield the files that a notebook's `%%writefile` cells write, as far as their names are written out."""
    if not isinstance(file.facts, NotebookFacts):
        return
    for cell in file.facts.cells:
        name = cell.written_file
        if name and not set("${") & set(name):
            yield Path(normpath(file.path.parent / name))
