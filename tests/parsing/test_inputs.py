"""The yardstick itself: what it lets pass and what it catches."""

from __future__ import annotations

import re

import pytest

from tests.parsing.inputs import LONG, assert_linear


def test_a_slow_reader_whose_time_grows_with_the_text_passes() -> None:
    assert_linear(lambda text: [re.fullmatch("[a-c]*", character) for character in text], "a" * LONG)


def test_a_quadratic_reader_is_caught() -> None:
    """Each copy of the rest of a text is quick in itself."""
    with pytest.raises(AssertionError, match="an eighth of them"):
        assert_linear(lambda text: [text[at:] == "b" for at in range(len(text))], "a" * LONG)
