"""A finding becomes a diagnostic, and its place the document and range where the client shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import convert
from azmlflow.parsing.base import Span, Text

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.rules.base import Finding, Severity
    from azmlflow.workspace.snapshot import Location

SOURCE: Final = "azmlflow"

_SEVERITIES: Final[dict[Severity, types.DiagnosticSeverity]] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


def to_diagnostic(session: Session, finding: Finding) -> tuple[str, types.Diagnostic]:
    """Return the URI of the document that shows a finding, and the diagnostic."""
    client, rule = session.capabilities, finding.rule
    place, cell = shown_at(session, finding.location), finding.location.cell
    message = finding.message if place.cell == cell or cell is None else f"cell {cell + 1}: {finding.message}"
    diagnostic = types.Diagnostic(
        range=to_range(session, place),
        severity=_SEVERITIES[finding.severity or rule.severity],
        code=rule.code,
        code_description=types.CodeDescription(rule.url) if client.code_description else None,
        source=SOURCE,
        message=message,
    )
    if client.related_information and finding.related:
        diagnostic.related_information = [
            types.DiagnosticRelatedInformation(to_location(session, related.location), related.message)
            for related in finding.related
        ]
    return session.documents.uri_of(place.path, place.cell), diagnostic


def shown_at(session: Session, place: Location) -> Location:
    """Return where a place is shown.

    What concerns an open notebook as a whole is shown at the top of its first cell. What concerns a cell of a notebook
    that is open as the JSON of its file, or not at all, is shown at the top of the file: no line there is the cell's.
    """
    is_notebook = place.path in session.documents.notebooks
    if is_notebook == (place.cell is not None):
        return place
    return place._replace(cell=0 if is_notebook else None, span=Span.at(0))


def to_location(session: Session, place: Location) -> types.Location:
    """Return the client's location of a place."""
    place = shown_at(session, place)
    return types.Location(session.documents.uri_of(place.path, place.cell), to_range(session, place))


def to_range(session: Session, place: Location) -> types.Range:
    """Return the client's range of a place in the workspace as it is now."""
    from azmlflow.rules.source import text_at

    text = (
        session.documents.text_of(place.path, place.cell)
        or text_at(session.store.snapshot, place)
        or Text("")
    )
    return convert.to_range(place.span, text, session.documents.encoding)
