"""The protocol as pygls speaks it, made to survive what a client should not send."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

log = logging.getLogger(__name__)

_OWN = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
)


@dataclass(frozen=True)
class Malformed:
    """A message whose parameters are not what the protocol says."""

    method: str
    id: str | int | None
    jsonrpc: str = "2.0"


class Protocol(LanguageServerProtocol):
    """Answers every request once, whatever its parameters and whenever it comes."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        for method in _OWN:  # documents.py and session.py say why these are ours
            del self.fm.builtin_features[method]

    @property
    def ended_well(self) -> bool:
        """Tell whether the client asked for the shutdown."""
        return self._shutdown

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return the typed message; one that cannot be typed is still answered when somebody waits for it."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            return Malformed(str(data.get("method")), data.get("id"))

    def handle_message(self, message: Any) -> None:
        """Handle a message, unless it is malformed or comes before `initialize` or after `shutdown`."""
        method, message_id = getattr(message, "method", None), getattr(message, "id", None)
        fault = self._fault(message, method)
        if fault is None:
            super().handle_message(message)
        elif method is not None and message_id is not None:
            self._send_response(message_id, error=types.ResponseError(fault[0], fault[1]))
        elif isinstance(message, Malformed):
            log.error("A malformed %s was left unread.", method)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Cancel what is under way before pygls does, in a loop over a dict that cancelling a command changes."""
        for message_id, future in list(self._request_futures.items()):
            if message_id != self.msg_id:
                future.cancel()
        yield from super().lsp_shutdown(*args)

    def _fault(self, message: Any, method: str | None) -> tuple[int, str] | None:
        if method is None or method == types.EXIT:
            return None
        if self._shutdown:
            return types.ErrorCodes.InvalidRequest, "The server is shutting down."
        begun = self._workspace is not None
        if begun and method == types.INITIALIZE:
            return types.ErrorCodes.InvalidRequest, "The server was initialized before."
        if not begun and method != types.INITIALIZE:
            return types.ErrorCodes.ServerNotInitialized, "The server waits for initialize."
        if isinstance(message, Malformed):
            return (
                types.ErrorCodes.InvalidParams,
                f"The parameters of {method} are not what the protocol says.",
            )
        return None
