"""What `requests`, urllib3 and azure-core say of a connection that failed, in plain words and without their nesting."""

from __future__ import annotations

from typing import Final

from azmlflow.patterns import pattern

_HOST: Final = pattern(r"host='([\w.-]{1,253})'|Failed to resolve '([\w.-]{1,253})'|https?://([\w.-]{1,253})")
_TUNNEL: Final = pattern(r"Tunnel connection failed: (\d{3})")
_UNTRUSTED: Final = pattern(r"certificate verify failed: ([^(\[\n]{1,120})")

_SAID: Final = (
    (("Tunnel connection failed: 407",), "the proxy asks for a user name and a password (407)"),
    (("Unable to connect to proxy", "Cannot connect to proxy"), "the proxy cannot be reached"),
    (
        ("NameResolutionError", "Failed to resolve", "getaddrinfo failed", "Name or service not known"),
        "the name {host} cannot be resolved",
    ),
    (("suitable TLS CA certificate bundle",), "the file of certificates to be trusted is not there"),
    (("Connection refused", "actively refused"), "{host} refuses the connection"),
    (("Read timed out", "read timeout"), "{host} accepts the connection and gives no answer"),
    (("ConnectTimeout", "timed out"), "{host} cannot be reached in time"),
    (
        ("Connection reset", "RemoteDisconnected", "Connection aborted", "IncompleteRead"),
        "{host} breaks off the connection",
    ),
    (("Network is unreachable", "No route to host"), "there is no way to {host}"),
)
_NETWORK: Final = ("Connection", "HTTPSConnection", "HTTPConnection", "certificate", "SSLError", "timed out")
"""Without one of these a text is not about a connection at all."""


def plain(text: str, host: str) -> str | None:
    """Return in one sentence why a connection failed, None for a text that is about something else.

    `host` is what to say where the text does not name the host.
    """
    if not any(word in text for word in _NETWORK):
        return None
    said = _untrusted(text) or _tunnel(text) or _by_words(text)
    if said is None:
        return None
    if said.startswith("{host}"):
        return f"{said.replace('{host}', _host(text) or host)}."
    return f"{said[0].upper()}{said[1:].replace('{host}', _host(text) or host)}."


def _untrusted(text: str) -> str | None:
    if "CERTIFICATE_VERIFY_FAILED" not in text:
        return None
    match = _UNTRUSTED.search(text)
    return "the certificate of {host} is not trusted" + (f": {match[1].strip()}" if match else "")


def _tunnel(text: str) -> str | None:
    match = _TUNNEL.search(text)
    return f"the proxy does not connect to {{host}} ({match[1]})" if match and match[1] != "407" else None


def _by_words(text: str) -> str | None:
    return next((said for words, said in _SAID if any(word in text for word in words)), None)


def _host(text: str) -> str | None:
    match = _HOST.search(text)
    return next((group for group in match.groups() if group), None) if match else None
