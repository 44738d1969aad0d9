"""`textDocument/codeAction`: the repairs of what is found, the safe ones all at once, and silence as the last resort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import background, convert, convert_finding, edits
from azmlflow.lsp.session import Session

if TYPE_CHECKING:
    from azmlflow.lsp.checked import Checked
    from azmlflow.parsing.base import Span
    from azmlflow.rules.base import Edit, Finding

FIX_ALL: Final = "source.fixAll.azmlflow"

OPTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=False
)


async def handle(session: Session, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """Return the actions for the findings that touch a range; none when the user typed on meanwhile."""
    uri, only = params.text_document.uri, params.context.only
    await session.settled(session.documents.path_at(uri))
    place, document = session.documents.place_of(uri), session.documents.get(uri)
    checked = session.diagnostics.check(place.path) if place else None
    if place is None or document is None or not checked or not session.capabilities.code_action_literals:
        return None
    span = convert.to_span(params.range, document.text, session.documents.encoding)
    shown = [(finding, convert_finding.shown_at(session, finding.location)) for finding in checked.findings]
    here = [finding for finding, at in shown if at.cell == place.cell]
    touched = [finding for finding, at in shown if at.cell == place.cell and _touches(at.span, span)]
    all_at_once = _is_wanted(FIX_ALL, only) and bool(touched or only)
    repaired = here if all_at_once else touched
    if not repaired:
        return []
    await background.in_thread(lambda: [checked.repairs(finding) for finding in repaired])
    if session.diagnostics.check(place.path) is not checked:
        return None
    return [
        *(_quick_fixes(session, checked, touched) if _is_wanted(types.CodeActionKind.QuickFix, only) else ()),
        *(_fix_all(session, checked, here) if all_at_once else ()),
        *(_disable(session, checked, touched) if _is_wanted(types.CodeActionKind.QuickFix, only) else ()),
    ]


def _quick_fixes(
    session: Session, checked: Checked, findings: Iterable[Finding]
) -> Iterator[types.CodeAction]:
    for finding in findings:
        is_preferred = session.capabilities.preferred_actions
        for fix in checked.repairs(finding).fixes:
            action = _action(session, finding, fix.title, fix.edits)
            if action and fix.safe and is_preferred:
                action.is_preferred, is_preferred = True, False
            if action:
                yield action


def _fix_all(session: Session, checked: Checked, findings: Iterable[Finding]) -> Iterator[types.CodeAction]:
    """Yield the one action that applies the first safe fix of each finding, as far as they fit together."""
    from azmlflow.rules.apply import apply_fixes

    safe = (next((fix for fix in checked.repairs(finding).fixes if fix.safe), None) for finding in findings)
    applied = apply_fixes(checked.resolution.snapshot, [fix for fix in safe if fix]).applied
    edit = (
        edits.to_workspace_edit(session, [edit for fix in applied for edit in fix.edits]) if applied else None
    )
    if edit:
        yield types.CodeAction("Apply every safe fix of azmlflow", FIX_ALL, edit=edit)


def _disable(session: Session, checked: Checked, findings: Iterable[Finding]) -> Iterator[types.CodeAction]:
    for finding in findings:
        edit = checked.repairs(finding).disable
        action = _action(session, finding, f"Disable {finding.code} for this line", (edit,)) if edit else None
        if action:
            yield action


def _action(
    session: Session, finding: Finding, title: str, changes: tuple[Edit, ...]
) -> types.CodeAction | None:
    edit = edits.to_workspace_edit(session, changes)
    if edit is None:
        return None
    _, diagnostic = convert_finding.to_diagnostic(session, finding)
    return types.CodeAction(title, types.CodeActionKind.QuickFix, diagnostics=[diagnostic], edit=edit)


def _touches(one: Span, other: Span) -> bool:
    return one[:2] <= other[2:] and other[:2] <= one[2:]


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Tell whether a kind was asked for; kinds are hierarchical, and nothing asked for is everything."""
    return only is None or any(not asked or kind == asked or kind.startswith(f"{asked}.") for asked in only)
