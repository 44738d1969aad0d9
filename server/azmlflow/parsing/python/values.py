"""Expressions become symbolic values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from azmlflow.parsing.base import Span
from azmlflow.parsing.python.facts import (
    Attribute,
    CallValue,
    Choice,
    Constant,
    Join,
    Mapping,
    Name,
    Opaque,
    Subscript,
    Value,
)


class Columns:
    """Turns the byte columns of `ast` into code points; free where the text is ASCII."""

    __slots__ = ("_lines",)

    def __init__(self, text: str) -> None:
        self._lines = None if text.isascii() else text.split("\n")

    def span(self, node: Any) -> Span:
        """Return the span of a node of the tree."""
        last = node.end_lineno - 1
        return Span(
            node.lineno - 1,
            self._of(node.lineno - 1, node.col_offset),
            last,
            self._of(last, node.end_col_offset),
        )

    def _of(self, line: int, byte: int) -> int:
        if self._lines is None or line >= len(self._lines) or self._lines[line].isascii():
            return byte
        return len(self._lines[line].encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "ignore"))


class Values:
    """Builds values; one instance a block."""

    __slots__ = ("_calls", "_span")

    def __init__(self, columns: Columns) -> None:
        self._span = columns.span
        self._calls: dict[ast.Call, CallValue] = {}

    def of(self, node: ast.expr) -> Value:
        """Return the symbolic value of an expression; what is not followed becomes Opaque."""
        build = _BUILDERS.get(type(node))
        if build is None:
            return Opaque("it is computed", self._span(node))
        return build(self, node)

    def call(self, node: ast.Call) -> CallValue:
        """Return the value of a call; one call is one object, so that what it makes can be recognised."""
        made = self._calls.get(node)
        if made is None:
            keywords = tuple((keyword.arg or "", self.of(keyword.value)) for keyword in node.keywords)
            arguments = tuple(map(self.of, node.args))
            made = self._calls[node] = CallValue(self.of(node.func), arguments, keywords, self._span(node))
        return made

    def _constant(self, node: ast.Constant) -> Value:
        if node.value is None or isinstance(node.value, (str, int, float)):
            return Constant(node.value, self._span(node))
        return Opaque("it is not text", self._span(node))

    def _name(self, node: ast.Name) -> Value:
        return Name(node.id, self._span(node))

    def _attribute(self, node: ast.Attribute) -> Value:
        return Attribute(self.of(node.value), node.attr, self._span(node))

    def _subscript(self, node: ast.Subscript) -> Value:
        return Subscript(self.of(node.value), self.of(node.slice), self._span(node))

    def _formatted(self, node: ast.JoinedStr) -> Value:
        parts = [self.of(v.value if isinstance(v, ast.FormattedValue) else v) for v in node.values]
        return Join(tuple(parts), self._span(node))

    def _operator(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Add):
            return Join((self.of(node.left), self.of(node.right)), self._span(node))
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
            return self._percent(node)
        if isinstance(node.op, ast.Div):
            function = Attribute(self.of(node.left), "__truediv__", self._span(node.left))
            return CallValue(function, (self.of(node.right),), (), self._span(node))
        return Opaque("it is computed", self._span(node))

    def _percent(self, node: ast.BinOp) -> Value:
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        function = Attribute(self.of(node.left), "__mod__", self._span(node.left))
        return CallValue(function, tuple(map(self.of, given)), (), self._span(node))

    def _either(self, node: ast.BoolOp) -> Value:
        if isinstance(node.op, ast.And):
            return self.of(node.values[-1])
        return Choice(tuple(map(self.of, node.values)), self._span(node), first_true=True)

    def _conditional(self, node: ast.IfExp) -> Value:
        return Choice((self.of(node.body), self.of(node.orelse)), self._span(node))

    def _dict(self, node: ast.Dict) -> Value:
        items = tuple(
            (self.of(k) if k else None, self.of(v)) for k, v in zip(node.keys, node.values, strict=True)
        )
        return Mapping(items, self._span(node))

    def _inner(self, node: ast.Await | ast.NamedExpr | ast.Starred) -> Value:
        return self.of(node.value)


_BUILDERS: Final[dict[type[ast.expr], Callable[[Values, Any], Value]]] = {
    ast.Constant: Values._constant,
    ast.Name: Values._name,
    ast.Attribute: Values._attribute,
    ast.Subscript: Values._subscript,
    ast.Call: Values.call,
    ast.JoinedStr: Values._formatted,
    ast.BinOp: Values._operator,
    ast.BoolOp: Values._either,
    ast.IfExp: Values._conditional,
    ast.Dict: Values._dict,
    ast.Await: Values._inner,
    ast.NamedExpr: Values._inner,
}
