"""The last outcome of a probe: whether the code would reach the workspace, as whom, and else what stops it first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import Outcome, ok

_BEHIND: Final = {
    "login": frozenset({o.CREDENTIAL}),
    "arm": frozenset({o.WORKSPACE}),
    o.TENANT: frozenset({o.CREDENTIAL, o.TOKEN, o.WORKSPACE, o.EXPERIMENTS}),
    o.TOKEN: frozenset({o.WORKSPACE, o.EXPERIMENTS}),
}
"""What a failure lies behind that alone would not end the script: the host's role or the step -> later steps."""

_LEARNED: Final = ("workspace", "identity", "expires_on", "uri", "region", "link", "tenant")


def summarise(outcomes: Sequence[Outcome], seconds: float, *, cancelled: bool = False) -> Outcome:
    """Return the summary of a probe that took so many seconds; one that was cancelled is not judged."""
    cause = headline_of(outcomes)
    details = _learned(outcomes)
    if cancelled:
        return o.skipped(o.SUMMARY, "The test was cancelled.", seconds=seconds, details=details)
    if cause is None:
        if not any(outcome.outcome == "ok" and outcome.step != o.CONFIGURATION for outcome in outcomes):
            return o.skipped(o.SUMMARY, "Nothing was tested.", seconds=seconds, details=details)
        return ok(o.SUMMARY, _good(outcomes, details), seconds=seconds, details=details)
    return cause._replace(
        step=o.SUMMARY, outcome="failed", hard=True, message=_bad(cause), seconds=seconds, details=details
    )


def headline_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the failure that stands for all: the first that ends the script, or what lies behind it."""
    failures = [outcome for outcome in outcomes if outcome.outcome == "failed"]
    if any(outcome.step == o.CREDENTIAL and outcome.outcome == "ok" for outcome in outcomes):
        # The host to sign in at was not needed after all.
        failures = [outcome for outcome in failures if _part(outcome) != "login"]
    first = next((outcome for outcome in failures if outcome.hard), None)
    if first is None:
        return None
    before = outcomes[: outcomes.index(first)]
    behind = (f for f in before if f.outcome == "failed" and first.step in _BEHIND.get(_part(f), ()))
    return next(behind, first)


def _part(outcome: Outcome) -> str:
    return str(outcome.details.get("role")) if outcome.step == o.NETWORK else outcome.step


def _good(outcomes: Sequence[Outcome], details: dict[str, Any]) -> str:
    warnings = sum(1 for outcome in outcomes if outcome.outcome == "failed" and outcome.link is None)
    reached = o.EXPERIMENTS in details["checked"]
    who = f" as {details['identity']}" if details["identity"] else ""
    where = details["workspace"]
    if reached and where:
        text = f"Connected to workspace {where}{who}"
    elif o.TOKEN in details["checked"]:
        text = f"Signed in{who}"
    else:
        text = "What was tested is in order"
    return text + (f", with {warnings} {'warning' if warnings == 1 else 'warnings'}." if warnings else ".")


def _bad(cause: Outcome) -> str:
    """Return the headline: which step failed at what, in one line."""
    where = f" ({cause.link or cause.host})" if cause.link or cause.host else ""
    title = o.STEP_OF[cause.step].title if cause.step in o.STEP_OF else cause.step
    return f"Stopped at {title!r}{where}: {cause.message}"


def _learned(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what the probe found out, under the names that the editor and later checks use."""
    known: dict[str, Any] = dict.fromkeys(_LEARNED)
    for outcome in outcomes:
        if outcome.outcome == "ok":
            details = {
                **outcome.details,
                "uri": outcome.details.get("workspace_uri", outcome.details.get("uri")),
            }
            known.update(
                {name: value for name, value in details.items() if name in known and value is not None}
            )
            if outcome.step == o.CREDENTIAL:
                known["link"] = outcome.link
    checked = dict.fromkeys(outcome.step for outcome in outcomes if outcome.outcome == "ok")
    return {**known, "checked": list(checked)}
