"""The changes of a didChange: the text and the lines they touched."""

from __future__ import annotations

import re

import pytest
from azmlflow.lsp import changes, convert
from azmlflow.parsing.base import Text
from azmlflow.parsing.python.document import ChangedLines
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

UTF16 = types.PositionEncodingKind.Utf16

texts = st.text(alphabet="ab\r\n\x0c\u2028😀é", max_size=25)
positions = st.builds(types.Position, st.integers(0, 8), st.integers(0, 8))


def edit(start: types.Position, end: types.Position, text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(types.Range(start, end), text)


edits = st.lists(st.builds(edit, positions, positions, texts), min_size=1, max_size=4)


def lines_of(value: str) -> list[str]:
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", value)


@settings(max_examples=500)
@given(texts, edits, st.sampled_from(list(types.PositionEncodingKind)))
def test_everything_outside_the_changed_lines_is_as_it_was(value, events, encoding):
    text, changed = changes.apply(Text(value), events, encoding)
    assert changed is not None
    old, new = lines_of(value), lines_of(text.value)
    assert text.starts == Text(text.value).starts
    assert 0 <= changed.first <= min(changed.old_end, changed.new_end)
    assert changed.old_end <= len(old)
    assert changed.new_end <= len(new)
    assert old[: changed.first] == new[: changed.first]
    assert old[changed.old_end :] == new[changed.new_end :]


@settings(max_examples=500)
@given(texts, edits)
def test_the_text_is_what_editing_one_after_the_other_gives(value, events):
    expected = value
    for event in events:
        text = Text(expected)
        start, end = (convert.to_point(p, text, UTF16) for p in (event.range.start, event.range.end))
        a, b = text.offset(*start), text.offset(*end)
        expected = expected[:a] + event.text + expected[max(a, b) :]
    assert changes.apply(Text(value), events, UTF16)[0].value == expected


def test_a_whole_text_has_no_changed_lines():
    whole = types.TextDocumentContentChangeWholeDocument("x")
    small = edit(types.Position(0, 1), types.Position(0, 1), "y")
    assert changes.apply(Text("a\nb"), [whole, small], UTF16)[1] is None
    assert changes.apply(Text("a\nb"), [small, whole], UTF16)[0].value == "x"


def test_no_change_at_all_changes_nothing():
    assert changes.apply(Text("a"), [], UTF16)[0].value == "a"


@pytest.mark.parametrize(
    ("earlier", "later", "both"),
    [
        (ChangedLines(2, 3, 3), ChangedLines(2, 3, 3), ChangedLines(2, 3, 3)),
        (ChangedLines(2, 3, 5), ChangedLines(8, 9, 8), ChangedLines(2, 7, 8)),
        (ChangedLines(8, 9, 9), ChangedLines(1, 2, 4), ChangedLines(1, 9, 11)),
        (ChangedLines(0, 10, 1), ChangedLines(0, 1, 1), ChangedLines(0, 10, 1)),
    ],
)
def test_two_edits_merge_into_one_that_covers_both(earlier, later, both):
    assert changes.merge(earlier, later) == both


def test_a_form_feed_and_a_line_separator_end_no_line():
    text = Text("a = 1\n\x0c\nb = '\u2028'\nc = 1\n")
    edited, changed = changes.apply(text, [edit(types.Position(3, 4), types.Position(3, 5), "2")], UTF16)
    assert edited.line(3) == "c = 2"
    assert changed == ChangedLines(3, 4, 4)
