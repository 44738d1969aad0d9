"""A rule of azmlflow failed on this file.

## What it does

Reports a rule that failed on a file. The other rules still ran, and what they found is shown.

## Why it is bad

The file was not checked for what that rule looks for. It is a fault of azmlflow, not of the file.

## Example

```text
AZM101 (tracking-uri-missing) failed here: KeyError
```

## Use instead

Nothing in the file needs to change. Report the fault at https://github.com/azmlflow/azmlflow/issues with the log that
`AZMLFLOW_LOG=debug azmlflow check FILE` writes to standard error. Until it is mended, `ignore = ["AZM903"]` hides the
finding.

## References

- [Reporting a fault](https://github.com/azmlflow/azmlflow/blob/main/CONTRIBUTING.md)
"""

from __future__ import annotations

from collections.abc import Iterator

from azmlflow.parsing.base import Span
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Rule, RuleModule, in_file
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM903",
    name="rule-crashed",
    summary="a rule of azmlflow failed on this file",
    severity="information",
    confidence="high",
    since="0.1.0",
    source_url="https://github.com/azmlflow/azmlflow/blob/main/CONTRIBUTING.md",
    kinds=frozenset(FileKind),
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield nothing: the engine calls `finding` when another rule fails."""
    yield from ()


def finding(resolution: Resolution, crashed: RuleModule, error: Exception) -> Finding:
    """Return the finding for a rule that raised; the error's own text stays out, for it may quote a secret."""
    rule = crashed.rule
    message = f"{rule.code} ({rule.name}) failed here: {type(error).__name__}; the other rules still ran"
    return Finding(RULE, message, in_file(resolution.file.path, Span.at(0)))
