"""Tells the client the status of each folder, and never twice the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from azmlflow.lsp.connection_status import Status
    from azmlflow.lsp.session import Session

METHOD: Final = "azmlflow/status"


class Statuses:
    """What the client was last told of each folder; None stands for the files that lie in no folder."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: dict[Path | None, tuple[str, Status]] = {}

    def tell(self, path: Path, status: Status) -> None:
        """Tell the status of a document or folder, unless it is what was told last of the folder that it lies in."""
        folder, uri = self._session.folder_of(path), self._session.documents.file_uri_of(path)
        if self._told.get(folder) != (uri, status):
            self._told[folder] = uri, status
            self._session.notify(METHOD, {**status.as_json(), "uri": uri})

    def forget(self, folder: Path) -> None:
        """Forget a folder that is gone."""
        self._told.pop(folder, None)
