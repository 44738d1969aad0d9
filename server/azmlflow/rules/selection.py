"""Which rules are wanted: codes chosen and ignored, per file too, and how strict the user asked to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from azmlflow.rules import RULES, entry, load
from azmlflow.rules.base import Persona, Rule, RuleModule
from azmlflow.rules.relevance import ALL_WORDS, PEDANTIC, may_concern
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.snapshot import FileKind


@dataclass(frozen=True, slots=True)
class Selection:
    """What is reported. A longer prefix wins over a shorter one, and ignoring wins over selecting an equal one.

    A rule selected by its whole code is reported whatever the persona.
    """

    select: tuple[str, ...] = ()
    """Codes, names or beginnings of codes; empty means all."""
    ignore: tuple[str, ...] = ()
    persona: Persona = "regular"
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        select: Iterable[str] | None = None,
        ignore: Iterable[str] | None = None,
        persona: Persona | None = None,
    ) -> Selection:
        """Return what a project's settings select; what is given here wins, `ignore` adds."""
        return cls(
            _as_codes(settings.select if select is None else select),
            _as_codes((*settings.ignore, *(ignore or ()))),
            persona or settings.persona,
            {glob: _as_codes(names) for glob, names in settings.per_file_ignores.items()},
        )

    def rules(self, kind: FileKind, words: frozenset[str] = ALL_WORDS) -> tuple[RuleModule, ...]:
        """Return the rules to run on a file of a kind; `words` are those of the table in `relevance` that it holds."""
        return _rules(kind, words, self.select, self.ignore, self.persona)

    def wants(self, rule: Rule) -> bool:
        """Tell whether findings of a rule are reported, per-file ignores aside."""
        return _wanted(rule.code, rule.persona == "pedantic", self.select, self.ignore, self.persona)

    def ignored_in(self, path: Path, root: Path) -> tuple[str, ...]:
        """Return the codes and prefixes that are not reported in one file."""
        if not self.per_file_ignores or not path.is_relative_to(root):
            return ()
        relative = path.relative_to(root).as_posix()
        return tuple(
            code
            for glob, codes in self.per_file_ignores.items()
            if _matches(glob, relative)
            for code in codes
        )


def covers(prefixes: Iterable[str], code: str) -> bool:
    """Tell whether a code, or a prefix of it, is among `prefixes`; case does not count."""
    return _strength(prefixes, code) > 0


def _as_codes(names: Iterable[str]) -> tuple[str, ...]:
    """Return codes and beginnings of codes as they are, and the code of a rule that is named."""
    return tuple(pair[0] if (pair := entry(name)) else name for name in names)


def _strength(prefixes: Iterable[str], code: str) -> int:
    """Return the length of the longest prefix that fits the code, 0 when none does; `ALL` is the shortest."""
    fitting = (
        1 if p.upper() == "ALL" else len(p)
        for p in prefixes
        if p and (code.startswith(p.upper()) or p.upper() == "ALL")
    )
    return max(fitting, default=0)


def _wanted(
    code: str, pedantic: bool, select: tuple[str, ...], ignore: tuple[str, ...], persona: Persona
) -> bool:
    chosen = _strength(select, code)
    if select and not chosen:
        return False
    refused = _strength(ignore, code)
    if refused and refused >= chosen:
        return False
    return not pedantic or persona == "pedantic" or chosen == len(code)


@lru_cache(maxsize=256)
def _rules(
    kind: FileKind,
    words: frozenset[str],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    persona: Persona,
) -> tuple[RuleModule, ...]:
    """Return the rules; those that cannot find anything, or are not wanted, are not even imported."""
    wanted = (
        pair
        for pair in RULES
        if may_concern(pair[0], kind, words)
        and _wanted(pair[0], pair[0] in PEDANTIC, select, ignore, persona)
    )
    modules = (load(*pair) for pair in wanted)
    return tuple(module for module in modules if kind in module.rule.kinds)


@lru_cache(maxsize=1024)
def _matches(glob: str, relative: str) -> bool:
    import pathspec

    return pathspec.GitIgnoreSpec.from_lines([glob]).match_file(relative)
