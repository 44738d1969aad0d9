"""Layers of environment variables in CI: GitHub workflows and Azure Pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.parsing import tree
from azmlflow.parsing.tree import Node, Scalar
from azmlflow.workspace.layer import Layer, Setting, by_name, of_mapping, roots_of, setting_of
from azmlflow.workspace.snapshot import SourceFile


def of_workflow(file: SourceFile) -> Iterator[Layer]:
    """Yield what the commands of each job get: the workflow's `env`, the job's, the step's."""
    for root in roots_of(file):
        top = by_name(of_mapping(file, tree.get(root, "env")))
        jobs = tree.get(root, "jobs")
        for key, job in jobs.entries if isinstance(jobs, tree.Mapping) else ():
            more = _more_of_workflow(job)
            own = {**top, **by_name(of_mapping(file, tree.get(job, "env")))}
            yield from _with_steps(file, f"job {key.value}", own, tree.get(job, "steps"), more)


def _more_of_workflow(job: Node) -> str | None:
    """Say why a job's commands may get more than is written: steps that write to $GITHUB_ENV, or sign in."""
    steps = tree.get(job, "steps")
    for step in steps.items if isinstance(steps, tree.Sequence) else ():
        uses, command = tree.text(tree.get(step, "uses")) or "", tree.text(tree.get(step, "run")) or ""
        if "GITHUB_ENV" in command:
            return "a step writes variables to GITHUB_ENV"
        if uses and not uses.startswith(("actions/", "astral-sh/", "docker/")):
            return f"{uses.partition('@')[0]} may set variables"
    return None


def of_pipeline(file: SourceFile) -> Iterator[Layer]:
    """Yield what the scripts of Azure Pipelines get: the variables of all levels above, and the step's own `env`.

    Variables become environment variables in upper case, with `.` and blanks as `_`
    (https://learn.microsoft.com/azure/devops/pipelines/process/variables#environment-variables).
    """
    for root in roots_of(file):
        for path, node in tree.walk(root):
            if path and path[-1] == "steps" and isinstance(node, tree.Sequence):
                own: dict[str, Setting] = {}
                more = None
                for level in _levels(root, path):
                    own.update(by_name(_of_pipeline_variables(file, tree.get(level, "variables"))))
                    more = more or _more_of_pipeline(tree.get(level, "variables"))
                name = next((str(part) for part in reversed(path[:-1]) if isinstance(part, str)), "steps")
                yield from _with_steps(file, f"{name} of the pipeline", own, node, more)


def _levels(root: Node | None, path: tuple[str | int, ...]) -> Iterator[Node]:
    """Yield the nodes from the root down to the one that a path leads to."""
    node = root
    for part in path:
        if node is not None:
            yield node
        if isinstance(node, tree.Sequence) and isinstance(part, int):
            node = node.items[part]
        else:
            node = tree.get(node, str(part))


def _of_pipeline_variables(file: SourceFile, node: Node | None) -> Iterator[Setting]:
    if isinstance(node, tree.Mapping):
        yield from (s._replace(name=_upper(s.name)) for s in of_mapping(file, node))
    for item in node.items if isinstance(node, tree.Sequence) else ():
        name, value = tree.entry(item, "name"), tree.get(item, "value")
        if name is not None and isinstance(name[1], Scalar) and isinstance(value, Scalar):
            yield setting_of(file, _upper(str(name[1].value)), name[1], value)


def _upper(name: str) -> str:
    return name.upper().replace(".", "_").replace(" ", "_")


def _more_of_pipeline(variables: Node | None) -> str | None:
    for item in variables.items if isinstance(variables, tree.Sequence) else ():
        if tree.get(item, "group") is not None or tree.get(item, "template") is not None:
            return "a variable group or template may set more"
    return None


def _with_steps(
    file: SourceFile, origin: str, outer: dict[str, Setting], steps: Node | None, more: str | None
) -> Iterator[Layer]:
    """Yield what each step with an `env` of its own gets; when none has one, what all steps get."""
    found = False
    for index, step in enumerate(steps.items if isinstance(steps, tree.Sequence) else ()):
        own = by_name(of_mapping(file, tree.get(step, "env")))
        if own:
            found = True
            named = tree.text(tree.get(step, "name")) or tree.text(tree.get(step, "displayName"))
            inherited = frozenset(outer.keys() - own.keys())
            yield Layer(f"step {named or index + 1}", "ci", {**outer, **own}, inherited, more=more)
    if outer and not found:
        yield Layer(origin, "ci", outer, more=more)
