"""The box's one port: an HTTP proxy that is itself every host it knows, and opens no connection to anything.

`CONNECT host:443` is answered, then TLS is spoken on the same socket as `host`; a request with a whole address
(`GET http://169.254.169.254/...`) is for a host without TLS. Both need the proxy's password.
"""

from __future__ import annotations

import os
import socket
import threading
from base64 import b64encode
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.journal import Journal
from azmlflow.sandbox.transport.authority import Authority
from azmlflow.sandbox.transport.handler import LOG, Handler

USER: Final = "sandbox"


class Proxy(ThreadingHTTPServer):
    """Answers with `answer`; what only the address decides is asked of `is_known` and `is_intercepted`."""

    daemon_threads = True
    block_on_close = False  # a client that still waits for a silent host must not keep the box open
    request_queue_size = 64
    allow_reuse_address = os.name != "nt"  # there it would let another program take the same port

    def __init__(
        self,
        port: int,
        password: str,
        authority: Authority,
        journal: Journal,
        answer: Callable[[Request], Response],
        is_known: Callable[[str, bool], bool],
        is_intercepted: Callable[[], bool],
    ) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.password = password
        self.authority = authority
        self.journal = journal
        self.answer = answer
        self.is_known = is_known
        self.is_intercepted = is_intercepted
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    def server_bind(self) -> None:
        """Bind without asking anybody for this machine's name, which takes seconds where nobody knows it."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.port

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def credentials(self) -> str:
        """What the header Proxy-Authorization must hold."""
        return "Basic " + b64encode(f"{USER}:{self.password}".encode()).decode()

    def start(self) -> None:
        """Serve in threads until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        self.closing.set()
        if self._thread.ident is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _end(connection)

    def opened(self, connection: socket.socket) -> None:
        """Keep a connection in mind, to be closed at the end."""
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong with one connection: mostly a client that has gone."""
        LOG.debug("a connection failed", exc_info=True)


def _end(connection: socket.socket) -> None:
    try:
        socket.socket.shutdown(
            connection, socket.SHUT_RDWR
        )  # an SSLSocket's own would pull TLS from under its thread
    except OSError:
        LOG.debug("already closed")
