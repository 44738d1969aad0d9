"""Where new statements go in a script or notebook so that they run before the first use of MLflow."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from azmlflow.patterns import pattern
from azmlflow.rules.sheet import (
    Definition,
    Function,
    ImportStatement,
    Site,
    Unit,
    line_after,
    line_before,
    mentioning,
    names_read,
)
from azmlflow.rules.source import indentation

FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"

_MARKER: Final = pattern(r"#\s*(?:%%|In\s*\[|COMMAND\s*-|MAGIC\b|-\*-|!|region\b|endregion\b|Databricks\b)")
"""Comments that divide a file or speak to a tool: they belong to no statement."""


class Spot(NamedTuple):
    """Where statements go: before a line of a unit. `block` is the innermost body, `function` the one it is in.

    `at_module` means the top level of the file; `behind` says what ends on the line before, if that matters to blank
    lines.
    """

    unit: Unit
    line: int
    indent: str
    block: Sequence[ast.stmt]
    function: FunctionNode | None = None
    at_module: bool = True
    behind: Literal["imports", "heading", ""] = ""


class _Place(NamedTuple):
    """A statement in the body that it belongs to."""

    unit: Unit
    body: Sequence[ast.stmt]
    position: int
    function: FunctionNode | None = None
    in_main: bool = False

    @property
    def statement(self) -> ast.stmt:
        return self.body[self.position]


def find_spot(units: Sequence[Unit], sites: Sequence[Site], prepared: Sequence[Site] = ()) -> Spot | None:
    """Return where statements go that must run before the statements at `sites`, or None when no place is sure.

    At the top level they follow the imports, and the statements at `prepared` (what loads variables, what makes a
    client); in `main()`, under `if __name__ == "__main__"` and in a branch that holds every use, they stand right
    before the first statement that leads to a use.
    """
    search = _Search(units, sites)
    place = search.start()
    if place is None:
        return None
    at_module = True
    while (inner := search.inside(place)) is not None:
        place, at_module = inner, False
    if place.function is None and at_module:
        return _at_module(units, place, prepared)
    return _before(place)


class _Search:
    """Follows names from the top level of a file to the sites."""

    def __init__(self, units: Sequence[Unit], sites: Sequence[Site]) -> None:
        self.units = units
        self.sites = sites
        self.functions = {
            node.name: (unit, node) for unit in units for node in unit.body if isinstance(node, Definition)
        }
        self.leading = self._leading()
        self.has_import = any(_imports_mlflow(node) for unit in units for node in unit.body)

    def _leading(self) -> set[str]:
        """Return the functions and classes of the top level whose call leads to a site."""
        leading = {name for name, (unit, node) in self.functions.items() if unit.holds(node, self.sites)}
        fresh = leading
        while fresh:
            nodes = [node for _, node in mentioning(self.units, fresh) if isinstance(node, Definition)]
            fresh = {node.name for node in nodes if node.name not in leading and names_read(node) & fresh}
            leading = leading | fresh
        return leading

    def start(self) -> _Place | None:
        """Return the first statement of the top level that leads to a site."""
        for unit in self.units:
            index = self.first(unit, unit.body)
            if index is not None and not isinstance(unit.body[index], Definition):
                return _Place(unit, unit.body, index)
        return self._uncalled()

    def _uncalled(self) -> _Place | None:
        """Return the place in the one function that uses MLflow and that another package calls."""
        holding = [
            _Place(unit, unit.body, index)
            for unit in self.units
            for index, node in enumerate(unit.body)
            if unit.holds(node, self.sites)
        ]
        if len(holding) == 1 and isinstance(node := holding[0].statement, Function):
            return self._in_body(holding[0].unit, node.body, node) or holding[0]
        return holding[0] if holding else None

    def leads(self, unit: Unit, statement: ast.stmt, more: frozenset[str] = frozenset()) -> bool:
        """Tell whether running a statement leads to a site; a definition runs nothing."""
        if isinstance(statement, Definition):
            return False
        return unit.holds(statement, self.sites) or not names_read(statement).isdisjoint(self.leading | more)

    def first(self, unit: Unit, body: Sequence[ast.stmt]) -> int | None:
        """Return the index of the first statement of a body that leads to a site, through inner functions too."""
        inner = frozenset(
            node.name for node in body if isinstance(node, Definition) and unit.holds(node, self.sites)
        )
        for index, statement in enumerate(body):
            if self.leads(unit, statement, inner):
                return index
        return next((index for index, node in enumerate(body) if unit.holds(node, self.sites)), None)

    def inside(self, place: _Place) -> _Place | None:
        """Return the place one level deeper, when all uses are there and the code would belong there."""
        statement = place.statement
        if isinstance(statement, ast.If) and is_main_guard(statement):
            return self._in_body(place.unit, statement.body, place.function, in_main=True)
        if any(self.leads(place.unit, other) for other in place.body[place.position + 1 :]):
            return None
        if isinstance(statement, (ast.If, ast.Try)):
            branch = self._only_branch(place.unit, statement)
            return self._in_body(place.unit, branch, place.function) if branch else None
        return self._in_function(place)

    def _only_branch(self, unit: Unit, statement: ast.If | ast.Try) -> list[ast.stmt] | None:
        """Return the branch that alone leads to the sites, when statements can be put at its start."""
        if isinstance(statement, ast.If):
            if not names_read(statement.test).isdisjoint(self.leading):
                return None
            branches = [statement.body, statement.orelse]
        else:
            handled = [handler.body for handler in statement.handlers]
            branches = [statement.body, statement.orelse, statement.finalbody, *handled]
        leading = [branch for branch in branches if self.first(unit, branch) is not None]
        if len(leading) != 1 or leading[0] not in branches[: 2 if isinstance(statement, ast.If) else 1]:
            return None
        return None if _is_elif(unit, leading[0][0]) else leading[0]

    def _in_function(self, place: _Place) -> _Place | None:
        """Go into `main`: a function that this statement alone calls, once."""
        simple = isinstance(place.statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return))
        called = names_read(place.statement) & self.leading
        if not simple or len(called) != 1 or place.function is not None or place.unit.cell is not None:
            return None
        (name,) = called
        unit, node = self.functions[name]
        wanted = place.in_main or name == "main" or not self.has_import
        if not wanted or not isinstance(node, Function) or self._count(name) != 1:
            return None
        return self._in_body(unit, node.body, node)

    def _count(self, name: str) -> int:
        nodes = (node for _, statement in mentioning(self.units, (name,)) for node in ast.walk(statement))
        return sum(isinstance(node, ast.Name) and node.id == name for node in nodes)

    def _in_body(
        self, unit: Unit, body: list[ast.stmt], function: FunctionNode | None, in_main: bool = False
    ) -> _Place | None:
        index = self.first(unit, body)
        if index is None or not unit.stands_alone(body[0]):
            return None
        return _Place(unit, body, index, function, in_main)


def is_main_guard(statement: ast.If) -> bool:
    """Tell whether a statement is `if __name__ == "__main__"`."""
    test = statement.test
    if not isinstance(test, ast.Compare) or "__name__" not in names_read(test):
        return False
    sides = (test.left, *test.comparators)
    return any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def imports_something(statement: ast.stmt) -> bool:
    """Tell whether a statement of the top level imports: outright, or under `try` or `if`."""
    if isinstance(statement, ImportStatement):
        return True
    blocks = isinstance(statement, (ast.If, ast.Try))
    return blocks and any(isinstance(node, ImportStatement) for node in ast.walk(statement))


def _imports_mlflow(statement: ast.stmt) -> bool:
    if not imports_something(statement):
        return False
    for node in ast.walk(statement):
        if isinstance(node, ast.Import) and any(a.name.partition(".")[0] == "mlflow" for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "mlflow":
            return True
    return False


def _is_elif(unit: Unit, statement: ast.stmt) -> bool:
    """Tell whether an inner `if` is written as `elif`, before which nothing can stand."""
    line = unit.text.line(statement.lineno - 1)
    return isinstance(statement, ast.If) and line.lstrip().startswith("elif")


def _before(place: _Place) -> Spot:
    """Return the spot right before a statement, above the comment that belongs to it."""
    line = line_before(place.body, place.position)
    indent = indentation(place.unit.text, line)
    floor = max((node.end_lineno or 0 for node in place.body[: place.position]), default=0)
    while line > floor and _is_comment(place.unit, line - 1, indent):
        line -= 1
    return Spot(place.unit, line, indent, place.body, place.function, at_module=False)


def _is_comment(unit: Unit, line: int, indent: str) -> bool:
    text = unit.text.line(line)
    return text.startswith(f"{indent}#") and not _MARKER.match(text[len(indent) :])


def _at_module(units: Sequence[Unit], place: _Place, prepared: Sequence[Site]) -> Spot:
    """Return the spot behind the imports and what prepares the use, in the cell of the use or of the import."""
    spot = _behind(place.unit, place.position, prepared)
    if spot is not None:
        return spot
    imports = [
        unit for unit in units[: units.index(place.unit)] if any(_imports_mlflow(node) for node in unit.body)
    ]
    if imports and not any(s.cell is not None and s.cell > (imports[-1].cell or 0) for s in prepared):
        spot = _behind(imports[-1], len(imports[-1].body), prepared)
        if spot is not None:
            return spot
    return _top(place)


def _behind(unit: Unit, end: int, prepared: Sequence[Site]) -> Spot | None:
    """Return the spot behind the last import or preparing statement before the one at `end`."""
    anchors = [i for i in range(end) if imports_something(unit.body[i]) or unit.holds(unit.body[i], prepared)]
    if not anchors:
        return None
    line = line_after(unit.body, anchors[-1])
    if end < len(unit.body) and line > line_before(unit.body, end):
        return Spot(unit, line_before(unit.body, end), "", unit.body)
    return Spot(
        unit, line, "", unit.body, behind="imports" if imports_something(unit.body[anchors[-1]]) else ""
    )


def _top(place: _Place) -> Spot:
    """Return the spot in a unit without imports: behind its docstring and magics, before the use."""
    passed = [i for i in range(place.position) if place.unit.body[i].lineno - 1 in place.unit.magics]
    if not passed and place.position and place.unit.cell is None and _is_text(place.body[0]):
        passed = [0]
    if passed:
        return Spot(place.unit, line_after(place.body, passed[-1]), "", place.body, behind="heading")
    return _before(place)._replace(at_module=True)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def spot_of(units: Sequence[Unit], site: Site) -> Spot | None:
    """Return the spot of the statement at a site, None where nothing parses there."""
    for unit in units:
        body: Sequence[ast.stmt] = unit.body if unit.cell == site.cell else ()
        found = next((node for node in body if unit.holds(node, (site,))), None)
        if found is not None:
            function = found if isinstance(found, Function) else None
            return Spot(
                unit,
                site.line,
                indentation(unit.text, site.line),
                body,
                function,
                found.lineno == site.line + 1,
            )
    return None
