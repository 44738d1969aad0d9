"""What kind of file a certificate is, told from its bytes alone: nothing here decrypts or checks anything."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

BEGIN: Final = b"-----BEGIN "
END: Final = b"-----END "
DASHES: Final = b"-----"
MAX_BLOCKS: Final = 100

PRIVATE_KEYS: Final = frozenset(
    {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"}
)
"""The labels under which `cryptography` looks for a key; OpenSSH's own format is not among them."""

CERTIFICATES: Final = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OCTETS_IN_PARTS: Final = 0x24
_VERSION_3: Final = b"\x02\x01\x03"
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_PASSWORD_BASED: Final = (bytes.fromhex("2a864886f70d010c01"), bytes.fromhex("2a864886f70d01050d"))
_KEYSTORES: Final = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_WIDE_BEGIN: Final = ("-----BEGIN".encode("utf-16-le"), "-----BEGIN".encode("utf-16-be"))
_MAX_ITERATIONS: Final = 3_000_000
_MAX_INTEGER: Final = 1100


class Form(Enum):
    """What a file looks like; the value is how people call it."""

    PEM = "PEM"
    PKCS12 = "PKCS#12"
    DER = "DER"
    PKCS7 = "PKCS#7"
    BASE64 = "Base64"
    UTF16 = "UTF-16"
    KEYSTORE = "Java keystore"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Block(NamedTuple):
    """One part of a PEM file. `data` is None when its Base64 is damaged, or its last line is missing."""

    label: str
    data: bytes | None
    encrypted: bool
    closed: bool
    end: int


class Node(NamedTuple):
    """One ASN.1 value: its tag and where its content begins and ends."""

    tag: int
    start: int
    end: int


def form_of(data: bytes) -> Form:
    """Tell what a file looks like. PEM is decided as azure-identity does, by the mark anywhere in the file."""
    if b"-----BEGIN" in data:
        return Form.PEM
    text = data.strip()
    if not text:
        return Form.EMPTY
    if data.startswith(_KEYSTORES):
        return Form.KEYSTORE
    if any(mark in data for mark in _WIDE_BEGIN):
        return Form.UTF16
    if data[0] == _SEQUENCE:
        return _asn1_form(data)
    return Form.BASE64 if _bare_base64(text) else Form.UNKNOWN


def _asn1_form(data: bytes) -> Form:
    outer = next(nodes(data, 0, len(data)), None)
    if outer is None:
        return Form.UNKNOWN
    if data.startswith(_VERSION_3, outer.start):
        return Form.PKCS12
    return Form.PKCS7 if data.startswith(_SIGNED_DATA, outer.start) else Form.DER


def _bare_base64(text: bytes) -> bool:
    """Tell whether this is Base64 of something in DER: what a key vault hands out as a secret's text."""
    decoded = _base64(text)
    return decoded is not None and len(decoded) > 64 and decoded[0] == _SEQUENCE


def blocks_of(data: bytes) -> tuple[Block, ...]:
    """Return the parts of a PEM file in order, the damaged ones included."""
    found: list[Block] = []
    at = data.find(BEGIN)
    while at >= 0 and len(found) < MAX_BLOCKS:
        block = _block_at(data, at)
        if block is None:
            break
        found.append(block)
        at = data.find(BEGIN, block.end)
    return tuple(found)


def _block_at(data: bytes, start: int) -> Block | None:
    """Return the part that begins here, or None where the first line has no closing dashes."""
    name_end = data.find(DASHES, start + len(BEGIN), start + 200)
    if name_end < 0:
        return None
    name = data[start + len(BEGIN) : name_end]
    label, inside, last = name.decode("latin-1"), name_end + len(DASHES), END + name + DASHES
    following = data.find(BEGIN, inside)
    limit = len(data) if following < 0 else following
    end = data.find(last, inside, limit)
    if end < 0:
        return Block(label, None, label.startswith("ENCRYPTED"), closed=False, end=limit)
    headers, body = _split_headers(data[inside:end])
    encrypted = label.startswith("ENCRYPTED") or b"ENCRYPTED" in headers
    return Block(label, _base64(body), encrypted, closed=True, end=end + len(last))


def _split_headers(content: bytes) -> tuple[bytes, bytes]:
    """Cut off what stands before the empty line, as in the old form of encrypted keys."""
    if b":" not in content:
        return b"", content
    lines = content.strip().splitlines()
    for number, line in enumerate(lines):
        if not line.strip():
            return b"\n".join(lines[:number]), b"\n".join(lines[number:])
    return b"", content


def _base64(text: bytes) -> bytes | None:
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        return None


def nodes(data: bytes, start: int, end: int) -> Iterator[Node]:
    """Yield the ASN.1 values between two offsets; a value of indefinite length reaches to the end."""
    while start + 2 <= end:
        tag, length, start = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            return
        stop = end
        if length != 0x80:
            if length > 0x80:
                size = length - 0x80
                length, start = int.from_bytes(data[start : start + size], "big"), start + size
            stop = start + length
        yield Node(tag, min(start, end), min(stop, end))
        start = stop


def is_cut_off(data: bytes) -> bool:
    """Tell whether a file in DER announces more bytes than it has."""
    if len(data) < 2 or data[1] <= 0x80:
        return len(data) < 2 or (data[1] != 0x80 and len(data) < 2 + data[1])
    size = data[1] - 0x80
    return len(data) < 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def has_password(data: bytes) -> bool:
    """Tell whether a PKCS#12 file holds anything encrypted, or a checksum that a password protects."""
    outer = next(nodes(data, 0, len(data)), None)
    parts = list(nodes(data, outer.start, outer.end)) if outer else []
    return len(parts) > 2 or any(mark in data for mark in _PASSWORD_BASED)


def is_costly(data: bytes) -> bool:
    """Tell whether opening this would take long: millions of rounds of key derivation, or an enormous number.

    A file that is made so on purpose must not hold up an editor; nothing of the kind occurs in practice.
    """
    if b"-----BEGIN" not in data:
        return _is_costly(data)
    return any(_is_costly(block.data) for block in blocks_of(data) if block.data is not None)


def _is_costly(data: bytes) -> bool:
    waiting = [(data, 0, len(data))]
    while waiting:
        inside, start, end = waiting.pop()
        children = list(nodes(inside, start, end))
        for number, node in enumerate(children):
            if node.tag == _INTEGER and node.end - node.start > _MAX_INTEGER:
                return True
            if node.tag == _OCTETS and _rounds(inside, children[number + 1 : number + 4]) > _MAX_ITERATIONS:
                return True
            if node.tag == _OCTETS_IN_PARTS:
                parts = nodes(inside, node.start, node.end)
                whole = b"".join(inside[part.start : part.end] for part in parts)
                waiting.append((whole, 0, len(whole)))
            elif node.tag & 0x20 or (node.tag == _OCTETS and inside[node.start : node.start + 1] == b"0"):
                waiting.append((inside, node.start, node.end))
    return False


def _rounds(data: bytes, following: list[Node]) -> int:
    """Return the rounds of PBKDF2, PKCS#12 or scrypt whose numbers follow a salt, 0 when none do."""
    numbers = []
    for node in following:
        if node.tag != _INTEGER:
            break
        numbers.append(int.from_bytes(data[node.start : node.end], "big"))
    if len(numbers) == 3:
        return numbers[0] * numbers[1] * numbers[2]
    return numbers[0] if numbers else 0
