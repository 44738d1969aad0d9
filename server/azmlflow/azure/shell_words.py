"""The words of a shell command line, in linear time and without ever failing.

A quotation mark without its partner counts as a letter; `${{ ... }}` and `$( ... )` stay inside their word
whatever they hold; `$[[` and `]]`, by which Azure Machine Learning marks an optional part of a command, are
dropped.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Word(NamedTuple):
    """A word without its quotation marks, and where it stands in the command line."""

    text: str
    start: int
    end: int


def split_commands(line: str) -> list[list[Word]]:
    """Return the simple commands of a line as lists of words.

    Commands end at line ends, `;`, `&&`, `||`, `|`, `&` and parentheses; redirections and comments are left
    out.
    """
    reader = _Reader(line)
    reader.run()
    return [words for words in reader.commands if words]


class _Reader:
    """One pass over a line."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.commands: list[list[Word]] = [[]]
        self.pieces: list[str] = []
        self.start = -1
        self.skip_word = False
        self.absent: set[str] = set()

    def run(self) -> None:
        while self.at < len(self.line):
            self._step(self.line[self.at])
        self._end_word()

    def _step(self, character: str) -> None:
        if character in " \t\r":
            self._end_word()
            self.at += 1
        elif character in "\n;|&()":
            self._operator(character)
        elif character in "<>":
            self._redirection()
        elif character in "'\"" and self._quoted(character):
            pass
        elif character == "\\":
            self._escape()
        elif character in "$]" and self._azure_mark():
            pass
        elif character == "#" and not self.pieces:
            self._skip_comment()
        else:
            self._take(1)

    def _take(self, length: int) -> None:
        """Add the next characters to the current word."""
        if self.start < 0:
            self.start = self.at
        self.pieces.append(self.line[self.at : self.at + length])
        self.at += length

    def _end_word(self) -> None:
        if self.start >= 0 and not self.skip_word:
            self.commands[-1].append(Word("".join(self.pieces), self.start, self.at))
        if self.start >= 0:
            self.skip_word = False
        self.pieces, self.start = [], -1

    def _operator(self, character: str) -> None:
        if character == "&" and self.line.startswith("&>", self.at):
            self._redirection()
            return
        self._end_word()
        self.skip_word = False
        self.commands.append([])
        self.at += 1

    def _redirection(self) -> None:
        """Leave out `> file`, `2>&1`, `&> file` and `< file`."""
        if "".join(self.pieces).isdigit():
            self.pieces, self.start = [], -1
        self._end_word()
        while self.at < len(self.line) and self.line[self.at] in "<>&|":
            self.at += 1
        self.skip_word = True

    def _quoted(self, quote: str) -> bool:
        """Take a quoted part without its quotation marks; False when the closing one is missing."""
        end = self._find(quote, self.at + 1)
        while quote == '"' and end > 0 and self.line[end - 1] == "\\":
            end = self._find(quote, end + 1)
        if end < 0:
            return False
        if self.start < 0:
            self.start = self.at
        inner = self.line[self.at + 1 : end]
        self.pieces.append(inner.replace('\\"', '"') if quote == '"' else inner)
        self.at = end + 1
        return True

    def _escape(self) -> None:
        """Join lines at a backslash before the line end, else take the next character as it is."""
        rest = self.line[self.at + 1 : self.at + 3]
        if rest.startswith(("\n", "\r\n")):
            self._end_word()
            self.at += 2 if rest.startswith("\n") else 3
        elif rest:
            if self.start < 0:
                self.start = self.at
            self.at += 1
            self._take(1)
        else:
            self.at += 1

    def _azure_mark(self) -> bool:
        """Take `${{ }}` and `$( )` whole, drop `$[[` and `]]`; False for any other dollar or bracket."""
        for opening, closing in _WHOLE:
            if self.line.startswith(opening, self.at) and (end := self._find(closing, self.at)) >= 0:
                self._take(end + len(closing) - self.at)
                return True
        for mark in _OPTIONAL:
            if self.line.startswith(mark, self.at):
                self._end_word()
                self.at += len(mark)
                return True
        return False

    def _skip_comment(self) -> None:
        end = self._find("\n", self.at)
        self.at = len(self.line) if end < 0 else end

    def _find(self, text: str, start: int) -> int:
        """Find like str.find; what was not found is not looked for again, which keeps the reader linear."""
        if text in self.absent:
            return -1
        found = self.line.find(text, start)
        if found < 0:
            self.absent.add(text)
        return found


_WHOLE: Final = (("${{", "}}"), ("$(", ")"))
_OPTIONAL: Final = ("$[[", "]]")
