"""The repairs of findings as code actions: one at a time, the safe ones all at once, and silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import convert_finding, edits

if TYPE_CHECKING:
    from azmlflow.lsp.checked import Checked
    from azmlflow.lsp.documents import Place
    from azmlflow.lsp.session import Session
    from azmlflow.rules.base import Edit, Finding

FIX_ALL: Final = "source.fixAll.azmlflow"


def quick_fixes(
    session: Session, checked: Checked, findings: Iterable[Finding]
) -> Iterator[types.CodeAction]:
    """Yield each fix of each finding; the first is preferred, as the one that an expert would take.

    What is not safe is never applied by fix-all, but here the user picks it.
    """
    for finding in findings:
        is_preferred = session.capabilities.preferred_actions
        for fix in checked.repairs(finding).fixes:
            action = _action(session, finding, fix.title, fix.edits)
            if action and is_preferred:
                action.is_preferred, is_preferred = True, False
            if action:
                yield action


def fix_all(
    session: Session, checked: Checked, findings: Iterable[Finding], place: Place
) -> Iterator[types.CodeAction]:
    """Yield the one action that applies the first safe fix of each finding, as far as they fit together.

    Only fixes that stay in the document: clients ask for every cell at once, and do so when a file is saved.
    """
    from azmlflow.rules.apply import apply_fixes

    safe = [next((fix for fix in checked.repairs(finding).fixes if fix.safe), None) for finding in findings]
    local = [
        fix for fix in safe if fix and all((e.location.path, e.location.cell) == place for e in fix.edits)
    ]
    applied = apply_fixes(checked.resolution.snapshot, local).applied
    edit = edits.to_workspace_edit(session, [edit for fix in applied for edit in fix.edits])
    if applied and edit:
        yield types.CodeAction("Apply every safe fix of azmlflow", FIX_ALL, edit=edit)


def disabling(session: Session, checked: Checked, findings: Iterable[Finding]) -> Iterator[types.CodeAction]:
    """Yield for each finding what silences it on its line, where a comment can stand."""
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
