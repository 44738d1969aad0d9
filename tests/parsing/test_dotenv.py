"""The environment file parser: python-dotenv's own reading, with spans."""

from __future__ import annotations

import io
import os
from unittest import mock

import pytest
from azmlflow.parsing.base import Text, decode
from azmlflow.parsing.dotenv import DotenvEntry, expand, parse_dotenv, variables
from dotenv import dotenv_values
from dotenv.variables import Variable, parse_variables
from hypothesis import example, given
from hypothesis import strategies as st

from tests.parsing.inputs import any_bytes, any_text, assert_linear, is_inside, monotonous, mutated

SAMPLE = """# Azure
AZURE_TENANT_ID = '11111111-2222-3333-4444-555555555555'
export AZURE_CLIENT_ID="abc"  # the app
AZURE_CLIENT_SECRET=a#b c # d
MLFLOW_TRACKING_URI="azureml://${REGION:-westeurope}.api/${WS}"
EMPTY=
SPACED =
KEY_ONLY
dotted.key=é😀
MULTI="a
b\\n\\"c\\""
'quoted key'='it\\'s'
WS=x${AZURE_CLIENT_ID}${KEY_ONLY}
"""
WORDS = (
    "A", "B", "=", "'", '"', "\\", "#", " ", "\t", "\n", "\r\n", "\r", "export", "$", "{", "}", "${", ":-", ":", "A=",
    "B='", 'A="', "\x0b", "\x1c", "\u2028", "\x85", "n", "é", "${A}", "${B:-x}", "\ufeff",
)  # fmt: skip
dialect = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)


def entries(source: str) -> tuple[DotenvEntry, ...]:
    return parse_dotenv(Text(source)).entries


def test_reads_the_sample() -> None:
    facts = parse_dotenv(Text(SAMPLE))
    assert facts.problems == ()
    assert {entry.key: entry.value for entry in facts.entries} == {
        "AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555",
        "AZURE_CLIENT_ID": "abc",
        "AZURE_CLIENT_SECRET": "a#b c",
        "MLFLOW_TRACKING_URI": "azureml://${REGION:-westeurope}.api/${WS}",
        "EMPTY": "",
        "SPACED": "",
        "KEY_ONLY": None,
        "dotted.key": "é😀",
        "MULTI": 'a\nb\n"c"',
        "quoted key": "it's",
        "WS": "x${AZURE_CLIENT_ID}${KEY_ONLY}",
    }
    assert [entry.key for entry in facts.entries if entry.exported] == ["AZURE_CLIENT_ID"]
    assert [entry.key for entry in facts.entries if entry.interpolated] == ["MLFLOW_TRACKING_URI", "WS"]


@pytest.mark.parametrize(
    ("source", "key", "value", "whole"),
    [
        ("A=b", "A", "b", "A=b"),
        ("  export A = 'b' # c\r\n", "A", "'b'", "export A = 'b'"),
        ("A=", "A", "", "A"),
        ("A= # c", "A", "", "A"),
        ("A", "A", "", "A"),
        ("A=b c  # d", "A", "b c", "A=b c"),
        ('A="b\r\nc"\r\n', "A", '"b\r\nc"', 'A="b\r\nc"'),
        ("\ufeffé=😀", "é", "😀", "é=😀"),
        ("'a b'=c", "'a b'", "c", "'a b'=c"),
    ],
)
def test_spans(source: str, key: str, value: str, whole: str) -> None:
    text = Text(source)
    (entry,) = parse_dotenv(text).entries
    assert text.slice(entry.key_span) == key
    assert text.slice(entry.value_span) == entry.raw == value
    assert text.slice(entry.span).rstrip("=") == whole
    assert entry.value_span.column > 0


def test_an_empty_value_goes_behind_the_equals_sign() -> None:
    assert entries("A=\nB= \n")[0].value_span == (0, 2, 0, 2)
    assert entries("A=\nB= \n")[1].value_span == (1, 2, 1, 2)


@pytest.mark.parametrize(
    ("source", "message", "span"),
    [
        ("=x\nA=1", "python-dotenv skips this line: write KEY=value", (0, 0, 0, 2)),
        ("A=1\nfoo bar\n", "python-dotenv skips this line: write KEY=value", (1, 0, 1, 7)),
        ("A='x\nB=1", "python-dotenv skips this line: its quote is never closed", (0, 0, 0, 4)),
        ("A='x'y\n", "python-dotenv skips this line: there is text after the closing quote", (0, 0, 0, 6)),
    ],
)
def test_says_what_is_skipped(source: str, message: str, span: tuple[int, ...]) -> None:
    (problem,) = parse_dotenv(Text(source)).problems
    assert problem.message == message
    assert problem.span == span


def test_collects_comments_to_azmlflow() -> None:
    facts = parse_dotenv(
        Text("A=1 # azmlflow: ignore[AZM301]\nB='# azmlflow: no'\n#azmlflow: ignore-file\nC=2 # x")
    )
    assert [(comment.text, comment.span.line) for comment in facts.comments] == [
        ("# azmlflow: ignore[AZM301]", 0),
        ("#azmlflow: ignore-file", 2),
    ]


def test_reads_utf_16() -> None:
    text, problem = decode("A=é\r\n".encode("utf-16"))
    assert problem is None
    assert entries(text.value)[0].value == "é"


def test_expansion_looks_in_the_file_first_when_it_overrides() -> None:
    found = entries("A=file\nB=${A}-${C:-none}-${D}\nE\nF=${E:-x}")
    environ = {"A": "process"}
    assert expand(found, environ)["B"] == "file-none-"
    assert expand(found, environ, override=False)["B"] == "process-none-"
    assert expand(found, environ)["F"] == ""


def test_expansion_cannot_explode() -> None:
    source = "A0=xxxxxxxxxx\n" + "".join(f"A{i}=${{A{i - 1}}}${{A{i - 1}}}\n" for i in range(1, 60))
    values = expand(entries(source), {})
    assert all(value is not None and len(value) <= 200_000 for value in values.values())


def by_library(source: str, environ: dict[str, str], interpolate: bool) -> dict[str, str | None]:
    """Return what python-dotenv reads from a file with this text."""
    with mock.patch.dict(os.environ, environ, clear=True):
        return dict(dotenv_values(stream=io.StringIO(source, newline=None), interpolate=interpolate))


@given(st.one_of(dialect, mutated(SAMPLE), any_text()))
@example("A=x  \x1c#")
@example("A='\\'\r\nB=1")
@example("export\u2028A=1")
@example("A='\r\n")
def test_agrees_with_python_dotenv(source: str) -> None:
    found = parse_dotenv(Text(source)).entries
    environ = {"B": "of the process"}
    assert {entry.key: entry.value for entry in found} == by_library(source, environ, interpolate=False)
    assert expand(found, environ) == by_library(source, environ, interpolate=True)


@given(st.lists(st.sampled_from(("${", "$", "{", "}", ":", ":-", "-", "a", "\n")), max_size=30).map("".join))
def test_finds_the_variables_that_python_dotenv_finds(value: str) -> None:
    theirs = [(atom.name, atom.default) for atom in parse_variables(value) if isinstance(atom, Variable)]
    assert [(variable.name, variable.default) for variable in variables(value)] == theirs


@given(st.one_of(dialect, mutated(SAMPLE), any_text()).map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    facts = parse_dotenv(source)
    for entry in facts.entries:
        assert is_inside(source, entry.key_span)
        assert is_inside(source, entry.value_span)
        assert is_inside(source, entry.span)
        assert source.slice(entry.value_span) == entry.raw
    assert all(is_inside(source, problem.span) for problem in facts.problems)


@pytest.mark.parametrize(
    "source",
    monotonous(
        *"a =#'\"\\\n\r\t$",
        "${",
        "${:",
        "A=\n",
        "='",
        '="',
        "A='\\'\n",
        "A=\"\n'",
        "${A}",
        "export ",
        "\\'",
        "x #",
    ),
    ids=lambda source: repr(source[:6]),
)
@pytest.mark.parametrize("before", ["", "A=x", "A='"])
def test_takes_linear_time(before: str, source: str) -> None:
    def read(text: str) -> None:
        expand(parse_dotenv(Text(before + text + "}")).entries, {"A": "x" * 1000})

    assert_linear(read, source)


@pytest.mark.parametrize("line", ["A=1\n", "=\n"])
def test_number_of_lines_is_bounded(line: str) -> None:
    facts = parse_dotenv(Text(line * 50_000))
    assert len(facts.entries) <= 20_000
    assert facts.problems[-1].message == "too many lines for an environment file: not read further"
