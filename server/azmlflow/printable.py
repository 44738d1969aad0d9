"""Makes text from files fit to be shown: nothing in it moves a cursor, hides or turns what stands beside it."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    """Return one line of text with control and direction characters replaced."""
    return text if text.isascii() and text.isprintable() else "".join(map(_clean_one, text))


def _clean_one(char: str) -> str:
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return "\u2421" if code == 0x7F else chr(0x2400 + code)
    # Joiners are part of a word or an emoji; every other invisible character may deceive.
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in "\u200c\u200d":
        return "\ufffd"
    return char
