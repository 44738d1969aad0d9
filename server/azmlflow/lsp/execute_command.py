"""`workspace/executeCommand`: the names of the commands, and the file that does each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from azmlflow.lsp.commands import create_workspace_config, doctor, explain, insert_tracking
from azmlflow.lsp.commands.base import Arguments

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

    Command = Callable[[Session, Arguments], Awaitable[dict[str, Any]]]


def _late(module: str) -> Command:
    """Return a command that is imported when it is first asked for: an editor that only types never pays for it."""

    async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
        command: Command = import_module(f"azmlflow.lsp.commands.{module}").run
        return await command(session, arguments)

    return run


COMMANDS: Final[dict[str, Command]] = {
    "azmlflow.explain": explain.run,
    "azmlflow.insertTracking": insert_tracking.run,
    "azmlflow.createWorkspaceConfig": create_workspace_config.run,
    "azmlflow.doctor": doctor.run,
    "azmlflow.testConnection": _late("test_connection"),
    "azmlflow.testAuthentication": _late("test_authentication"),
    "azmlflow.dryRun": _late("dry_run"),
    "azmlflow.openInStudio": _late("open_in_studio"),
}
