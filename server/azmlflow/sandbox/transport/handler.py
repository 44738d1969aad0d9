"""One connection to the box's port: first as a proxy, then as the host that was asked for."""

from __future__ import annotations

import binascii
import hmac
import logging
import os
import socket
import struct
import time
from base64 import b64decode
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azmlflow.sandbox.http import Request, Response
from azmlflow.sandbox.journal import Exchange, shown_path, without_secrets
from azmlflow.sandbox.transport.body import BadBody, read_body

if TYPE_CHECKING:
    from azmlflow.sandbox.transport.proxy import Proxy

LOG: Final = logging.getLogger("azmlflow.sandbox")
READ_HALF: Final = 0.05
"""Seconds in which a client can read the first half of an answer: a reset throws away what it has not read."""


class Handler(BaseHTTPRequestHandler):
    """Keeps a client to the proxy's password, speaks TLS, and turns requests into answers."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    host: str | None = None
    """Who we are within a tunnel."""
    machine = ""
    """The proxy's user, by whom we are asked."""

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:  # the client has gone, with something still to be written
            LOG.debug("a client has gone", exc_info=True)
        self.server.closed(self.connection)
        self.connection.close()  # within a tunnel it is not the socket that the server closes

    def do_CONNECT(self) -> None:
        started = time.monotonic()
        host, _, port = self.path.rpartition(":")
        host = host.lower().strip("[]").removesuffix(".")
        self.close_connection = True
        if self.host is not None:
            self._send(Response(400, b"This is a tunnel already.\n"))
            return
        if not self._may_pass(host, "CONNECT", self.path):
            return
        if port != "443" or not self.server.is_known(host, True):
            self._refuse(host, "CONNECT", self.path)
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        try:
            self._speak_tls(host)
        except (OSError, ValueError) as error:
            note = "the client does not trust the certificate" if _is_distrust(error) else "no TLS"
            self._note(host, "CONNECT", self.path, 0, started, note)

    def do_GET(self) -> None:
        started = time.monotonic()
        target = (self.host, self.path) if self.host is not None else self._target()
        if target is None:
            self.close_connection = True
            return
        try:
            body = read_body(self.headers, self.rfile)
        except BadBody as error:
            self.close_connection = True
            self._send(Response(400, str(error).encode()))
            return
        path, _, query = target[1].partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, target[0], path or "/", query, headers, body, self.machine)
        self._answer(request, started)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _target(self) -> tuple[str, str] | None:
        """Return host and path of a request with a whole address, None when it has been refused."""
        try:
            parts = urlsplit(self.path)
            host, port = (parts.hostname or "").lower(), parts.port or 80
        except ValueError:
            parts, host, port = urlsplit(""), "", 0
        if parts.scheme != "http" or not host:
            self._send(Response(400, b"This is the proxy of an azmlflow sandbox, not a web server.\n"))
            return None
        target = parts._replace(scheme="", netloc="").geturl()
        if not self._may_pass(host, self.command, target):
            return None
        if port != 80 or not self.server.is_known(host, False):
            self._refuse(host, self.command, target)
            return None
        return host, target

    def _answer(self, request: Request, started: float) -> None:
        try:
            response = self.server.answer(request)
        except Exception as error:
            LOG.exception("the sandbox failed to answer %s %s", request.method, request.host)
            response = Response(500, b"", note=f"the sandbox failed: {type(error).__name__}")
        if response.delay:
            self.server.closing.wait(response.delay)
        status = response.status if response.ending in ("whole", "reset") else 0
        sent = without_secrets(request.body.decode("utf-8", "replace")) if _is_form(request) else ""
        self._note(request.host, request.method, shown_path(request), status, started, response.note, sent)
        self._end_as(response)

    def _end_as(self, response: Response) -> None:
        if response.ending == "whole":
            self._send(response)
            return
        self.close_connection = True
        if response.ending == "silent":
            while self.rfile.read1(4096):  # until the client, or the box, hangs up
                continue
        elif response.ending == "reset":
            self._send(response, half=True)
            self.server.closing.wait(READ_HALF)
            linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # closing it is then a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _speak_tls(self, host: str) -> None:
        context = self.server.authority.context_for(host, self.server.is_intercepted())
        self.server.closed(self.connection)
        wrapped = context.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
        self.connection = wrapped
        self.server.opened(wrapped)
        wrapped.do_handshake()
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = self.connection.makefile("wb", 0)
        self.host = host
        self.close_connection = False

    def _may_pass(self, host: str, method: str, path: str) -> bool:
        self.machine, _, password = _credentials(self.headers.get("Proxy-Authorization", "")).partition(":")
        if hmac.compare_digest(password.encode(), self.server.password.encode()):
            return True
        self._note(host, method, path, 407, time.monotonic(), "without the proxy's password")
        self._send(Response(407, b"", {"Proxy-Authenticate": 'Basic realm="azmlflow sandbox"'}))
        return False

    def _refuse(self, host: str, method: str, path: str) -> None:
        self._note(host, method, path, 403, time.monotonic(), "refused: the sandbox does not play this host")
        self._send(Response(403, b"The sandbox does not play this host, and passes nothing on.\n"))

    def _send(self, response: Response, half: bool = False) -> None:
        body = response.body
        self.send_response_only(response.status)
        self.send_header("Date", self.date_time_string())
        for name, value in response.headers.items():
            self.send_header(name, value)
        has_length = any(name.lower() == "content-length" for name in response.headers)
        if response.status not in (204, 304) and not has_length:
            self.send_header("Content-Length", str(max(len(body), 2 if half else 0)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if half else body)

    def _note(
        self, host: str, method: str, path: str, status: int, started: float, note: str, sent: str = ""
    ) -> None:
        seconds = time.monotonic() - started
        self.server.journal.add(Exchange(host, method, path, status, seconds, note, sent))

    def log_message(self, *args: Any) -> None:
        """Nothing is written: the journal has it."""


def _credentials(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    try:
        return b64decode(encoded, validate=True).decode("utf-8") if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _is_distrust(error: Exception) -> bool:
    reason = str(getattr(error, "reason", "") or error).upper()
    return any(
        word in reason for word in ("UNKNOWN_CA", "UNKNOWN CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN")
    )
