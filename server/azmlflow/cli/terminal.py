"""What the terminal can show: colour or none, how wide, and characters that take no part in its control."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, TextIO

from azmlflow.cli.main import drop_output
from azmlflow.printable import clean as clean

WIDTH: Final = 110
"""How wide text is when nobody says: in a file, in a pipe."""

_STYLES: Final = {
    "bold": "1",
    "red": "1;31",
    "yellow": "1;33",
    "blue": "1;34",
    "cyan": "1;36",
    "green": "1;32",
    "dim": "2",
}


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether to write colours: NO_COLOR and FORCE_COLOR decide, then whether somebody is looking."""
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR", "")
    if forced:
        return forced not in {"0", "false"}
    return stream.isatty() and environ.get("TERM") != "dumb"


class Painter:
    """Writes text in a style, or plainly when colours are not wanted."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        """Return the text in a style."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text


def painter(stream: TextIO) -> Painter:
    """Return a painter that suits a stream."""
    colour = wants_colour(stream, os.environ)
    if colour and sys.platform == "win32":
        os.system("")  # noqa: S605 - an empty command makes old Windows consoles understand colours
    return Painter(colour)


def width(stream: TextIO) -> int:
    """Return how many columns there are to fill."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if stream.isatty() else WIDTH


def columns(text: str) -> int:
    """Return how many columns a clean text takes."""
    return len(text) if text.isascii() else sum(map(columns_of, text))


@lru_cache(maxsize=4096)
def columns_of(char: str) -> int:
    """Return how many columns one character takes: 0 when it joins the one before it, 2 when it is wide."""
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


@contextmanager
def output() -> Iterator[TextIO]:
    """Give standard output so that no character can fail, and a reader who leaves early is no error."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output()
