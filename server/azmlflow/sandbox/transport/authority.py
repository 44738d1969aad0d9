"""A certificate authority for one box: it signs a certificate for each host when the host is first asked for."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

from azmlflow.sandbox.extras import require


class Authority:
    """Two authorities: one that the clients' bundle has, and a stranger as a proxy that inspects TLS would be.

    Raises MissingExtra when trustme is not installed.
    """

    def __init__(self, bundle: Path) -> None:
        require("trustme")
        import trustme

        self._lock = threading.Lock()
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}
        self._known = trustme.CA(organization_name="azmlflow sandbox")
        self._stranger: trustme.CA | None = None
        self.bundle = bundle
        self._known.cert_pem.write_to_path(str(bundle))

    def context_for(self, host: str, stranger: bool = False) -> ssl.SSLContext:
        """Return what a TLS server needs to be this host, made once a host."""
        with self._lock:
            found = self._contexts.get((host, stranger))
            if found is None:
                found = self._contexts[host, stranger] = self._make(host, stranger)
            return found

    def _make(self, host: str, stranger: bool) -> ssl.SSLContext:
        import trustme

        if stranger and self._stranger is None:
            self._stranger = trustme.CA(organization_name="Contoso", organization_unit_name="TLS inspection")
        authority = self._stranger if stranger and self._stranger else self._known
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        context.set_alpn_protocols(["http/1.1"])
        return context
