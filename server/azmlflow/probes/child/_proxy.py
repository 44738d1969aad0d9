"""The proxy that `requests` takes for a host, and the tunnel through it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from azmlflow.azure.proxies import proxy_variable
from azmlflow.patterns import pattern
from azmlflow.probes.child._blocked import Blocked, Deadline

TUNNEL_SECONDS: Final = 10.0
LONGEST_HEAD: Final = 65_536
_PORTS: Final = {"http": 80, "https": 443}


class Channel(Protocol):
    """A connection, secured or not."""

    def sendall(self, data: bytes) -> None: ...
    def recv(self, size: int) -> bytes: ...
    def settimeout(self, seconds: float) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `source` names what set it, `authorization` is the header that user and password make."""

    scheme: str
    host: str
    port: int
    source: str
    authorization: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address without user and password."""
        return f"{self.scheme}://{self.host}:{self.port}"


def proxy_for(host: str) -> Proxy | None:
    """Return the proxy for https to a host, None where requests goes there directly; Blocked when it is malformed."""
    from requests.utils import get_environ_proxies, prepend_scheme_if_needed, select_proxy

    url = f"https://{host}/"
    value = select_proxy(url, get_environ_proxies(url))
    if not value:
        return None
    source = proxy_variable("https", os.environ) or "the settings of the system"
    try:
        return _parsed(prepend_scheme_if_needed(value, "http"), source)
    except ValueError:
        raise Blocked("PROXY", f"The address of the proxy in {source} is malformed.", _MALFORMED) from None


def _parsed(url: str, source: str) -> Proxy:
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        parts = parse_url(url)
    except LocationParseError:
        raise ValueError from None
    scheme = (parts.scheme or "").lower()
    rest = f"{parts.path or ''}{parts.query or ''}{parts.fragment or ''}"
    if not parts.host or "@" in rest or scheme not in (*_PORTS, *_SOCKS):
        raise ValueError
    headers = HTTPAdapter().proxy_headers(url)
    port = parts.port or _PORTS.get(scheme, 1080)
    return Proxy(scheme, parts.host.strip("[]"), port, source, headers.get("Proxy-Authorization"))


def tunnel(channel: Channel, proxy: Proxy, host: str, port: int, deadline: Deadline) -> None:
    """Have the proxy connect a channel to a host; Blocked when it does not."""
    lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    channel.settimeout(deadline.within(TUNNEL_SECONDS))
    try:
        channel.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = _head(channel)
    except TimeoutError:
        message = f"The proxy {proxy.shown} does not answer the request for a tunnel to {host}."
        raise Blocked("PROXY", message, _SILENT, silent=True) from None
    except OSError:
        head = b""
    status = _status(head)
    if status is None:
        message = f"What {proxy.source} names ({proxy.shown}) does not answer like an HTTP proxy."
        raise Blocked("PROXY", message, _NO_PROXY)
    if status != 200:
        raise _refusal(proxy, host, status, head)


def _head(channel: Channel) -> bytes:
    """Return the head of the answer, empty when it has no end; what follows it belongs to the tunnel and is not read."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
        piece = channel.recv(1)
        if not piece:
            return b""
        head += piece
    return head if head.endswith(b"\r\n\r\n") else b""


def _status(head: bytes) -> int | None:
    words = head.partition(b"\r\n")[0].split(b" ", 2)
    is_status = len(words) > 1 and words[0].startswith(b"HTTP/") and len(words[1]) == 3 and words[1].isdigit()
    return int(words[1]) if is_status else None


def _refusal(proxy: Proxy, host: str, status: int, head: bytes) -> Blocked:
    if status == 407:
        return _asks_for_password(proxy, head)
    if status in (502, 503, 504):
        message = f"The proxy {proxy.shown} cannot reach {host} (it answers {status})."
        return Blocked("PROXY", message, _CANNOT_REACH.format(host=host))
    message = f"The proxy {proxy.shown} refuses a connection to {host} (it answers {status})."
    return Blocked("PROXY", message, _REFUSES.format(host=host))


def _asks_for_password(proxy: Proxy, head: bytes) -> Blocked:
    schemes = {
        value.strip().split(b" ")[0].lower()
        for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
        if name.strip().lower() == b"proxy-authenticate"
    }
    if schemes and b"basic" not in schemes:
        kinds = " or ".join(sorted(scheme.decode("latin-1") for scheme in schemes))
        message = f"The proxy {proxy.shown} wants a sign-in by {kinds}, which Python's requests does not know (407)."
        return Blocked("PROXY", message, _UNKNOWN_SCHEME)
    if proxy.authorization:
        message = f"The proxy {proxy.shown} does not accept the user and password in {proxy.source} (407)."
        return Blocked("PROXY", message, _WRONG_PASSWORD)
    message = f"The proxy {proxy.shown} asks for a user and a password, and {proxy.source} has none (407)."
    command = f"export {_variable(proxy)}={_EXAMPLE.format(proxy=proxy)}"
    return Blocked("PROXY", message, _NO_PASSWORD, command if _HOST.fullmatch(proxy.host) else None)


def _variable(proxy: Proxy) -> str:
    return proxy.source if proxy.source.isidentifier() else "HTTPS_PROXY"


def check_kind(proxy: Proxy) -> None:
    """Raise Blocked for a SOCKS proxy where the package that requests needs for it is missing."""
    if proxy.scheme not in _SOCKS:
        return
    try:
        import socks  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        message = f"{proxy.source} names a SOCKS proxy, for which requests lacks the package PySocks."
        raise Blocked("PROXY", message, _SOCKS_ADVICE, "python -m pip install 'requests[socks]'") from None


def is_socks(proxy: Proxy | None) -> bool:
    """Tell whether a proxy speaks SOCKS, which this step does not."""
    return proxy is not None and proxy.scheme in _SOCKS


def details_of(proxy: Proxy | None) -> dict[str, Any]:
    """Return what an outcome tells of the proxy."""
    return {"proxy": None} if proxy is None else {"proxy": proxy.shown, "proxy_from": proxy.source}


_SOCKS: Final = ("socks4", "socks4a", "socks5", "socks5h")
_HOST: Final = pattern(r"[\w.:-]{1,253}")
_EXAMPLE: Final = "{proxy.scheme}://<user>:<password>@{proxy.host}:{proxy.port}"
_ENCODED: Final = (
    "Characters of a user name or password that mean something in an address (@ : / # ? %) have to be percent-encoded, such as "
    "%40 for @."
)
_MALFORMED: Final = f"It must read http://host:port. {_ENCODED}"
_SILENT: Final = "Ask whoever runs the proxy, or try without it if this network lets you."
_NO_PROXY: Final = "Check the host and the port of the proxy; another program may listen there."
_CANNOT_REACH: Final = (
    "The proxy knows no such name or is itself not let through. A host behind a private link is often out of the proxy's "
    "reach: if this machine reaches it directly, add {host} to NO_PROXY."
)
_REFUSES: Final = "Ask whoever runs the proxy to allow {host}, port 443. If this machine reaches it directly, add the host to NO_PROXY."
_UNKNOWN_SCHEME: Final = (
    "Run a local proxy that signs in for you, such as px or cntlm, and name that one in HTTPS_PROXY; or ask for a "
    "proxy that takes a user and password."
)
_WRONG_PASSWORD: Final = f"Correct them. {_ENCODED}"
_NO_PASSWORD: Final = f"Put them into the address. {_ENCODED}"
_SOCKS_ADVICE: Final = "Install it in this interpreter, or name an HTTP proxy."
