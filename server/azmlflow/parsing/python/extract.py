"""Statements become facts, in the order in which Python would run them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, Final

from azmlflow.parsing.python.facts import (
    Assign,
    Call,
    Define,
    Delete,
    Fact,
    Guard,
    GuardKind,
    Import,
    Join,
    Opaque,
    Return,
    Value,
    dotted,
)
from azmlflow.parsing.python.values import Columns, Values


def facts_of(tree: ast.Module, text: str) -> tuple[Fact, ...]:
    """Return the facts of a parsed block; `text` is its source, needed for columns."""
    reader = _Reader(text)
    reader.statements(tree.body)
    return tuple(reader.facts)


class _Reader:
    """Walks statements; `scope` and `guards` say where it stands."""

    def __init__(self, text: str) -> None:
        columns = Columns(text)
        self.span = columns.span
        self.value = Values(columns)
        self.facts: list[Fact] = []
        self.scope = ""
        self.guards: tuple[Guard, ...] = ()

    def statements(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            handle = _HANDLERS.get(type(statement))
            if handle is not None:
                handle(self, statement)
            else:
                self.calls(statement, statement)

    def under(self, kind: GuardKind, node: ast.stmt, body: Iterable[ast.stmt]) -> None:
        outer = self.guards
        self.guards = (*outer, Guard(kind, node.lineno - 1))
        self.statements(body)
        self.guards = outer

    def calls(self, node: ast.AST, statement: ast.stmt, as_context: bool = False) -> None:
        """Record the calls inside an expression, the innermost first, as Python evaluates them."""
        for call in _calls_in(node):
            value = self.value.call(call)
            outermost = as_context and call is node
            self.facts.append(Call(value, self.span(statement), self.scope, self.guards, outermost))

    def expression(self, node: ast.Expr) -> None:
        self.calls(node.value, node)
        if isinstance(node.value, (ast.Yield, ast.YieldFrom)) and node.value.value is not None:
            self.facts.append(
                Return(self.value.of(node.value.value), self.span(node), self.scope, self.guards)
            )

    def assign(self, node: ast.Assign) -> None:
        self.calls(node.value, node)
        for target in node.targets:
            self.bind(target, node.value, node)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.calls(node.value, node)
            self.bind(node.target, node.value, node)

    def augmented(self, node: ast.AugAssign) -> None:
        self.calls(node.value, node)
        name = dotted(self.value.of(node.target))
        if name is None:
            return
        old, new = self.value.of(node.target), self.value.of(node.value)
        joined: Value = Join((old, new), self.span(node))
        if not isinstance(node.op, ast.Add):
            joined = Opaque("it is computed", self.span(node))
        self.record(name, None, joined, node.target, node)

    def bind(self, target: ast.expr, value: ast.expr | Value, statement: ast.stmt) -> None:
        """Record `target = value`, taking tuples apart where both sides have the same length."""
        if isinstance(target, (ast.Tuple, ast.List)):
            self.unpack(target, value, statement)
            return
        symbolic = self.value.of(value) if isinstance(value, ast.expr) else value
        key = self.value.of(target.slice) if isinstance(target, ast.Subscript) else None
        name = dotted(self.value.of(target.value if isinstance(target, ast.Subscript) else target))
        if name is not None:
            self.record(name, key, symbolic, target, statement)

    def unpack(self, target: ast.Tuple | ast.List, value: ast.expr | Value, statement: ast.stmt) -> None:
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for name, part in zip(target.elts, value.elts, strict=True):
                self.bind(name, part, statement)
            return
        for name in target.elts:
            inner = name.value if isinstance(name, ast.Starred) else name
            self.bind(inner, Opaque("it is taken out of a sequence", self.span(statement)), statement)

    def record(
        self, name: str, key: Value | None, value: Value, target: ast.expr, statement: ast.stmt
    ) -> None:
        self.facts.append(
            Assign(name, key, value, self.span(target), self.span(statement), self.scope, self.guards)
        )

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            key = self.value.of(target.slice) if isinstance(target, ast.Subscript) else None
            base = target.value if isinstance(target, ast.Subscript) else target
            name = dotted(self.value.of(base))
            if name is not None:
                self.facts.append(Delete(name, key, self.span(node), self.scope, self.guards))

    def imports(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self.facts.append(
                Import(alias.name, None, bound, 0, self.span(alias), self.span(node), self.scope, self.guards)
            )

    def import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name
            place = (self.span(alias), self.span(node), self.scope, self.guards)
            self.facts.append(Import(node.module or "", alias.name, bound, node.level, *place))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.calls(default, node)
        self.define(node, "function", _parameters(node.args, self.value.of), ())
        self.inside(node.name, node.body)

    def class_(self, node: ast.ClassDef) -> None:
        self.define(node, "class", (), tuple(map(self.value.of, node.bases)))
        self.inside(node.name, node.body)

    def define(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        kind: Any,
        parameters: tuple[tuple[str, Value | None], ...],
        bases: tuple[Value, ...],
    ) -> None:
        decorators = tuple(map(self.value.of, node.decorator_list))
        place = (self.span(node), self.span(node), self.scope, self.guards)
        self.facts.append(Define(node.name, kind, parameters, decorators, bases, *place))

    def inside(self, name: str, body: list[ast.stmt]) -> None:
        """Read a body; its guards start anew, because they are relative to the call that runs it."""
        outer = self.scope, self.guards
        self.scope = f"{self.scope}.{name}" if self.scope else name
        self.guards = ()
        self.statements(body)
        self.scope, self.guards = outer

    def return_(self, node: ast.Return) -> None:
        if node.value is not None:
            self.calls(node.value, node)
            self.facts.append(Return(self.value.of(node.value), self.span(node), self.scope, self.guards))

    def if_(self, node: ast.If) -> None:
        self.calls(node.test, node)
        if _is_name(node.test, "TYPE_CHECKING"):
            return
        kind: GuardKind = "main" if _is_main_test(node.test) else "if"
        self.under(kind, node, node.body)
        self.under("else", node, node.orelse)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if isinstance(node, ast.While):
            self.calls(node.test, node)
        else:
            self.calls(node.iter, node)
            self.bind(
                node.target, Opaque("it changes with each turn of a loop", self.span(node.target)), node
            )
        self.under("loop", node, node.body)
        self.statements(node.orelse)

    def try_(self, node: ast.Try) -> None:
        self.under("try", node, node.body)
        for handler in node.handlers:
            self.under("except", node, handler.body)
        self.under("try", node, node.orelse)
        self.under("finally", node, node.finalbody)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.calls(item.context_expr, node, as_context=True)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, item.context_expr, node)
        self.under("with", node, node.body)

    def match(self, node: ast.Match) -> None:
        self.calls(node.subject, node)
        for case in node.cases:
            self.under("match", node, case.body)


def _calls_in(node: ast.AST) -> list[ast.Call]:
    """Return the calls of an expression in order of evaluation; a lambda's body is not evaluated."""
    found: list[ast.Call] = []
    _collect(node, found)
    return found


def _collect(node: ast.AST, found: list[ast.Call]) -> None:
    kind = node.__class__
    if kind in _WITHOUT_CALLS:
        return
    for field in node._fields:
        child = getattr(node, field, None)
        if child.__class__ is list:
            for part in child:
                if isinstance(part, ast.AST):
                    _collect(part, found)
        elif isinstance(child, ast.AST):
            _collect(child, found)
    if isinstance(node, ast.Call):
        found.append(node)


_WITHOUT_CALLS: Final = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.Lambda})


def _parameters(
    arguments: ast.arguments, value: Callable[[ast.expr], Value]
) -> tuple[tuple[str, Value | None], ...]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    named = [*positional, *arguments.kwonlyargs]
    return tuple((a.arg, value(d) if d else None) for a, d in zip(named, defaults, strict=True))


def _is_name(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def _is_main_test(node: ast.expr) -> bool:
    """Recognise `__name__ == "__main__"`, either way round."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
        return False
    sides = (node.left, node.comparators[0])
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


_HANDLERS: Final[dict[type[ast.stmt], Callable[[_Reader, Any], None]]] = {
    ast.Expr: _Reader.expression,
    ast.Assign: _Reader.assign,
    ast.AnnAssign: _Reader.annotated,
    ast.AugAssign: _Reader.augmented,
    ast.Delete: _Reader.delete,
    ast.Import: _Reader.imports,
    ast.ImportFrom: _Reader.import_from,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.ClassDef: _Reader.class_,
    ast.Return: _Reader.return_,
    ast.If: _Reader.if_,
    ast.For: _Reader.loop,
    ast.AsyncFor: _Reader.loop,
    ast.While: _Reader.loop,
    ast.Try: _Reader.try_,
    ast.With: _Reader.with_,
    ast.AsyncWith: _Reader.with_,
    ast.Match: _Reader.match,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _Reader.try_
