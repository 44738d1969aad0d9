"""Hides secrets in lines of source, wherever they would be shown or copied: a log of CI keeps them for ever.

What is hidden becomes as many asterisks, so that what is underlined below stays in place. Ids are no secrets, and shown in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from azmlflow.azure.secret_shapes import MASKED
from azmlflow.azure.variables import SECRETS, is_secret
from azmlflow.patterns import pattern

_PART: Final = 8
_SHORTEST: Final = 6
_HUMP: Final = pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD: Final = pattern(
    r"(?:^|_)(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|CONNECTION_?STRING|(?:ACCESS|API|ACCOUNT|SHARED)_?KEY)(?:_|$)"
)
_OPTION: Final = pattern(r"[-+]{0,2}[\w.-]+")
_NAME: Final = pattern(r"(?<![\w-])([\w-]+)[\"'\]]*\s*(?:=(?!=)|:)[ \t]*")
_LITERAL: Final = pattern(r"[rbufRBUF]{0,2}(?:\"([^\"]*)|'([^']*))")
_ANY_VALUE: Final = pattern(r"(?![\"\x27]?\$\{\{ *[\w.-]+ *\}\})(?:\"([^\"]*)|'([^']*)|([^\s\"'#][^\s#]*))")
"""What follows a name; an expression of GitHub (`${{ secrets.NAME }}`) only says where the value is kept."""


def mask(line: str, *, code: bool) -> str:
    """Return a line of the same length without the values of secrets; in code only literals are values."""
    is_code = code and not line.lstrip().startswith(("%", "!"))
    value = _LITERAL if is_code else _ANY_VALUE
    named = (value.match(line, match.end()) for match in _NAME.finditer(line) if is_secret(match[1]))
    for match in (*named, *MASKED.finditer(line)):
        if match and match.lastindex:
            start, end = match.span(match.lastindex)
            line = line[:start] + "*" * (end - start) + line[end:]
    return line


def mask_value(name: str, value: str) -> str:
    """Return the value of a parameter, a tag or an option without what is a secret.

    Names like `max_tokens` and `tokenizer` are ordinary here: only whole words count, and then only a value that could be one.
    """
    if name.upper() in SECRETS or (_sounds_secret(name) and not _is_plain(value)):
        return "*" * len(value)
    return mask(value, code=False)


def mask_command(command: Sequence[str]) -> list[str]:
    """Return a command line without what is a secret in it: `--password x`, `--password=x` and `PASSWORD=x`."""
    shown = []
    for before, argument in zip(["", *command], command, strict=False):
        name, equals, value = argument.partition("=")
        if equals and _OPTION.fullmatch(name):
            shown.append(f"{name}={mask_value(name.lstrip('-+'), value)}")
        else:
            option = before.lstrip("-") if before.startswith("-") else ""
            shown.append(mask_value(option, argument))
    return shown


def _sounds_secret(name: str) -> bool:
    words = _HUMP.sub("_", name).upper().replace("-", "_").replace(".", "_").replace(" ", "_")
    return is_secret(name) and _WORD.search(words) is not None


def _is_plain(value: str) -> bool:
    """Tell whether a value is a number, a word for yes or no, or shorter than any secret."""
    try:
        float(value)
    except ValueError:
        return len(value) < _SHORTEST
    return True


def part_of(identifier: str) -> str:
    """Return the beginning of an id, by which its owner knows it again."""
    return identifier if len(identifier) <= _PART else f"{identifier[:_PART]}…"


def part_of_user(name: str) -> str:
    """Return the first letter and the domain of a user's name."""
    before, at, domain = name.rpartition("@")
    return f"{(before or domain)[:1]}…{at}{domain if at else ''}"


def holds_secret(text: str, *, code: bool) -> bool:
    """Tell whether any line of a text holds what `mask` would hide."""
    return any(mask(line, code=code) != line for line in text.splitlines())
