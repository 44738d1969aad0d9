"""The commands that a GitHub workflow or an Azure pipeline runs on a machine that has no identity of its own."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Final, NamedTuple

from azmlflow.parsing import tree
from azmlflow.parsing.tree import Node, Scalar
from azmlflow.resolution.commands import scripts_run
from azmlflow.workspace.layer import roots_of
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind, Location, Snapshot, SourceFile

_HOSTED: Final = ("ubuntu-", "windows-", "macos-")
_PLAIN_ACTIONS: Final = ("actions/", "astral-sh/")
_PLAIN_TASKS: Final = (
    "UsePythonVersion@",
    "PublishTestResults@",
    "PublishPipelineArtifact@",
    "PublishBuildArtifacts@",
)
_SCRIPT_STEPS: Final = ("script", "bash", "pwsh", "powershell")
_WORDS: Final = ("AZURE_CLIENT", "AZURE_CREDENTIALS", "AZURE_USERNAME", "ARM_CLIENT", "MLFLOW_TRACKING_TOKEN")
_SIGNS: Final = (
    "login",
    "credential",
    "federated",
    "identity",
    "id-token",
    "github_env",
    "vault",
    ".env",
    "azuresubscription",
)
"""What a file mentions, in lower case, that may sign in or bring variables."""


class Started(NamedTuple):
    """A script that a command starts, and where the command names it."""

    script: Path
    by: Location


def started_without_identity(snapshot: Snapshot, file: SourceFile) -> Iterator[Started]:
    """Yield the project's scripts that a CI file starts on a hosted machine, where nothing in it signs in to Azure.

    None as soon as anything in the file may bring an identity or variables: an action or task of which that is not
    known to be impossible, a machine of one's own, a container, a template, a variable group.
    """
    lower = file.text.value.lower()
    if any(word in file.text.value for word in _WORDS) or any(sign in lower for sign in _SIGNS):
        return
    reader = {FileKind.WORKFLOW: _of_workflow, FileKind.PIPELINE: _of_pipeline}.get(file.kind)
    for root in roots_of(file) if reader else ():
        for node, folder in reader(root) if reader else ():
            yield from _scripts(snapshot, file, node, folder)


def _scripts(snapshot: Snapshot, file: SourceFile, node: Scalar, folder: str) -> Iterator[Started]:
    code = Path(normpath(snapshot.root_of(file.path) / folder))
    for path in scripts_run(snapshot, code, str(node.value)):
        found = snapshot.files.get(path)
        if found is not None and found.kind in SCRIPT_KINDS:
            yield Started(path, _named_in(file, node, path))


def _named_in(file: SourceFile, node: Scalar, path: Path) -> Location:
    """Return where a command names a script; the whole command where it is named as a module."""
    start = file.text.offset(node.span.line, node.span.column)
    at = file.text.slice(node.span).find(path.name)
    span = node.span if at < 0 else file.text.span(start + at, start + at + len(path.name))
    return Location(file.path, None, span)


def _of_workflow(root: Node | None) -> Iterator[tuple[Scalar, str]]:
    """Yield the commands of a workflow with the folder that they start in."""
    jobs = tree.get(root, "jobs")
    for _, job in jobs.entries if isinstance(jobs, tree.Mapping) else ():
        machine = tree.text(tree.get(job, "runs-on")) or ""
        if not machine.startswith(_HOSTED) or tree.get(job, "container") is not None:
            continue
        steps = _items(tree.get(job, "steps"))
        if all(
            (tree.text(tree.get(step, "uses")) or "actions/").startswith(_PLAIN_ACTIONS) for step in steps
        ):
            usual = (
                _folder(tree.get(job, "defaults", "run")) or _folder(tree.get(root, "defaults", "run")) or ""
            )
            yield from ((run, _folder(step) or usual) for step in steps for run in _scalar(step, "run"))


def _folder(node: Node | None) -> str | None:
    return tree.text(tree.get(node, "working-directory"))


def _of_pipeline(root: Node | None) -> Iterator[tuple[Scalar, str]]:
    nodes = list(tree.walk(root))
    keys = {str(path[-1]) for path, _ in nodes if path}
    named_pool = any(
        path[-2:] == ("pool", "name") or (path[-1:] == ("pool",) and isinstance(node, Scalar))
        for path, node in nodes
    )
    if (
        "vmImage" not in keys
        or named_pool
        or not keys.isdisjoint({"group", "template", "container", "extends"})
    ):
        return
    steps = [step for path, node in nodes if path and path[-1] == "steps" for step in _items(node)]
    if all((tree.text(tree.get(step, "task")) or _PLAIN_TASKS[0]).startswith(_PLAIN_TASKS) for step in steps):
        for step in steps:
            folder = tree.text(tree.get(step, "workingDirectory")) or ""
            yield from (
                (run, folder) for key in _SCRIPT_STEPS for run in _scalar(step, key) if "$" not in folder
            )


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, tree.Sequence) else ()


def _scalar(step: Node, key: str) -> Iterator[Scalar]:
    node = tree.get(step, key)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield node
