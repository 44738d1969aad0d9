"""Certificate files as azure-identity reads them: what they hold, and what makes it refuse them.

The order of steps is that of azure-identity's `CertificateCredential`: a file with `-----BEGIN` in it is loaded as PEM, the
key first and then the first certificate; anything else as PKCS#12; then the key must be an RSA key. Only whether a
step works is taken from `cryptography`. Why it does not is read from the file itself, because the texts of its errors
change from version to version, and one of them stands for seven causes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from azmlflow.parsing._certificate_form import (
    CERTIFICATES,
    PRIVATE_KEYS,
    Block,
    Form,
    blocks_of,
    form_of,
    has_password,
    is_costly,
    is_cut_off,
)

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

__all__ = ["CertificateFacts", "Fault", "Form", "read_certificate"]

T = TypeVar("T")

MAX_NAME: Final = 300


class Fault(Enum):
    """Why azure-identity raises while it builds the credential. Nothing else makes it raise."""

    UNREADABLE = "neither PEM nor PKCS#12"
    DAMAGED = "PEM or PKCS#12, and cut off or damaged"
    NOT_UTF8 = "PEM with other text that is not UTF-8"
    UNSUPPORTED = "encrypted or made in a way that is not supported"
    NO_KEY = "no private key"
    NO_CERTIFICATE = "no certificate, or in PKCS#12 none that belongs to the key"
    PASSWORD_MISSING = "needs a password"
    PASSWORD_WRONG = "has another password"
    PASSWORD_UNUSED = "has no password, and one is given"
    NOT_RSA = "the key is not an RSA key"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate file says, as far as it can be read. Never a key, never a password."""

    form: Form
    fault: Fault | None = None
    judged: bool = True
    """False when the file was not opened: it would take too long, or `cryptography` cannot be loaded."""
    labels: tuple[str, ...] = ()
    """The labels of the parts of a PEM file, in order."""
    subject: str | None = None
    issuer: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    thumbprint: str | None = None
    """SHA-1 of the first certificate in upper case, as the Azure portal shows it."""
    key_kind: str | None = None
    """RSA, EC, Ed25519 and so on: of the private key, or of the certificate where no key can be read."""
    key_size: int | None = None
    chain_length: int = 0
    """How many certificates can be read."""
    key_matches: bool | None = None
    """Whether the key is the first certificate's: the one whose thumbprint is sent."""
    key_matches_at: int | None = None
    """Which certificate the key belongs to, from 0."""


def read_certificate(data: bytes, password: str | None) -> CertificateFacts:
    """Read the content of AZURE_CLIENT_CERTIFICATE_PATH; never raises. An empty password is none."""
    form = form_of(data)
    unread = CertificateFacts(form, judged=False)
    if is_costly(data):
        return unread
    try:
        import cryptography.x509  # noqa: F401 - it takes 50 ms, and few projects have a certificate
    except ImportError:
        return unread
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = _read_pem if form is Form.PEM else _read_other
        facts = _attempt(lambda: read(data, form, password or None))
    return unread if isinstance(facts, _Refusal) else facts


class _Refusal(Enum):
    """That `cryptography` did not accept something, and whether it could have with another build."""

    INVALID = "invalid"
    UNSUPPORTED = "unsupported"


def _attempt(call: Callable[[], T]) -> T | _Refusal:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return call()
    except UnsupportedAlgorithm:
        return _Refusal.UNSUPPORTED
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic of its Rust part is no Exception
        return _Refusal.INVALID


def _value(call: Callable[[], T]) -> T | None:
    """Return what a call returns, or None: parts of a certificate are parsed when they are asked for."""
    value = _attempt(call)
    return None if isinstance(value, _Refusal) else value


def _read_pem(data: bytes, form: Form, password: str | None) -> CertificateFacts:
    from cryptography.x509 import load_pem_x509_certificate

    blocks = blocks_of(data)
    key = _attempt(lambda: _load_pem_key(data, password))
    certificate = _attempt(lambda: load_pem_x509_certificate(data))
    found = _pem_certificates(data, blocks)
    facts = CertificateFacts(form, labels=tuple(block.label for block in blocks))
    if isinstance(key, _Refusal):
        fault = _pem_key_fault(key, data, blocks, password)
        unlocked = _value(lambda: _load_pem_key(data, None)) if fault is Fault.PASSWORD_UNUSED else None
        return replace(_describe(facts, unlocked, found), fault=fault)
    facts = _describe(facts, key, found)
    if isinstance(certificate, _Refusal):
        return replace(facts, fault=_pem_certificate_fault(blocks))
    if facts.key_kind != "RSA":
        return replace(facts, fault=Fault.NOT_RSA)
    if _value(lambda: data.decode("utf-8")) is None:
        return replace(facts, fault=Fault.NOT_UTF8)
    return facts


def _load_pem_key(data: bytes, password: str | None) -> object:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(data, password.encode("utf-8") if password else None)


def _pem_certificates(data: bytes, blocks: Iterable[Block]) -> list[Certificate]:
    """Return the certificates of a PEM file, each read for itself so that one damaged part hides no other."""
    from cryptography.x509 import load_der_x509_certificate

    wanted = [block.data for block in blocks if block.label in CERTIFICATES and block.data is not None]
    loaded = [_value(lambda der=der: load_der_x509_certificate(der)) for der in wanted]  # type: ignore[misc]
    return [certificate for certificate in loaded if certificate is not None]


def _pem_key_fault(refusal: _Refusal, data: bytes, blocks: Sequence[Block], password: str | None) -> Fault:
    """Say why no key was loaded. A part that is damaged spoils the others; only a last one that is cut off does not."""
    if not blocks or any(
        block.data is None and (block.closed or block is not blocks[-1]) for block in blocks
    ):
        return Fault.DAMAGED
    key = next((block for block in blocks if block.label in PRIVATE_KEYS), None)
    if key is None:
        return Fault.NO_KEY
    if key.data is None:
        return Fault.DAMAGED
    if refusal is _Refusal.UNSUPPORTED:
        return Fault.UNSUPPORTED
    if key.encrypted:
        if is_cut_off(key.data) and key.label.startswith("ENCRYPTED"):
            return Fault.DAMAGED
        return Fault.PASSWORD_WRONG if password else Fault.PASSWORD_MISSING
    opens = password is not None and not isinstance(_attempt(lambda: _load_pem_key(data, None)), _Refusal)
    return Fault.PASSWORD_UNUSED if opens else Fault.DAMAGED


def _pem_certificate_fault(blocks: Iterable[Block]) -> Fault:
    present = any(block.label in CERTIFICATES for block in blocks)
    return Fault.DAMAGED if present else Fault.NO_CERTIFICATE


def _read_other(data: bytes, form: Form, password: str | None) -> CertificateFacts:
    loaded = _attempt(lambda: _load_pkcs12(data, password))
    if isinstance(loaded, _Refusal):
        return _refused(loaded, data, form, password)
    return _judge_pkcs12(loaded)


_Loaded = tuple[object, "Certificate | None", list["Certificate"]]


def _load_pkcs12(data: bytes, password: str | None) -> _Loaded:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    return load_key_and_certificates(data, password.encode("utf-8") if password else None)


def _judge_pkcs12(loaded: _Loaded) -> CertificateFacts:
    key, certificate, others = loaded
    found = [certificate, *others] if certificate is not None else others
    facts = _describe(CertificateFacts(Form.PKCS12), key, found)
    if key is None:
        return replace(facts, fault=Fault.NO_KEY)
    if certificate is None:
        return replace(facts, fault=Fault.NO_CERTIFICATE)
    return facts if facts.key_kind == "RSA" else replace(facts, fault=Fault.NOT_RSA)


def _refused(refusal: _Refusal, data: bytes, form: Form, password: str | None) -> CertificateFacts:
    from cryptography.x509 import load_der_x509_certificate

    if form is Form.PKCS12:
        return _refused_pkcs12(refusal, data, password)
    facts = CertificateFacts(form, fault=Fault.UNREADABLE)
    if form is not Form.DER:
        return facts
    certificate = _value(lambda: load_der_x509_certificate(data))
    return _describe(facts, None, [certificate]) if certificate is not None else facts


def _refused_pkcs12(refusal: _Refusal, data: bytes, password: str | None) -> CertificateFacts:
    facts = CertificateFacts(Form.PKCS12, fault=Fault.DAMAGED)
    if is_cut_off(data):
        return facts
    if refusal is _Refusal.UNSUPPORTED:
        return replace(facts, fault=Fault.UNSUPPORTED)
    if password is None:
        return replace(facts, fault=Fault.PASSWORD_MISSING) if has_password(data) else facts
    unlocked = _attempt(lambda: _load_pkcs12(data, None))
    if not isinstance(unlocked, _Refusal):
        return replace(_judge_pkcs12(unlocked), fault=Fault.PASSWORD_UNUSED)
    return replace(facts, fault=Fault.PASSWORD_WRONG) if has_password(data) else facts


def _describe(facts: CertificateFacts, key: object, found: Sequence[Certificate]) -> CertificateFacts:
    """Add what the certificates and the key say; the first certificate is the one azure-identity takes."""
    facts = replace(facts, chain_length=len(found))
    owner = key
    if found:
        first = found[0]
        facts = _describe_certificate(facts, first)
        owner = owner or _value(first.public_key)
    if owner is not None:
        facts = replace(facts, key_kind=_kind_of(owner), key_size=_value(lambda: _size_of(owner)))
    if key is None or not found:
        return facts
    matches = [_value(lambda one=one: _belongs(key, one)) for one in found]  # type: ignore[misc]
    own = matches.index(True) if True in matches else None
    return replace(facts, key_matches=matches[0], key_matches_at=own)


def _describe_certificate(facts: CertificateFacts, certificate: Certificate) -> CertificateFacts:
    from cryptography.hazmat.primitives.hashes import SHA1

    digest = _value(lambda: certificate.fingerprint(SHA1()))  # noqa: S303 - the portal identifies them by it
    return replace(
        facts,
        subject=_value(lambda: _text(certificate.subject)),
        issuer=_value(lambda: _text(certificate.issuer)),
        not_before=_value(lambda: certificate.not_valid_before_utc),
        not_after=_value(lambda: certificate.not_valid_after_utc),
        thumbprint=digest.hex().upper() if digest else None,
    )


def _text(name: Name) -> str:
    text = "".join(character if character.isprintable() else "?" for character in name.rfc4514_string())
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"


def _kind_of(key: Any) -> str:
    """Return the kind of a private or public key by its class: RSAPrivateKey is RSA."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

    if isinstance(key, RSAPrivateKey | RSAPublicKey):
        return "RSA"
    if isinstance(key, EllipticCurvePrivateKey | EllipticCurvePublicKey):
        return "EC"
    return type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey")


def _size_of(key: Any) -> int | None:
    size = getattr(key, "key_size", None)
    return size if isinstance(size, int) else None


def _belongs(key: Any, certificate: Certificate) -> bool:
    """Tell whether a private key is this certificate's, by the public halves of both."""
    return bool(key.public_key() == certificate.public_key())
