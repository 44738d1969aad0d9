"""Objects of the Azure ML SDKs that a script already has, by the names under which later code can use them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from azmlflow.azure.workspace import WorkspaceRef
from azmlflow.parsing.python.facts import Assign, Name, Return
from azmlflow.resolution.model import Event, EventKind, ScriptResolution
from azmlflow.resolution.modules import read_module
from azmlflow.rules.insertion import Spot
from azmlflow.rules.sheet import Site, Unit
from azmlflow.rules.tracking import workspace_of

_V1: Final = "azureml.core."


class Client(NamedTuple):
    """A variable that holds a client, or a workspace of SDK v1.

    `site` is the line that makes it, `end` the last line of that statement, `scope` the function it is local to (empty
    at the top level), `workspace` what it stands for, if that is known.
    """

    name: str
    is_v1: bool
    site: Site
    end: int = 0
    scope: str = ""
    workspace: WorkspaceRef | None = None

    @property
    def tracking_uri(self) -> str:
        """The expression that asks it for the tracking URI."""
        if self.is_v1:
            return f"{self.name}.get_mlflow_tracking_uri()"
        return f"{self.name}.workspaces.get({self.name}.workspace_name).mlflow_tracking_uri"

    def is_known_at(self, spot: Spot) -> bool:
        """Tell whether code at a spot comes after it, in a place from which its name can be read."""
        if self.scope and (spot.function is None or spot.function.name != self.scope):
            return False
        if spot.function is not None and not self.scope:
            return True
        here = spot.unit.cell
        return (self.site.cell or 0) < (here or 0) or (self.site.cell == here and self.end < spot.line)


def clients(script: ScriptResolution, units: Sequence[Unit]) -> Iterator[Client]:
    """Yield the clients that the script makes for certain and binds to a name, the last one first."""
    for event in reversed(list(script.all(EventKind.WORKSPACE))):
        if not (event.certain and event.reached and _has_workspace(event)):
            continue
        direct = event.statement.path == script.file.path and _binding(
            units, event, event.statement.span.line, None
        )
        found = direct or (
            _returns_it(script, event) and _binding(units, event, event.entry.span.line, event.scope)
        )
        if not found:
            continue
        name, end = found
        place = event.statement if direct else event.entry
        yield Client(
            name,
            (event.name or "").startswith(_V1),
            Site(place.cell, place.span.line),
            end,
            event.scope if direct else "",
            workspace_of(event.result),
        )


def _has_workspace(event: Event) -> bool:
    """Tell whether a client stands for a workspace, and not for a subscription or a registry."""
    if workspace_of(event.result) is not None or (event.name or "").endswith((".from_config", ".get")):
        return True
    call = event.call
    named = {name for name, _ in call.keywords} if call else set()
    return call is not None and ("workspace_name" in named or len(call.arguments) > 3)


def _binding(units: Sequence[Unit], event: Event, line: int, function: str | None) -> tuple[str, int] | None:
    """Return the name bound by `name = ...` at a line, and where that ends; with `function`, by a call of it."""
    cell = (event.statement if function is None else event.entry).cell
    for unit in units:
        for node in (n for s in unit.body for n in ast.walk(s)) if unit.cell == cell else ():
            if (
                isinstance(node, ast.Assign)
                and node.lineno - 1 == line
                and isinstance(node.targets[0], ast.Name)
            ):
                called = node.value.func if isinstance(node.value, ast.Call) else None
                last = getattr(called, "id", None) or getattr(called, "attr", None)
                if called is not None and function in (None, last):
                    return node.targets[0].id, (node.end_lineno or node.lineno) - 1
    return None


def _returns_it(script: ScriptResolution, event: Event) -> bool:
    """Tell whether the helper that makes a client returns it, and nothing else."""
    file = script.snapshot.files.get(event.statement.path)
    if file is None or not event.scope or event.entry.path != script.file.path:
        return False
    facts = [placed.fact for placed in read_module(script.snapshot, file).body(event.scope)]
    made = event.call
    names = {fact.target for fact in facts if isinstance(fact, Assign) and fact.value == made}
    values = [fact.value for fact in facts if isinstance(fact, Return)]
    return bool(values) and all(v == made or (isinstance(v, Name) and v.id in names) for v in values)
