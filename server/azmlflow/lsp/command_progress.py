"""The progress of a command that the user can cancel (a connection test, a dry run), where the client can show it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from azmlflow.lsp import background

if TYPE_CHECKING:
    from azmlflow.lsp.session import Session


class Shown:
    """The progress of one command: under the token that the client sent, else under one of our own.

    `cancel` is called when the user cancels what is shown. A client that can show nothing is told nothing.
    """

    def __init__(
        self, session: Session, token: types.ProgressToken | None, title: str, cancel: Callable[[], None]
    ) -> None:
        self._session = session
        self._progress = session.server.work_done_progress
        self._token = token
        self._title = title
        self._cancel = cancel
        self._begun = False
        self._ended = False

    def begin(self) -> None:
        """Show it, or ask the client to, whose answer is not waited for."""
        if self._ended:
            return
        if self._token is not None:
            self._begin(self._token)
        elif self._session.capabilities.progress:
            background.spawn(self._create(str(uuid.uuid4())))

    def report(self, message: str, percentage: int) -> None:
        """Show what is being done now."""
        if self._begun and not self._ended and self._token is not None:
            self._progress.report(
                self._token, types.WorkDoneProgressReport(message=message, percentage=percentage)
            )

    def end(self, message: str) -> None:
        """Take it from the screen; may be called again."""
        if self._begun and not self._ended and self._token is not None:
            self._progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._progress.tokens.pop(self._token, None)
        self._ended = True

    async def _create(self, token: str) -> None:
        await self._progress.create_async(token)
        if self._ended:
            self._progress.tokens.pop(token, None)
        else:
            self._token = token
            self._begin(token)

    def _begin(self, token: types.ProgressToken) -> None:
        self._begun = True
        self._progress.begin(token, types.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0))
        self._progress.tokens[token].add_done_callback(self._when_done)

    def _when_done(self, token: Future[Any]) -> None:
        if token.cancelled():
            self._cancel()
