"""What the Python parser sees in a block, and that it survives any text."""

from __future__ import annotations

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import parse_python
from azmlflow.parsing.python.facts import (
    Assign,
    Call,
    Choice,
    Constant,
    Define,
    Delete,
    Fact,
    Import,
    Join,
    Mapping,
    Opaque,
    Return,
    Unread,
    dotted,
)
from hypothesis import given
from hypothesis import strategies as st


def facts(source: str) -> list[Fact]:
    return [fact for block in parse_python(Text(source)).blocks for fact in block.facts]


def only(source: str, kind: type) -> list[Fact]:
    return [fact for fact in facts(source) if isinstance(fact, kind)]


def test_imports() -> None:
    """Ensure that every form of import says what it binds."""
    found = only("import a.b\nimport c as d\nfrom ..e import f as g, h\nfrom i import *\n", Import)
    assert [(f.module, f.name, f.bound, f.level) for f in found] == [
        ("a.b", None, "a", 0),
        ("c", None, "d", 0),
        ("e", "f", "g", 2),
        ("e", "h", "h", 2),
        ("i", "*", "*", 0),
    ]


def test_calls_in_order_of_evaluation() -> None:
    """Ensure that arguments come before the call that takes them, and a lambda's body not at all."""
    found = only("a(b(), key=c(d()))\ne(lambda: f())\n", Call)
    assert [dotted(call.call.function) for call in found] == ["b", "d", "c", "a", "e"]


def test_guards_and_scopes() -> None:
    """Ensure that each fact knows under what it stands."""
    source = (
        "if __name__ == '__main__':\n    a()\nelif x:\n    b()\nelse:\n    c()\n"
        "try:\n    d()\nexcept E:\n    e()\nfor i in j():\n    f()\nwith g() as h:\n    k()\n"
        "class A:\n    def m(self):\n        if y:\n            n()\n"
    )
    calls = {dotted(c.call.function): c for c in only(source, Call)}
    kinds = {name: [guard.kind for guard in call.guards] for name, call in calls.items()}
    assert kinds["a"] == ["main"]
    assert kinds["b"] == ["else", "if"]
    assert kinds["c"] == ["else", "else"]
    assert kinds["d"] == ["try"]
    assert kinds["e"] == ["except"]
    assert kinds["f"] == ["loop"]
    assert kinds["j"] == []
    assert kinds["k"] == ["with"]
    assert calls["g"].as_context
    assert calls["n"].scope == "A.m"
    assert kinds["n"] == ["if"]


def test_type_checking_blocks_do_not_run() -> None:
    """Ensure that imports for type checkers are not taken for real ones."""
    assert only("if TYPE_CHECKING:\n    import mlflow\n", Import) == []


def test_assignments() -> None:
    """Ensure that tuples are taken apart and every target is found."""
    found = only(
        "a = b = 'x'\nc, d = 1, 'y'\ne, *f = g\nh.i = 2\nos.environ['K'] = 'v'\nl: str = 'w'\nm += 'n'\n",
        Assign,
    )
    assert [f.target for f in found] == ["a", "b", "c", "d", "e", "f", "h.i", "os.environ", "l", "m"]
    by_target = {f.target: f for f in found}
    assert isinstance(by_target["d"].value, Constant)
    assert by_target["d"].value.value == "y"
    assert isinstance(by_target["e"].value, Opaque)
    assert isinstance(by_target["os.environ"].key, Constant)
    assert isinstance(by_target["m"].value, Join)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("f'a{b}'", Join),
        ("'a' + b", Join),
        ("a or b", Choice),
        ("a if c else b", Choice),
        ("{'a': b}", Mapping),
    ],
)
def test_values(expression: str, kind: type) -> None:
    """Ensure that expressions which build text are followed."""
    assert isinstance(only(f"x = {expression}\n", Assign)[0].value, kind)


def test_definitions_and_returns() -> None:
    """Ensure that a function carries its parameters and what it returns."""
    source = "@app.command()\nasync def f(a, /, b='x', *args, c=None, **kw):\n    return b\n"
    define = only(source, Define)[0]
    assert [(name, default is not None) for name, default in define.parameters] == [
        ("a", False),
        ("b", True),
        ("c", True),
    ]
    assert len(define.decorators) == 1
    assert only(source, Return)[0].scope == "f"


def test_deletions() -> None:
    """Ensure that deleting a variable is seen."""
    assert [(d.target, d.key is not None) for d in only("del a, os.environ['K']\n", Delete)] == [
        ("a", False),
        ("os.environ", True),
    ]


def test_columns_are_code_points() -> None:
    """Ensure that characters of several bytes count as one."""
    call = only("x = 'é🎉' + f('ü', g())\n", Call)[0]
    assert (call.span.column, call.span.end_column) == (18, 21)


def test_spans_count_from_the_block() -> None:
    """Ensure that facts of a later block begin at line 0 of it."""
    placed = [
        (line, block.facts[0].statement.line) for line, block in parse_python(Text("a()\n\nb()\n")).placed()
    ]
    assert placed == [(0, 0), (2, 0)]


@pytest.mark.parametrize(
    "broken", ["mlflow.set_tracking_uri(", "x = = 1", "if y", "z(", "x = !ls", "%pip install a", "print 'x'"]
)
def test_a_broken_line_hides_no_other(broken: str) -> None:
    """Ensure that what stands around a line that does not parse is still read, and the line is kept."""
    source = f"import a\ndef f():\n    {broken}\n    b()\nc()\n"
    found = facts(source)
    assert any(isinstance(f, Import) for f in found)
    assert "c" in [dotted(f.call.function) for f in found if isinstance(f, Call)]
    assert any(isinstance(f, Unread) and broken.strip() in f.source for f in found)


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_never_raises(source: str) -> None:
    """Ensure that any text gives facts."""
    facts(source)


@pytest.mark.parametrize(
    "source", ["(" * 5000, "x = " + "-" * 50_000 + "1", "a" + ".b" * 20_000, "\0", "\ud800 = 1"]
)
def test_hostile_text(source: str) -> None:
    """Ensure that depth and odd characters end in something unread."""
    assert any(isinstance(fact, Unread) for fact in facts(source)) or facts(source) == []


def test_comments_for_azmlflow() -> None:
    """Ensure that only comments count, with their line in the file."""
    source = "a = '# azmlflow: ignore'\n\nb = 1  # azmlflow: ignore[AZM101]\n"
    found = list(parse_python(Text(source)).comments())
    assert [(c.text, c.span.line, c.span.column) for c in found] == [("# azmlflow: ignore[AZM101]", 2, 7)]
