"""Small snapshots made without a disk, for tests of the machinery around the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from azmlflow.parsing.base import Span, Text
from azmlflow.parsing.dotenv import parse_dotenv
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule, RuleModule
from azmlflow.rules.selection import Selection
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.snapshot import FileKind, Location, Snapshot, SourceFile

ROOT = Path("/project").absolute()


def dotenv(text: str, name: str = ".env", settings: Settings | None = None) -> Resolution:
    """Return the resolution of an environment file, the kind whose comments and places are plainest."""
    source = Text(text)
    file = SourceFile(ROOT / name, FileKind.DOTENV, source, parse_dotenv(source))
    return Resolution(Snapshot((ROOT,), {file.path: file}, settings={ROOT: settings or Settings()}), file)


def a_rule(
    code: str = "AZM111", check: Callable[[Resolution], Iterator[Finding]] | None = None, **more: object
) -> RuleModule:
    """Return a rule that finds the word BAD wherever it stands, unless told otherwise."""
    record = Rule(
        code=code,
        name="tracking-function-assigned",
        summary="a made-up rule",
        severity="error",
        confidence="high",
        since="0.1.0",
        source_url="https://example.com",
        kinds=frozenset({FileKind.DOTENV}),
        **more,  # type: ignore[arg-type]
    )

    def find_bad(resolution: Resolution) -> Iterator[Finding]:
        text, at = resolution.file.text, resolution.file.text.value.find("BAD")
        while at >= 0:
            location = Location(resolution.file.path, None, text.span(at, at + 3))
            yield Finding(record, "it is bad", location, make_fixes=partial(good, location))
            at = text.value.find("BAD", at + 1)

    return RuleModule(record, check or find_bad, "")


def good(location: Location) -> tuple[Fix, ...]:
    return (Fix("Write GOOD", (Edit(location, "GOOD"),), safe=True),)


class Only(Selection):
    """A selection of rules that are made up."""

    __slots__ = ()
    made: tuple[RuleModule, ...] = ()

    def rules(self, kind: FileKind, words: frozenset[str] = frozenset()) -> tuple[RuleModule, ...]:
        return tuple(rule for rule in self.made if kind in rule.rule.kinds)


def only(*rules: RuleModule) -> Selection:
    """Return a selection that runs these rules and no others."""
    return type("OnlyThese", (Only,), {"__slots__": (), "made": rules})()


def at(line: int, column: int, end_column: int, path: Path | None = None) -> Location:
    return Location(path or ROOT / ".env", None, Span(line, column, line, end_column))
