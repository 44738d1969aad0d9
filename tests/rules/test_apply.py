"""The fix applier: all or nothing, never two that overlap, line ends kept."""

from __future__ import annotations

from azmlflow.parsing.base import Span, Text
from azmlflow.rules.apply import apply_fixes, edit_text
from azmlflow.rules.base import Edit, Fix
from azmlflow.workspace.snapshot import Location
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.worlds import ROOT, at, dotenv

ENV = ROOT / ".env"


def fix(*edits: Edit) -> Fix:
    return Fix("Repair", edits, safe=True)


def test_edits_are_made_together_whatever_their_order():
    text = Text("one two three\n")
    edits = [(Span(0, 8, 0, 13), "3"), (Span(0, 0, 0, 3), "1"), (Span.at(0, 7), "!")]
    assert edit_text(text, edits) == "1 two! 3\n"


def test_insertions_at_one_place_keep_their_order_and_come_before_a_replacement():
    assert edit_text(Text("x"), [(Span(0, 0, 0, 1), "y"), (Span.at(0), "a"), (Span.at(0), "b")]) == "aby"


def test_new_lines_end_as_the_files_own():
    assert edit_text(Text("a\r\nb\r\n"), [(Span.at(1), "new\nlines\r\n")]) == "a\r\nnew\r\nlines\r\nb\r\n"
    assert edit_text(Text("a\nb"), [(Span.at(1), "new\r\n")]) == "a\nnew\nb"


@given(st.text(alphabet="ab\r\n名\U0001f600", max_size=30), st.data())
def test_replacing_any_span_by_its_own_text_changes_nothing(value: str, data: st.DataObject):
    text = Text(value)
    # A cut between \r and \n is no place in a line.
    places = [i for i in range(len(value) + 1) if value[max(i - 1, 0) : i + 1] != "\r\n"]
    start = data.draw(st.sampled_from(places))
    end = data.draw(st.sampled_from([place for place in places if place >= start]))
    span = text.span(start, end)
    assert text.slice(span) == value[start:end]
    assert edit_text(Text(value), [(span, "")]) == value[:start] + value[end:]


def test_of_two_fixes_that_overlap_the_first_is_applied():
    snapshot = dotenv("A=12345\n").snapshot
    first, second = fix(Edit(at(0, 2, 5), "x")), fix(Edit(at(0, 4, 7), "y"))
    outcome = apply_fixes(snapshot, [first, second])
    assert outcome == ({ENV: "A=x45\n"}, (first,), (second,))


def test_neighbours_do_not_overlap():
    snapshot = dotenv("A=12345\n").snapshot
    fixes = [fix(Edit(at(0, 2, 4), "x")), fix(Edit(at(0, 4, 7), "y"))]
    assert apply_fixes(snapshot, fixes).texts == {ENV: "A=xy\n"}


def test_two_insertions_at_one_place_wait_for_each_other():
    snapshot = dotenv("A=1\n").snapshot
    one, same = fix(Edit(at(0, 0, 0), "B=2\n")), fix(Edit(at(0, 0, 0), "B=2\n"))
    assert apply_fixes(snapshot, [one, same]).skipped == (same,)


def test_a_fix_is_applied_wholly_or_not_at_all():
    snapshot = dotenv("A=12345\n").snapshot
    first = fix(Edit(at(0, 2, 3), "x"))
    both = fix(Edit(at(0, 5, 6), "y"), Edit(at(0, 2, 3), "z"))
    assert apply_fixes(snapshot, [first, both]).texts == {ENV: "A=x2345\n"}


def test_files_are_created_but_never_overwritten():
    snapshot = dotenv("A=1\n").snapshot
    new = Location(ROOT / "config.json", None, Span.at(0))
    create, again = fix(Edit(new, "{}\n", create=True)), fix(Edit(new, "[]\n", create=True))
    over = fix(Edit(at(0, 0, 0), "", create=True))
    outcome = apply_fixes(snapshot, [create, again, over])
    assert outcome == ({new.path: "{}\n"}, (create,), (again, over))


def test_a_file_that_is_not_there_cannot_be_edited():
    snapshot = dotenv("A=1\n").snapshot
    elsewhere = fix(Edit(at(0, 0, 0, ROOT / "other.py"), "x"))
    assert apply_fixes(snapshot, [elsewhere, fix()]) == ({}, (), (elsewhere, fix()))
