"""Layers of environment variables: what each file sets for something that is started with it, entry by entry.

A layer says what its file sets; which layers a program really gets, and which wins, is for the resolution to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, cast

from azmlflow.parsing import tree
from azmlflow.parsing.dockerfile import DockerfileFacts
from azmlflow.parsing.dotenv import DotenvFacts
from azmlflow.parsing.shell import ShellFacts
from azmlflow.workspace.classify import is_template
from azmlflow.workspace.layer import (
    Layer,
    Setting,
    by_name,
    env_files_of,
    of_list_or_mapping,
    of_mapping,
    root_of_tree,
    roots_of,
)
from azmlflow.workspace.layers_ci import of_pipeline, of_workflow
from azmlflow.workspace.snapshot import FileKind, Location, SourceFile


def layers_of(file: SourceFile) -> tuple[Layer, ...]:
    """Return every set of variables that a file sets for something that is started with it."""
    known = file.derived.get("layers")
    if known is None:
        reader = _READERS.get(file.kind)
        known = file.derived["layers"] = tuple(reader(file)) if reader else ()
    return cast("tuple[Layer, ...]", known)


def _of_dotenv(file: SourceFile) -> Iterator[Layer]:
    facts = file.facts
    if not isinstance(facts, DotenvFacts) or is_template(file.path):
        return
    found = (
        Setting(
            entry.key,
            None if entry.interpolated else entry.value,
            Location(file.path, None, entry.span),
            Location(file.path, None, entry.value_span),
        )
        for entry in facts.entries
        if entry.value is not None
    )
    yield Layer(file.path.name, "here", by_name(found))


def _of_editor(file: SourceFile) -> Iterator[Layer]:
    """Yield the `env` of each configuration in a launch.json, and of the terminals in a settings.json."""
    root = root_of_tree(file)
    configurations = tree.get(root, "configurations")
    for item in configurations.items if isinstance(configurations, tree.Sequence) else ():
        name = tree.text(tree.get(item, "name")) or "without a name"
        settings = by_name(of_mapping(file, tree.get(item, "env")))
        env_files = tuple(env_files_of(file, tree.get(item, "envFile")))
        if settings or env_files:
            cwd = tree.text(tree.get(item, "cwd"))
            yield Layer(f"launch configuration {name}", "here", settings, env_files=env_files, cwd=cwd)
    for system in ("linux", "osx", "windows"):
        settings = by_name(of_mapping(file, tree.get(root, f"terminal.integrated.env.{system}")))
        if settings:
            yield Layer(f"VS Code terminal on {system}", "here", settings)


def _of_job(file: SourceFile) -> Iterator[Layer]:
    """Yield the `environment_variables` of a job, and of each step of a pipeline."""
    for root in roots_of(file):
        for path, node in tree.walk(root):
            if path and path[-1] == "environment_variables":
                step = next((str(name) for name in reversed(path[:-1]) if name not in ("jobs", "trial")), "")
                settings = by_name(of_mapping(file, node))
                if settings:
                    yield Layer(f"job {step or file.path.name}", "job", settings)


def _of_shell(file: SourceFile) -> Iterator[Layer]:
    facts = file.facts
    if not isinstance(facts, ShellFacts):
        return
    found = (
        Setting(
            assignment.name,
            None if assignment.expands or assignment.substitution is not None else assignment.value,
            Location(file.path, None, assignment.span),
            Location(file.path, None, assignment.value_span),
        )
        for assignment in facts.assignments
        if assignment.exported and not assignment.command_only and assignment.value is not None
    )
    settings = by_name(found)
    if settings:
        loads = any(command.program in ("source", ".", "eval", "dotenv") for command in facts.commands)
        more = f"{file.path.name} runs other scripts that may set more" if loads else None
        yield Layer(file.path.name, "here", settings, more=more)


def _of_dockerfile(file: SourceFile) -> Iterator[Layer]:
    """Yield what each stage has set at its end; a stage has what the stage that it begins from has."""
    facts = file.facts
    if not isinstance(facts, DockerfileFacts):
        return
    stages: list[dict[str, Setting]] = []
    for index, stage in enumerate(facts.stages):
        before = stages[stage.parent] if stage.parent is not None else {}
        own = by_name(
            Setting(
                variable.name,
                None if variable.expands else variable.value,
                Location(file.path, None, variable.span),
                Location(file.path, None, variable.value_span),
            )
            for variable in facts.variables
            if variable.stage == index
        )
        stages.append({**before, **own})
        if own:
            inherited = frozenset(before.keys() - own.keys())
            origin = f"image {stage.name or file.path.name}"
            more = "variables can be given when the container is started"
            yield Layer(origin, "container", stages[-1], inherited, more=more)


def _of_compose(file: SourceFile) -> Iterator[Layer]:
    for root in roots_of(file):
        services = tree.get(root, "services")
        for key, service in services.entries if isinstance(services, tree.Mapping) else ():
            settings = by_name(of_list_or_mapping(file, tree.get(service, "environment")))
            env_files = tuple(env_files_of(file, tree.get(service, "env_file")))
            if settings or env_files:
                more = "the image may set more" if tree.get(service, "build") is not None else None
                yield Layer(f"service {key.value}", "container", settings, env_files=env_files, more=more)


_READERS: Final[Mapping[FileKind, Callable[[SourceFile], Iterator[Layer]]]] = {
    FileKind.DOTENV: _of_dotenv,
    FileKind.EDITOR: _of_editor,
    FileKind.JOB: _of_job,
    FileKind.SHELL: _of_shell,
    FileKind.DOCKERFILE: _of_dockerfile,
    FileKind.COMPOSE: _of_compose,
    FileKind.WORKFLOW: of_workflow,
    FileKind.PIPELINE: of_pipeline,
}
"""Which kinds of file set variables, and how they are read; a new source of variables is a new line here."""

LAYER_KINDS: Final = frozenset(_READERS)
