"""`azmlflow.createWorkspaceConfig`: writes config.json from what the user pasted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from azmlflow.lsp import background, uris
from azmlflow.lsp.commands.base import Arguments, Refused, apply, strings
from azmlflow.parsing.base import Span

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Create the file, never replace one. Arguments: a tracking URI or a workspace's address, and a folder's URI."""
    from azmlflow.azure.workspace import parse_portal_address
    from azmlflow.rules.base import Edit, in_file

    address, folder_uri = strings(
        arguments, "a tracking URI or the address of a workspace", "the folder's URI"
    )
    workspace, folder = parse_portal_address(address), uris.to_path(folder_uri)
    if workspace is None:
        raise Refused(
            "This names no workspace: paste the tracking URI, or the address of the workspace in the Azure portal or "
            "the studio."
        )
    if folder is None:
        raise Refused("The folder is not on this machine's disk: open a folder first.")
    path = folder / "config.json"
    if await background.in_thread(path.exists):
        raise Refused(f"{path} exists already: it is left as it is. Edit it, or remove it first.")
    text = json.dumps(workspace._asdict(), indent=4) + "\n"
    return await apply(session, f"Create {path.name}", (Edit(in_file(path, Span.at(0)), text, create=True),))
