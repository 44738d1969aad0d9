"""The last outcome of a probe: whether the code would reach the workspace, as whom, and else what stops it first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from azmlflow.azure.credential_links import BROWSER, DEVICE_CODE, ENVIRONMENT, WORKLOAD_IDENTITY
from azmlflow.probes import outcome as o
from azmlflow.probes.outcome import Outcome, ok

_OF_TENANT: Final = frozenset({"AADSTS90002", "WRONG_TENANT", "WRONG_CLOUD", "SubscriptionNotFound"})
"""Codes of the step `tenant` that tell of a fault, and not of a host that could not be asked."""
_OF_WRONG_TENANT: Final = frozenset(
    {"AADSTS700016", "AADSTS700011", "AADSTS7000229", "AADSTS50020", "AADSTS50034", "AADSTS90072"}
)
"""Codes of a sign-in that is refused because the application or the account is not in that tenant."""
_READ_THE_TENANT: Final = frozenset({ENVIRONMENT, WORKLOAD_IDENTITY, BROWSER, DEVICE_CODE})
"""Links that sign in to the tenant in AZURE_TENANT_ID; the command-line tools have one of their own."""
_AT_THE_WORKSPACE: Final = frozenset({o.WORKSPACE, o.EXPERIMENTS})

_WITH_OWN: Final = " This was tested with azmlflow's own Python, because the code's lacks packages."

_LEARNED: Final = ("workspace", "identity", "expires_on", "uri", "region", "link", "tenant")


def summarise(outcomes: Sequence[Outcome], seconds: float, *, cancelled: bool = False) -> Outcome:
    """Return the summary of a probe that took so many seconds; one that was cancelled is not judged."""
    cause = headline_of(outcomes)
    details = _learned(outcomes)
    if cancelled:
        return o.skipped(o.SUMMARY, "The test was cancelled.", seconds=seconds, details=details)
    elsewhere = _logged_elsewhere(outcomes, details)
    if cause is None and elsewhere is not None:
        message = f"{_good(outcomes, details)} But {elsewhere.details['doubt']}"
        more = {"code": elsewhere.code, "advice": elsewhere.advice}
        return ok(o.SUMMARY, message, seconds=seconds, details=details, **more)
    if cause is None:
        if not any(outcome.outcome == "ok" and outcome.step != o.CONFIGURATION for outcome in outcomes):
            return o.skipped(o.SUMMARY, "Nothing was tested.", seconds=seconds, details=details)
        return ok(o.SUMMARY, _good(outcomes, details), seconds=seconds, details=details)
    message = _bad(cause, _end_of(outcomes) or cause)
    return cause._replace(
        step=o.SUMMARY, outcome="failed", hard=True, message=message, seconds=seconds, details=details
    )


def _logged_elsewhere(outcomes: Sequence[Outcome], details: dict[str, Any]) -> Outcome | None:
    """Return what the project says when the workspace is reached, and the script would all the same not log there."""
    if o.EXPERIMENTS not in details["checked"]:
        return None
    said = (each for each in outcomes if each.step == o.CONFIGURATION and each.outcome == "failed")
    return next((each for each in said if each.details.get("doubt")), None)


def headline_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the failure that stands for all: the first that ends the script, or what lies behind it."""
    first = _end_of(outcomes)
    if first is None:
        return None
    before = (each for each in outcomes[: outcomes.index(first)] if each.outcome == "failed")
    return next((each for each in before if _lies_behind(each, first)), first)


def _end_of(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the first failure that ends the script."""
    failures = [each for each in outcomes if each.outcome == "failed"]
    hard = (each for each in failures if each.hard and not _was_no_hindrance(each, outcomes))
    return next(hard, None) or _left_without_uri(outcomes, failures)


def _left_without_uri(outcomes: Sequence[Outcome], failures: Sequence[Outcome]) -> Outcome | None:
    """Return what ends a script that asks the workspace for its tracking URI; one that has the URI goes on without.

    MLflow's own call is then not made, for nobody knows which URI it is for.
    """
    left = any(each.step == o.EXPERIMENTS and each.outcome == "not-reached" for each in outcomes)
    told = any(each.step == o.SDK and each.outcome == "ok" for each in outcomes)
    asked = (each for each in failures if each.step in (o.WORKSPACE, o.SDK))
    return next(asked, None) if left and not told else None


def _was_no_hindrance(failure: Outcome, outcomes: Sequence[Outcome]) -> bool:
    """Tell whether a later call went through what had failed: MLflow's own word counts more than a look at its way."""
    if failure.step not in (o.NETWORK, o.TENANT):
        return False
    done = {outcome.step for outcome in outcomes if outcome.outcome == "ok"}
    if o.EXPERIMENTS in done:
        return True
    signed_in = o.CREDENTIAL in done
    return (
        signed_in
        if failure.step == o.TENANT
        else _role(failure) == "login" and (signed_in or _answered(outcomes))
    )


def _answered(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether Microsoft Entra ID was reached after all, if only to refuse."""
    refusals = (outcome for outcome in outcomes if outcome.step == o.CREDENTIAL and outcome.hard)
    return any((outcome.code or "").startswith("AADSTS") for outcome in refusals)


def _lies_behind(earlier: Outcome, first: Outcome) -> bool:
    """Tell whether a failure that alone would not end the script explains the one that does."""
    if earlier.step == o.NETWORK:
        silent = not (first.code or "").startswith("AADSTS")
        at_login = first.step == o.CREDENTIAL and silent and _role(earlier) == "login"
        return at_login or (first.step == o.WORKSPACE and _role(earlier) == "arm")
    if earlier.step == o.TENANT and first.step == o.CREDENTIAL:
        return _is_signed_in_to_the_wrong_tenant(earlier, first)
    return first.step in _AT_THE_WORKSPACE and (
        earlier.step == o.TOKEN or (earlier.step == o.TENANT and earlier.code in _OF_TENANT)
    )


def _is_signed_in_to_the_wrong_tenant(earlier: Outcome, first: Outcome) -> bool:
    if first.link not in _READ_THE_TENANT:
        return False
    return earlier.code == "WRONG_CLOUD" or (earlier.code in _OF_TENANT and first.code in _OF_WRONG_TENANT)


def _role(outcome: Outcome) -> str:
    return str(outcome.details.get("role"))


def _good(outcomes: Sequence[Outcome], details: dict[str, Any]) -> str:
    warnings = sum(
        1 for each in outcomes if each.outcome == "failed" and not each.link and not each.details.get("doubt")
    )
    reached = o.EXPERIMENTS in details["checked"]
    who = f" as {details['identity']}" if details["identity"] else ""
    where = details["workspace"]
    if reached and where:
        text = f"Connected to workspace {where}{who}"
    elif o.TOKEN in details["checked"]:
        text = f"Signed in{who}"
    else:
        text = "What was tested is in order"
    text += f", with {warnings} {'warning' if warnings == 1 else 'warnings'}." if warnings else "."
    lacks = any(each.step == o.PACKAGES and each.code == "PLUGIN_MISSING" for each in outcomes)
    return text + (_WITH_OWN if lacks else "")


def _bad(cause: Outcome, end: Outcome) -> str:
    """Return the headline: where the script ends, what lies behind that if it is something else, and its message."""
    behind = "" if cause is end else f", because of {_place(cause)}"
    return f"Stopped at {_place(end)}{behind}: {cause.message}"


def _place(outcome: Outcome) -> str:
    where = outcome.link or outcome.host
    return o.title_of(outcome.step) + (f" ({where})" if where else "")


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
