"""Reads `[tool.azmlflow]` in pyproject.toml, or azmlflow.toml, into Settings and says what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from azmlflow.parsing.base import Problem, decode
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, Tree, get, text
from azmlflow.workspace.read import MEGABYTE, Refused, read_bytes
from azmlflow.workspace.settings import Settings

SETTINGS_FILES: Final = ("azmlflow.toml", "pyproject.toml")

_CODE_LISTS: Final = ("select", "ignore")
_KEYS: Final = ("select", "ignore", "per-file-ignores", "exclude", "persona", "target")

KnownCode = Callable[[str], bool]


def find_settings(root: Path) -> Settings:
    """Return the settings that hold in a root: of the nearest file, from the root up to the top of its repository."""
    for folder in _upward(root):
        for name in SETTINGS_FILES:
            tree = settings_tree(folder / name)
            if tree is not None:
                return read_settings(tree, folder / name)[0]
    return Settings()


def settings_tree(path: Path) -> Tree | None:
    """Return a settings file parsed, or None when it cannot be read or says nothing about azmlflow."""
    try:
        data = read_bytes(str(path), MEGABYTE)
    except Refused:
        return None
    if path.name == "pyproject.toml" and b"azmlflow" not in data:
        return None
    from azmlflow.parsing.toml import parse_toml

    tree = parse_toml(decode(data)[0])
    return tree if path.name != "pyproject.toml" or _table(tree, path) is not None else None


def read_settings(
    tree: Tree, path: Path, known_code: KnownCode | None = None
) -> tuple[Settings, tuple[Problem, ...]]:
    """Return what a settings file asks for, and a problem for every key, type and code that cannot be understood.

    What is wrong is left out, the rest holds. `known_code` tells whether a code, the beginning of one or a name means
    any rule; without it codes are taken as they are. Syntax errors of the file are not repeated here.
    """
    table = _table(tree, path)
    reader = _Reader(known_code)
    if table is not None and not isinstance(table, Mapping):
        return Settings(source=path), (Problem("`tool.azmlflow` has to be a table", table.span),)
    settings = Settings(source=path)
    for key, value in table.entries if table is not None else ():
        settings = replace(settings, **reader.field(key, value, path.parent))
    return settings, tuple(reader.problems)


def _table(tree: Tree, path: Path) -> Node | None:
    return get(tree.root, "tool", "azmlflow") if path.name == "pyproject.toml" else tree.root


class _Reader:
    def __init__(self, known_code: KnownCode | None) -> None:
        self.known_code = known_code
        self.problems: list[Problem] = []

    def field(self, key: Scalar, value: Node, folder: Path) -> dict[str, Any]:
        """Return the field of Settings that one entry sets; nothing when it cannot be understood."""
        name = str(key.value)
        if name in _CODE_LISTS:
            return {name: self._codes(name, value)}
        if name == "exclude":
            return {name: tuple(word for word, _ in self._strings(name, value))}
        if name == "per-file-ignores":
            return {"per_file_ignores": self._per_file(value)}
        if name == "persona":
            return self._persona(value)
        if name == "target":
            return self._target(value, folder)
        near = get_close_matches(name.replace("_", "-"), _KEYS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"the settings are {', '.join(_KEYS)}"
        self._problem(f"`{name}` is not a setting of azmlflow: {hint}", key)
        return {}

    def _codes(self, name: str, value: Node) -> tuple[str, ...]:
        codes: list[str] = []
        for code, node in self._strings(name, value):
            if self.known_code is None or self.known_code(code):
                codes.append(code)
            else:
                self._problem(f"`{code}` is no rule: `azmlflow rule --all` lists the codes and names", node)
        return tuple(codes)

    def _strings(self, name: str, value: Node) -> Iterator[tuple[str, Node]]:
        items = value.items if isinstance(value, Sequence) else None
        if items is None:
            self._problem(f'`{name}` has to be a list of strings: write {name} = ["..."]', value)
        for item in items or ():
            word = text(item)
            if word is None:
                self._problem(f"`{name}` has to be a list of strings: put this in quotes", item)
            else:
                yield word, item

    def _per_file(self, value: Node) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, Mapping):
            self._problem(
                '`per-file-ignores` has to be a table: write "tests/*" = ["AZM101"] below it', value
            )
            return {}
        return {str(glob.value): self._codes(str(glob.value), codes) for glob, codes in value.entries}

    def _persona(self, value: Node) -> dict[str, Any]:
        persona = text(value)
        if persona in ("regular", "pedantic"):
            return {"persona": persona}
        self._problem('`persona` has to be "regular" or "pedantic"', value)
        return {}

    def _target(self, value: Node, folder: Path) -> dict[str, Any]:
        target = text(value)
        if target:
            return {"target": Path(os.path.normpath(folder / target))}
        self._problem(
            '`target` has to be the path of a workspace config, such as ".azureml/config.json"', value
        )
        return {}

    def _problem(self, message: str, node: Node) -> None:
        self.problems.append(Problem(message, node.span))


def _upward(root: Path) -> list[Path]:
    """Return the root and the folders above it up to the top of its repository; without one, only the root."""
    line = [root, *root.parents]
    for count, folder in enumerate(line, start=1):
        if os.path.lexists(folder / ".git"):
            return line[:count]
    return line[:1]
