"""Runs scripts in forks of a Python that has imported the real packages already, and has done nothing else.

Importing MLflow with the plugin takes two seconds of processor time, and hundreds of tests would each pay for it. What a
script finds in a fork is what its own import would have left behind; only the variables that the packages read while
they are imported could make a difference, and a script for which one of them has another value is not run here.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

CLOUD: Final = "AZUREML_CURRENT_CLOUD"
KEPT: Final = ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "COMSPEC")  # Windows starts no Python without them
QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "PYTHONIOENCODING": "utf-8",
}
DEFAULT_FOLDERS: Final = frozenset({"HOME", "USERPROFILE", "PATH"})
"""Read for defaults of folders that no script of the tests uses, and different for every script."""

PROGRAM = """
import atexit, gc, importlib, json, os, socket, sys, threading, types

read, plain = set(), type(os.environ).__getitem__

def noted(self, name):
    if sys._getframe(1).f_code.co_name not in ("__iter__", "copy"):  # who takes all of them asks for none
        read.add(name)
    return plain(self, name)

type(os.environ).__getitem__ = noted
for module in sys.argv[2:]:
    importlib.import_module(module)
type(os.environ).__getitem__ = plain
control = socket.socket(fileno=int(sys.argv[1]))
control.sendall(json.dumps(sorted(name for name in read if isinstance(name, str))).encode() + b"\\n")
gc.freeze()

def work():
    '''Wait for scripts to run; return each in a fork of its own, which a second fork waits for.'''
    waiting = set()
    while True:
        said, descriptors, _, _ = socket.recv_fds(control, 1, 4)
        if not said:
            for pid in waiting:
                os.waitpid(pid, 0)
            os._exit(0)
        waiting = {pid for pid in waiting if os.waitpid(pid, os.WNOHANG)[0] == 0}
        pid = os.fork()
        if pid:
            waiting.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
            continue
        asked, out, err, state = descriptors
        control.close()
        pid = os.fork()
        if pid:
            os.write(state, b"%d\\n" % pid)
            os.write(state, b"%d\\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            os._exit(0)
        os.setsid()
        os.dup2(out, 1)
        os.dup2(err, 2)
        with open(asked) as file:
            script = json.load(file)
        for descriptor in (out, err, state):
            os.close(descriptor)
        return script

script = work()
os.chdir(script["folder"])
os.environ.clear()
os.environ.update(script["environ"])
sys.argv[:] = [script["name"]]
sys.modules["__main__"] = types.ModuleType("__main__")
if script["name"] != "-c":
    sys.modules["__main__"].__file__ = script["name"]
status = 0
try:
    exec(compile(script["code"], script["name"], "exec"), vars(sys.modules["__main__"]))
except SystemExit as end:
    status = end.code if isinstance(end.code, int) else int(end.code is not None)
except BaseException:
    sys.excepthook(*sys.exc_info())
    status = 1
threading._shutdown()  # what Python does at its end, but for taking every module apart
atexit._run_exitfuncs()
sys.stdout.flush()
os._exit(status)
"""


class Server:
    """The Python that has imported the packages; `read` are the variables that they have read meanwhile."""

    def __init__(self, variables: Mapping[str, str], *modules: str) -> None:
        self._home = tempfile.TemporaryDirectory()
        clean = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environ = {**clean, "PATH": os.defpath, "HOME": self._home.name, **QUIET, **variables}
        self.control, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-W", "ignore", "-c", PROGRAM, str(number), *modules],
                cwd=self._home.name,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                pass_fds=(number,),
            )
        with self.control.makefile() as answers:
            self._read = frozenset(json.loads(answers.readline())) - DEFAULT_FOLDERS
        atexit.register(self.close)

    def serves(self, environ: Mapping[str, str]) -> bool:
        """Tell whether the packages would have found the same while they were imported in this environment."""
        return all(self.environ.get(name) == environ.get(name) for name in self._read)

    def close(self) -> None:
        self.control.close()
        self._process.wait()
        self._home.cleanup()


class Fork:
    """A script in a fork of the server, with as much of a text Popen's interface as the tests use."""

    def __init__(
        self, server: Server, code: str, name: str, folder: Path, environ: Mapping[str, str]
    ) -> None:
        self.args = [name]
        self.returncode: int | None = None
        self._out, self._err = (tempfile.TemporaryFile() for _ in "12")  # noqa: SIM115 - closed when they have been read
        state, theirs = os.pipe()
        self._state = os.fdopen(state)
        asked = {"code": code, "name": name, "folder": str(folder), "environ": dict(environ)}
        with tempfile.TemporaryFile("w+") as request:
            json.dump(asked, request)
            request.seek(0)
            files = [request.fileno(), self._out.fileno(), self._err.fileno(), theirs]
            socket.send_fds(server.control, [b"."], files)
        os.close(theirs)
        self.pid = int(self._state.readline())

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Return what the script printed, or raise subprocess.TimeoutExpired when it has not ended by then."""
        if not select.select([self._state], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(self.args, timeout)
        self.returncode = int(self._state.readline())
        self._state.close()
        printed = []
        for file in (self._out, self._err):
            file.seek(0)
            printed.append(file.read().decode("utf-8", "replace"))
            file.close()
        return printed[0], printed[1]

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


Running: TypeAlias = subprocess.Popen[str] | Fork


def start(folder: Path, code: str, environ: Mapping[str, str], program: Path | None = None) -> Running:
    """Start a script, which is in the file `program` if there is one, as `python -I -W ignore` would."""
    server = _server(environ.get(CLOUD)) if sys.platform == "linux" else None
    if server is not None and server.serves(environ):
        return Fork(server, code, str(program or "-c"), folder, environ)
    return start_anew(folder, code, environ, program)


def start_anew(
    folder: Path, code: str, environ: Mapping[str, str], program: Path | None = None
) -> subprocess.Popen[str]:
    """Start a script in a process that has imported nothing."""
    return subprocess.Popen(
        [sys.executable, "-I", "-W", "ignore", *([str(program)] if program else ["-c", code])],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@cache
def _server(cloud: str | None) -> Server | None:
    """Return the server for scripts of this cloud; azure-ai-ml sets the variable where it is missing."""
    packages = ["mlflow", "azureml.mlflow", "azure.identity", "dotenv", *(["azure.ai.ml"] if cloud else [])]
    return Server({CLOUD: cloud} if cloud else {}, *packages)
