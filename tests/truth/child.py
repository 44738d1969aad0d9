"""Runs a script with the real packages: its own process, an empty environment, a folder of its own, no network."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.truth.warm import KEPT as KEPT
from tests.truth.warm import QUIET, Running, start, start_anew

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


Starter = Callable[[Path, str, Mapping[str, str], Path | None], Running]


def run_child(folder: Path, script: str, **environment: str) -> dict[str, Any]:
    """Run `script` in `folder` and return the dictionary `facts` that it has filled."""
    return _run(start, folder, script, environment)


def run_child_anew(folder: Path, script: str, **environment: str) -> dict[str, Any]:
    """Do the same in a Python that has imported nothing, for scripts that change what an import finds."""
    return _run(start_anew, folder, script, environment)


def _run(starter: Starter, folder: Path, script: str, environment: dict[str, str]) -> dict[str, Any]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    program = home / "program.py"
    code = PRELUDE + script + EPILOGUE
    program.write_text(code, encoding="utf-8")
    clean = {name: os.environ[name] for name in KEPT if name in os.environ}
    clean |= {"PATH": os.defpath, "HOME": str(home), "USERPROFILE": str(home)}
    child = starter(folder, code, clean | QUIET | environment, program)
    try:
        printed, errors = child.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate(timeout=10)
        raise
    lines = [line for line in printed.splitlines() if line.startswith("FACTS")]
    assert child.returncode == 0, errors[-4000:]
    assert lines, errors[-4000:]
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
