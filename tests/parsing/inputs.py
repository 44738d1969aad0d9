"""Inputs that every parser has to survive: arbitrary text and bytes, mutated real samples, long monotonous lines."""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Callable

from azmlflow.parsing.base import Span, Text, decode
from hypothesis import settings
from hypothesis import strategies as st

# No deadline: a busy machine is no failure.
settings.register_profile(
    "parsing", deadline=None, max_examples=int(os.environ.get("PARSING_EXAMPLES", "100"))
)
settings.load_profile("parsing")

LONG = 50_000
HARMLESS = 0.02
"""Seconds for a text of LONG characters: what takes no more takes 8 for a megabyte, even if it were quadratic."""
WORDS = (
    "\n", "\r\n", "\r", "\t", " ", "  ", '"', "'", "`", "\\", "#", "=", ":", ": ", ",", "{", "}", "[", "]", "- ", "-",
    "$", "${", "$(", ")", "(", "%", "%%", "!", "?", "&a ", "*a", "<<", "|", ">", "~", "@", "\0", "\ufeff", "\u2028",
    "\x85", "é", "😀", "\ud800", "export ", "null", "1", "0x", "azmlflow: ignore", "'''", '"""', "//", "/*", "*/",
)  # fmt: skip


def any_text() -> st.SearchStrategy[str]:
    """Text of any characters, and text made of the tokens that grammars fear."""
    return st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map("".join))


def mutated(*samples: str) -> st.SearchStrategy[str]:
    """Real samples with a few stretches removed, doubled or replaced."""

    def cut(sample: str, cuts: list[tuple[float, int, str]]) -> str:
        for where, length, word in cuts:
            at = int(where * len(sample))
            sample = sample[:at] + word + sample[at + length :]
        return sample

    place = st.floats(0, 1, exclude_max=True)
    change = st.tuples(place, st.integers(0, 6), st.sampled_from(("", *WORDS)))
    return st.builds(cut, st.sampled_from(samples), st.lists(change, max_size=5))


def any_bytes() -> st.SearchStrategy[Text]:
    """Arbitrary bytes, decoded as files are."""
    return st.binary(max_size=200).map(lambda data: decode(data)[0])


def is_inside(text: Text, span: Span) -> bool:
    """Tell whether a span lies in the text and does not end before it starts."""
    line, column, end_line, end_column = span
    if not (0 <= line <= end_line < text.line_count and (line, column) <= (end_line, end_column)):
        return False
    ends = [*text.starts[1:], len(text.value)]
    return text.starts[line] + column <= ends[line] and text.starts[end_line] + end_column <= ends[end_line]


def seconds(call: Callable[[], object]) -> float:
    """Return the processor time that a call takes, without the search for garbage among all that the tests have made."""
    gc.disable()
    try:
        before = time.process_time()
        call()
        return time.process_time() - before
    finally:
        gc.enable()


def least_seconds(call: Callable[[], object]) -> float:
    """Return the least processor time of several calls: what a busy machine adds is not the call's."""
    return min(seconds(call) for _ in range(5))


def monotonous(*units: str) -> list[str]:
    """Return a long text of each unit."""
    return [unit * (LONG // len(unit)) for unit in units]


def assert_linear(read: Callable[[str], object], source: str) -> None:
    """Fail if eight times the text takes far more than eight times as long.

    A quadratic reader takes up to 64 times as long; 16 times is what one takes whose quadratic part has just come to
    outweigh the linear one. A busy machine only ever adds to a time: the least of several is compared.
    """
    long, short = math.inf, math.inf
    for _ in range(5):
        long = min(long, seconds(lambda: read(source)))
        if long < HARMLESS:
            return
        short = min(short, *(seconds(lambda: read(source[: len(source) // 8])) for _ in range(2)))
        if long < 16 * short:
            return
    raise AssertionError(f"{len(source)} characters take {long:.2f} s, an eighth of them {short:.4f} s")
