"""The runs of every workspace: MLflow's own server handlers on SQLite, in a process that nobody else can reach.

It is a process of its own because importing MLflow's server takes three seconds of one core, reads variables of the
user's environment (ARM_CLOUD_METADATA_URL even makes the plugin ask the network) and leaves warnings, loggers and
variables behind. It is asked over its standard input, has no network and ends with whoever started it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.world import Workspace, World

PACKAGES: Final = ("flask", "sqlalchemy", "alembic", "mlflow")
"""What the process imports; the first three come with the extra azmlflow[sandbox]."""

_KEPT: Final = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATH", "LD_LIBRARY_PATH", "LANG")
_NOWHERE: Final = "http://127.0.0.1:9"


class StoreFailed(Exception):
    """The store's process does not answer; the message says what it printed last."""


class _Running(NamedTuple):
    """The process and its two pipes."""

    process: subprocess.Popen[bytes]
    asked: IO[bytes]
    answers: IO[bytes]


class Store:
    """Runs, metrics, parameters, tags and registered models, apart for each workspace.

    It is started when it is first asked, or by `start`, which does not wait.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "store.log"
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._asked: set[str] = set()
        self._is_ready = False
        self._is_closed = False

    def start(self) -> None:
        """Begin to start the process, so that the first request waits less."""
        with self._lock:
            self._started()

    def call(self, workspace: Workspace, request: Request) -> Response:
        """Answer a request of MLflow's REST API (its path begins with /api/2.0/mlflow/); raises StoreFailed."""
        asked = {
            "store": key_of(workspace),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "type": request.headers.get("content-type", ""),
            "body": request.body.decode("utf-8", "replace"),
        }
        with self._lock:
            self._asked.add(key_of(workspace))
            running = self._started()
            if not self._is_ready:
                self._read(running)
                self._is_ready = True
            self._write(running, asked)
            answer = self._read(running)
        headers = {"Content-Type": answer["type"]} if answer["type"] else {}
        return Response(answer["status"], answer["body"].encode("utf-8"), headers)

    def has(self, workspace: Workspace) -> bool:
        """Tell whether anything was asked of a workspace."""
        return key_of(workspace) in self._asked

    def close(self) -> None:
        """End the process and remove its databases; to close twice does no harm.

        It is ended also while somebody waits for it, who is then told that it has ended.
        """
        self._is_closed = True
        if running := self._running:
            running.process.kill()
        with self._lock:
            running, self._running = self._running, None
            if running is not None:
                _end(running)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _started(self) -> _Running:
        if self._is_closed:
            raise StoreFailed("The store has been closed.")
        if self._running is None:
            self._running = self._new_process()
        return self._running

    def _new_process(self) -> _Running:
        home = self._folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.store_process", str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env=_environment(home),
                **_apart(),
            )
        if process.stdin is None or process.stdout is None:
            raise StoreFailed("The process that keeps the runs has no pipes.")
        return _Running(process, process.stdin, process.stdout)

    def _write(self, running: _Running, asked: dict[str, Any]) -> None:
        try:
            running.asked.write(json.dumps(asked).encode("ascii") + b"\n")
            running.asked.flush()
        except OSError:
            raise self._failure() from None

    def _read(self, running: _Running) -> dict[str, Any]:
        line = running.answers.readline()
        if not line:
            raise self._failure()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _failure(self) -> StoreFailed:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines() if self._log.exists() else []
        said = lines[-1] if lines else "it said nothing"
        return StoreFailed(f"The process that keeps the runs has ended: {said}")


def store_of(world: World) -> Store:
    """Return the box's store; it outlasts a change of scenario, but a new world's workspaces begin empty."""
    return world.backstage.part("store", lambda: Store(world.backstage.folder / "store"))


def key_of(workspace: Workspace) -> str:
    """Return what tells a workspace's runs from those of another, and of another of the same names in a new world."""
    return f"{workspace.workspace_id} {workspace.sas}"


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's has a say, and from which nothing leaves this machine."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
    return {
        **kept,
        **proxies,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(home),
        "TEMP": str(home),
        "TMP": str(home),
        "PYTHONPATH": os.pathsep.join(_search_path()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "AZUREML_CURRENT_CLOUD": "AzureCloud",
    }


def _search_path() -> list[str]:
    """Return where this Python finds its packages, without the folders in which the user's own modules may lie.

    Those are the working folder and PYTHONPATH, except for a folder of it where what we need is installed.
    """
    theirs = {
        Path(path).absolute() for path in (os.curdir, *os.environ.get("PYTHONPATH", "").split(os.pathsep))
    }
    return [path for path in sys.path if path and (Path(path).absolute() not in theirs or _holds_ours(path))]


def _holds_ours(folder: str) -> bool:
    return any(Path(folder, name, "__init__.py").is_file() for name in ("azmlflow", *PACKAGES))


def _apart() -> dict[str, Any]:
    """Return what keeps an interrupt at the terminal from the process: it ends when its input does."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _end(running: _Running) -> None:
    """End the process at once: it holds nothing that is worth a second of Python's own ending."""
    running.process.kill()
    running.process.wait()
    for pipe in (running.asked, running.answers):
        with suppress(OSError):  # something was still to be written
            pipe.close()
