"""New statements with the imports that they need, written like the rest of the file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from azmlflow.parsing.base import Span
from azmlflow.patterns import pattern
from azmlflow.rules.insertion import Spot, imports_something
from azmlflow.rules.sheet import (
    Definition,
    ImportStatement,
    Unit,
    end_of,
    first_line,
    last_line,
    line_after,
    line_before,
    mentioning,
)
from azmlflow.rules.source import indentation

WIDTH: Final = 88
"""Longer calls are broken, unless the file itself has longer lines."""
WIDEST: Final = 120

_INDENT: Final = pattern(r"^([ \t]+)\S", re.MULTILINE)


class Change(NamedTuple):
    """Replace a span of a unit's text."""

    cell: int | None
    span: Span
    text: str


class _Bound(NamedTuple):
    """A name that an import binds, and the statement that does."""

    name: str
    statement: ast.stmt


class Additions:
    """Collects what is added at a spot; `changes` writes it out."""

    def __init__(self, units: Sequence[Unit], spot: Spot) -> None:
        self.units = units
        self.spot = spot
        self.lines: list[str] = []
        self._imports: dict[tuple[str, str | None], str] = {}
        self._given: set[str] = set()

    def name_of(self, module: str, name: str | None = None) -> str:
        """Return the name by which a module, or something of it, is reached here; it is imported if need be."""
        known = self._imports.get((module, name)) or self._visible(module, name)
        if known is None:
            plain = name or module.partition(".")[0]
            other = f"Azure{plain}" if plain[0].isupper() else f"_{plain}"
            known = self._imports[module, name] = plain if self._is_free(module, plain) else self.fresh(other)
        return known

    def fresh(self, *wanted: str) -> str:
        """Return the first of some names that the file does not use yet."""
        numbered = (f"{wanted[0]}_{number}" for number in range(2, 10_000))
        name = next(
            name for name in chain(wanted, numbered) if name not in self._given and not self._mentions(name)
        )
        self._given.add(name)
        return name

    def _mentions(self, name: str) -> bool:
        return any(True for _ in mentioning(self.units, (name,)))

    def add(self, line: str) -> None:
        """Add a statement of one line."""
        self.lines.append(line)

    def call(self, function: str, argument: str) -> None:
        """Add a call, broken behind its bracket where it would be too long."""
        line = f"{function}({argument})"
        if len(self.spot.indent) + len(line) > self._width():
            line = f"{function}(\n{self.indented(argument)}\n)"
        self.add(line)

    def changes(self) -> tuple[Change, ...]:
        """Return what to change so that the imports and statements stand there."""
        imports: dict[int, list[str]] = {}
        changes: list[Change] = []
        home = self._home()
        for key, bound in self._imports.items():
            module, name = key
            longer = self._longer_import(module, name, bound)
            if longer is not None:
                changes.append(longer)
                continue
            line = self._import_line(home, key) if home else self.spot.line
            imports.setdefault(line, []).append(_import_text(module, name, bound))
        own = imports.pop(self.spot.line, [])
        indent = indentation(home[0].text, first_line(home[1][home[2]])) if home else ""
        for line, texts in imports.items():
            changes.append(self._insertion(line, sorted(texts, key=_order_of_text), indent))
        changes.append(self._body(sorted(own, key=_order_of_text)))
        return tuple(sorted(changes, key=lambda change: change.span))

    def _is_free(self, module: str, name: str) -> bool:
        """Tell whether a name is unused, or used only by an import of the very same."""
        nodes = (node for _, statement in mentioning(self.units, (name,)) for node in ast.walk(statement))
        return not any(_stores(node, name) or _imports_other(node, module, name) for node in nodes)

    def _visible(self, module: str, name: str | None) -> str | None:
        found = [bound for unit, body in self._scopes() for bound in self._bound(unit, body, module, name)]
        usable = [bound.name for bound in found if module == "mlflow" or self._is_free(module, bound.name)]
        return usable[-1] if usable else None

    def _scopes(self) -> Iterator[tuple[Unit, Sequence[ast.stmt]]]:
        """Yield the bodies whose imports can be used at the spot, each up to the spot."""
        spot = self.spot
        until = None if spot.function is not None else spot.line
        for unit in self.units:
            if unit is spot.unit or unit.cell == spot.unit.cell:
                yield unit, _upto(unit.body, until)
                break
            yield unit, unit.body
        if spot.function is not None:
            yield spot.unit, _upto(spot.function.body, spot.line)
        if spot.block is not spot.unit.body and spot.block is not getattr(spot.function, "body", None):
            yield spot.unit, _upto(spot.block, spot.line)

    def _bound(self, unit: Unit, body: Sequence[ast.stmt], module: str, name: str | None) -> Iterator[_Bound]:
        for statement in body:
            inner = (
                ast.walk(statement) if module == "mlflow" and imports_something(statement) else (statement,)
            )
            for node in inner:
                if isinstance(node, ImportStatement):
                    yield from (_Bound(bound, node) for bound in _bound_by(node, module, name))

    def _home(self) -> tuple[Unit, Sequence[ast.stmt], int] | None:
        """Return the import after which others go: MLflow's own if it is there, else the last one."""
        spot, found = self.spot, None
        for unit, body in self._scopes():
            if unit.cell != spot.unit.cell:
                continue
            plain = [i for i, s in enumerate(body) if isinstance(s, ImportStatement)]
            ours = [i for i in plain if any(map(_is_mlflow, _modules(body[i])))]
            if ours and (found is None or body is not unit.body):
                found = unit, body, ours[-1]
            elif plain and found is None:
                found = unit, body, plain[-1]
        return found

    def _import_line(self, home: tuple[Unit, Sequence[ast.stmt], int], key: tuple[str, str | None]) -> int:
        """Return the line where an import goes: sorted into the group of imports around `home`."""
        unit, body, index = home
        first = last = index
        while first and _adjoin(body[first - 1], body[first]):
            first -= 1
        while last + 1 < len(body) and _adjoin(body[last], body[last + 1]):
            last += 1
        orders = [_order(body[number]) for number in range(first, last + 1)]
        smaller = [order <= (1 if key[1] else 0, key[0].lower()) for order in orders].count(True)
        place = first + smaller if orders == sorted(orders) else last + 1
        line = line_after(body, place - 1) if place > first else line_before(body, first)
        at_top = unit is self.spot.unit and self.spot.function is None
        return min(line, self.spot.line) if at_top else line

    def _longer_import(self, module: str, name: str | None, bound: str) -> Change | None:
        """Return the change that adds a name to a `from module import ...` that stands there already."""
        if name is None:
            return None
        for unit, body in self._scopes():
            for node in body if unit.cell == self.spot.unit.cell else ():
                if not isinstance(node, ast.ImportFrom) or (node.module, node.level) != (module, 0):
                    continue
                if node.names[-1].name != "*":
                    return Change(unit.cell, end_of(unit.text, node.names[-1]), f", {_alias(name, bound)}")
        return None

    def _body(self, imports: list[str]) -> Change:
        """Return the change at the spot: imports that go there, then the statements, apart where the file is so."""
        spot = self.spot
        spaced = not spot.unit.text.line(spot.line).strip()
        after_imports = spot.behind == "imports"
        lines = [""] if spot.behind == "heading" and spaced else []
        lines += imports
        if self.lines and (spaced if after_imports else bool(imports)) and spot.at_module:
            lines.append("")
        lines += [part for line in self.lines for part in line.split("\n")]
        if imports and spot.at_module and not after_imports and not spaced:
            lines.append("")
        return self._insertion(spot.line, lines, spot.indent)

    def _insertion(self, line: int, lines: Sequence[str], indent: str) -> Change:
        """Return the change that puts whole lines before a line, or at the end of a text without a last line end."""
        text = self.spot.unit.text
        written = [f"{indent}{part}" if part else "" for part in lines]
        if line < text.line_count:
            return Change(self.spot.unit.cell, Span.at(line, 0), "".join(f"{part}\n" for part in written))
        last = text.line_count - 1
        end = Span.at(last, len(text.line(last)))
        return Change(self.spot.unit.cell, end, "".join(f"\n{part}" for part in written))

    def indented(self, line: str) -> str:
        """Return a line with one level of indentation, as the file writes it."""
        return self._step() + line

    def _step(self) -> str:
        """Return one level of indentation as the file writes it."""
        found = _INDENT.search(self.spot.unit.text.value)
        written = found.group(1) if found else "    "
        return "\t" if written.startswith("\t") else written[:8]

    def _width(self) -> int:
        longest = max(map(len, self.spot.unit.text.value.splitlines()), default=0)
        return min(max(WIDTH, longest), WIDEST)

    def quoted(self, value: str) -> str:
        """Return a string literal in the quotes that the file prefers."""
        text = self.spot.unit.text.value
        quote = "'" if text.count("'") > text.count('"') else '"'
        return quote + value.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def _upto(body: Sequence[ast.stmt], line: int | None) -> Sequence[ast.stmt]:
    """Return the statements that end before a line; the very same sequence when that is all of them."""
    if line is None or all(last_line(node) < line for node in body):
        return body
    return [node for node in body if last_line(node) < line]


def _bound_by(node: ast.Import | ast.ImportFrom, module: str, name: str | None) -> Iterator[str]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if name is not None and (node.module, node.level, alias.name) == (module, 0, name):
                yield alias.asname or alias.name
        elif name is None and alias.name == module:
            yield alias.asname or alias.name
        elif name is None and alias.asname is None and alias.name.startswith(f"{module}."):
            yield module


def _stores(node: ast.AST, name: str) -> bool:
    if isinstance(node, Definition):
        return node.name == name
    if isinstance(node, ast.arg):
        return node.arg == name
    return isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)


def _imports_other(node: ast.AST, module: str, name: str) -> bool:
    if not isinstance(node, ImportStatement):
        return False
    bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return name in bound and module.partition(".")[0] not in {m.partition(".")[0] for m in _modules(node)}


def _modules(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.Import):
        return tuple(alias.name for alias in node.names)
    return (("." * node.level + (node.module or "")),) if isinstance(node, ast.ImportFrom) else ()


def _is_mlflow(module: str) -> bool:
    return module.partition(".")[0] == "mlflow"


def _adjoin(one: ast.stmt, other: ast.stmt) -> bool:
    both = isinstance(one, ImportStatement) and isinstance(other, ImportStatement)
    return both and first_line(other) - last_line(one) <= 1


def _order(node: ast.stmt) -> tuple[int, str]:
    """Return what imports are sorted by: `from __future__`, plain ones, the others, those of the project."""
    module = _modules(node)[0]
    if isinstance(node, ast.Import):
        return 0, module.lower()
    return (-1 if module == "__future__" else 2 if module.startswith(".") else 1), module.lower()


def _order_of_text(text: str) -> tuple[int, str]:
    return (1 if text.startswith("from ") else 0), text.lower()


def _alias(name: str, bound: str) -> str:
    return name if name == bound else f"{name} as {bound}"


def _import_text(module: str, name: str | None, bound: str) -> str:
    return f"from {module} import {_alias(name, bound)}" if name else f"import {_alias(module, bound)}"
