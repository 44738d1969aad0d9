"""Certificate files of every kind, made with `cryptography` when a test asks: no key is kept in the repository.

`make(kind, now)` returns the bytes of a file whose certificate is valid at `now`. A kind's name may end in `:expired`,
`:not-yet-valid` or `:expires-in-N` (days). With a password, the kinds that hold a key have it encrypted.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as keys
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID

SUBJECT: Final = "train-bot"
ISSUER: Final = "Contoso Issuing CA"
PEM: Final = keys.Encoding.PEM
DER: Final = keys.Encoding.DER


class Validity(NamedTuple):
    """When a certificate is valid."""

    not_before: datetime
    not_after: datetime


class Order(NamedTuple):
    """What a maker is given."""

    validity: Validity
    password: str | None

    @property
    def encryption(self) -> keys.KeySerializationEncryption:
        if self.password is None:
            return keys.NoEncryption()
        return keys.BestAvailableEncryption(self.password.encode("utf-8"))


def make(kind: str, now: datetime, password: str | None = None) -> bytes:
    """Return the bytes of a file of this kind (see KINDS), its key encrypted with the password if there is one."""
    name, _, when = kind.partition(":")
    return KINDS[name](Order(validity_of(when, now), password))


def validity_of(when: str, now: datetime) -> Validity:
    now = now.replace(microsecond=0)  # a certificate counts whole seconds
    day = timedelta(days=1)
    if when == "expired":
        return Validity(now - 400 * day, now - 35 * day)
    if when == "not-yet-valid":
        return Validity(now + 2 * day, now + 367 * day)
    if when.startswith("expires-in-"):
        return Validity(now - 300 * day, now + int(when.removeprefix("expires-in-")) * day)
    assert not when, f"unknown validity: {when}"
    return Validity(now - 30 * day, now + 335 * day)


@cache
def private_key(owner: str) -> Any:
    """Return the key of this owner, made once a process."""
    if owner.startswith("ec"):
        return ec.generate_private_key(ec.SECP256R1())
    if owner.startswith("ed25519"):
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=3072 if owner.endswith("3072") else 2048)


def certificate(owner: str, validity: Validity, issuer: str | None = None) -> x509.Certificate:
    """Return the owner's certificate, signed by itself unless an issuer is named."""
    signer = private_key(issuer or owner)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(SUBJECT if issuer or owner != "issuer" else ISSUER))
        .issuer_name(_name(ISSUER if issuer or owner == "issuer" else SUBJECT))
        .public_key(private_key(owner).public_key())
        .serial_number(4711)
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .sign(signer, None if owner.startswith("ed25519") else hashes.SHA256())
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Contoso"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _key(order: Order, owner: str = "own", form: keys.PrivateFormat = keys.PrivateFormat.PKCS8) -> bytes:
    return private_key(owner).private_bytes(PEM, form, order.encryption)


def _cert(order: Order, owner: str = "own", issuer: str | None = None) -> bytes:
    return certificate(owner, order.validity, issuer).public_bytes(PEM)


def _pem(order: Order) -> bytes:
    return _key(order) + _cert(order)


def _spoiled(data: bytes, at: int, by: bytes) -> bytes:
    return data[:at] + by + data[at + len(by) :]


def _damaged_body(order: Order) -> bytes:
    """The signature inside the certificate is another: only Entra ID can tell."""
    der = bytearray(certificate("own", order.validity).public_bytes(DER))
    der[-10] ^= 0xFF
    return _key(order) + pem_block("CERTIFICATE", bytes(der))


def pem_block(label: str, der: bytes) -> bytes:
    """Return one part of a PEM file."""
    text = b64encode(der).decode()
    lines = [f"-----BEGIN {label}-----", *(text[at : at + 64] for at in range(0, len(text), 64))]
    return "\n".join([*lines, f"-----END {label}-----", ""]).encode()


def _p12(
    order: Order,
    owner: str | None = "own",
    holder: str | None = "own",
    others: tuple[str, ...] = (),
    encryption: keys.KeySerializationEncryption | None = None,
) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"train-bot",
        private_key(owner) if owner else None,
        certificate(holder, order.validity) if holder else None,
        [certificate(other, order.validity) for other in others] or None,
        encryption or order.encryption,
    )


def _expired(order: Order) -> Order:
    validity = order.validity
    return order._replace(validity=Validity(validity.not_before - timedelta(days=900), validity.not_before))


def _without_checksum(data: bytes) -> bytes:
    """Take off the last part of a PKCS#12 file: nothing then depends on the password but what is encrypted."""
    content = int.from_bytes(data[9:11], "big")  # of the second part: 30 LL LL LL | 02 01 03 | 30 82 LL LL
    body = data[4 : 11 + content]
    return data[:2] + len(body).to_bytes(2, "big") + body


def _p12_old_cipher(order: Order) -> bytes:
    """Encrypted with triple DES, as older Windows and OpenSSL export it."""
    assert order.password, "this kind needs a password"
    builder = keys.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())
    return _p12(order, encryption=builder.build(order.password.encode("utf-8")))


def _p12_slow(order: Order) -> bytes:
    """Announces two thousand million rounds of key derivation for its checksum."""
    content = _der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", _der(0xA0, _der(0x04, _der(0x30))))
    sha256 = _der(0x30, b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01", b"\x05\x00")
    checksum = _der(0x30, sha256, _der(0x04, bytes(32)))
    return _der(
        0x30,
        b"\x02\x01\x03",
        content,
        _der(0x30, checksum, _der(0x04, bytes(8)), b"\x02\x04\x7f\xff\xff\xff"),
    )


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])
    return bytes([tag]) + length + content


def _only(data: bytes) -> Callable[[Order], bytes]:
    return lambda order: data


KINDS: Final[dict[str, Callable[[Order], bytes]]] = {
    # PEM that azure-identity accepts
    "pem": _pem,
    "pem-certificate-first": lambda order: _cert(order) + _key(order),
    "pem-pkcs1": lambda order: _key(order, form=keys.PrivateFormat.TraditionalOpenSSL) + _cert(order),
    "pem-chain": lambda order: _key(order) + _cert(order, issuer="issuer") + _cert(order, "issuer"),
    "pem-ec-issuer": lambda order: _pem(order) + _cert(order, "ec"),
    "pem-expired-issuer": lambda order: _pem(order) + _cert(_expired(order), "issuer"),
    "pem-crlf": lambda order: _pem(order).replace(b"\n", b"\r\n"),
    "pem-bom": lambda order: b"\xef\xbb\xbf" + _pem(order),
    "pem-comments": lambda order: b"Bag Attributes\n    friendlyName: train-bot\n" + _pem(order),
    "pem-indented": lambda order: _pem(order).replace(b"\n", b"\n    "),
    "pem-x509-label": lambda order: _pem(order).replace(b"CERTIFICATE", b"X509 CERTIFICATE"),
    "pem-3072": lambda order: _key(order, "own-3072") + _cert(order, "own-3072"),
    "pem-cut-off-chain": lambda order: _pem(order) + _cert(order, "issuer")[:-40],
    # accepted, and refused by Entra ID
    "pem-key-mismatch": lambda order: _key(order) + _cert(order, "other"),
    "pem-issuer-first": lambda order: _key(order) + _cert(order, "issuer") + _cert(order, issuer="issuer"),
    "pem-ec-certificate": lambda order: _key(order) + _cert(order, "ec"),
    "pem-damaged-body": _damaged_body,
    # PEM that azure-identity refuses
    "pem-key-only": _key,
    "pem-certificate-only": _cert,
    "pem-request": lambda order: _key(order) + pem_block("CERTIFICATE REQUEST", b"0\x00"),
    "pem-trusted": lambda order: _pem(order).replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
    "pem-public-key": lambda order: (
        private_key("own").public_key().public_bytes(PEM, keys.PublicFormat.SubjectPublicKeyInfo)
        + _cert(order)
    ),
    "pem-openssh": lambda order: (
        _key(order._replace(password=None), form=keys.PrivateFormat.OpenSSH) + _cert(order)
    ),
    "pem-ec": lambda order: _key(order, "ec") + _cert(order, "ec"),
    "pem-ed25519": lambda order: _key(order, "ed25519") + _cert(order, "ed25519"),
    "pem-ec-key": lambda order: _key(order, "ec") + _cert(order),
    "pem-latin-1": lambda order: "    friendlyName: Prüfung\n".encode("latin-1") + _pem(order),
    "pem-damaged": lambda order: _spoiled(_pem(order), 200, b"!!!"),
    "pem-damaged-chain": lambda order: _pem(order) + _spoiled(_cert(order, "issuer"), 200, b"!!!"),
    "pem-damaged-key": lambda order: pem_block("PRIVATE KEY", b"0\x03\x02\x01\x07") + _cert(order),
    "pem-damaged-certificate": lambda order: _key(order) + pem_block("CERTIFICATE", b"0\x03\x02\x01\x07"),
    "pem-cut-off-key": lambda order: _cert(order) + _key(order)[:-40],
    "pem-cut-off-certificate": lambda order: _pem(order)[:-40],
    "pem-cut-off-inside": lambda order: _cert(order)[:-40] + b"\n" + _key(order),
    "pem-written-newlines": lambda order: _pem(order).replace(b"\n", b"\\n"),
    "pem-first-line-only": _only(b"-----BEGIN"),
    "pem-utf-16": lambda order: _pem(order).decode().encode("utf-16"),
    "pem-four-dashes": lambda order: _pem(order).replace(b"-----", b"----"),
    # PKCS#12
    "p12": _p12,
    "p12-chain": lambda order: _p12(order, others=("issuer",)),
    "p12-no-checksum": lambda order: _without_checksum(_p12(order)),
    "p12-trailing-line": lambda order: _p12(order) + b"\n",
    "p12-old-cipher": _p12_old_cipher,
    "p12-no-key": lambda order: _p12(order, owner=None),
    "p12-key-only": lambda order: _p12(order, holder=None),
    "p12-other-certificate": lambda order: _p12(order, holder=None, others=("issuer",)),
    "p12-ec": lambda order: _p12(order, "ec", "ec"),
    "p12-cut-off": lambda order: _p12(order)[:-30],
    "p12-damaged": lambda order: _spoiled(_p12(order), 1000, b"\0\1\2"),
    "p12-base64": lambda order: b64encode(_p12(order)) + b"\n",
    "p12-utf-16": lambda order: b64encode(_p12(order)).decode().encode("utf-16"),
    # neither
    "der-certificate": lambda order: certificate("own", order.validity).public_bytes(DER),
    "der-key": lambda order: private_key("own").private_bytes(
        DER, keys.PrivateFormat.PKCS8, order._replace(password=None).encryption
    ),
    "p7b": lambda order: pkcs7.serialize_certificates([certificate("own", order.validity)], DER),
    "p7b-pem": lambda order: pkcs7.serialize_certificates([certificate("own", order.validity)], PEM),
    "keystore": _only(b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x00"),
    "text": _only(b"The certificate is in the vault.\n"),
    "noise": _only(bytes(range(256))),
    "empty": _only(b""),
}
"""Every kind of file with its maker."""

SLOW: Final = {"p12-slow": _p12_slow}
"""Files that would keep a reader busy for minutes."""

VARYING: Final = frozenset({"pem-indented"})
"""Kinds that older versions of `cryptography` refuse."""

CLOSED: Final = frozenset({"p12-old-cipher"})
"""Kinds that exist only with a password."""
