"""Whoever is killed, and whenever: of a probe nothing stays behind. And many probes leave nothing behind either."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azmlflow.azure.credential_links import AZURE_CLI
from azmlflow.probes.outcome import STEPS, with_needs
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe
from azmlflow.sandbox import stand_ins
from azmlflow.sandbox.box import AzureBox

from tests.probes.boxes import environment
from tests.probes.processes import wait_until_gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")

BEGUN = [step.name for step in STEPS if step.name != "configuration"]

PARENT = """
import json, os, signal, sys
from pathlib import Path
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe

asked = json.loads(sys.stdin.read())
probe = Probe(Request.of_json(asked["request"]), (Path(sys.executable),), asked["environ"], Path.cwd())

def begun(step, link, seconds):
    if (link or step) == asked["until"]:
        print(probe.pid, flush=True)
        if asked["pid_file"]:
            while not (Path(asked["pid_file"]).exists() and Path(asked["pid_file"]).read_text()):
                os.sched_yield()
        os.kill(os.getpid(), signal.SIGKILL)

probe.run(lambda _: None, begun)
"""


@contextmanager
def parent(
    folder: Path, until: str, request: Request, environ: dict[str, str], pid_file: Path | None = None
) -> Iterator[int]:
    """Start a process that makes a probe and kills itself where `until` begins; give the pid of the probe's child."""
    asked: dict[str, Any] = {"request": request.as_json(), "environ": environ, "until": until}
    done = subprocess.run(
        [sys.executable, "-c", PARENT],
        input=json.dumps({**asked, "pid_file": str(pid_file or "")}),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    yield int(done.stdout)


@pytest.mark.parametrize("step", BEGUN)
def test_the_child_ends_with_the_parent_that_is_killed(box: AzureBox, tmp_path: Path, step: str) -> None:
    request = Request(box.workspace_uri, box.workspace, steps=with_needs((step,)))
    with parent(tmp_path, step, request, environment(box, tmp_path, "secret")) as child:
        wait_until_gone(child)


def test_a_tool_that_hangs_ends_with_the_parent_that_is_killed(the_box: AzureBox, tmp_path: Path) -> None:
    the_box.use("az-hangs")
    environ = environment(the_box, tmp_path)
    pids = pid_file(the_box, "az")
    request = Request(the_box.workspace_uri, the_box.workspace)
    with parent(tmp_path, AZURE_CLI, request, environ, pids) as child:
        wait_until_gone(child, int(pids.read_text()))


@pytest.mark.parametrize("step", BEGUN)
def test_it_is_cancelled_at_once_in_every_step(box: AzureBox, tmp_path: Path, step: str) -> None:
    """How soon at the least is told in test_process; here it is soon enough that no step has been waited for."""
    probe = Probe(
        Request(box.workspace_uri, box.workspace, steps=with_needs((step,))),
        (Path(sys.executable),),
        environment(box, tmp_path, "secret"),
        tmp_path,
    )
    cancelled: list[tuple[float, int]] = []

    def begun(name: str, link: str | None, seconds: float) -> None:
        if name == step and not cancelled:
            cancelled.append((time.monotonic(), probe.pid or 0))
            probe.cancel()

    summary = probe.run(lambda _: None, begun)
    moment, child = cancelled[0]
    assert time.monotonic() - moment < 5
    assert summary.message == "The test was cancelled."
    wait_until_gone(child)


@pytest.mark.parametrize("step", ["packages", "chain", "credential", "experiments", "sdk"])
def test_a_child_that_is_killed_is_told_of(box: AzureBox, tmp_path: Path, step: str) -> None:
    probe = Probe(
        Request(box.workspace_uri, box.workspace, steps=with_needs((step, "sdk"))),
        (Path(sys.executable),),
        environment(box, tmp_path, "secret"),
        tmp_path,
    )

    def begun(name: str, link: str | None, seconds: float) -> None:
        if name == step and probe.pid:
            os.kill(probe.pid, signal.SIGKILL)

    summary = probe.run(lambda _: None, begun)
    assert summary.code == "CRASHED"
    assert probe.outcomes[-2].outcome in ("not-reached", "failed")


def test_a_tool_that_hangs_ends_with_the_probe_that_is_cancelled(the_box: AzureBox, tmp_path: Path) -> None:
    the_box.use("az-hangs")
    environ = environment(the_box, tmp_path)
    pids = pid_file(the_box, "az")
    probe = Probe(
        Request(the_box.workspace_uri, the_box.workspace), (Path(sys.executable),), environ, tmp_path
    )

    def begun(name: str, link: str | None, seconds: float) -> None:
        if link == AZURE_CLI:
            while not (pids.exists() and pids.read_text()):
                os.sched_yield()
            probe.cancel()

    probe.run(lambda _: None, begun)
    wait_until_gone(int(pids.read_text()))


SOAK = """
import gc, json, os, sys, threading
from pathlib import Path
from azmlflow.probes.request import Request
from azmlflow.probes.runner import Probe

asked = json.loads(sys.stdin.read())

def once():
    probe = Probe(Request.of_json(asked["request"]), (Path(sys.executable),), asked["environ"], Path.cwd())
    assert probe.run(lambda _: None).outcome == "ok"

def state():
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return dict(memory=pages * os.sysconf("SC_PAGESIZE"), objects=len(gc.get_objects()), files=len(os.listdir("/proc/self/fd")),
                threads=threading.active_count(), children=len(children))

for _ in range(20):
    once()
before = state()
for _ in range(180):
    once()
print(json.dumps([before, state()]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.timeout(300)
def test_two_hundred_probes_leak_nothing(box: AzureBox, tmp_path: Path) -> None:
    """What could leak is the parent's, for which all steps are lines of JSON: the child takes one that asks nobody."""
    request = Request(box.workspace_uri, box.workspace, steps=("token",))
    environ = environment(box, tmp_path, "secret")
    files = sorted(path.name for path in tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", SOAK],
        input=json.dumps({"request": request.as_json(), "environ": environ}),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    assert after["objects"] - before["objects"] < 90, "one left behind by each probe would be 180"
    assert after["memory"] - before["memory"] < 4_000_000, "beside the objects: malloc keeps some for itself"
    assert [before[each] for each in ("files", "threads", "children")] == [
        after[each] for each in ("files", "threads", "children")
    ]
    assert before["children"] == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == files


def pid_file(box: AzureBox, tool: str) -> Path:
    """Return the file in which a stand-in that hangs leaves its process id."""
    return stand_ins.pid_file(box.folder / "bin" / tool, tool)
