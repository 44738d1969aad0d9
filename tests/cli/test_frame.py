"""Code frames: what is underlined, however the line is written."""

from __future__ import annotations

import pytest
from azmlflow.cli.frame import frame, underline
from azmlflow.cli.terminal import clean, columns
from azmlflow.parsing.base import Span, Text


def drawn(source: str, span: Span, width: int = 80) -> list[str]:
    lines: list[str] = []
    for line in frame(Text(source), span, width):
        lines += ["..."] if line is None else [line.shown, underline(line)]
    return lines


def test_underlines_exactly_the_span():
    assert drawn("a = call(1)\n", Span(0, 4, 0, 8)) == ["a = call(1)", "    ^^^^"]


def test_an_empty_span_gets_one_mark():
    assert drawn("abc", Span(0, 3, 0, 3)) == ["abc", "   ^"]
    assert drawn("", Span(0, 0, 0, 0)) == ["", "^"]


def test_tabs_reach_to_the_next_stop():
    assert drawn("\tx\ty = 1", Span(0, 3, 0, 4)) == ["    x   y = 1", "        ^"]


def test_wide_characters_take_two_columns():
    assert drawn("名 = 'x'", Span(0, 0, 0, 1)) == ["名 = 'x'", "^^"]
    assert drawn("名 = 'x'", Span(0, 4, 0, 7)) == ["名 = 'x'", "     ^^^"]


def test_combining_characters_take_none():
    source = "e\u0301 = x"
    assert drawn(source, Span(0, 5, 0, 6)) == [source, "    ^"]


def test_a_span_over_lines_marks_each_line_from_its_text_on():
    source = "f(\n    a,\n)\nrest"
    assert drawn(source, Span(0, 0, 2, 1)) == ["f(", "^^", "    a,", "    ^^", ")", "^"]


def test_a_span_that_ends_at_the_beginning_of_a_line_leaves_that_line_out():
    assert drawn("abc\ndef", Span(0, 0, 1, 0)) == ["abc", "^^^"]


def test_many_lines_are_left_out_in_the_middle():
    source = "\n".join(f"line {number}" for number in range(20))
    lines = drawn(source, Span(0, 0, 19, 4))
    assert lines[-3:] == ["...", "line 19", "^^^^"]
    assert len(lines) == 9


def test_a_long_line_is_cut_around_the_span():
    source = "x" * 500 + "TARGET" + "y" * 500
    shown, marks = drawn(source, Span(0, 500, 0, 506), 60)
    assert len(shown) <= 60
    assert shown.startswith("...xxx")
    assert shown.endswith("yyy...")
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "TARGET"


def test_a_long_span_is_cut_with_its_line():
    shown, marks = drawn("z" * 1000, Span(0, 10, 0, 990), 60)
    assert len(shown) <= 60
    assert len(marks) <= 60


@pytest.mark.parametrize("width", [20, 21, 40])
def test_a_long_line_of_wide_characters_stays_within_the_width(width: int):
    shown, marks = drawn("名" * 300, Span(0, 150, 0, 152), width)
    assert columns(shown) <= width
    assert shown[: marks.index("^")].startswith("...")


def test_control_characters_cannot_reach_the_terminal():
    assert clean("\x1b[31mred\x07") == "\u241b[31mred\u2407"
    assert clean("abc\u202edef\u2066") == "abc\ufffddef\ufffd"
    assert clean("a\u200db") == "a\u200db"
    assert drawn("x\x1b = 1", Span(0, 3, 0, 4))[1] == "   ^"


def test_a_place_beyond_the_text_is_an_empty_line():
    assert drawn("abc", Span(7, 3, 7, 9)) == ["", "^"]
