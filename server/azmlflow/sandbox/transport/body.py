"""Reads the body of a request from the wire, by its length or in chunks."""

from __future__ import annotations

from email.message import Message
from typing import Any, Final

LARGEST: Final = 1 << 30
"""Bytes; artifacts arrive in pieces far below."""
LONGEST_LINE: Final = 1000


class BadBody(Exception):
    """The body's framing is wrong, or it is too large."""


def read_body(headers: Message, stream: Any) -> bytes:
    """Return the whole body, raise BadBody when there is no telling where it ends."""
    if headers.get("Transfer-Encoding", "identity").lower() == "chunked":
        return b"".join(_chunks(stream))
    length = headers.get("Content-Length", "0")
    if not length.isdecimal() or int(length) > LARGEST:
        raise BadBody("Bad Content-Length")
    body: bytes = stream.read(int(length))
    if len(body) < int(length):
        raise BadBody("The body ended early")
    return body


def _chunks(stream: Any) -> list[bytes]:
    chunks: list[bytes] = []
    left = LARGEST
    while size := _size(stream):
        left -= size
        if left < 0:
            raise BadBody("The body is too large")
        chunk = stream.read(size)
        if len(chunk) < size or stream.readline(LONGEST_LINE).strip():
            raise BadBody("Bad chunk")
        chunks.append(chunk)
    while stream.readline(LONGEST_LINE).strip():  # trailing headers
        continue
    return chunks


def _size(stream: Any) -> int:
    line = stream.readline(LONGEST_LINE).partition(b";")[0].strip()
    if not line or not _HEX.issuperset(line) or len(line) > 8:
        raise BadBody("Bad chunk")
    return int(line, 16)


_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
