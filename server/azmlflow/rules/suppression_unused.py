"""A comment silences a finding that is not there.

## What it does

Finds suppressions that silence nothing: the rule they name reports nothing on their line, or in their file.

## Why it is bad

The next real finding on that line would be hidden by a comment that was meant for another one.

## Example

```python
import math  # azmlflow: ignore[AZM101]
```

## Use instead

```python
import math
```

## Fix safety

Safe: the fix removes the code, or the whole comment when nothing is left of it. Other comments on the line stay.

## References

- [Suppressing a finding](https://azmlflow.github.io/configuration#suppressions)
"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.parsing.base import Span, Text
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules import entry, find
from azmlflow.rules.base import Edit, Finding, Fix, Rule
from azmlflow.rules.selection import Selection
from azmlflow.rules.source import text_of
from azmlflow.rules.suppressions import Code, Directive
from azmlflow.workspace.snapshot import FileKind, Location

RULE = Rule(
    code="AZM902",
    name="suppression-unused",
    summary="a comment silences a finding that is not there",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://azmlflow.github.io/configuration#suppressions",
    kinds=frozenset(FileKind),
    fixable="always",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield nothing: only the engine knows what the other rules found, and calls `findings` after them."""
    yield from ()


def findings(
    resolution: Resolution, directives: tuple[Directive, ...], selection: Selection
) -> Iterator[Finding]:
    """Yield a finding for each directive, or code of one, that was of no use.

    Codes that are unknown, or that the selection switched off, are left alone: nobody looked for them.
    """
    for directive in directives:
        if directive.codes is None:
            if not directive.used and directive.verb == "ignore":
                yield _finding(resolution, directive, "no rule", (), directive.location)
            continue
        idle = tuple(code for code in directive.codes if _is_idle(code, directive, selection))
        for code in idle:
            yield _finding(resolution, directive, code.text, idle, code.location)


def _is_idle(code: Code, directive: Directive, selection: Selection) -> bool:
    known = code.text.upper()
    if entry(known) is None or known.startswith("AZM9") or known in directive.used:
        return False
    rule = find(known)
    return rule is not None and selection.wants(rule.rule)


def _finding(
    resolution: Resolution, directive: Directive, what: str, idle: tuple[Code, ...], location: Location
) -> Finding:
    where = "in this file" if directive.whole_file else "on this line"
    message = f"{what} reports anything {where}" if not idle else f"{what} reports nothing {where}"
    return Finding(
        RULE,
        f"unused suppression: {message}",
        location,
        make_fixes=lambda: _fixes(resolution, directive, idle),
    )


def _fixes(resolution: Resolution, directive: Directive, idle: tuple[Code, ...]) -> Iterator[Fix]:
    codes = directive.codes or ()
    text = text_of(resolution.file, directive.location.cell)
    if len(idle) == len(codes):
        yield Fix("Remove the unused suppression", (Edit(_whole(text, directive.location), ""),), safe=True)
        return
    kept = ", ".join(code.text for code in codes if code not in idle)
    first, last = codes[0].location.span, codes[-1].location.span
    place = directive.location._replace(span=Span(first.line, first.column, last.end_line, last.end_column))
    title = f"Remove {', '.join(code.text for code in idle)} from the suppression"
    yield Fix(title, (Edit(place, kept),), safe=True)


def _whole(text: Text, location: Location) -> Location:
    """Return what to delete so that no trace of a comment stays: the white space before it, or its whole line."""
    span = location.span
    line = text.line(span.line)
    before, after = line[: span.column], line[span.end_column :]
    if before.strip() or after.strip():
        start, end = len(before.rstrip()), span.end_column
        if after.strip():
            start, end = span.column, len(line) - len(after.lstrip())
        return location._replace(span=Span(span.line, start, span.line, end))
    if span.line + 1 < text.line_count:
        return location._replace(span=Span(span.line, 0, span.line + 1, 0))
    return location._replace(span=Span(span.line, 0, span.line, len(line)))
