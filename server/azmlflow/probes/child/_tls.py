"""TLS as `requests` does it, over any connection, without sending anything but the handshake."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any, Final, NamedTuple

from azmlflow.azure.variables import CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE
from azmlflow.probes.child._blocked import Blocked
from azmlflow.probes.child._proxy import Channel

CERTIFI: Final = "certifi"


class Bundle(NamedTuple):
    """The file or folder of trusted certificates that requests takes, and the variable that names it, or certifi."""

    source: str
    path: str


class Store(NamedTuple):
    """A bundle, and the context made of it."""

    bundle: Bundle
    context: ssl.SSLContext


class Certificate(NamedTuple):
    """What one may tell of a server's certificate: who issued it, and its last day."""

    issuer: str | None
    expires: str | None


def bundle_in_use() -> Bundle:
    """Return what requests verifies servers with in this environment; an empty variable counts as none."""
    for name in (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE):
        if path := os.environ.get(name):
            return Bundle(name, path)
    return certifi_bundle()


def store_in_use() -> Store:
    """Return that bundle with its context; Blocked when it cannot be read."""
    bundle = bundle_in_use()
    return Store(bundle, context_of(bundle))


def certifi_bundle() -> Bundle:
    """Return the certificates that come with requests."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return Bundle(CERTIFI, str(DEFAULT_CA_BUNDLE_PATH))


def context_of(bundle: Bundle) -> ssl.SSLContext:
    """Return a context as requests makes it of a bundle; Blocked when nothing can be read there."""
    path = Path(bundle.path)
    if not path.exists():
        message = f"{bundle.source} names {bundle.path}, which does not exist: no https request of Python can succeed."
        raise Blocked("TLS", message, *_remedy_of_missing(bundle))
    context = _empty_context()
    try:
        context.load_verify_locations(**({"capath": str(path)} if path.is_dir() else {"cafile": str(path)}))
    except OSError:
        message = f"{bundle.source} names {bundle.path}, in which no certificates can be read."
        raise Blocked("TLS", message, _UNREADABLE) from None
    return context


def _remedy_of_missing(bundle: Bundle) -> tuple[str, str]:
    if bundle.source == CERTIFI:
        return _NO_CERTIFI, "python -m pip install --force-reinstall certifi"
    return _MISSING, f"unset {bundle.source}"


def _empty_context() -> ssl.SSLContext:
    from urllib3.util.ssl_ import create_urllib3_context

    made: Any = create_urllib3_context()
    # Where pyOpenSSL was put in the place of ssl, what is made cannot be used without a socket.
    context = made if isinstance(made, ssl.SSLContext) else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.set_alpn_protocols(["http/1.1"])
    return context


def trusting_context() -> ssl.SSLContext:
    """Return a context that accepts any server, only to see its certificate: nothing may be sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class TlsChannel:
    """A connection secured over another one, which may itself be secured: that is how a proxy with https works."""

    def __init__(self, channel: Channel, context: ssl.SSLContext, name: str) -> None:
        """Shake hands with the server called `name`; whatever `ssl` or the connection raises comes through."""
        self._channel = channel
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._drive(self._tls.do_handshake)

    @property
    def certificate(self) -> bytes:
        """The server's certificate in DER."""
        return self._tls.getpeercert(binary_form=True) or b""

    @property
    def version(self) -> str | None:
        """The protocol, such as TLSv1.3."""
        return self._tls.version()

    def sendall(self, data: bytes) -> None:
        self._drive(lambda: self._tls.write(data))

    def recv(self, size: int) -> bytes:
        data: bytes = self._drive(lambda: self._tls.read(size))
        return data

    def settimeout(self, seconds: float) -> None:
        self._channel.settimeout(seconds)

    def close(self) -> None:
        self._channel.close()

    def _drive(self, step: Any) -> Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            except ssl.SSLError:
                self._flush()  # tells the server why, as any client does
                raise
            else:
                self._flush()
                return result

    def _receive(self) -> None:
        data = self._channel.recv(16_384)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def _flush(self) -> None:
        if data := self._outgoing.read():
            self._channel.sendall(data)


def read_certificate(der: bytes) -> Certificate:
    """Return what is told of a certificate; nothing where the interpreter lacks cryptography or cannot read it."""
    try:
        from cryptography import x509
        from cryptography.x509.oid import NameOID

        certificate = x509.load_der_x509_certificate(der)
        names = [
            str(attribute.value)
            for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
            for attribute in certificate.issuer.get_attributes_for_oid(oid)[:1]
        ]
        last = getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after
    except (ImportError, ValueError):
        return Certificate(None, None)
    return Certificate(_printable(" / ".join(dict.fromkeys(names))) or None, last.date().isoformat())


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable())[:_LONGEST_NAME]


_LONGEST_NAME: Final = 120
_MISSING: Final = "Correct the path, or take the variable out if no proxy opens encrypted connections here."
_NO_CERTIFI: Final = "Install certifi again in this interpreter."
_UNREADABLE: Final = (
    "It must be a file of certificates in PEM, or a folder that OpenSSL's c_rehash has prepared."
)
