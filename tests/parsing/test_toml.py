"""TOML: values as tomllib reads them, and each at its place."""

from __future__ import annotations

import datetime
import sys

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.toml import loads, parse_toml
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, entry, get, walk
from hypothesis import example, given
from hypothesis import strategies as st

from tests.parsing.inputs import any_bytes, any_text, assert_linear, is_inside, monotonous, mutated

SAMPLE = """# a project
title = "é😀"  # c
[project]
name = 'x'
dependencies = [
    "mlflow>=2",  # first
    'azureml-mlflow', ]
[project.optional-dependencies]
dev = ["pytest"]
"quoted.key" = []

[tool.poetry.dependencies]
python = "^3.10"
mlflow = {version = "^2.3", extras = ["azure", {a.b = 1}]}
[tool.azmlflow]
per-file-ignores."a/*.py" = ["AZM101"]
per-file-ignores.b = ["AZM102"]
when = 2026-01-02 03:04:05Z
[[tool.mypy.overrides]]
module = "a"
[tool.mypy.overrides.deep]
x = 0x1F
[[tool.mypy.overrides]]
module = \"\"\"
many
lines\"\"\"
y = inf
"""
CRLF = 'a = "b"\r\n[t]\r\nc = [1,\r\n 2]\r\n'


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


def expected(value: object, text: object) -> object:
    """Return tomllib's value with dates as whatever string ours is."""
    if isinstance(value, dict):
        return {key: expected(inner, text[key]) for key, inner in value.items()}  # type: ignore[index]
    if isinstance(value, list):
        return [expected(inner, text[i]) for i, inner in enumerate(value)]  # type: ignore[index]
    return text if isinstance(value, datetime.date | datetime.time) or value != value else value


def check(source: str) -> None:
    """Hold a tree against tomllib: its values, and that each literal and key stands where the span says."""
    text = Text(source)
    tree = parse_toml(text)
    found = plain(tree.root)
    assert tree.problems == ()
    assert expected(loads(source.removeprefix("\ufeff")), found) == found
    for _, node in walk(tree.root):
        assert is_inside(text, node.span)
        if isinstance(node, Scalar):
            written = loads(f"x = {text.slice(node.span)}")["x"]
            assert expected(written, node.value) == node.value
        elif isinstance(node, Mapping):
            for key, _ in node.entries:
                assert next(iter(loads(f"{text.slice(key.span)} = 0"))) == key.value


@pytest.mark.parametrize(
    "source", [SAMPLE, CRLF, "", "\ufeffa = 1", "# c", "a.b.c = 1\na.b.d = 2", "a = 1 # é"]
)
def test_reads_as_tomllib_does(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), "title", '"é😀"'),
        (("project", "name"), "name", "'x'"),
        (("project", "optional-dependencies", "quoted.key"), '"quoted.key"', "[]"),
        (("tool", "poetry", "dependencies", "mlflow", "version"), "version", '"^2.3"'),
        (("tool", "azmlflow", "per-file-ignores", "a/*.py"), '"a/*.py"', '["AZM101"]'),
        (("tool", "azmlflow", "per-file-ignores", "b"), "b", '["AZM102"]'),
        (("tool", "azmlflow", "when"), "when", "2026-01-02 03:04:05Z"),
        (("project", "optional-dependencies"), "optional-dependencies",
         '[project.optional-dependencies]\ndev = ["pytest"]\n"quoted.key" = []'),
    ],
)  # fmt: skip
def test_spans(path: tuple[str, ...], key: str, value: str) -> None:
    text = Text(SAMPLE)
    found = entry(get(parse_toml(text).root, *path[:-1]), path[-1])
    assert found is not None
    assert text.slice(found[0].span) == key
    assert text.slice(found[1].span) == value


def test_elements_of_arrays_have_their_own_places() -> None:
    text = Text(SAMPLE)
    root = parse_toml(text).root
    dependencies = get(root, "project", "dependencies")
    overrides = get(root, "tool", "mypy", "overrides")
    assert isinstance(dependencies, Sequence)
    assert isinstance(overrides, Sequence)
    assert [text.slice(item.span) for item in dependencies.items] == ['"mlflow>=2"', "'azureml-mlflow'"]
    assert text.slice(overrides.items[0].span).startswith('[[tool.mypy.overrides]]\nmodule = "a"\n[tool')
    deep = get(overrides.items[0], "deep", "x")
    assert deep is not None
    assert text.slice(deep.span) == "0x1F"


@pytest.mark.parametrize(
    ("source", "value", "message", "line"),
    [
        ("a = 1\nb = \nc = 2", {"a": 1, "c": 2}, "a value is missing, or a string without its quotes", 1),
        ("a = my-ws\nc = 2", {"c": 2}, "a value is missing, or a string without its quotes", 0),
        ("a\nc = 2", {"c": 2}, "a key without a value: write key = value", 0),
        ("a = \"x\nc = 2", {"c": 2}, "a string is never closed", 0),
        ('a = "C:\\x"\nc = 2', {"c": 2}, "a backslash in double quotes: write \\\\, or use single quotes", 0),
        ("a = 1\na = 2\nc = 2", {"a": 1, "c": 2}, "this key stands twice: remove one", 1),
        ("[t]\n[u]\n[t]\nb = 1", {"t": {}, "u": {}}, "this table stands twice: merge the two", 2),
        ("[t\nb = 1\n[u]\nc = 2", {"u": {"c": 2}}, "this [ is never closed: add ]", 0),
        ("c = 2\na = [1, 2\n[t]\n", {"c": 2, "t": {}}, "this [ is never closed, or a comma is missing", 1),
        ("a = 1 b = 2\nc = 2", {"c": 2}, "there is text after the value: one key a line, strings in quotes", 0),
        ("a = " + "[" * 1000 + "\nc = 2", {"c": 2}, "nested or long beyond reason: it is not read", 0),
        ("a = " + "1" * 9999 + "\nc = 2", {"c": 2}, "nested or long beyond reason: it is not read", 0),
        (".".join("a" * 9999) + " = 1\nc = 2", {"c": 2}, "nested or long beyond reason: it is not read", 0),
        ("= 1\nc = 2", {"c": 2}, None, 0),
        ("é = 1\nc = 2", {"c": 2}, None, 0),
        ("a = {b = 1\nc = 2", None, None, 0),
    ],
)  # fmt: skip
def test_reads_on_behind_what_is_broken(source: str, value: object, message: str | None, line: int) -> None:
    tree = parse_toml(Text(source))
    assert value is None or plain(tree.root) == value
    assert message is None or tree.problems[0].message.startswith(message.split(",", maxsplit=1)[0])
    assert tree.problems[0].span.line == line


def test_no_message_repeats_what_stands_there() -> None:
    source = 'a = canary\n[canary]\n[canary]\nb = "canary\ncanary = 1\ncanary = 2\n'
    assert not any("canary" in problem.message for problem in parse_toml(Text(source)).problems)


def test_a_huge_file_is_not_read() -> None:
    tree = parse_toml(Text("a = 1\n" * 400_000))
    assert tree.root is None
    assert [problem.message for problem in tree.problems] == ["larger than 300 kB: it is not read"]


keys = st.sampled_from(("a", "b", "c-d", '"q.k"', "'l'", '"\\u00e9"'))
scalars = st.sampled_from(
    (
        "1",
        "-1.5",
        "true",
        '"x"',
        "'y'",
        '"a\\"b"',
        "'''m\nn'''",
        '"""\\\n o"""',
        '""',
        "1979-05-27",
        "07:32:00",
        "1_0",
        '""""q"""""',
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + " ,\n# c ]\n ".join(items) + "]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{i}.x = {v}" for i, v in enumerate(items)) + "}"
        ),
    ),
    max_leaves=8,
)
dotted = st.lists(keys, min_size=1, max_size=3).map(" . ".join)
statement = st.one_of(
    st.builds(lambda key, value: f"{key} = {value}", dotted, values),
    dotted.map(lambda key: f"[{key}]"),
    dotted.map(lambda key: f"[[ {key} ]]  # c"),
)


@given(st.lists(statement, max_size=8), st.sampled_from(("\n", "\r\n", "\n\n")))
def test_every_value_stands_where_its_span_says(statements: list[str], newline: str) -> None:
    kept: list[str] = []
    for line in statements:
        try:
            loads(newline.join([*kept, line]))
        except ValueError:
            continue
        kept.append(line)
    check(newline.join(kept))


@given(mutated(SAMPLE, CRLF))
def test_what_tomllib_reads_has_no_problem(source: str) -> None:
    try:
        loads(source.removeprefix("\ufeff"))
    except ValueError:
        assert parse_toml(Text(source)).problems
        return
    check(source)


@given(any_text().map(Text) | mutated(SAMPLE, CRLF).map(Text) | any_bytes())
@example(Text("a = '''"))
@example(Text("[[a"))
def test_survives_anything(source: Text) -> None:
    tree = parse_toml(source)
    assert all(is_inside(source, node.span) for _, node in walk(tree.root))
    assert all(is_inside(source, problem.span) for problem in tree.problems)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"a1.[{\"'=#\n\r ,-]", "a.", "[[", "a=1\n", "a=[\n", "[a]\n", "[[a]]\n", "'''", '"""', "'\n", "\\'", "a='", "{a=", "[1,", "1,",
        "a={}\n", "a.b=1\n", "é", "]\n",
    ),
    ids=lambda source: repr(source[:6]),
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "a = ", 'a = """', "a = ["])
def test_takes_linear_time(before: str, source: str) -> None:
    assert_linear(lambda text: parse_toml(Text(before + text)), source)


def test_python_310_has_a_parser_too() -> None:
    assert loads.__module__.startswith("tomllib" if sys.version_info >= (3, 11) else "tomli")
