"""`azmlflow.explain`: where the runs of a document would go, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from azmlflow.lsp import background
from azmlflow.lsp.commands.base import Arguments, resolution_of, strings

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session
    from azmlflow.resolution.resolve import Resolution


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Return the answer as `azmlflow explain --format json` prints it, and "text": a page to read.

    Argument: the document's URI.
    """
    (uri,) = strings(arguments, "the document's URI")
    resolution = await resolution_of(session, uri)
    return await background.in_thread(lambda: _explained(resolution))


def _explained(resolution: Resolution) -> dict[str, Any]:
    from azmlflow.resolution.explain import explain_json
    from azmlflow.resolution.story import source_line, tell

    root = resolution.snapshot.root_of(resolution.file.path)

    def show(path: Path) -> str:
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()

    page = tell(explain_json(resolution, show), lambda link: source_line(resolution, link, root))
    return {**explain_json(resolution), "text": "\n".join(page) + "\n"}
