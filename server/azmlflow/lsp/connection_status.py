"""What `azmlflow/status` tells the client, for its status bar: one state, in whose name, and one line that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Final, Literal, NamedTuple

from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import Outcome
from azmlflow.probes.summary import headline_of

State = Literal["unknown", "checking", "connected", "failed", "expired", "offline"]

_UNREACHABLE: Final = frozenset({"PROXY", "DNS", "TCP"})
"""Codes of the step `network` for a host that was not reached; one whose certificate is not trusted was."""


class Status(NamedTuple):
    """One state of the connection; `checked_at` is when the test that it rests on ended."""

    state: State
    headline: str
    workspace: str | None = None
    identity: str | None = None
    checked_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the parameters of the notification, without the URI that it is about."""
        return {
            "state": self.state,
            "workspace": self.workspace,
            "identity": self.identity,
            "headline": self.headline,
            "checkedAt": iso(self.checked_at) if self.checked_at else None,
        }


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def status_of(outcomes: Sequence[Outcome], workspace: str | None, at: datetime) -> Status:
    """Return what a test that came to its end says; its summary is its last outcome.

    `workspace` is the name in the project. Connected is said only when MLflow itself reached the workspace: of a test
    that only signed in, the headline tells that.
    """
    summary = outcomes[-1]
    details: Mapping[str, Any] = summary.details
    name, identity = details.get("workspace") or workspace, details.get("identity")
    state: State = "unknown"
    if summary.outcome == "failed":
        state = "offline" if _is_offline(outcomes) else "failed"
    elif summary.outcome == "ok" and o.EXPERIMENTS in details.get("checked", ()):
        state = "connected"
    return Status(state, summary.message, name, identity, at)


def _is_offline(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether what stopped the test is that no host at all could be reached."""
    cause = headline_of(outcomes[:-1])
    hosts = [outcome for outcome in outcomes if outcome.step == o.NETWORK and outcome.host]
    return (
        cause is not None
        and cause.step == o.NETWORK
        and all(outcome.outcome == "failed" and outcome.code in _UNREACHABLE for outcome in hosts)
    )
