"""Shell scripts become assignments and commands; sh, PowerShell and cmd are told apart line by line."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from azmlflow.parsing._shell_windows import Dialect, setx, windows_assignment
from azmlflow.parsing._shell_words import Lexer, Quote, Token
from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.comments import Comment, find_comments
from azmlflow.patterns import pattern

MAX_WORDS: Final = 20_000
MAX_DEPTH: Final = 6
MAX_LOST_HEREDOCS: Final = 20
NAME: Final = pattern(r"[A-Za-z_]\w*")
ASSIGN: Final = pattern(r"([A-Za-z_]\w*)\+?=")
REDIRECT: Final = pattern(r"[0-9]*(?:&>>?|>>|>\||>&|<<-|<<<|<<|<&|<>|>|<)")
REMARK: Final = pattern(r"(?:@?rem\b|::)[^\r\n]*", re.IGNORECASE)
RESERVED: Final = frozenset((
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "sudo", "exec", "command",
    "nohup", "fi", "done", "esac",
))  # fmt: skip
DECLARERS: Final = frozenset(("export", "declare", "typeset", "readonly", "local", "env"))


class Assignment(NamedTuple):
    """A variable that gets a value; `value` is None for `export NAME`, and keeps `$VARIABLES` as written.

    `exported`: a program started later sees it. `command_only`: it holds for the one command behind it.
    `substitution` is the command whose output the value is. `value_span` covers the quotes.
    """

    name: str
    value: str | None
    raw: str
    exported: bool
    command_only: bool
    dialect: Dialect
    quote: Quote
    expands: bool
    substitution: str | None
    name_span: Span
    value_span: Span
    span: Span


class Word(NamedTuple):
    """A word of a command without its quotes; `expands` when a shell would still replace something in it."""

    text: str
    span: Span
    expands: bool


class Command(NamedTuple):
    """A command that would be run, also one inside `$(...)`."""

    words: tuple[Word, ...]
    span: Span

    @property
    def program(self) -> str:
        """The program's name without its folder and `.exe`."""
        name = self.words[0].text.replace("\\", "/").rpartition("/")[2].lower()
        return name.removesuffix(".exe").removesuffix(".cmd")

    @property
    def texts(self) -> list[str]:
        """The words as strings."""
        return [word.text for word in self.words]


class ShellFacts(NamedTuple):
    """What a script sets and runs, in the order written."""

    assignments: tuple[Assignment, ...]
    commands: tuple[Command, ...]
    problems: tuple[Problem, ...]
    comments: tuple[Comment, ...]


def parse_shell(text: Text, first_line: int = 0) -> ShellFacts:
    """Return what a script sets and runs; `first_line` is its first line in a larger file, added to spans."""
    reader = _Reader(text, first_line)
    regions = [(0, len(text.value), 0)]
    while regions:
        start, end, depth = regions.pop()
        reader.read(start, end)
        if depth < MAX_DEPTH:
            regions += [(inner, close, depth + 1) for inner, close in reader.lexer.nested]
        reader.lexer.nested.clear()
    comments = find_comments(text)
    return ShellFacts(
        tuple(sorted(reader.assignments, key=lambda found: found.name_span)),
        tuple(sorted(reader.commands, key=lambda found: found.span)),
        tuple(reader.problems),
        tuple(Comment(comment.text, comment.span.shifted(first_line)) for comment in comments),
    )


class _Reader:
    """Reads statements one by one."""

    def __init__(self, text: Text, first_line: int) -> None:
        self.text = text
        self.value = text.value
        self.first_line = first_line
        self.lexer = Lexer(text.value)
        self.assignments: list[Assignment] = []
        self.commands: list[Command] = []
        self.problems: list[Problem] = []
        self.budget = MAX_WORDS
        self.all_exported = False
        self.heredocs: list[str] = []
        self.lost_heredocs: set[str] = set()

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets in the file around the text."""
        return self.text.span(start, end).shifted(self.first_line)

    def read(self, at: int, end: int) -> None:
        """Read the statements between two offsets."""
        while at < end:
            if self.budget <= 0:
                self.problems.append(Problem("too many words: not read further", self.span(at, at)))
                return
            at = self.lexer.blank(at)
            char = self.value[at : at + 1]
            if char == "\n" and self.heredocs:
                at = self._behind_heredocs(at + 1)
            elif char == "#":
                at = self.lexer.line_end(at)
            elif not char or char.isspace() or char in ";&|()":
                at += 1
            else:
                at = self._statement(at, end)

    def _statement(self, at: int, end: int) -> int:
        """Read one statement and return the offset behind it."""
        remark = REMARK.match(self.value, at, end)
        if remark:
            return remark.end()
        found = windows_assignment(self.lexer, at, end)
        if not found:
            return self._simple(at, end)
        self.budget -= 1
        self._add(found.name, found.token, found.start, found.exported, False, found.dialect)
        return max(found.end, at + 1)

    def _simple(self, at: int, end: int) -> int:
        """Read a command with its assignments."""
        words: list[Token] = []
        assigned: list[tuple[str, Token, int]] = []
        while (at := self.lexer.blank(at)) < end:
            redirect = REDIRECT.match(self.value, at, end)
            if redirect:
                at = self._redirect(redirect[0], redirect.end(), end)
                continue
            if self.value[at].isspace() or self.value[at] in ";&|()#":
                break
            assign = ASSIGN.match(self.value, at, end)
            if assign and (not words or words[0].value in DECLARERS):
                at = self._assign(assign, assigned, end)
                continue
            token = self.lexer.word(at, end)
            at = max(token.end, at + 1)
            self.budget -= 1
            if words or token.value not in RESERVED:
                words.append(token)
        self._finish(words, assigned)
        return at

    def _assign(self, match: re.Match[str], assigned: list[tuple[str, Token, int]], end: int) -> int:
        at = match.end()
        self.budget -= 1
        if self.value.startswith("(", at):
            close = self.lexer.closing(at + 1, ")", end)
            return close + 1 if close >= 0 else self.lexer.line_end(at)
        token = self.lexer.word(at, end)
        assigned.append((match[1], token, match.start()))
        return token.end

    def _redirect(self, operator: str, at: int, end: int) -> int:
        at = self.lexer.blank(at)
        token = self.lexer.word(at, end)
        if operator.lstrip("0123456789") in ("<<", "<<-") and token.value:
            self.heredocs.append(token.value)
        self.budget -= 1
        return max(token.end, at)

    def _behind_heredocs(self, at: int) -> int:
        """Return the offset behind the texts that stand between a command and their closing words."""
        pending, self.heredocs = self.heredocs, []
        for word in pending:
            if word in self.lost_heredocs or len(self.lost_heredocs) >= MAX_LOST_HEREDOCS:
                continue
            closing = re.compile(rf"^\t*{re.escape(word)}[ \t]*\r?$", re.MULTILINE).search(self.value, at)
            if closing:
                at = closing.end()
            else:
                self.lost_heredocs.add(word)
        return at

    def _finish(self, words: list[Token], assigned: list[tuple[str, Token, int]]) -> None:
        program = words[0].value if words else ""
        options = [word.value for word in words[1:] if word.value.startswith(("-", "+"))]
        exported, command_only = self._scope(program, options)
        for name, token, start in assigned:
            self._add(name, token, start, exported, command_only)
        if program == "export":
            self._exported_names(words[1:], exported)
        elif program == "set" and options:
            self.all_exported = options[0] == "-a" or (self.all_exported and options[0] != "+a")
        found = setx(self.value, words) if program.lower() == "setx" else None
        if found:
            self._add(found.name, found.token, found.start, found.exported, False, found.dialect)
        if program and program not in DECLARERS - {"env"}:
            self._command(words)

    def _scope(self, program: str, options: list[str]) -> tuple[bool, bool]:
        """Return whether what a command assigns is exported, and whether it holds for that command only."""
        if program in ("", "readonly", "local"):
            return self.all_exported, False
        if program == "export":
            return "-n" not in options, False
        if program in ("declare", "typeset"):
            return any("x" in option for option in options), False
        return True, True

    def _command(self, words: list[Token]) -> None:
        found = tuple(Word(word.value, self.span(word.start, word.end), word.expands) for word in words)
        self.commands.append(Command(found, self.span(words[0].start, words[-1].end)))

    def _exported_names(self, words: list[Token], exported: bool) -> None:
        for word in words:
            if NAME.fullmatch(self.value, word.start, word.end):
                empty = Token("", word.end, word.end, "", expands=False, substitution=None)
                self._add(word.value, empty, word.start, exported, False, has_value=False)

    def _add(
        self,
        name: str,
        token: Token,
        start: int,
        exported: bool,
        command_only: bool,
        dialect: Dialect = "sh",
        *,
        has_value: bool = True,
    ) -> None:
        inner = token.substitution
        self.assignments.append(
            Assignment(
                name=name,
                value=token.value if has_value else None,
                raw=self.value[token.start : token.end],
                exported=exported,
                command_only=command_only,
                dialect=dialect,
                quote=token.quote,
                expands=token.expands,
                substitution=self.value[inner[0] : inner[1]].strip() if inner else None,
                name_span=self.span(start, start + len(name)),
                value_span=self.span(token.start, token.end),
                span=self.span(start, token.end),
            )
        )
