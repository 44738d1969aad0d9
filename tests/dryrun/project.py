"""A small project, the repairs that the engine offers for one of its files, and the file run against a box."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.resolution.resolve import Resolution
from azmlflow.resolution.wanted import wanted
from azmlflow.rules.apply import apply_fixes
from azmlflow.rules.base import Finding, Fix
from azmlflow.rules.engine import check_file
from azmlflow.rules.selection import Selection
from azmlflow.sandbox.box import AzureBox
from azmlflow.sandbox.landed import Run, read_workspace
from azmlflow.sandbox.store import store_of
from azmlflow.workspace.learned import Learned
from azmlflow.workspace.load import load
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.surroundings import Terms, look

from tests.rules.harness import as_text
from tests.sandbox.worker import Worker

NOW = datetime.now(timezone.utc)
SUBSCRIPTION = "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c"
PRINCIPAL = {
    "AZURE_TENANT_ID": "3aa0b1c2-0000-4000-8000-00000000000a",
    "AZURE_CLIENT_ID": "7bb0b1c2-0000-4000-8000-00000000000b",
    "AZURE_CLIENT_SECRET": "canary-secret-0123456789",
}
BEGIN = """
import atexit, mlflow, os, runpy, subprocess, sys, traceback
import azure.identity, azureml.mlflow, dotenv
from azure.ai.ml import MLClient

def run(path, variables):
    '''Run a script as `python script` would in its folder, and return its exit status and what it printed.'''
    folder, name = os.path.split(path)
    if not hasattr(os, "fork"):
        done = subprocess.run([sys.executable, name], cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    with open(path + ".out", "w+") as out:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                os.chdir(folder)
                os.environ.update(variables)
                sys.path.insert(0, folder)
                sys.argv = [name]
                runpy.run_path(name, run_name="__main__")
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                atexit._run_exitfuncs()
                sys.stdout.flush()
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        out.seek(0)
        return status, out.read()

shared["run"] = run
"""
"""Imports the packages once; each script runs in a fork, so that none sees what another has set."""


def reference(name: str) -> WorkspaceRef:
    return WorkspaceRef(SUBSCRIPTION, "rg-contoso", name)


def config(name: str) -> str:
    return json.dumps(reference(name)._asdict(), indent=4)


def uri(name: str, region: str = "northeurope") -> str:
    return f"azureml://{region}.api.azureml.ms/mlflow/v2.0{reference(name).arm_id}"


class Project:
    """Files in a folder of their own, checked as the terminal does, and repaired as it would."""

    def __init__(
        self, folder: Path, files: Mapping[str, Any], opened: str, learned: Iterable[Learned] = ()
    ) -> None:
        self.folder = folder
        self.opened = folder / opened
        self._learned = tuple(learned)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(as_text(name, content), encoding="utf-8")

    def snapshot(self) -> Snapshot:
        loaded = load([self.folder], {}).snapshot
        seen = look(wanted(loaded), Terms(NOW, True, loaded.roots, {}))
        return replace(loaded, surroundings=seen, learned=self._learned)

    def findings(self, *codes: str) -> list[Finding]:
        return _findings(self.snapshot(), self.opened, codes)

    def titles(self, *codes: str) -> list[str]:
        """Return the titles of all repairs for these codes, in the order in which they are offered."""
        snapshot = self.snapshot()
        return [fix.title for fix in _fixes(snapshot, self.opened, codes)]

    def repair(self, title: str, *codes: str) -> None:
        """Apply the repair of that title with the code that the terminal and the editors apply it with."""
        snapshot = self.snapshot()
        (fix,) = (fix for fix in _fixes(snapshot, self.opened, codes) if fix.title == title)
        outcome = apply_fixes(snapshot, [fix])
        assert outcome.applied == (fix,)
        for path, text in outcome.texts.items():
            path.write_text(text, encoding="utf-8")

    def run(self, worker: Worker, variables: Mapping[str, str] = PRINCIPAL) -> str:
        """Run the file in the child, which must end well, and return what it printed."""
        script = self._as_script()
        facts = worker.run(
            f"facts['done'] = shared['run']({str(script)!r}, {dict(variables)!r})", timeout=100
        )
        status, printed = facts["done"]
        assert status == 0, f"{script.read_text()}\n{printed}"
        return str(printed)

    def _as_script(self) -> Path:
        """Return the file, or for a notebook a script of its cells without what only IPython understands."""
        if self.opened.suffix != ".ipynb":
            return self.opened
        cells = json.loads(self.opened.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        script = self.opened.with_name(f"{self.opened.stem}_cells.py")
        script.write_text(re.sub(r"(?m)^[%!].*$", "", source), encoding="utf-8")
        return script


def landed(box: AzureBox, name: str) -> tuple[list[Run], str]:
    """Return the runs in the workspace of that name, and the region in which it was asked for them."""
    found = [
        each
        for each in box.world.workspaces
        if each.ref.workspace_name == name and store_of(box.world).has(each)
    ]
    assert found, f"nothing was asked of {name}"
    return list(read_workspace(box.world, found[0]).runs), found[0].region


def _findings(snapshot: Snapshot, path: Path, codes: tuple[str, ...]) -> list[Finding]:
    resolution = Resolution(snapshot, snapshot.files[path])
    found = check_file(resolution, Selection.of(resolution.settings, persona="pedantic"))
    return [finding for finding in found if not codes or finding.code in codes]


def _fixes(snapshot: Snapshot, path: Path, codes: tuple[str, ...]) -> list[Fix]:
    found = _findings(snapshot, path, codes)
    return [fix for finding in found for fix in finding.fixes()]
