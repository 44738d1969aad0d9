"""What the rules on tracking URIs share: one finding for each fault, at its characters, with the URI put right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from azmlflow.azure.tracking_uri import FaultKind, UriFault
from azmlflow.azure.variables import MLFLOW_TRACKING_TOKEN
from azmlflow.resolution.model import EventKind, Platform
from azmlflow.rules.base import Edit, Finding, Fix, Related, Rule, Severity
from azmlflow.workspace.snapshot import YAML_KINDS, FileKind

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.resolution.written import UriLiteral

KINDS: Final = frozenset(
    {
        FileKind.PYTHON,
        FileKind.NOTEBOOK,
        FileKind.DOTENV,
        FileKind.SHELL,
        *YAML_KINDS,
        FileKind.EDITOR,
    }
)
"""Where a URI is judged. In a job's YAML it is not: Azure ML overwrites it, which AZM207 says."""

_SPELLING: Final = {
    FaultKind.quoted: "Remove the quotation marks",
    FaultKind.white_space: "Remove the white space",
    FaultKind.wrong_case: "Correct the capitals",
    FaultKind.misspelled: "Correct the spelling",
    FaultKind.one_slash: "Correct the slashes",
    FaultKind.double_slash: "Correct the slashes",
}
"""Faults whose repair changes nothing but the spelling of the URI."""

_OTHER: Final = {
    FaultKind.https_scheme: "Write azureml:// in place of the scheme",
    FaultKind.wrong_scheme: "Write azureml:// in place of the scheme",
    FaultKind.no_scheme: "Put azureml:// in front",
    FaultKind.cut_off: "Complete the URI",
}


def faulty(resolution: Resolution, kinds: Iterable[FaultKind]) -> Iterator[tuple[UriLiteral, UriFault]]:
    """Yield the faults of some kinds in the URIs of a file; none in a test, whose URIs name no workspace."""
    if resolution.script is not None and resolution.script.running.platform is Platform.TEST:
        return
    for literal in resolution.uris:
        if not literal.overwritten:
            yield from ((literal, fault) for fault in literal.faults() if fault.kind in kinds)


def findings(
    resolution: Resolution, rule: Rule, kinds: Iterable[FaultKind], milder: Iterable[FaultKind] = ()
) -> Iterator[Finding]:
    """Yield a finding for each fault of some kinds; those of `milder` are only warnings."""
    for literal, fault in faulty(resolution, kinds):
        yield finding(resolution, rule, literal, fault, "warning" if fault.kind in milder else None)


def finding(
    resolution: Resolution, rule: Rule, literal: UriLiteral, fault: UriFault, severity: Severity | None = None
) -> Finding:
    """Return the finding for a fault; where the URI stands in another file, at what uses it here."""
    location = literal.span(fault.start, fault.end)
    related: tuple[Related, ...] = ()
    if location.path != resolution.file.path and literal.event is not None:
        related = (Related("the URI is written here", location),)
        location = literal.event.location
    make = partial(_fixes, literal, fault)
    return Finding(rule, fault.message.rstrip("."), location, related, severity, make_fixes=make)


def has_token(resolution: Resolution) -> bool:
    """Tell whether the file gives MLflow a token of its own, with which a plain https URI works for an hour."""
    if resolution.script is None:
        return f"{MLFLOW_TRACKING_TOKEN}" in resolution.file.text.value
    writes = resolution.script.all(EventKind.WRITE_VARIABLE)
    return any(event.name == MLFLOW_TRACKING_TOKEN for event in writes)


def _fixes(literal: UriLiteral, fault: UriFault) -> Iterator[Fix]:
    edits = literal.edits(fault.repaired) if fault.repaired is not None else ()
    if edits:
        kinds = {found.kind for found in literal.faults()}
        titles = {(_SPELLING | _OTHER).get(kind, "") for kind in kinds}
        title = titles.pop() if len(titles) == 1 else "Correct the tracking URI"
        yield Fix(
            title, tuple(Edit(location, text) for location, text in edits), safe=kinds <= _SPELLING.keys()
        )
