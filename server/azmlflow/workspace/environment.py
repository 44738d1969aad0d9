"""Layers of environment variables: who sets which, to what, and where that is written.

A layer says what its file sets; which layers a script really gets, and which wins, is for the resolution to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from os.path import normpath
from pathlib import Path

from azmlflow.parsing import tree
from azmlflow.parsing.dotenv import DotenvFacts, expand
from azmlflow.parsing.tree import Node, Tree
from azmlflow.workspace.layer import filled_in
from azmlflow.workspace.snapshot import EnvironmentLayer, Location, Snapshot, SourceFile


def dotenv_for(snapshot: Snapshot, folder: Path, name: str = ".env") -> SourceFile | None:
    """Return the file that `load_dotenv()` finds for a script in `folder`: the nearest of that name, upward.

    None when there is none, and when the nearest one could not be read (it is then in `snapshot.skipped`).
    """
    unread = {skipped.path for skipped in snapshot.skipped}
    for parent in (folder, *folder.parents):
        file = snapshot.files.get(parent / name)
        if file is not None or parent / name in unread:
            return file
    return None


def dotenv_of_editor(snapshot: Snapshot, root: Path) -> SourceFile | None:
    """Return the file that the editor loads when it starts code: what its settings for azmlflow say, else VS Code's own.

    That is `python.envFile`, by default `.env` in the root.
    """
    if root in snapshot.env_files:
        return snapshot.files.get(snapshot.env_files[root])
    settings = snapshot.files.get(root / ".vscode" / "settings.json")
    chosen = tree.text(tree.get(_root_of(settings), "python.envFile")) if settings else None
    return snapshot.files.get(path_in_editor(chosen or "${workspaceFolder}/.env", root))


def layer_of_dotenv(
    file: SourceFile, environ: Mapping[str, str] | None = None, override: bool = False
) -> EnvironmentLayer:
    """Return what an environment file sets, `${NAME}` expanded as `load_dotenv(override=override)` does it.

    `environ` is what the process has before the file is loaded. A key without a value sets nothing.
    """
    facts = file.facts
    if not isinstance(facts, DotenvFacts):
        return EnvironmentLayer(file.path.name, {}, {})
    expanded = expand(facts.entries, environ or {}, override)
    values = {name: value for name, value in expanded.items() if value is not None}
    locations = {e.key: Location(file.path, None, e.span) for e in facts.entries if e.key in values}
    return EnvironmentLayer(file.path.name, values, locations)


def _root_of(file: SourceFile) -> Node | None:
    return file.facts.root if isinstance(file.facts, Tree) else None


def env_file_meant(written: str, root: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the path of an environment file that the editor's settings name; None for one that no file can have.

    A network share is none either: to touch it would send the user's Windows credentials there.
    """
    home = environ.get("HOME") or environ.get("USERPROFILE")
    text = filled_in(written, root)
    if home and text.startswith(("~/", "~\\")):
        text = f"{home}/{text[2:]}"
    path = normpath(root / text)
    is_share = path.startswith(("\\\\", "//"))
    return None if "\0" in path or is_share else Path(path)


def path_in_editor(written: str, root: Path) -> Path:
    """Return the path that VS Code means, with the workspace folder filled in."""
    return root / filled_in(written, root)
