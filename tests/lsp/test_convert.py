"""Positions in the units of the client."""

from __future__ import annotations

import pytest
from azmlflow.lsp import convert
from azmlflow.parsing.base import Span, Text
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

ENCODINGS = list(types.PositionEncodingKind)
BYTES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
LINE = 'x = "😀é" + y'


@pytest.mark.parametrize(
    ("encoding", "start", "end"), [("utf-8", 14, 15), ("utf-16", 11, 12), ("utf-32", 10, 11)]
)
def test_a_span_behind_an_emoji_is_counted_in_the_clients_units(encoding, start, end):
    text = Text(f"# first\n{LINE}\n")
    found = convert.to_range(Span(1, 10, 1, 11), text, types.PositionEncodingKind(encoding))
    assert found == types.Range(types.Position(1, start), types.Position(1, end))
    assert convert.to_span(found, text, types.PositionEncodingKind(encoding)) == Span(1, 10, 1, 11)


@given(st.text(alphabet="ab é€😀\ud800\udc00"), st.sampled_from(ENCODINGS), st.data())
def test_columns_survive_the_way_there_and_back(line, encoding, data):
    column = data.draw(st.integers(0, len(line)))
    units = convert.length(line[:column], encoding)
    assert convert.column(line, units, encoding) == column


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(ENCODINGS))
def test_units_are_those_of_the_encoding(line, encoding):
    codec, width = BYTES[encoding.value]
    assert convert.length(line, encoding) == len(line.encode(codec)) // width


@given(st.text(), st.integers(0, 10), st.integers(0, 10), st.sampled_from(ENCODINGS))
def test_any_position_is_clipped_to_the_text(value, line, character, encoding):
    text = Text(value)
    found = convert.to_point(types.Position(line, character), text, encoding)
    assert text.position(text.offset(*found)) == found


def test_a_position_inside_a_surrogate_pair_counts_the_whole_character():
    assert convert.column("😀x", 1, types.PositionEncodingKind.Utf16) == 1
