"""Why a server is not trusted, and which store of certificates would trust it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from azmlflow.azure.variables import SSL_CERT_FILE
from azmlflow.probes.child._blocked import Blocked
from azmlflow.probes.child._tls import (
    CERTIFI,
    Bundle,
    Certificate,
    TlsChannel,
    certifi_bundle,
    context_of,
    read_certificate,
    trusting_context,
)
from azmlflow.probes.child.wording import may_be_quoted

Connect = Callable[[ssl.SSLContext], TlsChannel]
"""Connects anew and shakes hands in a context."""


def explain(
    error: ssl.SSLCertVerificationError, host: str, bundle: Bundle, connect: Connect, details: dict[str, Any]
) -> Blocked:
    """Return why requests does not trust a host and what helps; `details` gets the issuer and who trusts it."""
    certificate = _presented(connect)
    details |= {"issuer": certificate.issuer, "expires": certificate.expires, "bundle": bundle.source}
    by = f", issued by {certificate.issuer}," if certificate.issuer else ""
    code = error.verify_code
    if code == _EXPIRED:
        day = f" on {certificate.expires}" if certificate.expires else ""
        return Blocked("TLS", f"The certificate of {host}{by} expired{day}.", _CLOCK)
    if code == _NOT_YET:
        return Blocked("TLS", f"The certificate of {host}{by} is not valid yet.", _CLOCK)
    if code in _OTHER_NAME:
        return Blocked("TLS", f"What answers for {host} has a certificate{by} for another name.", _ELSEWHERE)
    if code in _STRICT:
        message = (
            f"The certificate of {host}{by} breaks a rule that Python insists on ({error.verify_message})."
        )
        return Blocked("TLS", message, _AGAINST_RULES)
    trusted_by = _who_trusts(bundle, connect)
    details["trusted_by"] = trusted_by.source if trusted_by else None
    message = f"The certificate of {host}{by} is not trusted by {_name(bundle)}."
    if trusted_by is None:
        return Blocked("TLS", message, _NOBODY.format(issuer=certificate.issuer or "that issued it"))
    return Blocked("TLS", message, *_remedy(bundle, trusted_by))


def _presented(connect: Connect) -> Certificate:
    try:
        channel = connect(trusting_context())
    except (OSError, Blocked):
        return Certificate(None, None)
    channel.close()
    return read_certificate(channel.certificate)


def _who_trusts(bundle: Bundle, connect: Connect) -> Bundle | None:
    for other, context in _other_stores(bundle):
        try:
            connect(context).close()
        except (OSError, Blocked):
            continue
        return other
    return None


def _other_stores(bundle: Bundle) -> Iterator[tuple[Bundle, ssl.SSLContext]]:
    """Yield the stores that this machine has besides: certifi's, OpenSSL's, the usual files, that of Windows."""
    seen = {bundle.path}
    for other in (certifi_bundle(), *_openssl_stores(), *(Bundle(SYSTEM, path) for path in _FILES)):
        if other.path in seen or not Path(other.path).exists():
            continue
        seen.add(other.path)
        try:
            yield other, context_of(other)
        except Blocked:
            continue
    yield Bundle(SYSTEM, ""), ssl.create_default_context()


def _openssl_stores() -> Iterator[Bundle]:
    """Yield the file and the folder that Python itself trusts, where no package chooses for it."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        named = os.environ.get(SSL_CERT_FILE) == paths.cafile
        yield Bundle(SSL_CERT_FILE if named else SYSTEM, paths.cafile)
    if paths.capath:
        yield Bundle(SYSTEM, paths.capath)


def _remedy(bundle: Bundle, trusted_by: Bundle) -> tuple[str, str | None]:
    if trusted_by.source == CERTIFI:
        return _LACKS_PUBLIC.format(variable=bundle.source), f"unset {bundle.source}"
    if trusted_by.source == SSL_CERT_FILE:
        return _NOT_READ, _set(trusted_by.path)
    if not trusted_by.path:
        return _SYSTEM_STORE, "python -m pip install pip-system-certs"
    return _SYSTEM_TRUSTS, _set(trusted_by.path)


def _set(path: str) -> str | None:
    return f'{_SET}"{path}"' if may_be_quoted(path) else None


def _name(bundle: Bundle) -> str:
    if bundle.source == CERTIFI:
        return "certifi, the list of authorities that requests uses"
    return f"{bundle.path}, which {bundle.source} names"


SYSTEM: Final = "system"
_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_EXPIRED: Final = 10
_NOT_YET: Final = 9
_OTHER_NAME: Final = (62, 64)
_STRICT: Final = range(79, 95)
"""OpenSSL's X509_V_ERR_INVALID_CA and those after it, which VERIFY_X509_STRICT finds; Python 3.13 sets it."""

_SET: Final = "export REQUESTS_CA_BUNDLE="
_CLOCK: Final = (
    "Check the date and time of this machine. If they are right, whatever answers here in place of Azure (a proxy that opens "
    "encrypted connections) needs a new certificate."
)
_ELSEWHERE: Final = (
    "Something else answers under this name: a proxy's sign-in page, a wrong entry in the DNS or the hosts file, or a private "
    "link that was made for another host. Azure is not reached."
)
_AGAINST_RULES: Final = (
    "The authority of the proxy that opens encrypted connections here was made carelessly. Ask for one that follows RFC 5280; "
    "until then Python 3.12 and older still accept it."
)
_NOBODY: Final = (
    "A proxy or virus scanner opens encrypted connections here, and no store of this machine trusts it. Ask your IT department "
    "for the root certificate of {issuer}, add it to a copy of the file that `python -m certifi` prints, and name the copy in "
    "REQUESTS_CA_BUNDLE. Never turn the check off."
)
_LACKS_PUBLIC: Final = (
    "Nothing opens this connection: a public authority issued the certificate, and the file that {variable} names lacks it. "
    "Take the variable out, or add the certificates of the file that `python -m certifi` prints."
)
_NOT_READ: Final = "The file that SSL_CERT_FILE names trusts it, but requests does not read that variable."
_SYSTEM_TRUSTS: Final = (
    "A proxy or virus scanner opens encrypted connections here. The certificates of the operating system know it; requests has "
    "to be told to use them."
)
_SYSTEM_STORE: Final = (
    "A proxy or virus scanner opens encrypted connections here. The store of the operating system knows it; pip-system-certs "
    "makes requests use that store. Or export the authority's certificate to a file and name it in REQUESTS_CA_BUNDLE."
)
