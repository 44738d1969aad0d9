"""The YAML parser: the same values as PyYAML's safe loader, with spans, and bounds on what a file can cost."""

from __future__ import annotations

import datetime
import math

import pytest
import yaml
from azmlflow.parsing import yaml as yaml_module
from azmlflow.parsing._yaml_builder import MAX_DEPTH
from azmlflow.parsing.base import Text
from azmlflow.parsing.tree import Mapping, Node, Scalar, Sequence, get, text, walk
from azmlflow.parsing.yaml import parse_yaml
from hypothesis import given

from tests.parsing.inputs import any_bytes, any_text, assert_linear, is_inside, monotonous, mutated, seconds

JOB = """# a job
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: >-
  python main.py
  --lr ${{inputs.lr}}
code: ./src
inputs:
  lr: 0.01
environment: azureml:env@latest  # the newest
environment_variables:
  MLFLOW_TRACKING_URI: "azureml://é😀"
  EMPTY:
compute: azureml:cpu
experiment_name: train
tags: [a, 'b', {c: 1}]
"""
CONDA = "name: x\r\ndependencies:\r\n- python=3.8\r\n- pip:\r\n  - mlflow>=2 # c\r\n  - azureml-mlflow\r\n"
ANCHORS = "base: &base {a: 1, b: 2}\nother:\n  <<: *base\n  b: 3\nlist: [*base, &x y, *x]\n"
DOCUMENTS = "---\na: 1\n...\n---\n- b\n--- |\n text\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

SCALARS = """
1 -1 +1 0 -0 017 0x1F 0b101 1_000 190:20:30 08 1.5 -1.5 1. .5 1e3 1.0e+3 .inf -.INF .nan 1_0.5 20:30.15 yes No ON off
true FALSE tRue null ~ NULL y n 0o17 0x 1__ 'yes' "1" 0b_ -.5 +.5 1:2:3 1:99
"""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The two disagree on some odd texts; ours reads as the one it stands on."""


def plain(node: Node | None) -> object:
    """Return a tree as plain values, None for a key that is no scalar."""
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


def messages(source: str) -> list[str]:
    return [problem.message for tree in parse_yaml(Text(source)) for problem in tree.problems]


@pytest.mark.parametrize(
    "source", [JOB, CONDA, ANCHORS, DOCUMENTS, "a", "[]", "- - - 1", "? a\n: b", "a: |\n  x\n\n"]
)
def test_reads_as_the_safe_loader_does(source: str) -> None:
    trees = parse_yaml(Text(source))
    assert [plain(tree.root) for tree in trees] == list(yaml.load_all(source, LOADER))
    assert not any(tree.problems for tree in trees)


@pytest.mark.parametrize("written", SCALARS.split())
def test_scalars_resolve_as_in_the_safe_loader(written: str) -> None:
    try:
        expected = yaml.safe_load(written)
    except ValueError:
        expected = written
    value = plain(parse_yaml(Text(written))[0].root)
    assert type(value) is type(expected)
    assert value == expected or (isinstance(value, float) and math.isnan(value))


def test_dates_stay_strings() -> None:
    assert isinstance(yaml.safe_load("2026-01-02"), datetime.date)
    assert plain(parse_yaml(Text("2026-01-02"))[0].root) == "2026-01-02"


def test_a_tag_is_not_obeyed() -> None:
    source = "a: !!python/object/apply:os.system [echo]\nb: !secret 12\nc: !!str 12\nd: !!int 12\n"
    tree = parse_yaml(Text(source))[0]
    assert plain(tree.root) == {"a": ["echo"], "b": "12", "c": "12", "d": 12}
    assert tree.problems == ()


def test_a_huge_number_stays_a_string() -> None:
    assert plain(parse_yaml(Text("9" * 5000))[0].root) == "9" * 5000


@pytest.mark.parametrize(
    ("source", "path", "written"),
    [
        (JOB, ("environment_variables", "MLFLOW_TRACKING_URI"), '"azureml://é😀"'),
        (JOB, ("environment",), "azureml:env@latest"),
        (JOB, ("command",), ">-\n  python main.py\n  --lr ${{inputs.lr}}"),
        (JOB, ("environment_variables",), 'MLFLOW_TRACKING_URI: "azureml://é😀"\n  EMPTY:'),
        (JOB, ("environment_variables", "EMPTY"), ""),
        (JOB, ("tags",), "[a, 'b', {c: 1}]"),
        ("a: !x &y  'z' # c", ("a",), "'z'"),
        ("a: &y\n  b: 1\n\n\n# c\n", ("a",), "&y\n  b: 1"),
        ("\ufeffa: b", ("a",), "b"),
        ("x: \x85\na: b", ("a",), "b"),
    ],
)
def test_spans_cover_the_literal_as_written(source: str, path: tuple[str, ...], written: str) -> None:
    node = get(parse_yaml(Text(source))[0].root, *path)
    assert node is not None
    assert Text(source).slice(node.span) == written


def test_spans_count_lines_as_the_protocol_does() -> None:
    node = get(parse_yaml(Text("a: '\u2028'\r\nb: é😀\r\n"))[0].root, "b")
    assert node is not None
    assert node.span == (1, 3, 1, 5)


def test_merged_keys_come_before_and_own_keys_count() -> None:
    root = parse_yaml(Text(ANCHORS))[0].root
    assert plain(get(root, "other", "b")) == 3
    assert plain(get(root, "other", "a")) == 1
    several = "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}\n"
    assert plain(get(parse_yaml(Text(several))[0].root, "c")) == {"x": 1, "y": 2, "z": 3}


def test_an_alias_is_the_same_node() -> None:
    root = parse_yaml(Text(ANCHORS))[0].root
    items = get(root, "list")
    assert isinstance(items, Sequence)
    assert items.items[0] is get(root, "base")


@pytest.mark.parametrize(
    ("source", "value", "message"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", {"a": 1, "b": [1, "2 c"]}, "a bracket is not closed"),
        ("a: 1\nb: c: d\n", {"a": 1, "b": "c"}, "a second `: `"),
        ("a: 1\n\tb: 2\n", {"a": None}, "YAML is indented by spaces"),
        ("a: 1\n  b: 2\n", {"a": "1 b"}, "a second `: `"),
        ("a: 'b\n", {"a": None}, "a quoted string is never closed"),
        ('a: "\\U"\n', {"a": None}, "an unknown escape"),
        ("a: 1\nb\nc: 2", {"a": 1}, "a key without a colon"),
        ("name: {{ cookiecutter.name }}-x\n", {"name": {None: None}}, "this line does not belong"),
        ("{{- if .Values.x }}\na: 1\n", {None: None}, "a value is missing"),
        ("a: 1\na: 2\n", {"a": 2}, "the key `a` stands twice"),
        ("a: *nope\n", {"a": None}, "this alias has no anchor above it"),
        ("a: &a [*a]\n", {"a": [None]}, "this alias stands inside its own anchor"),
        ("a: b\0c\n", {"a": "b\ufffdc"}, "a character that YAML does not allow"),
        ("%FOO", None, "YAML cannot be read from here on"),
    ],
)
def test_what_was_read_before_an_error_stands(source: str, value: object, message: str) -> None:
    tree = parse_yaml(Text(source))[0]
    assert plain(tree.root) == value
    assert len(tree.problems) == 1
    assert tree.problems[0].message.startswith(message)


@pytest.mark.parametrize("source", ["", "\n", "# only a comment\n", "---\n"])
def test_a_file_without_content_has_one_tree(source: str) -> None:
    (tree,) = parse_yaml(Text(source))
    assert plain(tree.root) is None
    assert tree.problems == ()


def test_aliases_cannot_explode() -> None:
    before = seconds(lambda: parse_yaml(Text(BOMB)))
    tree = parse_yaml(Text(BOMB))[0]
    assert before < 2
    assert sum(1 for _ in walk(tree.root)) < 1_000_000
    assert {p.message for p in tree.problems} == {"this alias makes the document too big: it is read as null"}


def test_merges_cannot_explode() -> None:
    names = [f"k{i}" for i in range(300)]
    lines = ["m: &m {" + ", ".join(f"{name}: 1" for name in names) + "}"]
    lines += [f"n{i}: {{<<: [{', '.join(['*m'] * 30)}]}}" for i in range(300)]
    source = Text("\n".join(lines))
    assert seconds(lambda: parse_yaml(source)) < 3


@pytest.mark.parametrize("unit", ["[", "{", "- ", "{a: ", "? ", "[[a], "])
def test_depth_is_bounded(unit: str) -> None:
    (tree,) = parse_yaml(Text(unit * 100_000))
    assert tree.problems[-1].message == f"nested more than {MAX_DEPTH} deep: not read further"


def test_aliases_cannot_deepen_beyond_the_bound() -> None:
    lines = ["a0: &a0 x"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 400)]
    (tree,) = parse_yaml(Text("\n".join(lines)))
    assert max(len(path) for path, _ in walk(tree.root)) <= MAX_DEPTH
    assert tree.problems


@pytest.mark.parametrize("unit", ["---\n", "- 1\n", "a: 1\n---\n"])
def test_number_of_values_is_bounded(unit: str) -> None:
    trees = parse_yaml(Text(unit * 400_000))
    assert sum(1 for tree in trees for _ in walk(tree.root)) <= 200_002


def test_reads_without_the_c_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    with_c = [plain(tree.root) for tree in parse_yaml(Text(JOB))]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert [plain(tree.root) for tree in parse_yaml(Text(JOB))] == with_c
    assert messages("a: 1\nb: c: d\n") == ["a second `: ` on this line: quote the value, or indent it"]
    assert yaml_module.parse_yaml(Text("a: *nope\n"))[0].problems


def _same(ours: object, theirs: object) -> bool:
    """Compare, letting dates be strings and nan be nan."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return len(ours) == len(theirs) and all(map(_same, ours.values(), theirs.values()))
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(theirs, datetime.date | bytes | set):
        return True
    return ours == theirs or theirs != theirs


@given(mutated(JOB, CONDA, ANCHORS, DOCUMENTS))
def test_what_the_safe_loader_reads_is_read_the_same(source: str) -> None:
    try:
        expected = list(yaml.load_all(source, LOADER))
    except Exception:  # noqa: BLE001 - it raises half a dozen kinds
        return
    trees = parse_yaml(Text(source))
    if not any(tree.problems for tree in trees):
        assert _same([plain(tree.root) for tree in trees], expected or [None])
    assert all("stands twice" in p.message or "anchor" in p.message for tree in trees for p in tree.problems)


@given(mutated(JOB, CONDA, ANCHORS, DOCUMENTS))
def test_what_the_safe_loader_refuses_has_a_problem(source: str) -> None:
    try:
        list(yaml.load_all(source, LOADER))
    except yaml.MarkedYAMLError as error:
        if not isinstance(error, yaml.constructor.ConstructorError):
            assert any(tree.problems for tree in parse_yaml(Text(source)))
    except Exception:  # noqa: BLE001 - it raises half a dozen kinds
        return


@given(any_text().map(Text) | mutated(JOB, CONDA, ANCHORS, DOCUMENTS).map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    for tree in parse_yaml(source):
        assert all(is_inside(source, node.span) for _, node in walk(tree.root))
        assert all(is_inside(source, problem.span) for problem in tree.problems)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"a\n #-?:,[]{}&*!|>'\"%@`\t\r\\~<=",
        "- ", "a:\n", "- |\n", "&a ", "*a ", "[a,", "a,", "[],", "'',", "<<: ", "é", "\ufeff", "\0", "!a ", "0:0",
    ),
    ids=lambda source: repr(source[:6]),
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "b: &a x\na: ["])
def test_takes_linear_time(before: str, source: str) -> None:
    assert_linear(lambda text: parse_yaml(Text(before + text)), source)


def test_reads_text_of_scalars() -> None:
    root = parse_yaml(Text(JOB))[0].root
    assert text(get(root, "command")) == "python main.py --lr ${{inputs.lr}}"
    assert isinstance(get(root, "inputs", "lr"), Scalar)
