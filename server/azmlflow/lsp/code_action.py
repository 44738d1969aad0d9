"""`textDocument/codeAction`: the repairs of what is found, the safe ones all at once, and silence as the last resort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from azmlflow.lsp import actions, background, convert, convert_finding, log_actions, role_actions
from azmlflow.lsp.session import Session

if TYPE_CHECKING:
    from azmlflow.parsing.base import Span

OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, actions.FIX_ALL, role_actions.KIND, log_actions.KIND],
    resolve_provider=False,
)


async def handle(session: Session, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """Return the actions for the findings that touch a range; none when the user typed on meanwhile."""
    uri, only = params.text_document.uri, params.context.only
    await session.settled(session.documents.path_at(uri))
    place, document = session.documents.place_of(uri), session.documents.get(uri)
    checked = session.diagnostics.check(place.path) if place else None
    if place is None or document is None or not checked or not session.capabilities.code_action_literals:
        return None
    version = document.version
    span = convert.to_span(params.range, document.text, session.documents.encoding)
    shown = [(finding, convert_finding.shown_at(session, finding.location)) for finding in checked.findings]
    here = [finding for finding, at in shown if at.cell == place.cell]
    touched = [finding for finding, at in shown if at.cell == place.cell and _touches(at.span, span)]
    all_at_once = _is_wanted(actions.FIX_ALL, only) and bool(touched or only)
    one_by_one = touched if _is_wanted(types.CodeActionKind.QuickFix, only) else []
    repaired = here if all_at_once else one_by_one
    others: list[types.CodeAction] = []
    if _is_wanted(role_actions.KIND, only):
        others += await role_actions.role_actions(session, checked.resolution, place.cell, span)
    if _is_wanted(log_actions.KIND, only):
        asked = only is not None
        others += await log_actions.log_actions(session, checked.resolution, place.cell, span, anywhere=asked)
    if document.version != version:
        return None
    if not repaired:
        return others
    await background.in_thread(lambda: [checked.repairs(finding) for finding in repaired])
    if session.diagnostics.check(place.path) is not checked:
        # Something else changed meanwhile, such as a certificate: the range still holds unless this document did.
        return await handle(session, params) if document.version == version else None
    return [
        *actions.quick_fixes(session, checked, one_by_one),
        *(actions.fix_all(session, checked, here, place) if all_at_once else ()),
        *actions.disabling(session, checked, one_by_one),
        *others,
    ]


def _touches(one: Span, other: Span) -> bool:
    return one[:2] <= other[2:] and other[:2] <= one[2:]


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Tell whether a kind was asked for; kinds are hierarchical, and nothing asked for is everything."""
    return only is None or any(not asked or kind == asked or kind.startswith(f"{asked}.") for asked in only)
