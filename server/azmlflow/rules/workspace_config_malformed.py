"""A workspace config is not JSON that from_config can read.

## What it does

Finds workspace configs (`config.json` and `project.json` that name a workspace, or lie in `.azureml` or `aml_config`)
that are broken JSON, hold something else than an object, or are not saved as UTF-8.

## Why it is bad

`MLClient.from_config` reads the file with Python's JSON reader, which allows no comment, no trailing comma and no single
quotes. It fails with a bare `JSONDecodeError` that names neither the file nor the folder, and a list ends in
`'list' object has no attribute 'get'`. PowerShell's `>` writes UTF-16, which is refused as well.

## Example

```json
{
    "subscription_id": "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c",
    "resource_group": "rg-ml",
    "workspace_name": "ws-dev",  // ours
}
```

## Use instead

```json
{
    "subscription_id": "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c",
    "resource_group": "rg-ml",
    "workspace_name": "ws-dev"
}
```

## Fix safety

Safe where commas too many are all that goes. Unsafe where comments go, or where the file is written anew with what could
be read of it. None is offered for a file that is no object, nor for another encoding.

## References

- [MLClient.from_config](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.parsing.base import Problem, Span, Text
from azmlflow.parsing.tree import Mapping, Tree
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.apply import edit_text
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.workspace_config_file import rewritten
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM701",
    name="workspace-config-malformed",
    summary="a workspace config is not JSON that from_config can read",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config",
    kinds=frozenset({FileKind.WORKSPACE_CONFIG}),
    fixable="sometimes",
)

_TYPES: Final = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield one finding for a file that from_config cannot read."""
    file = resolution.file
    if not isinstance(file.facts, Tree):
        return
    if file.text.encoding not in ("utf-8", "utf-8-sig"):
        message = "from_config reads UTF-8 only, and this file is not: save it as UTF-8"
        yield Finding(RULE, message, in_file(file.path, Span.at(0)))
        return
    try:
        content = json.loads(file.text.value.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        problem = _told(file.facts.problems, file.text, error)
        message = f"not JSON that from_config can read: {problem.message}"
        make = partial(_fixes, resolution, file.facts)
        yield Finding(RULE, message, in_file(file.path, problem.span), make_fixes=make)
        return
    if not isinstance(content, dict):
        span = file.facts.root.span if file.facts.root else Span.at(0)
        what = _TYPES.get(type(content), "a number")
        message = f"this is {what}, and from_config needs an object with subscription_id, resource_group and workspace_name"
        yield Finding(
            RULE, message, in_file(file.path, span._replace(end_line=span.line, end_column=span.column + 1))
        )


def _told(problems: tuple[Problem, ...], text: Text, error: Exception) -> Problem:
    """Return the parser's problem that lies nearest to where Python's reader gives up."""
    at = error.pos if isinstance(error, json.JSONDecodeError) else 0
    known = [problem for problem in problems if "stands twice" not in problem.message]
    if not known:
        return Problem("Python's reader gives up here", text.span(at, at))
    return min(known, key=lambda problem: abs(text.offset(problem.span.line, problem.span.column) - at))


def _fixes(resolution: Resolution, tree: Tree) -> Iterator[Fix]:
    """Remove what does not belong if that is all; else write anew what could be read."""
    text, path = resolution.file.text, resolution.file.path
    surplus = [problem.span for problem in tree.problems if "remove" in problem.message]
    if surplus and _is_json(edit_text(text, [(span, "") for span in surplus])):
        edits = tuple(Edit(in_file(path, span), "") for span in surplus)
        only_commas = all(text.slice(span) == "," for span in surplus)
        yield Fix("Remove what JSON does not allow", edits, safe=only_commas)
    elif isinstance(tree.root, Mapping) and tree.root.entries:
        whole = text.span(0, len(text.value))
        yield Fix(
            f"Write {path.name} anew as JSON",
            (Edit(in_file(path, whole), rewritten(text, tree.root)),),
            safe=False,
        )


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text.removeprefix("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False
