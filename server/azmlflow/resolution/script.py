"""One script or notebook: followed, then asked where its runs go."""

from __future__ import annotations

from pathlib import Path

from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.resolution.configs import search
from azmlflow.resolution.evidence import evidence_of
from azmlflow.resolution.experiment import experiment_of
from azmlflow.resolution.interpreter import Interpreter
from azmlflow.resolution.jobs import job_index
from azmlflow.resolution.memo import remembered
from azmlflow.resolution.model import ConfigCandidate, ScriptResolution
from azmlflow.resolution.modules import read_module, units_of
from azmlflow.resolution.running import ON_ITS_OWN, explained, running_of
from azmlflow.resolution.tracking import registry_of, tracking_of
from azmlflow.workspace.snapshot import Snapshot, SourceFile


def resolve_script(snapshot: Snapshot, file: SourceFile) -> ScriptResolution:
    """Return the answer for a script or notebook."""
    folders = working_folders(snapshot, file)
    module = read_module(snapshot, file)
    known = explained(snapshot, file, module)
    alone = (known is not None and known.platform in ON_ITS_OWN) or not _speaks_of_mlflow(file)
    run = Interpreter(snapshot, file, folders, alone=alone)
    run.run()
    events = tuple(run.events)
    running = running_of(snapshot, file, known, events, module)
    moment = run.first_use or run.at_end
    tracking = tracking_of(snapshot, file.path, running, events, moment)
    configs = configs_of(snapshot, folders)
    return ScriptResolution(
        snapshot=snapshot,
        file=file,
        running=running,
        events=events,
        tracking=tracking,
        registry=registry_of(events, moment, tracking),
        experiment=experiment_of(running, events, moment),
        jobs=job_index(snapshot).runs.get(file.path, ()),
        configs=configs,
        aimed_at=remembered(snapshot, "evidence", file.path, lambda: evidence_of(snapshot, file, configs)),
    )


def _speaks_of_mlflow(file: SourceFile) -> bool:
    """Tell whether the file names MLflow itself; of one that only hands over to others, nothing is asked."""
    return any(
        facts.indices("mlflow", lambda block: "mlflow" in block.text or "MLFLOW" in block.text)
        for _, facts in units_of(file)
    )


def working_folders(snapshot: Snapshot, file: SourceFile) -> tuple[Path, ...]:
    """Return the folders a file may be started in, the likeliest first.

    A notebook's kernel starts in the notebook's folder; editors start a script in the workspace folder, people
    often in the script's own.
    """
    if isinstance(file.facts, NotebookFacts):
        return (file.path.parent,)
    folders = (snapshot.root_of(file.path), file.path.parent)
    return tuple(dict.fromkeys(folders))


def configs_of(snapshot: Snapshot, folders: tuple[Path, ...]) -> tuple[ConfigCandidate, ...]:
    """Return the workspace configs that a lookup from those folders would meet, each once, in its order."""
    met: dict[Path, ConfigCandidate] = {}
    for folder in folders:
        found = search(snapshot, folder)
        for candidate in (found.found, *found.others):
            if candidate is not None:
                met.setdefault(candidate.path, candidate)
    return tuple(met.values())
