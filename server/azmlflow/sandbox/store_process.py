"""What runs in the process of the store: MLflow's own handlers on a database, asked over standard input and output.

One JSON object a line comes in (store, method, path, query, type, body) and one goes out (status, type, body). The process
ends at once when its input does, so that it cannot outlive whoever started it.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import queue
import shutil
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, BinaryIO, Final

READY: Final = "ready"
PREFIX: Final = "/api/2.0/mlflow/"
"""The endpoints that are mounted; those of version 3.0 and of the user interface are not."""


class Stores:
    """A database for each workspace, made when it is first asked for, as a copy of an empty one.

    MLflow makes an empty database in more than a second (its migrations); a copy takes a few milliseconds.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._empty = folder / "empty.db"
        self._made: dict[str, tuple[Any, Any]] = {}
        self._open(self._empty)

    def of(self, key: str) -> tuple[Any, Any]:
        """Return the tracking store and the model registry of a workspace."""
        if key not in self._made:
            database = self._folder / f"{len(self._made)}.db"
            shutil.copyfile(self._empty, database)
            self._made[key] = self._open(database)
        return self._made[key]

    def _open(self, database: Path) -> tuple[Any, Any]:
        from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as Tracking

        uri = f"sqlite:///{database.as_posix()}"
        return Tracking(uri, (self._folder / "artifacts").as_posix()), Registry(uri)


class Server:
    """MLflow's REST API as a WSGI application, called without a socket."""

    def __init__(self, folder: Path) -> None:
        from flask import Flask
        from mlflow.server import handlers

        self._handlers = handlers
        app = Flask("store")
        for number, (path, handler, methods) in enumerate(handlers.get_endpoints()):
            if path.startswith(PREFIX):
                app.add_url_rule(path, str(number), handler, methods=methods)
        self._client = app.test_client()
        self._stores = Stores(folder)

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one request from the store that it names."""
        tracking, registry = self._stores.of(asked["store"])
        # Whatever handles a request takes the process's store from these two, under these names since MLflow 1.
        self._handlers._tracking_store = tracking
        self._handlers._model_registry_store = registry
        response = self._client.open(
            asked["path"],
            method=asked["method"],
            query_string=asked["query"],
            data=asked["body"].encode("utf-8"),
            content_type=asked["type"] or None,
        )
        return {
            "status": response.status_code,
            "type": response.content_type or "",
            "body": response.get_data(as_text=True),
        }


def serve(server: Server, lines: queue.SimpleQueue[bytes], answers: BinaryIO) -> None:
    """Answer for ever: `read` ends the process."""
    _write(answers, {"status": READY})
    while True:
        try:
            answer = server.answer(json.loads(lines.get()))
        except Exception as error:
            logging.getLogger("azmlflow.store").exception("A request failed.")
            answer = {"status": 500, "type": "", "body": f"{type(error).__name__}: {error}"}
        _write(answers, answer)


def read(asked: BinaryIO, lines: queue.SimpleQueue[bytes]) -> None:
    """Read what is asked, also while MLflow is still being imported, and end the process when there is no more."""
    for line in asked:
        lines.put(line)
    os._exit(0)


def main(folder: str) -> None:
    """Serve a folder's databases; what MLflow prints goes to standard error."""
    asked, answers = _pipes()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=read, args=(asked, lines), daemon=True).start()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    gc.disable()  # to collect while everything is being made takes a tenth of the time and finds nothing
    server = Server(Path(folder))
    gc.enable()
    serve(server, lines, answers)


def _write(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the two pipes, and give everything else that reads or prints the null device and standard error."""
    asked, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return os.fdopen(asked, "rb"), os.fdopen(answers, "wb")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)
