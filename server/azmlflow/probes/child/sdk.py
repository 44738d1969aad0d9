"""The step `sdk`: azure-ai-ml reads the workspace, with the token that is there, and says what its tracking URI is."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.probes.child.bounded import TookTooLong, bounded, no_answer
from azmlflow.probes.child.context import Context
from azmlflow.probes.child.gaps import advice_for, set_uri
from azmlflow.probes.child.tracking import MARGIN
from azmlflow.probes.child.wording import as_sentence, first_sentence
from azmlflow.probes.outcome import SDK, Outcome, failed, not_reached, ok, skipped


def run(context: Context) -> Iterator[Outcome]:
    """Yield whether MLClient reads the workspace, and whether its tracking URI is the configured one.

    A failure is soft: a script that has its tracking URI needs no MLClient.
    """
    if not _is_installed():
        yield skipped(SDK, "azure-ai-ml is not installed, which only scripts with MLClient need.")
        return
    ref = context.workspace_meant
    if ref is None or not context.token:
        yield not_reached(SDK, "Not tried, because the workspace is not known.")
        return
    try:
        found = bounded(context.limit(SDK) - MARGIN, lambda: _read(context, ref))
    except TookTooLong:
        yield no_answer(SDK, context.limit(SDK), hard=False)
    except Exception as error:  # noqa: BLE001 - importing it can fail in every way too
        message = f"MLClient fails: {as_sentence(first_sentence(str(error)) or type(error).__name__)}"
        yield failed(SDK, message, hard=False, **advice_for(context, f"{type(error).__name__}: {error}", SDK))
    else:
        yield _compared(context, found)


class Held(NamedTuple):
    """The token that there is already, in the shape of a credential: no other is ever asked for."""

    token: str
    expires_on: int

    def get_token(self, *_scopes: str, **_options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(self.token, self.expires_on)


def _is_installed() -> bool:
    try:
        return find_spec("azure.ai.ml") is not None
    except ImportError:
        return False


def _read(context: Context, ref: WorkspaceRef) -> str:
    from azure.ai.ml import MLClient

    credential = Held(context.token or "", context.expires_on or 0)
    client = MLClient(credential, *ref, enable_telemetry=False, **_PATIENCE)
    return str(client.workspaces.get(ref.workspace_name).mlflow_tracking_uri or "")


def _compared(context: Context, found: str) -> Outcome:
    ours, theirs = context.uri, parse_tracking_uri(found)
    details = {"uri": found or None}
    if theirs is None:
        return failed(
            SDK, "MLClient reads the workspace, which names no tracking URI.", hard=False, details=details
        )
    if theirs.cloud is None:
        message = (
            f"MLClient is told a tracking URI at {theirs.host}, which is no host of Azure Machine Learning."
        )
        return failed(SDK, message, hard=False, code="UNEXPECTED")
    if ours is None:
        return ok(
            SDK,
            f"MLClient reads the workspace; its tracking URI has the host {theirs.host}.",
            details=details,
        )
    if ours.host == theirs.host:
        return ok(
            SDK, "MLClient reads the workspace; its tracking URI is the configured one.", details=details
        )
    same = ours.region == theirs.region
    if same:
        return ok(
            SDK, f"MLClient reads the workspace; its tracking URI names {theirs.host}.", details=details
        )
    return failed(
        SDK,
        f"The workspace's tracking URI names {theirs.host}, and the configured one {ours.host}.",
        hard=False,
        code="WRONG_REGION",
        advice="Take the tracking URI from the workspace itself.",
        command=set_uri(found),
        details=details,
    )


_PATIENCE: Final = {"retry_total": 1, "connection_timeout": 10, "read_timeout": 15}
"""azure-core's pipeline tries ten times and waits 300 s each time; MLClient hands these on to it."""
