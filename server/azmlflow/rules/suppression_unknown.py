"""A suppression or setting names something that azmlflow does not have.

## What it does

Finds codes that no rule has, in suppressions and in the settings of azmlflow; words after `azmlflow:` that are neither
`ignore` nor `ignore-file`; and settings that azmlflow does not know.

## Why it is bad

A misspelled code silences nothing, and a misspelled setting changes nothing: the line only looks as if it worked.

## Example

```python
import mlflow

mlflow.autolog()  # azmlflow: ignore[AZM1O1]
```

## Use instead

```python
import mlflow

mlflow.autolog()  # azmlflow: ignore[AZM101]
```

## Fix safety

Unsafe: the fix puts the most similar code, word or setting in its place, and then something is silenced that was not.

## References

- [Settings and suppressions](https://azmlflow.github.io/configuration)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import codes, entry
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.source import slice_at
from azmlflow.rules.suppressions import Directive, directives
from azmlflow.workspace.settings import Settings
from azmlflow.workspace.snapshot import FileKind, Location

RULE = Rule(
    code="AZM901",
    name="suppression-unknown",
    summary="a suppression or setting names something that azmlflow does not have",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://azmlflow.github.io/configuration",
    kinds=frozenset(FileKind),
    fixable="sometimes",
)

_VERBS: Final = ("ignore", "ignore-file")
_OTHER_TOOLS: Final = frozenset({"noqa", "disable", "off", "skip", "suppress", "nolint"})
_LOOK_ALIKE: Final = str.maketrans("OIL", "011")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each name that azmlflow does not know, in comments and in settings."""
    for directive in directives(resolution.file):
        yield from _in_comment(resolution, directive)
    if resolution.file.kind in {FileKind.SETTINGS, FileKind.PYPROJECT}:
        yield from _in_settings(resolution)


def _in_comment(resolution: Resolution, directive: Directive) -> Iterator[Finding]:
    verb = directive.verb
    if verb not in _VERBS:
        # Any other word is prose, unless it was meant to silence something.
        near = _nearest(verb, _VERBS)
        if near or verb.lower() in _OTHER_TOOLS or directive.codes is not None:
            message = f"'{verb}' silences nothing: write ignore[CODE] or ignore-file"
            yield _finding(resolution, message, directive.location, verb, near)
    elif not directive.closed:
        yield Finding(RULE, f"the list of codes is not closed: write {verb}[CODE]", directive.location)
    elif directive.codes == ():
        yield Finding(RULE, f"the list of codes is empty: write {verb}[CODE]", directive.location)
    for code in directive.codes or ():
        yield from _code(resolution, code.text, code.location)


def _in_settings(resolution: Resolution) -> Iterator[Finding]:
    from azmlflow.parsing.toml import parse_toml
    from azmlflow.workspace.settings_reader import read_settings

    file = resolution.file
    settings = tuple(field.name.replace("_", "-") for field in fields(Settings))
    _, problems = read_settings(parse_toml(file.text), file.path, means_a_rule)
    for message, span in problems:
        location = in_file(file.path, span)
        written = message.split("`")[1]
        near = _meant(written) or _nearest(written, settings)
        stands_there = written in slice_at(resolution.snapshot, location)
        yield _finding(
            resolution, message, location, written, near if stands_there and near != written else None
        )


def means_a_rule(written: str) -> bool:
    """Tell whether a word in the settings is a rule's code or name, the beginning of codes, or `ALL`."""
    wanted = written.upper()
    if wanted == "ALL" or entry(written) is not None:
        return True
    return wanted != "" and any(code.startswith(wanted) for code in codes())


def _code(resolution: Resolution, written: str, location: Location) -> Iterator[Finding]:
    by_name = entry(written)
    if by_name and by_name[0] == written.upper():
        return
    if by_name:
        message = f"'{written}' is a rule's name: its code, {by_name[0]}, is what counts here"
        yield _finding(resolution, message, location, written, by_name[0])
    else:
        yield _finding(resolution, f"azmlflow has no rule '{written}'", location, written, _meant(written))


def _meant(written: str) -> str | None:
    """Return the code with the same number: the letters before it are what people mistype, or O for 0.

    The codes of other tools, such as E501, have none of our letters.
    """
    digits = "".join(c for c in written.upper().translate(_LOOK_ALIKE) if c.isdigit())
    code = f"AZM{digits}"
    return code if code in codes() and len(set("AZM") & set(written.upper())) > 1 else None


def _nearest(written: str, choices: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(written.lower(), choices, n=1, cutoff=0.7)), None)


def _finding(
    resolution: Resolution, message: str, location: Location, written: str, near: str | None
) -> Finding:
    """Return a finding whose fix, when there is a near miss, puts it in the place of what is written."""
    if near is None:
        return Finding(RULE, message, location)
    message = message if near in message else f"{message}; did you mean {near}?"

    def fixes() -> Iterator[Fix]:
        source = slice_at(resolution.snapshot, location)
        yield Fix(f"Write {near}", (Edit(location, source.replace(written, near, 1)),), safe=False)

    return Finding(RULE, message, location, make_fixes=fixes)
