"""The repair of a script that takes its tracking URI from a workspace of SDK v1: the same from an MLClient."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span, Text
from azmlflow.patterns import pattern
from azmlflow.rules.base import Edit, Fix
from azmlflow.rules.sheet import Unit, code_points, units_of
from azmlflow.workspace.snapshot import Location, SourceFile

_CLASS: Final = "Workspace"
_MODULES: Final = ("azureml.core", "azureml.core.workspace")
_IMPORTS: Final = "from azure.ai.ml import MLClient\nfrom azure.identity import DefaultAzureCredential"
_CLIENT: Final = "ml_client"
_NEW_NAMES: Final = pattern(rf"\b(?:MLClient|DefaultAzureCredential|{_CLIENT})\b")


class _Import(NamedTuple):
    """The statement that imports the class."""

    unit: Unit
    node: ast.ImportFrom


class _Made(NamedTuple):
    """`ws = Workspace.from_config()`."""

    unit: Unit
    target: ast.Name
    call: ast.Call


def replacement(file: SourceFile) -> Iterator[Fix]:
    """Yield the fix where the workspace is read from a config and used for its tracking URI only."""
    units = units_of(file)
    imported, made = _import_of(units), _assignment(units)
    if imported is None or made is None or any(_NEW_NAMES.search(unit.text.value) for unit in units):
        return
    name = made.target.id
    asked = [(unit, node) for unit in units for node in _walk(unit) if _asks_for_uri(node, name)]
    if not asked or _words(units, name) != len(asked) + 1 or _words(units, _CLASS) != 2:
        return
    uri = f"{_CLIENT}.workspaces.get({_CLIENT}.workspace_name).mlflow_tracking_uri"
    edits = [
        _edit(file, imported.unit, imported.node, _without_class(imported.node)),
        _edit(file, made.unit, made.target, _CLIENT),
        _edit(
            file,
            made.unit,
            made.call,
            f"MLClient.from_config(credential=DefaultAzureCredential(){_path(made)})",
        ),
        *(_edit(file, unit, node, uri) for unit, node in asked),
    ]
    yield Fix("Take the tracking URI from an MLClient (SDK v2)", tuple(edits), safe=False)


def _walk(unit: Unit) -> Iterator[ast.stmt | ast.expr]:
    for statement in unit.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.stmt | ast.expr):
                yield node


def _words(units: tuple[Unit, ...], name: str) -> int:
    """Count a name in the text, comments and functions that are not looked into included."""
    return sum(len(re.findall(rf"\b{re.escape(name)}\b", unit.text.value)) for unit in units)


def _import_of(units: tuple[Unit, ...]) -> _Import | None:
    for unit in units:
        for node in unit.body:
            if isinstance(node, ast.ImportFrom) and node.module in _MODULES and not node.level:
                names = [alias.name for alias in node.names if alias.asname is None]
                if _CLASS in names and unit.stands_alone(node) and node.lineno == node.end_lineno:
                    return _Import(unit, node)
    return None


def _without_class(node: ast.ImportFrom) -> str:
    """Return the new imports, before what else the old one brought."""
    others = [alias for alias in node.names if alias.name != _CLASS]
    return f"{_IMPORTS}\n{ast.unparse(ast.ImportFrom(node.module, others, 0))}" if others else _IMPORTS


def _assignment(units: tuple[Unit, ...]) -> _Made | None:
    """Return `ws = Workspace.from_config()`, perhaps with a path."""
    for unit in units:
        for node in _walk(unit):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _reads_config(value):
                return _Made(unit, target, value)
    return None


def _reads_config(call: ast.Call) -> bool:
    """Tell whether a call is `Workspace.from_config`, with a path at most."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr != "from_config":
        return False
    only_path = len(call.args) + len(call.keywords) <= 1 and all(k.arg == "path" for k in call.keywords)
    return only_path and isinstance(function.value, ast.Name) and function.value.id == _CLASS


def _asks_for_uri(node: ast.AST, name: str) -> bool:
    if (
        not isinstance(node, ast.Call)
        or node.args
        or node.keywords
        or not isinstance(node.func, ast.Attribute)
    ):
        return False
    base = node.func.value
    return node.func.attr == "get_mlflow_tracking_uri" and isinstance(base, ast.Name) and base.id == name


def _path(made: _Made) -> str:
    given = [*made.call.args, *(keyword.value for keyword in made.call.keywords)]
    return f", path={made.unit.text.slice(_span(made.unit.text, given[0]))}" if given else ""


def _edit(file: SourceFile, unit: Unit, node: ast.stmt | ast.expr, text: str) -> Edit:
    return Edit(Location(file.path, unit.cell, _span(unit.text, node)), text)


def _span(text: Text, node: ast.stmt | ast.expr) -> Span:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    end = code_points(text, last, node.end_col_offset or 0)
    return Span(first, code_points(text, first, node.col_offset), last, end)
