"""What a connection test was told by a workspace itself: its true tracking URI and region, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from azmlflow.azure.uri_parsing import parse_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef

if TYPE_CHECKING:
    from azmlflow.workspace.snapshot import Snapshot

HOLDS_FOR: Final = timedelta(days=1)
"""How long what was learned is used; a workspace can be deleted, or moved behind a private link."""

_ENDING: Final = frozenset(" \"'`\\#$<>{}")


class Learned(NamedTuple):
    """A workspace's own answer; `at` is when it gave it, in UTC."""

    workspace: WorkspaceRef
    uri: str
    region: str | None
    at: datetime

    @property
    def source(self) -> str:
        """Return the words that mark what was learned, such as "the connection test of 2026-06-15 14:05 UTC"."""
        return f"the connection test of {self.at:%Y-%m-%d %H:%M} UTC"


def learned_of(workspace: WorkspaceRef, uri: str, region: str | None, at: datetime) -> Learned | None:
    """Return what a test found.

    None for a URI of another workspace, of a host that is not Azure ML's, or with a character that could end the line
    or the text that a repair writes it in.
    """
    parsed = parse_tracking_uri(uri) if uri.isprintable() and _ENDING.isdisjoint(uri) else None
    if parsed is None or parsed.cloud is None or parsed.workspace is None:
        return None
    return Learned(workspace, uri, region, at) if parsed.workspace.same_as(workspace) else None


def learned_about(snapshot: Snapshot, workspace: WorkspaceRef) -> Learned | None:
    """Return what was learned of a workspace and still holds; None too while the snapshot knows no time."""
    if snapshot.surroundings is None:
        return None
    now = snapshot.surroundings.now
    found = (learned for learned in snapshot.learned if learned.workspace.same_as(workspace))
    return next((learned for learned in found if now - learned.at < HOLDS_FOR), None)
