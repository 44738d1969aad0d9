"""A probe and a script of the user's in the same box."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from azmlflow.probes.outcome import Outcome, with_needs
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe
from azmlflow.sandbox.box import AzureBox

from tests.cli.process import azmlflow
from tests.truth.warm import KEPT, QUIET, Running, start

CONNECT = with_needs(("network", "tenant", "workspace", "permissions", "experiments"))
SCRIPT = """
import os
import mlflow

mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
mlflow.set_experiment("agreement")
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
print("LOGGED", run.info.run_id)
"""


class Said(NamedTuple):
    """What a script came to: `ended` is False when it still waited when its time was over."""

    text: str
    ended: bool

    @property
    def logged(self) -> bool:
        return "LOGGED " in self.text


def clean_environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    nobody = str(folder / "no-such-browser")
    return {**kept, "PATH": os.defpath, "HOME": str(folder), "USERPROFILE": str(folder), "BROWSER": nobody}


def environment(box: AzureBox, folder: Path, credential: str | None = None) -> dict[str, str]:
    """Return the whole environment of a child in the box, with the scenario's credential unless another is named."""
    return box.environment(credential, base=clean_environment(folder))


def probe(
    box: AzureBox,
    folder: Path,
    environ: Mapping[str, str],
    steps: tuple[str, ...] = CONNECT,
    limits: Mapping[str, float] | None = None,
    link: str | None = None,
) -> tuple[Outcome, ...]:
    """Make a probe in a real child and return all its outcomes, the summary last."""
    uri = environ.get("MLFLOW_TRACKING_URI")
    request = Request(uri, box.workspace, steps=steps, limits=limits or {}, link=link)
    made = Probe(request, (Path(sys.executable),), environ, folder)
    made.run(lambda _: None)
    return tuple(made.outcomes)


def tell(folder: Path, environ: Mapping[str, str], script: str) -> tuple[Outcome, ...]:
    """Return what `azmlflow test-connection` tells in the terminal about a script, the summary last."""
    (folder / "train.py").write_text(script, encoding="utf-8")
    arguments = ("--python", sys.executable, "--only", ",".join(CONNECT), "--format", "json")
    done = azmlflow("test-connection", "train.py", *arguments, cwd=folder, **environ)
    outcomes = tuple(Outcome.of_json(json.loads(line)) for line in done.stdout.splitlines())
    assert done.stderr == ""
    assert done.returncode == (1 if outcomes[-1].outcome == "failed" else 0)
    return outcomes


def start_script(folder: Path, environ: Mapping[str, str], script: str = SCRIPT) -> Running:
    """Start an unmodified script that logs with the real plugin."""
    fewer = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "30", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    return start(folder, script, {**environ, **fewer, **QUIET})


def end_script(child: Running, seconds: float) -> Said:
    """Return what the script said; it is ended when it takes longer."""
    try:
        return Said("".join(child.communicate(timeout=seconds)), True)
    except subprocess.TimeoutExpired:
        child.kill()
        return Said("".join(child.communicate(timeout=10)), False)
