"""The server: which handler answers which method, and how it is started."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, PyglsError
from pygls.lsp.server import LanguageServer

from azmlflow import __version__
from azmlflow.lsp import (
    code_action,
    did_change,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_open,
    execute_command,
    hover,
    initialize,
    initialized,
    log,
    notebook_did_change,
    notebook_did_close,
    notebook_did_open,
)
from azmlflow.lsp import tcp as listen
from azmlflow.lsp.protocol import Protocol
from azmlflow.lsp.session import Session

logger = logging.getLogger(__name__)

Handler = Callable[[Session, Any], Any]

FEATURES: Final[tuple[tuple[str, Handler, object], ...]] = (
    (types.INITIALIZED, initialized.handle, None),
    (types.TEXT_DOCUMENT_DID_OPEN, did_open.handle, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, did_change.handle, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, did_close.handle, None),
    (types.NOTEBOOK_DOCUMENT_DID_OPEN, notebook_did_open.handle, None),
    (types.NOTEBOOK_DOCUMENT_DID_CHANGE, notebook_did_change.handle, None),
    (types.NOTEBOOK_DOCUMENT_DID_CLOSE, notebook_did_close.handle, None),
    (types.TEXT_DOCUMENT_CODE_ACTION, code_action.handle, code_action.OPTIONS),
    (types.TEXT_DOCUMENT_HOVER, hover.handle, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration.handle, None),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files.handle, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders.handle, None),
)


class Server(LanguageServer):
    """The language server of one client."""

    protocol: Protocol
    session: Session

    def __init__(self) -> None:
        super().__init__(
            "azmlflow", __version__, notebook_document_sync=notebook_did_open.SYNC, protocol_cls=Protocol
        )
        self.feature(types.INITIALIZE)(functools.partial(initialize.handle, self))
        for method, handler, options in FEATURES:
            self.offer(method, handler, options)
        for name in execute_command.COMMANDS:
            self.command(name)(self._command(name))

    def offer(self, method: str, handler: Handler, options: object = None) -> None:
        """Let a handler answer a method."""
        self.feature(method, options)(self._guarded(method, handler))

    def report_server_error(self, error: Exception, source: type[PyglsError | JsonRpcException]) -> None:
        """Leave a fault to the log, where it is already: a message box would interrupt the user and quote files."""

    def _guarded(self, method: str, handler: Handler) -> Callable[[Any], Any]:
        """Return the handler with its faults logged and told to the client in one plain sentence."""

        def failed(error: Exception) -> Exception:
            if isinstance(error, JsonRpcException):
                return error
            logger.error("%s failed.", method, exc_info=error)
            return JsonRpcInternalError(f"azmlflow failed to answer {method}; its log says where.")

        if asyncio.iscoroutinefunction(handler):

            async def answer_later(params: Any) -> Any:
                logger.debug("%s", method)
                try:
                    return await handler(self.session, params)
                except Exception as error:  # noqa: BLE001 - one request's fault must not end the server
                    raise failed(error) from None

            return answer_later

        def answer(params: Any) -> Any:
            logger.debug("%s", method)
            try:
                return handler(self.session, params)
            except Exception as error:  # noqa: BLE001 - one request's fault must not end the server
                raise failed(error) from None

        return answer

    def _command(self, name: str) -> Callable[..., Any]:
        run = self._guarded(name, execute_command.COMMANDS[name])

        async def command(*arguments: Any) -> Any:
            return await run(arguments)

        # pygls takes the type of a first parameter for a class, to see whether the server is wanted there. Any is none in
        # Python 3.10, and of object the server would be one.
        del command.__annotations__["arguments"]
        return command


def serve(tcp: tuple[str, int] | None = None) -> int:
    """Serve one client, on standard input and output or as the first to connect, and return the exit status.

    The status is 0 when the client asked for the shutdown, else 1.
    """
    log.start()
    server = Server()
    if tcp is None:
        server.start_io(stdout=_claim_output())
    else:
        with contextlib.suppress(SystemExit):  # how pygls leaves after `exit`
            asyncio.run(listen.serve(server, *tcp))
    return 0 if server.protocol.ended_well else 1


def _claim_output() -> BinaryIO:
    """Return standard output for the protocol alone; what anybody else prints goes to the log from here on."""
    sys.stdout.flush()
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return wire
