"""Speaks to the box's port with nothing but sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from azmlflow.sandbox.box import AzureBox


def credentials(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def noted(box: AzureBox, note: str) -> threading.Event:
    """Return an event that is set when the journal gets an entry with this note."""
    event = threading.Event()
    box.journal.listen(lambda exchange: event.set() if exchange.note == note else None)
    return event


@contextmanager
def connected(box: AzureBox) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", box.proxy.port), 20) as connection:
        yield connection


def said(connection: socket.socket, text: str) -> bytes:
    """Send a text and return all that comes until the other side closes."""
    connection.sendall(text.encode())
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def status(connection: socket.socket, text: str) -> int:
    """Send the head of a request, read the whole answer and return its status."""
    connection.sendall(text.encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    length = int(
        next((line[16:] for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")), b"0")
    )
    while length and not text.startswith("HEAD"):
        length -= len(connection.recv(length))
    return int(head.split()[1])


@contextmanager
def tunnel(box: AzureBox, host: str) -> Iterator[ssl.SSLSocket]:
    """Yield TLS with a host of Azure's, by way of the box."""
    context = ssl.create_default_context(cafile=str(box.bundle))
    with connected(box) as connection:
        head = f"CONNECT {host}:443 HTTP/1.1\r\nProxy-Authorization: {box.proxy.credentials}\r\n\r\n"
        assert status(connection, head) == 200
        with context.wrap_socket(connection, server_hostname=host) as tls:
            yield tls
