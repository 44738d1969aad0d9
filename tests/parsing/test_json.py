"""The JSON parser: what it reads, what it says about broken files, and that nothing breaks it."""

from __future__ import annotations

import json

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.json import MAX_DEPTH, parse_json, parse_jsonc
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, entry, get, text, walk
from hypothesis import given
from hypothesis import strategies as st

from tests.parsing.inputs import (
    any_bytes,
    any_text,
    assert_linear,
    is_inside,
    least_seconds,
    monotonous,
    mutated,
)

CONFIG = """{
    "subscription_id": "11111111-2222-3333-4444-555555555555",
    "resource_group": "rg",
    "workspace_name": "ws"
}
"""
LAUNCH = """// Use IntelliSense
{
  "version": "0.2.0", /* the
  version */
  "configurations": [
    {"name": "Python", "env": {"MLFLOW_TRACKING_URI": "azureml://é😀"}, "justMyCode": true,},
  ],
}
"""


def plain(node: Node | None) -> object:
    """Return a tree as plain values."""
    if isinstance(node, Mapping):
        return {str(key.value): plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


@pytest.mark.parametrize(
    ("source", "value", "messages"),
    [
        (CONFIG, json.loads(CONFIG), []),
        ("", None, ["the file is empty: JSON needs at least {}"]),
        (" \n\t", None, ["the file is empty: JSON needs at least {}"]),
        ("\ufeff{}", {}, []),
        ('{"a": 1,}', {"a": 1}, ["a comma before the closing bracket: remove it"]),
        ("[1, 2,]", [1, 2], ["a comma before the closing bracket: remove it"]),
        ('{"a": 1,, "b": 2}', {"a": 1, "b": 2}, ["one comma too many: remove it"]),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, ["a comma is missing before this"]),
        ('{"a" 1}', {"a": 1}, ["a colon is missing between the key and its value"]),
        ('{"a": , "b": 1}', {"a": None, "b": 1}, ["this key has no value: give it one, such as null"]),
        ('{"a"}', {"a": None}, ["this key has no value: give it one, such as : null"]),
        ('{"a": {"b": 1}', {"a": {"b": 1}}, ["this { is never closed: add } at the end"]),
        ('{"a": [1, 2}', {"a": [1, 2]}, ["this [ is never closed: add ]"]),
        ('{"a": 1}}', {"a": 1}, ["there is text after the end of the JSON value: remove it"]),
        ('{"a": 1]}', {"a": 1}, ["this ] closes nothing: remove it"]),
        ('{"a": 1, "a": 2}', {"a": 2}, ['the key "a" stands twice: the last one counts, remove the other']),
        ("{'a': 'b'}", {"a": "b"}, ['strings stand in straight double quotes: write "..."'] * 2),
        ("{“a”: 1}", {"a": 1}, ['strings stand in straight double quotes: write "..."']),
        ("{a: 1}", {"a": 1}, ['keys stand in double quotes: write "..."']),
        ('{"a": True}', {"a": True}, ["True is not JSON: write true"]),
        ('{"a": None}', {"a": None}, ["None is not JSON: write null"]),
        (
            '{"a": my-ws, "b": 1}',
            {"a": "my-ws", "b": 1},
            ['this is neither a string nor a number: put it in double quotes, "..."'],
        ),
        ('{"a": "b,\n "c": 1}', {"a": "b", "c": 1}, ['this string is never closed: add " at its end']),
        ('{"a": "C:\\Users"}', {"a": "C:\\Users"}, ["not an escape: write \\\\ for a backslash"]),
        (
            '{"a": "b\tc"}',
            {"a": "b\tc"},
            ["a tab or control character inside a string: write \\t, or remove it"],
        ),
        ('{"a": 1} // x', {"a": 1}, ["JSON has no comments: remove this"]),
        ('// x\n// y\n{"a": /* z */ 1}', {"a": 1}, ["JSON has no comments: remove this"] * 2),
        (
            '"a": 1, "b": 2',
            "a",
            ["the braces around the object are missing: put { before it and } after it"],
        ),
        ('{"a": 1}\n{"b": 2}', {"a": 1}, ["there is text after the end of the JSON value: remove it"]),
        (r'{"a": "\ud83d\ude00\n\/"}', {"a": "😀\n/"}, []),
        ('{"a": -1.5e3, "b": 0, "c": 12}', {"a": -1500.0, "b": 0, "c": 12}, []),
        ("{1: 2}", {"1": 2}, ['keys stand in double quotes: write "..."']),
        ('{{"a": 1}}', {"None": {"a": 1}}, ['a key is missing: write "key": before this value']),
        ('{"a":: 1}', {"a": 1}, ["this colon stands where none belongs: remove it"]),
        ("{,}", {}, ["one comma too many: remove it"]),
    ],
)
def test_reads_and_says(source: str, value: object, messages: list[str]) -> None:
    tree = parse_json(Text(source))
    assert plain(tree.root) == value
    assert [problem.message for problem in tree.problems] == messages


def test_jsonc_allows_comments_and_trailing_commas() -> None:
    tree = parse_jsonc(Text(LAUNCH))
    assert tree.problems == ()
    configurations = get(tree.root, "configurations")
    assert isinstance(configurations, Sequence)
    assert text(get(configurations.items[0], "env", "MLFLOW_TRACKING_URI")) == "azureml://é😀"


def test_jsonc_has_no_hash_comments() -> None:
    assert [p.message for p in parse_jsonc(Text("{} # x")).problems] == [
        "JSON has no such comments: remove this"
    ]


def test_spans_cover_the_literal_as_written() -> None:
    source = Text('{\r\n  "é😀": "va\\u006cue",\r\n  "n": [1, null]\r\n}')
    tree = parse_json(source)
    pair = entry(tree.root, "é😀")
    assert pair is not None
    assert source.slice(pair[0].span) == '"é😀"'
    assert source.slice(pair[1].span) == '"va\\u006cue"'
    assert pair[1].span == (1, 8, 1, 20)
    numbers = get(tree.root, "n")
    assert numbers is not None
    assert source.slice(numbers.span) == "[1, null]"


def test_problem_stands_at_the_thing() -> None:
    source = Text('{\n  "a": 1,\n}')
    (problem,) = parse_json(source).problems
    assert problem.span == (1, 8, 1, 9)


def test_no_message_repeats_a_value() -> None:
    source = '{"password": canary-1, "b": \'canary-2\', "c": "canary-3\n, "d": "\\canary-4", canary'
    assert not any("canary" in problem.message for problem in parse_json(Text(source)).problems)


def test_depth_is_bounded() -> None:
    tree = parse_json(Text("[" * 100_000))
    assert [p.message for p in tree.problems] == [f"nested more than {MAX_DEPTH} deep: not read further"]
    assert sum(1 for _ in walk(tree.root)) == MAX_DEPTH


def test_number_of_values_is_bounded() -> None:
    tree = parse_json(Text("[" + "0," * 300_000 + "0]"))
    assert [p.message for p in tree.problems] == ["more than 200,000 values: not read further"]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    st.sampled_from((None, 1, "\t")),
    st.booleans(),
)
def test_agrees_with_the_standard_library(value: object, indent: int | str | None, ascii_only: bool) -> None:
    source = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    for parse in (parse_json, parse_jsonc):
        tree = parse(Text(source))
        assert tree.problems == ()
        assert plain(tree.root) == json.loads(source)


@given(mutated(CONFIG, LAUNCH, '{"a": [1, {"b": "c\\n"}], "d": 0.5}'))
def test_what_is_json_has_no_problem_but_repeated_keys(source: str) -> None:
    try:
        value = json.loads(source, parse_constant=lambda _: pytest.skip)
    except ValueError:
        return
    tree = parse_json(Text(source))
    assert all("stands twice" in p.message for p in tree.problems) or "NaN" in source or "Infinity" in source
    assert tree.problems or plain(tree.root) == value


@given(st.one_of(any_text(), mutated(CONFIG, LAUNCH)).map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    for parse in (parse_json, parse_jsonc):
        tree = parse(source)
        assert all(is_inside(source, node.span) for _, node in walk(tree.root))
        assert all(is_inside(source, problem.span) for problem in tree.problems)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"[{}]:,\"'\\/#a1-. \n\r“",
        "//",
        "/*",
        '"\\',
        '{"a":',
        "[]",
        '"a" ',
        "{[",
        "]}",
        "'\n",
        '"\n',
        "a b ",
        "a:",
    ),
    ids=lambda source: repr(source[:6]),
)
def test_takes_linear_time(source: str) -> None:
    assert_linear(lambda text: parse_json(Text(text)), source)


def test_is_fast_enough_for_a_notebook() -> None:
    image = "iVBORw0KGgo" * 15_000
    cell = {"cell_type": "code", "source": ["x = 1\n"] * 40, "outputs": [{"data": {"image/png": image}}]}
    source = json.dumps({"cells": [cell] * 12}, indent=1)
    assert len(source) > 1_900_000
    assert least_seconds(lambda: parse_json(Text(source))) < 0.3


def test_a_key_without_name_is_a_scalar_of_none() -> None:
    root = parse_json(Text("{{}}")).root
    assert isinstance(root, Mapping)
    assert isinstance(root.entries[0][0], Scalar)
    assert root.entries[0][0].value is None
