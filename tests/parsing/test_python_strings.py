"""Where the characters of string literals stand."""

from __future__ import annotations

import ast

import pytest
from azmlflow.parsing.python.strings import Piece, pieces_of
from hypothesis import given
from hypothesis import strategies as st

PLAIN = st.text(st.characters(exclude_characters="\\\"'{}\r\n#\0", codec="utf-8"), max_size=8)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"abc"', [("abc", 1)]),
        ("r'abc'", [("abc", 2)]),
        ('"""a\nb"""', [("a\nb", 3)]),
        ("\"ab\" 'cd'", [("ab", 1), ("cd", 6)]),
        ('"ab"  # "note"\n  "cd"', [("ab", 1), ("cd", 18)]),
        ('"ab" + x + "cd"', [("ab", 1), (None, 7), ("cd", 12)]),
        ('f"a{x}b{y!r:>{w}}"', [("a", 2), (None, 3), ("b", 6), (None, 7)]),
        ('"a" f"{x}" "b"', [("a", 1), (None, 6), ("b", 12)]),
        ('""', []),
        ("x", [(None, 0)]),
        ("(x + y)", [(None, 1), (None, 5)]),
    ],
)
def test_pieces(source: str, expected: list[tuple[str | None, int]]) -> None:
    assert pieces_of(source) == tuple(Piece(*pair) for pair in expected)


@pytest.mark.parametrize("source", ['"a\\n"', 'f"{{x}}"', 'f"a}}"', '"open', "1 +", '"a" "\\x41"', "", "# x"])
def test_what_is_written_otherwise_than_as_itself_has_no_pieces(source: str) -> None:
    assert pieces_of(source) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "r", "u", "R"]), st.sampled_from(["'", '"', "'''", '"""']), PLAIN),
        min_size=1,
        max_size=4,
    )
)
def test_the_pieces_make_the_text_and_stand_where_they_say(parts: list[tuple[str, str, str]]) -> None:
    source = " ".join(f"{prefix}{quote}{text}{quote}" for prefix, quote, text in parts)
    pieces = pieces_of(source)
    assert pieces is not None
    assert "".join(piece.text or "" for piece in pieces) == ast.literal_eval(f"({source})")
    for piece in pieces:
        assert piece.text is not None
        assert source.startswith(piece.text, piece.start)


@given(st.text("'\"{}\\f rb+x\n(#", max_size=30))
def test_whatever_it_is_nothing_is_raised(source: str) -> None:
    for piece in pieces_of(source) or ():
        assert piece.text is None or source.startswith(piece.text, piece.start)
