"""An interpreter that plays the child of a probe, so that a test decides what comes of each step, and when."""

from __future__ import annotations

import sys
from pathlib import Path

PRELUDE = f"""#!{sys.executable}
import json, os, subprocess, sys, time
from pathlib import Path
HERE = Path(__file__).parent
request = json.loads(sys.stdin.readline())
def say(**message):
    print(json.dumps(message), flush=True)
def begin(step, link=None, seconds=60):
    say(kind="begin", step=step, link=link, seconds=seconds)
def outcome(step, verdict="ok", message="Good.", **more):
    say(kind="outcome", outcome=dict(step=step, outcome=verdict, message=message, **more))
def end():
    say(kind="end")
def hang():
    begin("credential", "AzureCliCredential")
    tool = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(HERE / "pids", "w") as pids:  # from here on we may be left alone, and say nothing more: nobody might listen
        pids.write(f"{{os.getpid()}} {{tool.pid}}")
    while os.read(0, 4096):
        pass
    os.killpg(0, 9)
def healthy(expires_in=3600):
    outcome("packages")
    outcome("token", details=dict(identity="application 8c2e4f70…", expires_on=int(time.time()) + expires_in))
    outcome("workspace", details=dict(workspace="ws-contoso", uri=request["uri"], region="westeurope"))
    outcome("experiments")
    end()
"""


def install(project: Path, behaviour: str) -> Path:
    """Make the project's `.venv` hold an interpreter that does this; return the folder it runs in."""
    folder = project / ".venv" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    (project / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True, exist_ok=True)
    (project / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    python = folder / "python"
    new = folder / "python.new"
    new.write_text(PRELUDE + behaviour, encoding="utf-8")
    new.chmod(0o755)
    new.replace(python)
    return folder


def pids_in(folder: Path) -> list[int]:
    """Return the processes that `hang` started: the child's and its tool's."""
    return [int(pid) for pid in (folder / "pids").read_text().split()]
