"""What was asked of the box, in order, with every secret hidden before it is kept."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from azmlflow.sandbox.http import Request

HIDDEN: Final = "***"
MOST: Final = 20_000
"""How many exchanges are kept, about ten megabytes: a box may run for days."""
SECRET_FIELDS: Final = frozenset(
    (
        *("client_secret", "client_assertion", "assertion", "password", "secret", "sig"),
        *("device_code", "code", "code_verifier", "access_token", "id_token", "refresh_token", "token"),
    )
)
"""Fields of forms and queries whose value never reaches the journal. `sig` is the signature of a blob's address."""


class Exchange(NamedTuple):
    """One request and how it was answered.

    `method` is CONNECT when no request came through: the host is not Azure's, the client does not trust the
    certificate, or the proxy's password was missing. `path` has the query, `sent` is the form that was posted to a
    sign-in host; secrets in both are `***`. `status` is 0 when no answer was sent. `note` says what a status cannot.
    """

    host: str
    method: str
    path: str
    status: int
    seconds: float = 0.0
    note: str = ""
    sent: str = ""


class Journal:
    """A list that many threads write; reading gives a copy of what there is.

    It keeps `most` exchanges: the first half of them, with the sign-ins, and the latest.
    """

    def __init__(self, most: int = MOST) -> None:
        self._lock = threading.Lock()
        self._room = most // 2
        self._first: list[Exchange] = []
        self._latest: deque[Exchange] = deque(maxlen=most - self._room)
        self._listeners: list[Callable[[Exchange], None]] = []

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange and tell the listeners."""
        with self._lock:
            (self._first if len(self._first) < self._room else self._latest).append(exchange)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(exchange)

    def listen(self, listener: Callable[[Exchange], None]) -> None:
        """Call a function with each exchange to come, in the thread that answered it."""
        with self._lock:
            self._listeners.append(listener)

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._first.clear()
            self._latest.clear()

    def all(self) -> list[Exchange]:
        """Return the exchanges so far."""
        with self._lock:
            return [*self._first, *self._latest]

    def of(self, host: str, path: str = "") -> list[Exchange]:
        """Return the exchanges with a host whose path holds `path`."""
        return [exchange for exchange in self.all() if exchange.host == host and path in exchange.path]

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())

    def __getitem__(self, index: int) -> Exchange:
        return self.all()[index]


def shown_path(request: Request) -> str:
    """Return path and query of a request without secrets."""
    return f"{request.path}?{without_secrets(request.query)}" if request.query else request.path


def without_secrets(form: str) -> str:
    """Return an encoded form or query with `***` for the value of each secret field."""
    fields = parse_qsl(form, keep_blank_values=True)
    return urlencode([(name, _shown(name, value)) for name, value in fields], safe="*:/")


def _shown(name: str, value: str) -> str:
    return HIDDEN if name.lower() in SECRET_FIELDS and value else value
