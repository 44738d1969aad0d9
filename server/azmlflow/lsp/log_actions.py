"""The code action that makes a script say how it signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from azmlflow.lsp import background, edits

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.parsing.base import Span
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.rules.base import Fix

KIND: Final = "refactor.insertLogging.azmlflow"


async def log_actions(
    session: Session, resolution: Resolution, cell: int | None, span: Span, *, anywhere: bool
) -> list[types.CodeAction]:
    """Return the action for a script that signs in to Azure; unless it was asked for by its kind, at such calls only."""
    fix = await background.in_thread(lambda: _fix(resolution, cell, span, anywhere))
    edit = edits.to_workspace_edit(session, fix.edits) if fix is not None else None
    return [types.CodeAction(fix.title, KIND, edit=edit)] if fix is not None and edit is not None else []


def _fix(resolution: Resolution, cell: int | None, span: Span, anywhere: bool) -> Fix | None:
    script = resolution.script
    if script is None:
        return None
    from azmlflow.rules.insert_logging import is_about_azure, logging_fix

    if not anywhere and not is_about_azure(script, cell, range(span.line, span.end_line + 1)):
        return None
    return logging_fix(script)
