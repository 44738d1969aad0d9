"""Cuts Python source into top-level blocks without parsing it.

A block is a top-level statement with the comments and blank lines that follow it. The cut depends only on the text
from the block's start, so that after an edit it is found again by looking at the lines around the edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from azmlflow.patterns import pattern

# What may follow the plain characters covers every character that can end them, so that the pattern never goes back.
_TOKEN: Final = pattern(
    r"""
    [^"'\#()\[\]{}\\\n]*
    (?: (?P<triple> \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: \"{3} | \Z )
                  | '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: '{3} | \Z ) )
      | (?P<string> " [^"\\\n]* (?: \\. [^"\\\n]* )* "? | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '? )
      | (?P<flat>   [(\[{] [^()\[\]{}"'\#\\\n]* [)\]}] )
      | (?P<open>   [(\[{] )
      | (?P<close>  [)\]}] )
      | (?P<comment> \#[^\n]* )
      | (?P<joined> \\ (?: \r?\n )? )
      | (?P<line>   \n (?= [^\s\#)\]}] ) )
      | \n
      | \Z
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTINUES: Final = pattern(r"(?:else|elif|except|finally)\b")
_RESTARTS: Final = pattern(
    r"(?:import|def|class|with|while|async|return|try\s*:|if\s+__name__)\b|try\s*:|@|from\s+[\w.]+\s+import\b"
)
"""Statements that never stand inside brackets: an unclosed bracket ends before them, so that it hides nothing more."""


def boundaries(text: str, start: int = 0) -> Iterator[int]:
    """Yield the offset of each block's start after `start`, which must itself be a block's start."""
    depth = 0
    decorated = text.startswith("@", start)
    for token in _TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "line":
            at = token.end()
            if depth and not _RESTARTS.match(text, at):
                continue
            if not depth and (decorated or _CONTINUES.match(text, at)):
                decorated = text.startswith("@", at)
                continue
            depth = 0
            decorated = text.startswith("@", at)
            yield at
        elif kind == "open":
            depth += 1
        elif kind == "close" and depth:
            depth -= 1


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield (offset, text) of each comment, never of a `#` inside a string."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comment":
            yield token.start("comment"), token.group("comment")


def normalised(text: str) -> str:
    """Turn lone carriage returns into line feeds, one character for one, so that offsets stay."""
    if "\r" not in text:
        return text
    return re.sub(r"\r(?!\n)", "\n", text)
