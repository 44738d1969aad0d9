"""The certificate of an environment: whether azure-identity can load it, whether it is of any use, and what it is.

What is told can be pasted anywhere: of the thumbprint the end, which suffices to compare it with the portal, and
neither subject nor issuer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from azmlflow.azure.environment_credential import Mode, choose
from azmlflow.azure.variables import AZURE_CLIENT_CERTIFICATE_PASSWORD, AZURE_CLIENT_CERTIFICATE_PATH
from azmlflow.parsing.certificate import CertificateFacts, Fault
from azmlflow.resolution.environs import Environ
from azmlflow.resolution.redaction import Redactor
from azmlflow.resolution.wanted import candidates
from azmlflow.workspace.snapshot import Snapshot
from azmlflow.workspace.surroundings import Surroundings

FAULTS: Final = {
    Fault.UNREADABLE: "names a file that is neither PEM nor PKCS#12",
    Fault.DAMAGED: "names a file that is cut off or damaged",
    Fault.NOT_UTF8: "names a PEM file with text that is not UTF-8",
    Fault.UNSUPPORTED: "names a file that is encrypted in a way that is not supported",
    Fault.NO_KEY: "names a file without a private key",
    Fault.NO_CERTIFICATE: "names a file without a certificate",
    Fault.PASSWORD_MISSING: "names a file that needs a password, and none is set",
    Fault.PASSWORD_WRONG: "names a file that has another password than the one that is set",
    Fault.PASSWORD_UNUSED: "names a file without a password, and one is set",
    Fault.NOT_RSA: "names a file whose key is not an RSA key",
}
"""Why the file cannot be loaded, to follow the name of the variable."""
SOON: Final = 30
"""Days before its end within which a certificate is said to expire soon."""


class Report(NamedTuple):
    """What is told of the certificate. `fault` is why it cannot be loaded; `useless` why Azure will refuse it."""

    data: dict[str, Any]
    fault: str | None = None
    useless: str | None = None


class _Seen(NamedTuple):
    """What was seen. `path` is None where nothing is there: the value may then be anything, a secret even."""

    path: Path | None
    facts: CertificateFacts | None
    fault: str | None


def certificate_of(snapshot: Snapshot, environ: Environ, redactor: Redactor) -> Report | None:
    """Return what is to be told of AZURE_CLIENT_CERTIFICATE_PATH, None where it is not set."""
    if not environ.filled(AZURE_CLIENT_CERTIFICATE_PATH):
        return None
    present = {name: variable.value or "?" for name, variable in environ.variables.items()}
    is_read = choose(present).mode is Mode.CERTIFICATE
    seen = snapshot.surroundings
    found = _look(seen, environ, snapshot) if seen else _Seen(None, None, None)
    data: dict[str, Any] = {
        "read": is_read,
        "path": redactor.path(found.path) if found.path else None,
        "says": found.fault or ("" if found.facts else "it was not looked at"),
        **_described(found.facts),
    }
    if found.facts is None or seen is None:
        return Report(data, found.fault)
    data["remarks"] = list(_remarks(found.facts, seen.now))
    useless = next((remark for remark, fatal in _judged(found.facts, seen.now) if fatal), None)
    return Report(data, found.fault, None if found.fault else useless)


def _look(seen: Surroundings, environ: Environ, snapshot: Snapshot) -> _Seen:
    """Return the file that is meant; of several for a relative path, the first that is there."""
    value = environ.text(AZURE_CLIENT_CERTIFICATE_PATH) or ""
    if value.startswith("~"):
        return _Seen(None, None, "begins with ~, which azure-identity does not expand")
    paths = candidates(environ, AZURE_CLIENT_CERTIFICATE_PATH, snapshot.process.values)
    states = [(path, seen.paths.get(path)) for path in paths]
    if not states or any(state is None for _, state in states):
        return _Seen(None, None, None)
    there = [(path, state) for path, state in states if state is not None and state.kind != "missing"]
    if not there:
        return _Seen(None, None, "names a file that is not there")
    path, state = there[0]
    if state.kind != "file":
        what = "a folder" if state.kind == "folder" else "a file that cannot be read"
        return _Seen(path, None, f"names {what}")
    password = environ.get(AZURE_CLIENT_CERTIFICATE_PASSWORD)
    if password is not None and password.value is None:
        return _Seen(path, None, None)
    facts = seen.certificates.get((path, password.value if password else None))
    if facts is None or not facts.judged:
        return _Seen(path, None, None)
    return _Seen(path, facts, FAULTS[facts.fault] if facts.fault else None)


def _described(facts: CertificateFacts | None) -> dict[str, Any]:
    if facts is None:
        return {"form": None, "key": None, "thumbprint_ends": None, "not_after": None, "certificates": None}
    key = " ".join(str(part) for part in (facts.key_kind, facts.key_size) if part)
    return {
        "form": facts.form.value,
        "key": key or None,
        "thumbprint_ends": facts.thumbprint[-4:] if facts.thumbprint else None,
        "not_after": facts.not_after.date().isoformat() if facts.not_after else None,
        "certificates": facts.chain_length,
    }


def _remarks(facts: CertificateFacts, now: datetime) -> Iterator[str]:
    yield from (remark for remark, _ in _judged(facts, now))


def _judged(facts: CertificateFacts, now: datetime) -> Iterator[tuple[str, bool]]:
    """Yield what Azure will say to the certificate, and whether it will refuse it."""
    if facts.key_matches is False:
        yield "the private key belongs to another certificate", True
    if facts.not_before is not None and now < facts.not_before:
        yield f"it is valid from {facts.not_before.date().isoformat()} only", True
    if facts.not_after is not None:
        days = (facts.not_after - now).days
        if now > facts.not_after:
            yield f"it expired on {facts.not_after.date().isoformat()}", True
        elif days <= SOON:
            yield f"it expires in {days} day{'' if days == 1 else 's'}", False
