"""A request and a response, as the handlers of the box see them: plain values, no sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, unquote

Ending = Literal["whole", "reset", "silent", "closed"]


class Request(NamedTuple):
    """A request that arrived.

    `host` is in lower case and has no port. `path` and `query` are as they were sent, still percent-encoded, without
    the `?`. The names of `headers` are in lower case. `machine` is where the client pretends to run: the name of the
    proxy's user, which the variables of an environment hold.
    """

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    machine: str = ""

    @property
    def segments(self) -> list[str]:
        """The parts of the path between slashes, decoded, without the empty ones."""
        return [unquote(part) for part in self.path.split("/") if part]

    def parameters(self) -> dict[str, str]:
        """Return the query's parameters, decoded; of one given twice the last."""
        return _last(parse_qs(self.query, keep_blank_values=True))

    def form(self) -> dict[str, str]:
        """Return the fields of a form in the body, decoded; of one given twice the last."""
        return _last(parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """Return the body's JSON value, None when there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Response(NamedTuple):
    """An answer.

    `note` goes to the journal only. `delay` seconds pass before the answer is sent. An answer that ends in "reset" is
    broken off half-way, one that ends "silent" never comes, one that ends "closed" is a closed connection at once.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    note: str = ""
    delay: float = 0.0
    ending: Ending = "whole"


def json_response(
    status: int, value: Any, headers: Mapping[str, str] | None = None, note: str = ""
) -> Response:
    """Return a response with a JSON body."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return Response(
        status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, note
    )


def text_response(
    status: int, text: str, headers: Mapping[str, str] | None = None, note: str = ""
) -> Response:
    """Return a response with a plain text."""
    return Response(status, text.encode("utf-8"), {"Content-Type": "text/plain", **(headers or {})}, note)


def _last(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: given[-1] for name, given in values.items()}
