"""Runs a script with the real packages: its own process, an empty environment, a folder of its own, no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PRELUDE = """
import json, os, socket, sys
from pathlib import Path
facts = {}

def attempt(call, *args, **kwargs):
    '''What a call returned, as text, or its exception.'''
    try:
        return str(call(*args, **kwargs))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"

def refuse(*args, **kwargs):
    raise AssertionError("this test must not send anything")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""
EPILOGUE = """
print("FACTS" + json.dumps(facts), flush=True)
"""
KEPT = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "COMSPEC")  # Windows starts no Python without them


def run_child(folder: Path, script: str, **environment: str) -> dict[str, Any]:
    """Run `script` in `folder` and return the dictionary `facts` that it has filled."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    program = home / "program.py"
    program.write_text(PRELUDE + script + EPILOGUE, encoding="utf-8")
    clean = {name: os.environ[name] for name in KEPT if name in os.environ}
    clean |= {"PATH": os.defpath, "HOME": str(home), "USERPROFILE": str(home)}
    clean |= {"MLFLOW_DISABLE_TELEMETRY": "true", "GIT_PYTHON_REFRESH": "quiet", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", str(program)],
        cwd=folder,
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("FACTS")]
    assert done.returncode == 0, done.stderr[-4000:]
    assert lines, done.stderr[-4000:]
    facts: dict[str, Any] = json.loads(lines[-1].removeprefix("FACTS"))
    return facts


def needs(*modules: str) -> pytest.MarkDecorator:
    """Skip the tests of a module when one of the real packages is not installed."""
    missing = [module for module in modules if not is_installed(module)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def is_installed(module: str) -> bool:
    """Tell whether a module can be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
