"""The protocol as pygls speaks it, made to survive what a client should not send."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from azmlflow.lsp.session import Session

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


_work_done_token: ContextVar[types.ProgressToken | None] = ContextVar("work_done_token", default=None)


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

    @property
    def work_done_token(self) -> types.ProgressToken | None:
        """Return the token under which the client wants to see the progress of the command that is being done."""
        return _work_done_token.get()

    def when_cancelled(self, cancel: Callable[[], None]) -> None:
        """Call back when the client cancels the request that is being answered, at once if it has.

        pygls then answers for us, and ends nothing but the request: a command runs in a task of its own.
        """
        future = self._request_futures.get(self.msg_id) if self.msg_id is not None else None
        if future is None:
            cancel()
        else:
            future.add_done_callback(lambda done: cancel() if done.cancelled() else None)

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

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Say, beside what pygls says, that commands show their progress under a token that the client sends."""
        result = yield from super().lsp_initialize(params)
        if result.capabilities.execute_command_provider:
            result.capabilities.execute_command_provider.work_done_progress = True
        return result

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Keep the token for progress, of which pygls says nothing to a command."""
        _work_done_token.set(params.work_done_token)
        return (yield from super().lsp_workspace__execute_command(params))

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Cancel what is under way before pygls does, in a loop over a dict that cancelling a command changes."""
        if isinstance(session := getattr(self._server, "session", None), Session):
            session.end()
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
