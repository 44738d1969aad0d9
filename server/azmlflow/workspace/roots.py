"""Finds the project that a path belongs to, and what lies above it that its code would still read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from azmlflow.workspace.classify import CONFIG_FOLDERS, CONFIG_NAMES
from azmlflow.workspace.settings_reader import SETTINGS_FILES, settings_tree

PARENTS_SEARCHED: Final = 20
"""How far above its start `MLClient.from_config` looks."""


def root_of(path: Path, environ: Mapping[str, str]) -> Path:
    """Return the project root of a file or folder: what says so most plainly wins, then what is nearest.

    In this order: settings of azmlflow (not looked for above a git repository), a git repository, pyproject.toml,
    `.azureml` with a config in it; else the folder itself. The home folder and the file system's root are a project
    only when they are the path that was asked for: `~/.azureml` and a repository of dotfiles make none.
    """
    start = path if path.is_dir() else path.parent
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    line = [f for f in (start, *start.parents) if f == start or (f != Path(home) and f != f.parent)]
    repository = next((folder for folder in line if _exists(folder, ".git")), None)
    near = line if repository is None else line[: line.index(repository) + 1]
    configured = next((folder for folder in near if _holds_settings(folder)), None)
    found = configured or repository
    found = found or next((folder for folder in line if _exists(folder, "pyproject.toml")), None)
    found = found or next((folder for folder in line if _holds_config(folder / ".azureml")), None)
    return found or start


def read_above(root: Path) -> Iterator[Path]:
    """Yield the paths above a root that its code may read: workspace configs, and `.env` files.

    `MLClient.from_config` looks for its config in 20 folders above, `load_dotenv` in all of them.
    """
    for distance, folder in enumerate(root.parents, start=1):
        if distance <= PARENTS_SEARCHED:
            yield from read_in(folder)
        else:
            yield folder / ".env"


def read_in(folder: Path) -> Iterator[Path]:
    """Yield the places in a folder where `load_dotenv` and `MLClient.from_config` look."""
    yield folder / ".env"
    for place in (*(folder / name for name in CONFIG_FOLDERS), folder):
        yield from (place / name for name in CONFIG_NAMES)


def _exists(folder: Path, name: str) -> bool:
    return os.path.lexists(folder / name)


def _holds_settings(folder: Path) -> bool:
    return any(settings_tree(folder / name) is not None for name in SETTINGS_FILES)


def _holds_config(folder: Path) -> bool:
    return any(_exists(folder, name) for name in CONFIG_NAMES)
