"""The sandbox that plays Azure, with the workspace that the examples name in it."""

from __future__ import annotations

from dataclasses import replace

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.sandbox.box import AzureBox

CHURN = WorkspaceRef("6f0c1a52-8f6b-4f0e-9d37-2b7c5c1f4e11", "rg-churn", "ws-churn")


def play(box: AzureBox, scenario: str) -> None:
    """Begin a scenario in which the workspace of the examples is one more of the box's, and like it."""
    box.use(scenario)
    box.world.workspaces.append(replace(box.world.workspaces[0], ref=CHURN))


def variables(box: AzureBox, credential: str | None = None) -> dict[str, str]:
    """Return what leads a process to the box, and who signs in there; no tracking URI: that is the project's to set."""
    return box.environment(credential, keep_credentials=True)
