"""`workspace/executeCommand`: the names of the commands, and the file that does each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from azmlflow.lsp.commands import create_workspace_config, doctor, explain, insert_tracking
from azmlflow.lsp.commands.base import Arguments

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session

    Command = Callable[[Session, Arguments], Awaitable[dict[str, Any]]]

COMMANDS: Final[dict[str, Command]] = {
    "azmlflow.explain": explain.run,
    "azmlflow.insertTracking": insert_tracking.run,
    "azmlflow.createWorkspaceConfig": create_workspace_config.run,
    "azmlflow.doctor": doctor.run,
}
