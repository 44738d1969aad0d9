"""Servers on this machine for the real packages to talk to, and a child that can reach nothing else."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ONLY_HERE = """
import _socket, errno
sent = []

def connect(self, address):
    sent.append(address[0])
    if address[0] != "127.0.0.1":
        raise OSError(errno.ENETUNREACH, "this test must not leave the machine")
    return _socket.socket.connect(self, address)

def look_up(host, port, *args, **kwargs):
    if host not in ("127.0.0.1", "localhost", "169.254.169.254"):
        sent.append(host)
        raise socket.gaierror(-3, "this test must not leave the machine")
    return _socket.getaddrinfo("127.0.0.1" if host == "localhost" else host, port, 2, 1)

def asked(call, *args):
    '''What a call returns or raises, and which hosts were asked meanwhile.'''
    sent.clear()
    answer = attempt(call, *args)
    return [answer, list(sent)]

socket.socket.connect, socket.getaddrinfo = connect, look_up
"""
"""Goes before a script: lets it reach 127.0.0.1, and notes every host that it tries to reach in `sent`."""


class Request(NamedTuple):
    """A request that arrived; of CONNECT the path is `host:port`."""

    method: str
    path: str
    body: str


class Loopback(ThreadingHTTPServer):
    """Answers every path with its `answers`, else with `fallback`, and keeps what was asked in `requests`."""

    def __init__(self, answers: dict[str, bytes] | None = None, fallback: bytes = b"<html></html>") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers or {}
        self.fallback = fallback
        self.requests: list[Request] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate hangs up: that is what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.requests.append(Request(self.command, self.path, body))
        answer = self.server.answers.get(self.path.partition("?")[0], self.server.fallback)
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if answer.startswith(b"{") else "text/html")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def do_CONNECT(self) -> None:
        self.server.requests.append(Request("CONNECT", self.path, ""))
        self.send_error(502)
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Nothing is written."""


@contextmanager
def serving(server: Loopback, certificate: Path | None = None) -> Iterator[Loopback]:
    """Serve in a thread, by https when there is a certificate with its key."""
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for localhost with its key, and the certificate alone; return both paths."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    both, alone = folder / "server.pem", folder / "ca.pem"
    both.write_bytes(private + made)
    alone.write_bytes(made)
    return both, alone
