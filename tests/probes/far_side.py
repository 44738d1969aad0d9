"""What answers on this machine in the place of proxies and of Azure's hosts, rightly or wrongly."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LONG_AGO = datetime.now(timezone.utc) - timedelta(days=30)


class Authority:
    """An authority and the certificates that it has given to hosts."""

    def __init__(self, name: str) -> None:
        self.ca = trustme.CA(organization_name=name)

    def server(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """Return what a server needs to be called by these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = self.ca.issue_cert(*names, not_after=LONG_AGO if expired else None)
        issued.configure_cert(context)
        return context

    def write(self, path: Any) -> str:
        """Write the authority's own certificate to a file."""
        self.ca.cert_pem.write_to_path(str(path))
        return str(path)


def careless(folder: Path, host: str) -> tuple[ssl.SSLContext, str]:
    """Return a server and the file of its authority, which does not say what its key is for as RFC 5280 wants it to."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Careless")])
    plain = x509.CertificateBuilder().issuer_name(name).serial_number(7)
    plain = plain.not_valid_before(LONG_AGO).not_valid_after(LONG_AGO + timedelta(days=60))
    own = plain.subject_name(name).public_key(keys[0].public_key())
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    theirs = plain.subject_name(x509.Name([])).public_key(keys[1].public_key())
    theirs = theirs.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
    authority, server = folder / "careless.pem", folder / "server.pem"
    authority.write_bytes(own.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM))
    key = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    server.write_bytes(key + theirs.sign(keys[0], hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    return context, str(authority)


class FarSide(ThreadingTCPServer):
    """A server that does `says` with each connection: the bytes of an answer to CONNECT, or one of the words below.

    "tls" speaks TLS at once, "plain" HTTP without it, "cut" hangs up, "silent" keeps quiet. After an answer of 200 to
    CONNECT it does what `then` says in the same way. `heads` holds what was asked for.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, says: str | bytes, then: str = "tls", context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says, self.then, self.context = says, then, context
        self.heads: list[list[str]] = []
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what is tested."""


class _Handler(BaseRequestHandler):
    server: FarSide

    def handle(self) -> None:
        self._do(self.server.says)

    def _do(self, what: str | bytes) -> None:
        if isinstance(what, bytes):
            self.server.heads.append(_head(self.request).split("\r\n"))
            self.request.sendall(what)
            if what.startswith(b"HTTP/1.1 200"):
                self._do(self.server.then)
        elif what == "tls" and self.server.context is not None:
            with self.server.context.wrap_socket(self.request, server_side=True) as secured:
                secured.recv(1)
        elif what == "plain":
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        elif what == "silent":
            self.server.closing.wait(30)


def _head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    return head.decode("latin-1").strip()


@contextmanager
def serving(server: FarSide) -> Iterator[FarSide]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status: int, *headers: str) -> bytes:
    """Return an answer to CONNECT."""
    return "\r\n".join([f"HTTP/1.1 {status} Whatever", *headers, "", ""]).encode()
