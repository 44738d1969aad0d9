"""`azmlflow.explain`: where the runs of a document would go, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azmlflow.lsp.commands.base import Arguments, resolution_of, strings

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return the answer as `azmlflow explain --format json` prints it. Argument: the document's URI."""
    from azmlflow.resolution.explain import explain_json

    (uri,) = strings(arguments, "the document's URI")
    return explain_json(await resolution_of(session, uri))
