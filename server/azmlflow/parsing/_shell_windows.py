"""Assignments as PowerShell and cmd write them: `$env:X = "..."`, `set X=...`."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from azmlflow.parsing._shell_words import Lexer, Token
from azmlflow.patterns import pattern

Dialect = Literal["sh", "powershell", "cmd", "setx"]

NAME: Final = pattern(r"\w+")
CMD_SET: Final = pattern(r"@?set[^\S\r\n]+(\"?)([A-Za-z_]\w*)=([^\r\n&|]*)", re.IGNORECASE)
PS_ENV: Final = pattern(r"\$(?:\{env:(\w+)\}|env:(\w+))[^\S\r\n]*=[^\S\r\n]*", re.IGNORECASE)
PS_VAR: Final = pattern(r"\$(?:script:|global:)?([A-Za-z_]\w*)[^\S\r\n]*=(?!=)[^\S\r\n]*", re.IGNORECASE)
PS_SET: Final = pattern(
    r"\[(?:System\.)?Environment\]::SetEnvironmentVariable\([^\S\r\n]*['\"](\w+)['\"][^\S\r\n]*,[^\S\r\n]*",
    re.IGNORECASE,
)
PS_STRING: Final = pattern(r"'[^'\r\n]*(?:''[^'\r\n]*)*'|\"[^\"`\r\n]*(?:(?:`[^\r\n]|\"\")[^\"`\r\n]*)*\"")
PS_ARGUMENT: Final = pattern(r"[^\r\n;,)]*")
PS_LINE: Final = pattern(r"[^\r\n;#]*")
PS_ESCAPE: Final = pattern(r"`(.)|\"\"")
COMMAND: Final = pattern(r"(?:&[^\S\r\n]*|\$?\()?[^\S\r\n]*(?=[A-Za-z])")


class Found(NamedTuple):
    """An assignment: the variable, its value, and where the statement ends."""

    name: str
    start: int
    token: Token
    end: int
    dialect: Dialect
    exported: bool


def windows_assignment(lexer: Lexer, at: int, end: int) -> Found | None:
    """Read the assignment at an offset when it is written for PowerShell or cmd."""
    char = lexer.value[at]
    if char in "$[":
        return _powershell(lexer, at, end)
    return _cmd(lexer, at, end) if char in "@sS" else None


def setx(value: str, words: list[Token]) -> Found | None:
    """Read `setx NAME value`: a backslash is a backslash there."""
    if len(words) < 3 or not NAME.fullmatch(value, words[1].start, words[1].end):
        return None
    name, word = words[1], words[2]
    raw = value[word.start : word.end]
    literal = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw
    token = word._replace(value=literal, expands="%" in literal, substitution=None)
    return Found(name.value, name.start, token, word.end, "setx", exported=True)


def _cmd(lexer: Lexer, at: int, end: int) -> Found | None:
    match = CMD_SET.match(lexer.value, at, end)
    if not match:
        return None
    start, stop = match.span(3)
    if match[1]:
        line_end = min(end, lexer.line_end(start))
        close = lexer.value.rfind('"', start, line_end)
        stop = close if close >= 0 else line_end
    value = lexer.value[start:stop]
    token = Token(value, start, stop, "", "%" in value or "!" in value, None)
    return Found(match[2], match.start(2), token, max(match.end(), stop), "cmd", exported=True)


def _powershell(lexer: Lexer, at: int, end: int) -> Found | None:
    called = PS_SET.match(lexer.value, at, end)
    environment = called or PS_ENV.match(lexer.value, at, end)
    match = environment or PS_VAR.match(lexer.value, at, end)
    if not match:
        return None
    group = match.lastindex or 1
    string = PS_STRING.match(lexer.value, match.end(), end)
    token = _string(string) if string else _expression(lexer, match.end(), end, called is not None)
    behind = lexer.line_end(token.end) if called else token.end
    exported = environment is not None
    return Found(match[group], match.start(group), token, min(end, behind), "powershell", exported)


def _string(match: re.Match[str]) -> Token:
    inner = match[0][1:-1]
    if match[0][0] == "'":
        return Token(
            inner.replace("''", "'"), match.start(), match.end(), "'", expands=False, substitution=None
        )
    value = PS_ESCAPE.sub(lambda found: found[1] or '"', inner)
    return Token(value, match.start(), match.end(), '"', "$" in inner, None)


def _expression(lexer: Lexer, at: int, end: int, argument: bool) -> Token:
    match = (PS_ARGUMENT if argument else PS_LINE).match(lexer.value, at, end)
    value = match[0].rstrip() if match else ""
    stop = at + len(value)
    command = COMMAND.match(lexer.value, at, stop)
    if argument or not command:
        return Token(value, at, stop, "", value.startswith("$"), None)
    start = command.end()
    close = lexer.closing(start, ")", stop) if "(" in command[0] else stop
    inner = (start, close if close >= 0 else stop)
    lexer.nested.append(inner)
    return Token(value, at, stop, "", expands=True, substitution=inner)
