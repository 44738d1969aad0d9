"""`textDocument/codeAction`: the repairs of what is found, the safe ones all at once, and silence as the last resort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import convert, convert_finding, edits
from azmlflow.lsp.disable import disable
from azmlflow.lsp.session import Session

if TYPE_CHECKING:
    from azmlflow.lsp.diagnostics import Checked
    from azmlflow.parsing.base import Span
    from azmlflow.rules.base import Edit, Finding

FIX_ALL: Final = "source.fixAll.azmlflow"

OPTIONS = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=False)


async def handle(session: Session, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """Return the actions for the findings that touch a range."""
    uri = params.text_document.uri
    await session.settled(session.documents.path_at(uri))
    place, document = session.documents.place_of(uri), session.documents.get(uri)
    checked = session.diagnostics.check(place.path) if place else None
    if place is None or document is None or not checked or not session.capabilities.code_action_literals:
        return None
    span = convert.to_span(params.range, document.text, session.documents.encoding)
    here = [finding for finding in checked.findings if convert_finding.shown_at(session, finding).cell == place.cell]
    touched = [finding for finding in here if _touches(convert_finding.shown_at(session, finding).span, span)]
    actions: list[types.CodeAction] = []
    if _is_wanted(types.CodeActionKind.QuickFix, params.context):
        actions += [action for finding in touched for action in _quick_fixes(session, finding)]
    if _is_wanted(FIX_ALL, params.context) and (touched or params.context.only):
        actions += _fix_all(session, checked, here)
    if _is_wanted(types.CodeActionKind.QuickFix, params.context):
        actions += [action for finding in touched for action in _disable(session, checked, finding)]
    return actions


def _quick_fixes(session: Session, finding: Finding) -> Iterator[types.CodeAction]:
    from azmlflow.rules.engine import fixes_of

    preferred_is_free = session.capabilities.preferred_actions
    for fix in fixes_of(finding):
        action = _action(session, finding, fix.title, fix.edits)
        if action:
            action.is_preferred = True if preferred_is_free and fix.safe else None
            preferred_is_free = preferred_is_free and not fix.safe
            yield action


def _fix_all(session: Session, checked: Checked, findings: list[Finding]) -> Iterator[types.CodeAction]:
    """Yield the one action that applies every safe fix that fits with the others."""
    from azmlflow.rules.apply import apply_fixes
    from azmlflow.rules.engine import fixes_of

    safe = [next((fix for fix in fixes_of(finding) if fix.safe), None) for finding in findings]
    applied = apply_fixes(checked.resolution.snapshot, [fix for fix in safe if fix]).applied
    edit = edits.to_workspace_edit(session, [edit for fix in applied for edit in fix.edits]) if applied else None
    if edit:
        yield types.CodeAction("Apply every safe fix of azmlflow", FIX_ALL, edit=edit)


def _disable(session: Session, checked: Checked, finding: Finding) -> Iterator[types.CodeAction]:
    edit = disable(checked.resolution.snapshot, finding)
    action = _action(session, finding, f"Disable {finding.code} for this line", (edit,)) if edit else None
    if action:
        yield action


def _action(session: Session, finding: Finding, title: str, changes: tuple[Edit, ...]) -> types.CodeAction | None:
    edit = edits.to_workspace_edit(session, changes)
    if edit is None:
        return None
    _, diagnostic = convert_finding.to_diagnostic(session, finding)
    return types.CodeAction(title, types.CodeActionKind.QuickFix, diagnostics=[diagnostic], edit=edit)


def _touches(one: Span, other: Span) -> bool:
    return one[:2] <= other[2:] and other[:2] <= one[2:]


def _is_wanted(kind: str, context: types.CodeActionContext) -> bool:
    """Tell whether a kind was asked for; kinds are hierarchical, and nothing asked for is everything."""
    only = context.only
    return only is None or any(not asked or kind == asked or kind.startswith(f"{asked}.") for asked in only)
