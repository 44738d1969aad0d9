"""Hover over the name or path of a certificate: what the file says, and what is wrong with it; never its key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.lsp import convert_finding

if TYPE_CHECKING:
    from azmlflow.lsp.documents import Place
    from azmlflow.lsp.session import Session
    from azmlflow.parsing.certificate import CertificateFacts
    from azmlflow.resolution.certificate_uses import CertificateUse
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.certificates import Opened
    from azmlflow.workspace.snapshot import Location
    from azmlflow.workspace.surroundings import Surroundings

_CODES: Final = tuple(f"AZM40{number}" for number in range(1, 9))
_COMPARE: Final = (
    "compare it with the one under Certificates & secrets of the app registration in the Azure portal"
)


class Note(NamedTuple):
    """What is shown, and for which place."""

    text: str
    location: Location


def note_at(session: Session, place: Place, point: tuple[int, int]) -> Note | None:
    """Return what there is to say on the certificate that is named at a position, None when none is."""
    resolution = session.resolution(place.path)
    if resolution is None or resolution.snapshot.surroundings is None:
        return None
    for use in resolution.certificates:
        for location in (use.written, use.place) if use.own else ():
            at = convert_finding.shown_at(session, location)
            if at.cell == place.cell and at.span.contains(*point):
                text = describe(resolution, use, markdown=session.capabilities.markdown_hover)
                return Note(text, at) if text else None
    return None


def describe(resolution: Resolution, use: CertificateUse, *, markdown: bool) -> str:
    """Return what the file holds that a use names, and what is wrong with it, empty when nothing is known."""
    seen = resolution.snapshot.surroundings
    parts = _parts(resolution, seen, use) if seen is not None else ()
    return "\n".join(_line(part, markdown=markdown) for part in parts)


class _Part(NamedTuple):
    """A line: what it is about, what the file says, and words of ours behind it."""

    label: str
    value: str = ""
    words: str = ""


def _parts(resolution: Resolution, seen: Surroundings, use: CertificateUse) -> Iterator[_Part]:
    from azmlflow.rules.certificates import open_use

    wrong = list(dict.fromkeys(_wrong(resolution, use)))
    found = open_use(seen, use, resolution.file.kind) if use.here or use.is_relative else None
    if found is not None:
        yield from _told(found, seen.now)
    elif not seen.trusted and use.here and not seen.paths.keys() & set(use.paths):
        yield _Part(
            "Certificate", words="not looked at, because this workspace is not trusted and it lies outside"
        )
    if found is not None and not use.read:
        yield _Part("Not read", words="other variables make azure-identity pass over it")
    yield from (_Part("Wrong", words=message) for message in wrong)


def _wrong(resolution: Resolution, use: CertificateUse) -> Iterator[str]:
    """Yield what the rules on certificates say, also where they are not selected or are silenced."""
    from azmlflow.rules import find

    places = {use.written, use.password.setting.place if use.password.setting else use.written}
    for code in _CODES:
        module = find(code)
        for finding in module.check(resolution) if module else ():
            if finding.location in places:
                yield finding.message


def _told(found: Opened, now: datetime) -> Iterator[_Part]:
    facts = found.facts
    chain = f", {facts.chain_length} certificates" if facts.chain_length > 1 else ""
    yield _Part("Certificate", found.name, f"({facts.form.value}{chain})")
    if facts.subject is not None:
        yield _Part("Subject", facts.subject)
    if facts.issuer is not None:
        yield _Part(
            "Issuer", facts.issuer, "(the same: self-signed)" if facts.issuer == facts.subject else ""
        )
    yield from _dates(facts, now)
    if facts.key_kind:
        yield _Part(
            "Key", words=f"{facts.key_kind}, {facts.key_size} bits" if facts.key_size else facts.key_kind
        )
    if facts.thumbprint:
        yield _Part("SHA-1 thumbprint", facts.thumbprint, f"- {_COMPARE}")
    if facts.thumbprint is None and found.locked:
        yield _Part("Locked", words="nothing in it can be read without its password")


def _dates(facts: CertificateFacts, now: datetime) -> Iterator[_Part]:
    if facts.not_before is None or facts.not_after is None:
        return
    if now > facts.not_after:
        state = f"expired {_days((now - facts.not_after).days)} ago"
    elif now < facts.not_before:
        state = f"not yet valid, in {_days((facts.not_before - now).days)}"
    else:
        state = f"{_days((facts.not_after - now).days)} left"
    yield _Part("Valid", words=f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d} (UTC): {state}")


def _days(count: int) -> str:
    return f"{count} days" if count != 1 else "one day"


def _line(part: _Part, *, markdown: bool) -> str:
    """What the file says goes between back quotes, where it can be no Markdown of its own."""
    if not markdown:
        return f"{part.label}: {' '.join(filter(None, (part.value, part.words)))}"
    value = "`" + part.value.replace("`", "'") + "`" if part.value else ""
    words = " ".join(filter(None, (value, part.words)))
    return f"- **{part.label}**: {words}"
