"""The last line of a terminal while something is under way: what it is, and for how many seconds already."""

from __future__ import annotations

from time import monotonic
from typing import Final, TextIO

from azmlflow.cli.terminal import columns, columns_of

_FRAMES: Final = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
_PLAIN_FRAMES: Final = "|/-\\"
PER_SECOND: Final = 10


class LiveLine:
    """A line that is drawn over and over; where nobody looks (a file, a pipe) nothing is drawn."""

    def __init__(self, stream: TextIO, width: int, enabled: bool) -> None:
        self._stream = stream
        self._width = width
        self._enabled = enabled
        self._frames = _FRAMES if _can_write(stream, _FRAMES) else _PLAIN_FRAMES
        self._text = ""
        self._since = 0.0
        self._limit = 0.0
        self._drawn = False

    def begin(self, text: str, limit: float) -> None:
        """Show something new, which may take so many seconds."""
        self._text, self._since, self._limit = text, monotonic(), limit
        self.draw()

    def draw(self) -> None:
        """Draw the line anew."""
        if not self._enabled or not self._text:
            return
        taken = monotonic() - self._since
        frame = self._frames[int(monotonic() * PER_SECOND) % len(self._frames)]
        line = f"{frame}          {self._text}"
        if taken >= 1:
            line += f" ({taken:.0f} s of {self._limit:.0f})"
        self._stream.write(f"\r{_cut(line, self._width - 1)}\x1b[K")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Remove the line, so that something lasting can be printed; `draw` puts it back."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

    def end(self) -> None:
        """Remove the line for good."""
        self.clear()
        self._text = ""


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _cut(line: str, width: int) -> str:
    """Return as much of a line as fits: one that wraps cannot be drawn over."""
    if columns(line) <= width:
        return line
    kept, taken = "", 0
    for char in line:
        taken += columns_of(char)
        if taken > width:
            break
        kept += char
    return kept
