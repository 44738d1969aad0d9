"""The file by which MLClient.from_config finds a workspace: where it is looked for, and what it must hold.

Sources: `MLClient.from_config` and `_get_workspace_info` in azure-ai-ml 1.35 (`azure/ai/ml/_ml_client.py`)
with `traverse_up_path_and_find_file` (`azure/ai/ml/_file_utils/file_utils.py`); `Workspace.from_config` in
azureml-core 1.61 (`azureml/core/workspace.py`, `azureml/_project/project_info.py`). No environment variable
has a part in either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import PurePath
from typing import Final

from azmlflow.azure.workspace import WorkspaceRef

FOLDERS: Final = (".azureml", "aml_config", "")
FILE_NAMES: Final = ("config.json", "project.json")
SEARCH_ORDER: Final = tuple(f"{folder}/{name}".lstrip("/") for folder, name in product(FOLDERS, FILE_NAMES))
PARENT_LEVELS: Final = 20
"""How far up SDK v2 looks, the start itself not counted; SDK v1 goes on to the root of the drive."""

REQUIRED_KEYS: Final = ("subscription_id", "resource_group", "workspace_name")
SCOPE_KEY: Final = "Scope"

_RIGHT_KEYS: Final = {
    "subscriptionid": "subscription_id",
    "subscription": "subscription_id",
    "azuresubscriptionid": "subscription_id",
    "subid": "subscription_id",
    "resourcegroup": "resource_group",
    "resourcegroupname": "resource_group",
    "azureresourcegroup": "resource_group",
    "rg": "resource_group",
    "workspacename": "workspace_name",
    "workspace": "workspace_name",
    "amlworkspacename": "workspace_name",
    "amlworkspace": "workspace_name",
    "azuremlworkspacename": "workspace_name",
    "wsname": "workspace_name",
    "name": "workspace_name",
    "scope": SCOPE_KEY,
}


def candidate_paths(
    start: PurePath, file_name: str | None = None, *, levels: int | None = PARENT_LEVELS
) -> Iterator[PurePath]:
    """Yield the files from_config looks for, in its order: the first that exists wins.

    `start` is the absolute folder from which it searches (the working folder, or `path=`). Each of the six
    names is looked for in the start and all its parents before the next name is tried, so that a parent's
    `.azureml/config.json` wins over `./config.json`. With `file_name` (SDK v2) only that name is looked for,
    in the three folders. `levels=None` is the search of SDK v1, which has no limit.
    """
    names = (file_name,) if file_name else FILE_NAMES
    upward = (start, *start.parents) if levels is None else (start, *start.parents)[: levels + 1]
    for folder, name in product(FOLDERS, names):
        for place in upward:
            yield place / folder / name if folder else place / name


def missing_keys(config: Mapping[str, object]) -> tuple[str, ...]:
    """Return the required keys that `config` lacks; none when it has a Scope, which is read instead of them.

    A key counts as present whatever its value: from_config looks at the names only.
    """
    if config.get(SCOPE_KEY):
        return ()
    return tuple(key for key in REQUIRED_KEYS if key not in config)


def right_key(key: str) -> str | None:
    """Return the key that somebody most likely meant by `key`, or None when it is right or not known."""
    if key in REQUIRED_KEYS or key == SCOPE_KEY:
        return None
    return _RIGHT_KEYS.get("".join(character for character in key.lower() if character.isalnum()))


def workspace_of_config(config: Mapping[str, object]) -> WorkspaceRef | None:
    """Return the workspace a parsed file names, as from_config reads it, or None where it would fail.

    `Scope` is read before the three keys. None too where a value is not text: from_config accepts it and a
    later call fails (`workspace_name: null`).
    """
    scope = config.get(SCOPE_KEY)
    if scope:
        return workspace_of_scope(scope) if isinstance(scope, str) else None
    values = [config.get(key) for key in REQUIRED_KEYS]
    if all(isinstance(value, str) and value for value in values):
        return WorkspaceRef(*map(str, values))
    return None


def workspace_of_scope(scope: str) -> WorkspaceRef | None:
    """Return the workspace of a `Scope` value, which from_config reads by position, not by words.

    None where from_config raises IndexError because the value is too short.
    """
    pieces = scope.split("/")
    return WorkspaceRef(pieces[2], pieces[4], pieces[8]) if len(pieces) > 8 else None


def config_text(ref: WorkspaceRef) -> str:
    """Return the text of a config.json for a workspace, in the form the studio offers for download."""
    return json.dumps(dict(zip(REQUIRED_KEYS, ref, strict=True)), indent=4, ensure_ascii=False) + "\n"
