"""The Snapshot: everything that resolution and rules may know, taken at one moment and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from azmlflow.parsing.base import Problem, Span, Text

if TYPE_CHECKING:
    from azmlflow.parsing.dockerfile import DockerfileFacts
    from azmlflow.parsing.dotenv import DotenvFacts
    from azmlflow.parsing.markdown import MarkdownFacts
    from azmlflow.parsing.notebook import NotebookFacts
    from azmlflow.parsing.python.document import PythonFacts
    from azmlflow.parsing.requirements import RequirementsFacts
    from azmlflow.parsing.shell import ShellFacts
    from azmlflow.parsing.tree import Tree
    from azmlflow.workspace.learned import Learned
    from azmlflow.workspace.settings import Settings
    from azmlflow.workspace.surroundings import Surroundings

    Facts: TypeAlias = (
        PythonFacts
        | DockerfileFacts
        | NotebookFacts
        | DotenvFacts
        | MarkdownFacts
        | RequirementsFacts
        | ShellFacts
        | Tree
        | tuple[Tree, ...]
    )


class FileKind(Enum):
    """What a file is to us; decided by its name and, for YAML and JSON, by its shape."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    DOTENV = "dotenv"
    WORKSPACE_CONFIG = "workspace config"
    JOB = "job"
    YAML = "yaml"
    REQUIREMENTS = "requirements"
    CONDA = "conda"
    PYPROJECT = "pyproject"
    SETTINGS = "azmlflow.toml"
    SHELL = "shell"
    MARKDOWN = "markdown"
    MLPROJECT = "mlproject"
    EDITOR = "VS Code settings"
    """`settings.json` or `launch.json` in `.vscode`."""
    DOCKERFILE = "Dockerfile"
    COMPOSE = "compose file"
    WORKFLOW = "GitHub workflow"
    PIPELINE = "Azure Pipelines"
    IGNORE = ".gitignore"


SCRIPT_KINDS = frozenset({FileKind.PYTHON, FileKind.NOTEBOOK})
YAML_KINDS = frozenset({FileKind.YAML, FileKind.COMPOSE, FileKind.WORKFLOW, FileKind.PIPELINE})
"""YAML that is no job of Azure ML, no conda environment and no MLproject."""


class Location(NamedTuple):
    """A span in a file; `cell` is the index of a notebook's cell, and lines count within it."""

    path: Path
    cell: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One parsed file. For a notebook `text` is its JSON; its cells carry their own text."""

    path: Path
    kind: FileKind
    text: Text
    facts: Facts
    problems: tuple[Problem, ...] = ()
    version: int | None = None
    """The version of the open document, or None when read from disk."""
    derived: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What readers worked out about this very file."""


class SkippedFile(NamedTuple):
    """A file that was not checked, and why, as one sentence that names the remedy where there is one."""

    path: Path
    reason: str


class EnvironmentLayer(NamedTuple):
    """One source of environment variables: who sets them (`origin`), and where each is written, if in a file."""

    origin: str
    values: Mapping[str, str]
    locations: Mapping[str, Location]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The workspace at one moment."""

    roots: tuple[Path, ...]
    files: Mapping[Path, SourceFile]
    imports: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    """Dotted names of the modules each Python file imports, relative ones made absolute to the root where known."""
    present: frozenset[Path] = frozenset()
    """Paths that exist though they are not parsed: local stores (`mlflow.db`, `mlruns`), `.git`, certificates."""
    ignored: frozenset[Path] = frozenset()
    """Files that were read although git ignores them: environment files and workspace configs."""
    process: EnvironmentLayer = field(default_factory=lambda: EnvironmentLayer("process", {}, {}))
    settings: Mapping[Path, Settings] = field(default_factory=dict)
    """The settings that hold in each root."""
    env_files: Mapping[Path, Path] = field(default_factory=dict)
    """The environment file that the editor loads in a root, where its user has chosen one; it need not exist."""
    skipped: tuple[SkippedFile, ...] = ()
    surroundings: Surroundings | None = None
    """What was looked at around the files: paths that variables name, interpreters, the date. None: nothing was."""
    learned: tuple[Learned, ...] = ()
    """What connection tests were told by workspaces; `learned_about` leaves out what no longer holds."""
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)
    """What was derived from the whole workspace; handed on to the next snapshot while it still holds."""

    def root_of(self, path: Path) -> Path:
        """Return the innermost root that holds the path, else the path's own folder."""
        inside = [root for root in self.roots if path.is_relative_to(root)]
        return max(inside, key=lambda root: len(root.parts)) if inside else path.parent

    def of_kind(self, *kinds: FileKind) -> Iterator[SourceFile]:
        """Yield the files of some kinds in the order they were found."""
        return (file for file in self.files.values() if file.kind in kinds)

    def with_file(self, file: SourceFile) -> Snapshot:
        """Return a snapshot in which one file is new or replaced."""
        old = self.files.get(file.path)
        memo = self.memo if old is not None and _tells_others_the_same(old, file) else {}
        return replace(self, files={**self.files, file.path: file}, memo=memo)

    def without_file(self, path: Path) -> Snapshot:
        """Return a snapshot in which one file is gone."""
        files = {p: f for p, f in self.files.items() if p != path}
        return replace(self, files=files, memo={})


def _tells_others_the_same(old: SourceFile, new: SourceFile) -> bool:
    """Tell whether an edit of a script left alone what it says about other files: the jobs it submits."""
    from azmlflow.parsing.python.document import PythonFacts

    if not isinstance(old.facts, PythonFacts) or not isinstance(new.facts, PythonFacts):
        return False
    return new.facts.tells_others_as(old.facts)
