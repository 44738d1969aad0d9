"""`azmlflow.insertTracking`: sets the tracking URI in a document that nothing sets it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azmlflow.lsp import background
from azmlflow.lsp.commands.base import Arguments, Refused, apply, resolution_of, strings

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.rules.base import Fix


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Apply the first repair of `tracking-uri-missing` or `dotenv-not-loaded`. Argument: the document's URI."""
    (uri,) = strings(arguments, "the document's URI")
    path = (await resolution_of(session, uri)).file.path
    checked = session.diagnostics.check(path)

    def first_fix() -> Fix | None:
        script = checked.resolution.script if checked else None
        codes = ("AZM101", "AZM314") if script and script.tracking.source == "default" else ()
        missing = [finding for finding in checked.findings if finding.code in codes] if checked else []
        return (
            next((fix for finding in missing for fix in checked.repairs(finding).fixes), None)
            if checked
            else None
        )

    fix = await background.in_thread(first_fix)
    if fix is None:
        raise Refused(f"{path.name} needs no tracking URI to be inserted: azmlflow.explain says why.")
    return await apply(session, fix.title, fix.edits)
