"""What git would leave out: .gitignore patterns decided one directory entry at a time, while walking down.

Nearly every line of a real .gitignore is a plain name or a glob over one name; those are looked up, or matched by one
combined regular expression, so that a walk costs about as much with a .gitignore as without. Only the rest needs
pathspec, which is slow to import and is therefore imported when such a line is met.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from fnmatch import translate
from typing import Final, NamedTuple, TypeAlias

from azmlflow.parsing.base import decode
from azmlflow.patterns import pattern
from azmlflow.workspace import paths
from azmlflow.workspace.read import MEGABYTE, Refused, read_bytes

_PLAIN: Final = pattern(r"[\w.,+@~ $#%=-]+").fullmatch
_PLAIN_PATH: Final = pattern(r"[\w.,+@~ $#%=/-]+").fullmatch
_GLOB: Final = pattern(r"[\w.,+@~ $#%=*?\[\]!^-]+").fullmatch


class _Glob(NamedTuple):
    """A pattern over the entry's own name, or over its whole path (which ends in a slash for a folder).

    `below` marks `folder/**`, whose regular expression ends at the folder and means what is inside.
    """

    rank: int
    regex: re.Pattern[str]
    folders_only: bool
    below: bool = False


class IgnoreRules:
    """The patterns of one file, relative to one folder; the last line that matches an entry decides.

    Entries are asked about from the top down, and what is inside an ignored folder is never asked about, as in git:
    so a pattern has to match the entry itself, not one of its parents.
    """

    __slots__ = ("_anchored", "_any_glob", "_globs", "_includes", "_names", "_paths", "_suffixes")

    def __init__(self, lines: Iterable[str]) -> None:
        self._includes: list[bool] = []
        self._names: dict[str, int] = {}
        self._anchored: dict[str, int] = {}
        self._suffixes: dict[str, int] = {}
        self._globs: list[_Glob] = []
        self._paths: list[_Glob] = []
        for line in lines:
            self._add(line.rstrip("\r\n"))
        self._any_glob = re.compile("|".join(g.regex.pattern for g in self._globs)).match

    def __bool__(self) -> bool:
        return bool(self._includes)

    def decide(self, relative: str, name: str, is_folder: bool) -> bool | None:
        """Tell whether the entry is ignored (True), taken back by a `!` line (False) or not mentioned (None).

        `relative` is the path from the folder of the patterns, with forward slashes; `name` is its last part.
        """
        rank = max(self._names.get(name, -1), self._anchored.get(relative, -1))
        if is_folder:
            rank = max(rank, self._names.get(f"{name}/", -1), self._anchored.get(f"{relative}/", -1))
        if self._suffixes:
            rank = max(rank, self._rank_of_suffix(name, is_folder))
        if self._globs and self._any_glob(name):
            rank = max(rank, _rank_of(self._globs, name, is_folder))
        if self._paths:
            rank = max(rank, _rank_of(self._paths, f"{relative}/" if is_folder else relative, is_folder))
        return None if rank < 0 else self._includes[rank]

    def _add(self, line: str) -> None:
        text = line if line.endswith("\\ ") else line.rstrip(" ")
        if not text or text.startswith("#"):
            return
        rank = len(self._includes)
        self._includes.append(not text.startswith("!"))
        text = text.removeprefix("!")
        body = text.removesuffix("/")
        slash = text[len(body) :]
        body = "**" if body == "/**" else body
        body = body.removeprefix("/") if body.startswith("/**/") else body
        if body.startswith("**/") and "/" not in body[3:]:
            body = body[3:]  # `**/name` means what `name` means: at any depth
            text = body + slash
        if _PLAIN(body):
            self._names[text] = rank
        elif body.startswith("*.") and _PLAIN(body[1:]):
            self._suffixes[text[1:]] = rank
        elif _PLAIN_PATH(body):
            self._anchored[body.removeprefix("/") + slash] = rank
        elif _GLOB(body):
            self._globs.append(_Glob(rank, re.compile(translate(body.replace("[^", "[!"))), bool(slash)))
        else:
            self._paths += _path_globs(rank, text)

    def _rank_of_suffix(self, name: str, is_folder: bool) -> int:
        rank = -1
        at = name.find(".")
        while at >= 0:
            suffix = name[at:]
            rank = max(rank, self._suffixes.get(suffix, -1))
            if is_folder:
                rank = max(rank, self._suffixes.get(f"{suffix}/", -1))
            at = name.find(".", at + 1)
        return rank


class FolderRules(NamedTuple):
    """The patterns that one folder brings, and the length of what to cut off a path to make it relative."""

    cut: int
    rules: IgnoreRules


Chain: TypeAlias = tuple[FolderRules, ...]
"""The patterns that hold in a folder, the nearest last."""


def chain_above(folder: str, root: str) -> Chain:
    """Return what the folders above `folder` say, from the top of its git repository (else from `root`) down."""
    line = [folder]
    while line[-1] != paths.parent_of(line[-1]):
        line.append(paths.parent_of(line[-1]))
    top = next((parent for parent in line if _holds_git(parent)), root)
    chain: Chain = ()
    for parent in reversed(line[1:]):
        if len(parent) >= len(top):
            chain = chain_in(chain, parent, is_repository=parent == top and _holds_git(top))
    return chain


def chain_in(chain: Chain, folder: str, *, is_repository: bool) -> Chain:
    """Return the chain that holds in `folder`, given the one above it; a repository knows nothing of those around it."""
    if is_repository:
        chain = _with_rules((), folder, ".git/info/exclude")
    return _with_rules(chain, folder, ".gitignore")


def is_ignored(chain: Chain, path: str, name: str, *, is_folder: bool) -> bool:
    """Tell whether git would leave an entry out, provided that it does not leave out a folder above it."""
    for cut, rules in reversed(chain):
        decided = rules.decide(path[cut:].replace(os.sep, "/"), name, is_folder)
        if decided is not None:
            return decided
    return False


def _with_rules(chain: Chain, folder: str, file: str) -> Chain:
    prefix = paths.with_separator(folder)
    try:
        data = read_bytes(prefix + file, MEGABYTE)
    except Refused:
        return chain
    lines = decode(data)[0].value.split("\n")
    return (*chain, FolderRules(len(prefix), IgnoreRules(lines)))


def _holds_git(folder: str) -> bool:
    return paths.exists(f"{paths.with_separator(folder)}.git")


def _rank_of(globs: list[_Glob], subject: str, is_folder: bool) -> int:
    for glob in reversed(globs):
        if glob.folders_only and not is_folder:
            continue
        match = glob.regex.match(subject)
        if match and (match.end() == len(subject)) != glob.below:
            return glob.rank
    return -1


def _path_globs(rank: int, text: str) -> list[_Glob]:
    from pathspec import GitIgnoreSpec

    try:
        patterns = GitIgnoreSpec.from_lines([text]).patterns
    except ValueError:  # git, too, passes over a pattern that it cannot read
        return []
    below = text.removesuffix("/").endswith("/**")
    return [_Glob(rank, p.regex, text.endswith("/"), below) for p in patterns if p.regex is not None]
