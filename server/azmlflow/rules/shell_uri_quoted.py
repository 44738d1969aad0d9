"""A shell sets the tracking URI so that Python gets it in quotation marks, or not at all.

## What it does

Looks at shell scripts, at the shell blocks of Markdown files, and at the shell lines and cells of notebooks. It finds
`az ... --query mlflow_tracking_uri` without `-o tsv` where the output becomes `MLFLOW_TRACKING_URI`, and an
`MLFLOW_TRACKING_URI` that no program started from there sees: assigned without `export`, or in a line of a notebook
whose shell ends with the line.

## Why it is bad

`az` prints JSON unless told otherwise, and a string of JSON stands in quotation marks. `$(...)` keeps them, MLflow takes
`"azureml://..."` for a path, and complains about its file store or fills a folder. A variable that is not exported
belongs to the shell alone: MLflow finds nothing set and logs to a local `mlflow.db`, without a word.

## Example

```shell
MLFLOW_TRACKING_URI=$(az ml workspace show --query mlflow_tracking_uri)
python train.py
```

## Use instead

```shell
export MLFLOW_TRACKING_URI=$(az ml workspace show --query mlflow_tracking_uri -o tsv)
python train.py
```

In a notebook, `%env MLFLOW_TRACKING_URI=azureml://...` sets it for the notebook itself.

## Fix safety

Safe where `-o tsv` is added: only the quotation marks go. Unsafe where `export` or `%env` is written, since whatever is
started later sees the variable as well.

## References

- [Configure MLflow for Azure Machine Learning](https://learn.microsoft.com/azure/machine-learning/how-to-use-mlflow-configure-tracking)
- [Output formats of the Azure CLI](https://learn.microsoft.com/cli/azure/format-output-azure-cli)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure import cli
from azmlflow.azure.variables import MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI
from azmlflow.parsing.base import Span
from azmlflow.parsing.notebook import NotebookFacts
from azmlflow.parsing.shell import Assignment, Command
from azmlflow.patterns import pattern
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.shell_parts import ShellPart, covers, is_followed, is_needed_outside, shell_parts
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM110",
    name="shell-uri-quoted",
    summary="a shell sets the tracking URI in quotation marks, or where Python does not see it",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/cli/azure/format-output-azure-cli",
    kinds=frozenset({FileKind.SHELL, FileKind.MARKDOWN, FileKind.NOTEBOOK}),
    fixable="sometimes",
)

_VARIABLES: Final = frozenset({MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI})
_WORDS: Final = pattern(r"MLFLOW_\w+_URI|mlflow_?tracking_?uri", re.IGNORECASE)
_COPY: Final = pattern(r"\$\{?(\w+)\}?")
_BEFORE_STATEMENT: Final = pattern(r"(?:.*(?:[;&|({]|\b(?:then|do|else)))?\s*(?:\$\s)?")


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each URI that keeps its quotation marks, and for each that stays in the shell."""
    parts = tuple(shell_parts(resolution.file, _WORDS))
    for part in parts:
        yield from _quoted(resolution, part)
        for assignment in part.facts.assignments:
            if assignment.name in _VARIABLES and assignment.value is not None and _is_of_azure(assignment):
                yield from _unseen(resolution, part, assignment, parts)


def _quoted(resolution: Resolution, part: ShellPart) -> Iterator[Finding]:
    if cli.sets_default_output(resolution.file.text.value):
        return
    for command in part.facts.commands:
        output = cli.output_of(command.texts)
        prints_json = output is None or output.value in ("json", "jsonc")
        if (
            prints_json
            and cli.asks_for_tracking_uri(command.texts)
            and _becomes_uri(resolution, part, command)
        ):
            message = (
                "without -o tsv az prints the URI in quotation marks, and MLflow takes them for a part of it"
            )
            location = in_file(resolution.file.path, command.span, part.cell)
            yield Finding(
                RULE, message, location, severity="error", make_fixes=partial(_tsv, resolution, part, command)
            )


def _becomes_uri(resolution: Resolution, part: ShellPart, command: Command) -> bool:
    """Tell whether a command's output, and nothing made of it, becomes the variable (or Python's tracking URI)."""
    if part.magic is not None and part.magic.target:
        return _is_used(resolution, part.magic.target) and len(part.facts.commands) == 1
    copied = {match[1] for a in part.facts.assignments if a.name in _VARIABLES if (match := _copy(a))}
    for assignment in part.facts.assignments:
        if assignment.substitution is not None and covers(assignment.value_span, command.span):
            inside = [other for other in part.facts.commands if covers(assignment.value_span, other.span)]
            return len(inside) == 1 and assignment.name in _VARIABLES | copied
    return False


def _copy(assignment: Assignment) -> re.Match[str] | None:
    return _COPY.fullmatch(assignment.value or "") if assignment.expands else None


def _is_used(resolution: Resolution, name: str) -> bool:
    """Tell whether a notebook gives what a shell line printed to MLflow as it is."""
    use = rf"(?:set_tracking_uri\(|MLFLOW_TRACKING_URI[\"']\]\s*=)\s*(?:uri=)?{re.escape(name)}(?:\[0\]|\.[sn])?\s*\)?\s*$"
    facts = resolution.file.facts
    cells = facts.cells if isinstance(facts, NotebookFacts) else ()
    return any(re.search(use, cell.source.value, re.MULTILINE) for cell in cells)


def _tsv(resolution: Resolution, part: ShellPart, command: Command) -> Iterator[Fix]:
    output = cli.output_of(command.texts)
    if output is None:
        end = command.words[-1].span
        edit = Edit(
            in_file(resolution.file.path, Span.at(end.end_line, end.end_column), part.cell), " -o tsv"
        )
    else:
        edit = Edit(
            in_file(resolution.file.path, command.words[output.at].span, part.cell), f"{output.prefix}tsv"
        )
    yield Fix("Add -o tsv" if output is None else "Write tsv", (edit,), safe=True)


def _is_of_azure(assignment: Assignment) -> bool:
    """Tell whether the value is a URI of Azure Machine Learning, or what az prints."""
    if assignment.substitution is not None:
        return assignment.substitution.startswith("az ")
    return "azureml" in (assignment.value or "").lower()


def _unseen(
    resolution: Resolution, part: ShellPart, assignment: Assignment, parts: tuple[ShellPart, ...]
) -> Iterator[Finding]:
    """Report an assignment that no program started later sees."""
    if assignment.command_only:
        return
    location = in_file(resolution.file.path, assignment.name_span, part.cell)
    if part.kind in ("cell", "line"):
        if not is_followed(part, assignment):
            message = (
                f"the shell that sets {assignment.name} ends here, so the notebook never sees it: use %env"
            )
            yield Finding(RULE, message, location, make_fixes=partial(_env, resolution, part, assignment))
    elif not assignment.exported and is_needed_outside(part, assignment, parts):
        message = (
            f"{assignment.name} is not exported, so no program started from here sees it, Python included"
        )
        yield Finding(RULE, message, location, make_fixes=partial(_export, resolution, part, assignment))


def _export(resolution: Resolution, part: ShellPart, assignment: Assignment) -> Iterator[Fix]:
    start = assignment.span
    before = part.source.line(start.line)[: start.column]
    if assignment.dialect == "powershell" and before.endswith("$"):
        insert = "env:"
    elif assignment.dialect == "sh" and _BEFORE_STATEMENT.fullmatch(before[-200:]):
        insert = "export "
    else:
        return
    place = in_file(resolution.file.path, Span.at(start.line, start.column), part.cell)
    yield Fix(f"Export {assignment.name}", (Edit(place, insert),), safe=False)


def _env(resolution: Resolution, part: ShellPart, assignment: Assignment) -> Iterator[Fix]:
    if part.magic is None or assignment.expands or len(part.facts.assignments) > 1 or part.facts.commands:
        return
    place = in_file(resolution.file.path, part.magic.span, part.cell)
    yield Fix("Use %env", (Edit(place, f"%env {assignment.name}={assignment.value}"),), safe=False)
