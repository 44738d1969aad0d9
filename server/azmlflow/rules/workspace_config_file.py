"""Workspace configs as text: made anew, completed, and put right, in the indentation and line ends of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping as Values
from pathlib import Path
from typing import Final

from azmlflow.azure.tracking_uri import parse_tracking_uri
from azmlflow.azure.workspace import (
    WorkspaceRef,
    is_guid,
    is_placeholder,
    parse_portal_address,
    stray_characters,
)
from azmlflow.azure.workspace_config import REQUIRED_KEYS, config_text
from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.tree import Mapping, Node, Scalar
from azmlflow.rules.base import Edit, Fix, in_file
from azmlflow.rules.source import indentation

DEFAULT_INDENT: Final = "    "

_PASTE: Final = "paste its tracking URI, or its address in the studio or the Azure portal"


def config_from_pasted(pasted: str, path: Path) -> Fix | str:
    """Return the fix that writes the workspace a user pasted to `path`, or one sentence that says why there is none.

    `pasted` is a tracking URI, an ARM id, or an address of the studio or the Azure portal.
    """
    workspace = parse_portal_address(pasted)
    if workspace is None:
        return _why_not(pasted)
    for key, value in zip(REQUIRED_KEYS, workspace, strict=True):
        if is_placeholder(value):
            return f"The {key} is still a placeholder: {_PASTE}, with the real name in it."
        if stray_characters(value):
            return f"There is {stray_characters(value)[0].name} in the {key}: {_PASTE}, without it."
    if not is_guid(workspace.subscription_id):
        return f"The subscription must be an id (a GUID), not {workspace.subscription_id!r}: {_PASTE}."
    return create(path, workspace)


def create(path: Path, workspace: WorkspaceRef) -> Fix:
    """Return the fix that creates a config for a workspace."""
    edit = Edit(in_file(path, Span.at(0)), config_text(workspace), create=True)
    return Fix(f"Create {path.name} for the workspace {workspace.workspace_name}", (edit,), safe=False)


def completed(text: Text, root: Mapping, values: Values[str, str]) -> tuple[Span, str]:
    """Return the edit that adds keys behind the last one, each on a line of its own where the others are."""
    pairs = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    if not root.entries:
        lines = ",\n".join(f"{DEFAULT_INDENT}{pair}" for pair in pairs)
        return root.span, f"{{\n{lines}\n}}"
    first, last = root.entries[0][0].span, root.entries[-1][1].span
    separator = ", " if first.line == root.span.line else f",\n{indentation(text, first.line)}"
    place = Span.at(last.end_line, last.end_column)
    return place, "".join(f"{separator}{pair}" for pair in pairs)


def rewritten(text: Text, root: Node) -> str:
    """Return valid JSON with all that could be read of a broken file, in its indentation."""
    indent = DEFAULT_INDENT
    if isinstance(root, Mapping) and root.entries and root.entries[0][0].span.line != root.span.line:
        indent = indentation(text, root.entries[0][0].span.line) or DEFAULT_INDENT
    return json.dumps(plain(root), indent=indent, ensure_ascii=False) + "\n"


def plain(node: Node) -> object:
    """Return a tree as plain values; a parser bounds how deep it is."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {str(key.value): plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items]


def _why_not(pasted: str) -> str:
    parsed = parse_tracking_uri(pasted.strip().strip("'\"<>"))
    if parsed is not None and parsed.registry is not None:
        return f"This names the registry {parsed.registry}, not a workspace: {_PASTE}."
    if not pasted.strip():
        return f"Nothing was pasted: {_PASTE}."
    return f"This names no workspace: {_PASTE}."
