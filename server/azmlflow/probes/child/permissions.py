"""The step `permissions`: which of the actions that MLflow needs Resource Manager says are granted in the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azmlflow.azure.granted_actions import OPERATIONS, Grant, Verdict, by_operation, grant_of, verdict
from azmlflow.azure.permissions import (
    ACTIONS,
    EXPERIMENTS_ACTION,
    READ_WORKSPACE_ACTION,
    TRACKING_ACTIONS,
    assignment_command,
)
from azmlflow.azure.workspace import PROVIDER, WorkspaceRef
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for, filled
from azmlflow.probes.child.http import NoReply, Reply, get_from_arm, next_page
from azmlflow.probes.outcome import PERMISSIONS, Outcome, failed, ok, skipped

API_VERSION: Final = "2022-04-01"
MOST_PAGES: Final = 10
ARTICLE: Final = (
    "https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking"
    "#configure-authorization-and-permission-levels"
)


class Unreadable(Exception):
    """Resource Manager refused the list; the text is what it said, `answer` names that in a sentence."""

    def __init__(self, reply: Reply) -> None:
        code, text = reply.arm_error
        super().__init__(text)
        self.code = reply.code
        self.answer = code or f"with status {reply.status}"


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether all that MLflow needs is granted, what is missing, or that it cannot be told."""
    ref = context.workspace or context.workspace_meant
    if ref is None:
        yield skipped(PERMISSIONS, "The tracking URI names no workspace.")
        return
    try:
        grants, complete = _grants(context, ref)
    except NoReply as error:
        message = f"What the identity may do cannot be told: {context.cloud.arm_host} could not be asked, as {error}."
        yield failed(PERMISSIONS, message, hard=False, code=error.code, details=_unknown())
        return
    except Unreadable as error:
        message = f"What the identity may do cannot be told: Azure Resource Manager answers {error.answer}."
        fields = advice_for(context, f"{error.code}: {error}", PERMISSIONS) | {"code": error.code}
        yield failed(PERMISSIONS, message, hard=False, details=_unknown(), **fields)
        return
    yield _judged(context, ref, grants, complete)


def _grants(context: Context, ref: WorkspaceRef) -> tuple[list[Grant], bool]:
    """Return what is granted, and whether that is all of it."""
    path, query = f"{ref.arm_id}/providers/Microsoft.Authorization/permissions", {"api-version": API_VERSION}
    found: list[Grant] = []
    for _ in range(MOST_PAGES):
        reply = get_from_arm(context, path, query)
        value = reply.json.get("value")
        if reply.status != 200 or not isinstance(value, list):
            raise Unreadable(reply)
        found += map(grant_of, value)
        link = reply.json.get("nextLink")
        if not link:
            return found, True
        following = next_page(context, link)
        if following is None:
            break
        path, query = following
    return found, False


def _judged(context: Context, ref: WorkspaceRef, grants: list[Grant], complete: bool) -> Outcome:
    wanted = (*ACTIONS, READ_WORKSPACE_ACTION)
    verdicts: dict[str, Verdict] = {action: verdict(action, grants) for action in wanted}
    if not complete:
        verdicts = {
            action: "have" if found == "have" else "cannot tell" for action, found in verdicts.items()
        }
    details = {"actions": verdicts, "complete": complete}
    lacking = [action for action in ACTIONS if verdicts[action] == "have not"]
    if lacking:
        return _lacks(context, ref, grants, lacking, details)
    doubtful = [action for action in ACTIONS if verdicts[action] == "cannot tell"]
    if doubtful:
        message = f"{_listed(map(_short, doubtful))}: {_PARTS if complete else _NOT_ALL_READ}"
        return ok(PERMISSIONS, message, details=details)
    message = (
        f"The identity may do all that MLflow needs in {ref.workspace_name}: experiments, jobs and models."
    )
    return ok(PERMISSIONS, message, details=details)


def _lacks(
    context: Context, ref: WorkspaceRef, grants: list[Grant], lacking: list[str], details: dict[str, Any]
) -> Outcome:
    missing = {action: _missing_operations(action, grants) for action in lacking}
    only_reads = all("read" not in operations and "write" in operations for operations in missing.values())
    if only_reads:
        message = f"The identity may only read in {ref.workspace_name}: MLflow cannot write {_purposes(lacking)} there."
    else:
        shown = "; ".join(_short(action) + _which(missing[action]) for action in lacking)
        message = f"The identity lacks permissions that MLflow needs in {ref.workspace_name}: {shown}."
    return failed(
        PERMISSIONS,
        message,
        hard=_WRITE in missing.get(EXPERIMENTS_ACTION, ()),
        code="MISSING_PERMISSIONS",
        advice="Have somebody who owns the workspace give it this role; it takes some minutes until it counts.",
        command=filled(context, assignment_command(ref)),
        url=ARTICLE,
        details=details,
    )


def _missing_operations(action: str, grants: list[Grant]) -> list[str]:
    return [operation for operation, found in by_operation(action, grants).items() if found == "have not"]


def _which(operations: list[str]) -> str:
    return "" if len(operations) == len(OPERATIONS) else f" ({', '.join(operations)})"


def _purposes(lacking: list[str]) -> str:
    tracks = any(action in TRACKING_ACTIONS for action in lacking)
    registers = any(action not in TRACKING_ACTIONS for action in lacking)
    return _listed(["runs"] * tracks + ["models"] * registers)


_WRITE: Final = "write"
"""The operation without which no run can be made: listing experiments works without it, and a script's first run does not."""
_PARTS: Final = "only parts are granted; whether they are enough, only logging tells."
_NOT_ALL_READ: Final = "whether they are granted cannot be told, as the list was not read to its end."


def _unknown() -> dict[str, Any]:
    return {"actions": dict.fromkeys((*ACTIONS, READ_WORKSPACE_ACTION), "cannot tell"), "complete": False}


def _short(action: str) -> str:
    return action.removeprefix(f"{PROVIDER}/workspaces/")


def _listed(names: Any) -> str:
    return " and ".join(names)
