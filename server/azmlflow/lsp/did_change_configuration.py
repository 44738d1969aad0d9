"""`workspace/didChangeConfiguration`: the settings are asked for anew, or taken from the message."""

from __future__ import annotations

from lsprotocol import types

from azmlflow.lsp import configuration
from azmlflow.lsp.session import Session


async def handle(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """Let the new settings hold, and look at every open document again."""
    if session.capabilities.configuration:
        await configuration.fetch(session)
    else:
        configuration.take(session, params.settings)
        await session.ready.wait()
        await configuration.use_env_files(session)
        await session.diagnostics.refresh_all()
