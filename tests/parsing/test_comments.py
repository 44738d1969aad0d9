"""Comments to azmlflow in files whose comments start with one sign."""

from __future__ import annotations

import pytest
from azmlflow.parsing.base import Text
from azmlflow.parsing.comments import comment_start, find_comments
from hypothesis import given

from tests.parsing.inputs import any_bytes, any_text, assert_linear, is_inside, monotonous, mutated


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# azmlflow: ignore", [("# azmlflow: ignore", 0, 0)]),
        ("a: b  #azmlflow: ignore[AZM101]  \r\n", [("#azmlflow: ignore[AZM101]", 0, 6)]),
        ("a\n\t# see azmlflow: ignore", [("# see azmlflow: ignore", 1, 1)]),
        ("a: '# azmlflow: no'", []),
        ('a: "it\'s" # azmlflow: yes', [("# azmlflow: yes", 0, 10)]),
        ("a: don't # azmlflow: yes", [("# azmlflow: yes", 0, 9)]),
        ("a#b azmlflow: no", []),
        ("azmlflow: no # other", []),
        ("a # b\nc # d", []),
        (
            "# azmlflow: a azmlflow: b\n# azmlflow: c",
            [("# azmlflow: a azmlflow: b", 0, 0), ("# azmlflow: c", 1, 0)],
        ),
    ],
)
def test_finds_comments(source: str, found: list[tuple[str, int, int]]) -> None:
    text = Text(source)
    comments = find_comments(text)
    assert [(comment.text, comment.span.line, comment.span.column) for comment in comments] == found
    assert all(text.slice(comment.span) == comment.text for comment in comments)


def test_leaves_out_what_stands_in_strings() -> None:
    text = Text("a: |\n  # azmlflow: no\nb: c # azmlflow: yes\n")
    string = text.span(3, 20)
    assert [comment.text for comment in find_comments(text, outside=[string])] == ["# azmlflow: yes"]


def test_other_signs() -> None:
    assert [c.text for c in find_comments(Text("<!-- azmlflow: ignore-file -->"), "<!--")] == [
        "<!-- azmlflow: ignore-file -->"
    ]
    assert comment_start("x // y", "//") == 2


@given(any_text().map(Text) | mutated("a: 'b' # azmlflow: ignore\nc # azmlflow: x\n").map(Text) | any_bytes())
def test_survives_anything(source: Text) -> None:
    for comment in find_comments(source):
        assert is_inside(source, comment.span)
        assert source.slice(comment.span) == comment.text


@pytest.mark.parametrize(
    "source",
    monotonous("azmlflow:", "# azmlflow:\n", "#", "'", " #", '"# azmlflow:'),
    ids=lambda s: repr(s[:9]),
)
def test_takes_linear_time(source: str) -> None:
    assert_linear(lambda text: find_comments(Text(text + " # azmlflow:")), source)
