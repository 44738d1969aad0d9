"""`azmlflow.testAuthentication`: tries which credential gives a token, and asks nothing of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azmlflow.lsp.commands import test_connection
from azmlflow.lsp.commands.base import Arguments
from azmlflow.probes.outcome import TEST_AUTHENTICATION

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session


async def run(session: Session, arguments: Arguments) -> dict[str, Any]:
    """Test the sign-in of a document or folder; arguments and result are those of `azmlflow.testConnection`."""
    return await test_connection.test(session, arguments, "sign-in", TEST_AUTHENTICATION)
