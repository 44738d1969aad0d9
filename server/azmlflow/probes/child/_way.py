"""The way to one host: proxy or name and address, connection, TLS, each tried in turn as `requests` would take it."""

from __future__ import annotations

import socket
import ssl
from time import monotonic
from typing import Any, Final

from azmlflow.probes.child import _dns, _proxy, _trust
from azmlflow.probes.child._blocked import Blocked, Deadline
from azmlflow.probes.child._proxy import Channel, Proxy
from azmlflow.probes.child._tls import Store, TlsChannel, read_certificate

TCP_SECONDS: Final = 5.0
TLS_SECONDS: Final = 5.0


class Way:
    """What is learned on the way to a host stands in `details`, whether or not one arrives."""

    def __init__(self, host: str, port: int, store: Store, seconds: float) -> None:
        self.host = host
        self.details: dict[str, Any] = {}
        self._port = port
        self._bundle, self._context = store
        self._deadline = Deadline(seconds)
        self._proxy: Proxy | None = None
        self._addresses: tuple[str, ...] = ()

    def walk(self) -> bool:
        """Take the way to its end; Blocked where it ends before. False when that cannot be tried (a SOCKS proxy)."""
        self._proxy = _proxy.proxy_for(self.host)
        self.details |= _proxy.details_of(self._proxy)
        if self._proxy is not None:
            _proxy.check_kind(self._proxy)
        if _proxy.is_socks(self._proxy):
            return False
        self._find_address()
        self._secure()
        return True

    def _find_address(self) -> None:
        if self._proxy is None:
            self._addresses = _dns.look_up(self.host, self._deadline.within(_dns.SECONDS))
            private = any(map(_dns.is_private, self._addresses))
            self.details |= {"addresses": list(self._addresses), "private": private}
            return
        try:
            self._addresses = _dns.look_up(self._proxy.host, self._deadline.within(_dns.SECONDS))
        except Blocked as blocked:
            message = f"The proxy {self._proxy.shown}, set by {self._proxy.source}, is not found: {_lower(blocked.message)}"
            raise Blocked("PROXY", message, _PROXY_GONE, silent=blocked.silent) from None

    def _secure(self) -> None:
        """Shake hands as requests would, and find out who is trusted where that fails."""
        try:
            channel = self._connect(self._context)
        except ssl.SSLCertVerificationError as error:
            raise _trust.explain(error, self.host, self._bundle, self._connect, self.details) from None
        except TimeoutError:
            message = f"{self.host} accepts a connection and then says nothing."
            raise Blocked("TLS", message, _CUT, silent=True) from None
        except ssl.SSLError as error:
            raise self._not_tls(error) from None
        except OSError:
            raise self._cut_off() from None
        channel.close()
        certificate = read_certificate(channel.certificate)
        self.details |= {"issuer": certificate.issuer, "expires": certificate.expires}
        self.details |= {"tls": channel.version, "trusted_by": self._bundle.source}

    def _connect(self, context: ssl.SSLContext) -> TlsChannel:
        channel = self._open()
        try:
            channel.settimeout(self._deadline.within(TLS_SECONDS))
            return TlsChannel(channel, context, self.host)
        except BaseException:
            channel.close()
            raise

    def _open(self) -> Channel:
        """Return a connection to the host, through the proxy where there is one."""
        if self._proxy is None:
            return self._dial(self.host, self._port)
        plain = self._dial(self._proxy.host, self._proxy.port)
        try:
            channel = plain if self._proxy.scheme == "http" else self._secure_proxy(plain, self._proxy)
            _proxy.tunnel(channel, self._proxy, self.host, self._port, self._deadline)
        except BaseException:
            plain.close()
            raise
        return channel

    def _secure_proxy(self, plain: Channel, proxy: Proxy) -> Channel:
        plain.settimeout(self._deadline.within(TLS_SECONDS))
        try:
            return TlsChannel(plain, self._context, proxy.host)
        except ssl.SSLCertVerificationError:
            message = f"The certificate of the proxy {proxy.shown} is not trusted by {self._bundle.path}."
            raise Blocked("PROXY", message, _PROXY_CERTIFICATE) from None
        except OSError:
            message = f"{proxy.source} names {proxy.shown}, and the proxy does not speak TLS."
            raise Blocked("PROXY", message, _PROXY_PLAIN) from None

    def _dial(self, host: str, port: int) -> socket.socket:
        """Return a connection to the first address that takes one; each gets its time, all together no more than is left."""
        started = monotonic()
        error: OSError = TimeoutError()
        for address in self._addresses:
            try:
                connection = socket.create_connection((address, port), self._deadline.within(TCP_SECONDS))
            except OSError as failed:
                error = failed
                continue
            self.details.setdefault("connect_seconds", round(monotonic() - started, 3))
            self.details.setdefault("address" if self._proxy is None else "proxy_address", address)
            return connection
        raise self._unreachable(host, port, error)

    def _unreachable(self, host: str, port: int, error: OSError) -> Blocked:
        silent = isinstance(error, TimeoutError)
        does = "refuses connections" if isinstance(error, ConnectionRefusedError) else "cannot be reached"
        does = "does not answer" if silent else does
        if self._proxy is not None:
            message = f"The proxy {self._proxy.shown}, set by {self._proxy.source}, {does}."
            return Blocked("PROXY", message, _PROXY_GONE, silent=silent)
        shown = ", ".join(self._addresses)
        private = bool(self.details.get("private"))
        message = f"{host} ({shown}) {does} on port {port}."
        return Blocked("TCP", message, _PRIVATE if private else _FIREWALL, silent=silent)

    def _not_tls(self, error: ssl.SSLError) -> Blocked:
        reason = (error.reason or "").replace("_", " ").lower()
        if "wrong version number" in reason or "http request" in reason or "record layer" in reason:
            return Blocked("TLS", f"What answers for {self.host} does not speak TLS.", _PLAIN)
        if isinstance(error, ssl.SSLEOFError) or not reason:
            return self._cut_off()
        return Blocked("TLS", f"No secure connection to {self.host} comes about: {reason}.", _CUT)

    def _cut_off(self) -> Blocked:
        message = f"The connection to {self.host} is cut off as soon as it is to be secured."
        return Blocked("TLS", message, _CUT)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


_PROXY_GONE: Final = (
    "Check the address, and that the VPN is connected where the proxy needs it. In a network without that proxy, take the "
    "variable out."
)
_PROXY_CERTIFICATE: Final = "Name the file with its authority in REQUESTS_CA_BUNDLE."
_PROXY_PLAIN: Final = (
    "Nearly all proxies are spoken to in plain: write http:// where the variable says https://."
)
_PRIVATE: Final = "This is a private address, as behind a private link: connect the VPN, or work from the network that is joined to it."
_FIREWALL: Final = "A firewall does not let connections to port 443 out, or this network needs a proxy: then set HTTPS_PROXY to it."
_CUT: Final = (
    "A firewall or proxy on the way does that with hosts it does not allow. Ask for the host, port 443, to be allowed; if this "
    "network has a proxy, set HTTPS_PROXY to it."
)
_PLAIN: Final = "Something else listens there: check HTTPS_PROXY, the DNS and the hosts file."
