"""What runs in the process of the store: MLflow's own handlers on a database, asked over standard input and output.

One JSON object a line comes in (store, method, path, query, type, body) and one goes out (status, type, body). The process
ends when its input does, so that it cannot outlive whoever started it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


def serve(server: Server, asked: Iterable[bytes], answers: BinaryIO) -> None:
    """Answer until there is nothing more to read."""
    _write(answers, {"status": READY})
    for line in asked:
        try:
            answer = server.answer(json.loads(line))
        except Exception as error:
            logging.getLogger("azmlflow.store").exception("A request failed.")
            answer = {"status": 500, "type": "", "body": f"{type(error).__name__}: {error}"}
        _write(answers, answer)


def main(folder: str) -> None:
    """Serve a folder's databases; what MLflow prints goes to standard error."""
    with _pipes() as (asked, answers):
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        serve(Server(Path(folder)), asked, answers)


def _write(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


@contextmanager
def _pipes() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Keep the two pipes, and give everything else that reads or prints the null device and standard error."""
    asked, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    with open(asked, "rb") as reader, open(answers, "wb") as writer:  # noqa: PTH123 - these are numbers, not paths
        yield reader, writer


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)
