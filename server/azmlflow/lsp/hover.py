"""`textDocument/hover`: over a certificate's path what it holds, over a finding the documentation of its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from azmlflow.lsp import convert, convert_finding, hover_certificate
from azmlflow.lsp.session import Session
from azmlflow.patterns import pattern

if TYPE_CHECKING:
    from azmlflow.rules.base import Finding

_PAGE_LINK = pattern(r"\]\(([a-z][a-z0-9-]*)\.md\)")


async def handle(session: Session, params: types.HoverParams) -> types.Hover | None:
    """Return the documentation of every finding under the pointer, or None."""
    uri = params.text_document.uri
    await session.settled(session.documents.path_at(uri))
    place, document = session.documents.place_of(uri), session.documents.get(uri)
    checked = session.diagnostics.check(place.path) if place else None
    if place is None or document is None or checked is None:
        return None
    point = convert.to_point(params.position, document.text, session.documents.encoding)
    shown = [(finding, convert_finding.shown_at(session, finding.location)) for finding in checked.findings]
    under = [(finding, at) for finding, at in shown if at.cell == place.cell and at.span.contains(*point)]
    note = hover_certificate.note_at(session, place, point)
    if not under and note is None:
        return None
    markdown = session.capabilities.markdown_hover
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    pages = dict.fromkeys(_page(finding, markdown=markdown) for finding, _ in under)
    text = ("\n\n---\n\n" if markdown else "\n\n").join([note.text, *pages] if note else pages)
    shown_for = note.location if note else under[0][1]
    return types.Hover(types.MarkupContent(kind, text), convert_finding.to_range(session, shown_for))


def _page(finding: Finding, *, markdown: bool) -> str:
    from azmlflow.rules import find
    from azmlflow.rules.base import DOCUMENTATION_ROOT

    rule, module = finding.rule, find(finding.code)
    text = module.documentation.strip() if module else ""
    if markdown:
        # A link from page to page leads nowhere in an editor.
        text = _PAGE_LINK.sub(rf"]({DOCUMENTATION_ROOT}/\1)", text)
        return f"**[{rule.code}]({rule.url})** {rule.name}: {rule.summary}\n\n{text}"
    return f"{rule.code} {rule.name}: {rule.summary}\n{rule.url}\n\n{text}"
