"""What is kept of a connection test that has ended, and until when that holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from azmlflow.azure.aadsts import LOCKS_OUT

if TYPE_CHECKING:
    from azmlflow.lsp.connection_setup import Asked
    from azmlflow.lsp.connection_status import Status
    from azmlflow.lsp.connection_test import Result

Key: TypeAlias = "tuple[Path | None, str]"
"""The folder of the workspace in which something was tested (None: in none of them), and its target."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The last test of a target, and what it means now.

    `expires` is when the token does, None where that is not known or is over. `begun` is when it was last begun to be
    made again by itself, or else when it ended.
    """

    result: Result
    status: Status
    expires: datetime | None
    begun: datetime

    @classmethod
    def of(cls, result: Result, status: Status) -> Kept:
        """Return what is kept of a test that has just ended."""
        return cls(result, status, _moment(result.summary.details.get("expires_on")), result.at)

    @property
    def asked(self) -> Asked:
        """Return what the user asked for."""
        return self.result.asked

    def expired(self) -> Kept:
        """Return the same when its token has expired, which says nothing new of a test that failed."""
        status = self.status
        if self.result.summary.outcome == "ok":
            headline = "The token that the test got has expired; test again to ask for a new one."
            status = status._replace(state="expired", headline=headline)
        return replace(self, status=status, expires=None)

    def due(self, interval: timedelta) -> datetime | None:
        """Return when it is to be made again by itself; None where that could lock an account out."""
        locks_out = any(outcome.code in LOCKS_OUT for outcome in self.result.outcomes)
        return None if locks_out else self.begun + interval


def _moment(expires_on: object) -> datetime | None:
    """Return the moment that a number of seconds since 1970 means."""
    if not isinstance(expires_on, int | float):
        return None
    try:
        return datetime.fromtimestamp(expires_on, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return None
