"""A workspace config lacks a key that from_config needs, or spells it otherwise.

## What it does

Finds workspace configs without `subscription_id`, `resource_group` or `workspace_name`, with another spelling of one
(`subscriptionId`, `resource_group_name`), with an empty value or one that is no text, and with a `Scope` that is too
short. A `Scope` alone is complete. Other keys do no harm.

## Why it is bad

`MLClient.from_config` takes exactly these keys and fails with `does not seem to contain the required parameters` when one
is missing. With `null` or nothing as a value the client is made, and a later call fails. A `Scope` is read before the
keys, and by position: too short a one ends in `IndexError: list index out of range`.

## Example

```json
{
    "subscriptionId": "0c7a7a4e-5a3b-4a63-8a6e-0d6c7a1f2b3c",
    "resource_group": "rg-ml",
    "workspace_name": "ws-dev"
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

Unsafe: other code may read the key under its present name. A missing key is added only where another file of the project
names one workspace that agrees with the keys that are there.

## References

- [MLClient.from_config](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
- [Workspace configuration file](https://learn.microsoft.com/azure/machine-learning/how-to-configure-environment)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

from azmlflow.azure.workspace_config import (
    REQUIRED_KEYS,
    SCOPE_KEY,
    missing_keys,
    right_key,
    workspace_of_scope,
)
from azmlflow.parsing.base import Span
from azmlflow.parsing.tree import Mapping, Node, Scalar, Tree, entry
from azmlflow.resolution.known import known_workspaces
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.config_calls import judged
from azmlflow.rules.workspace_config_file import completed
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM702",
    name="workspace-config-incomplete",
    summary="a workspace config lacks a key that from_config needs, or spells it otherwise",
    severity="error",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config",
    kinds=frozenset({FileKind.WORKSPACE_CONFIG}),
    fixable="sometimes",
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each key that is spelled otherwise or has no value, and one for those that are missing."""
    content = judged(resolution)
    root = resolution.file.facts.root if isinstance(resolution.file.facts, Tree) else None
    if content is None or not isinstance(root, Mapping):
        return
    missing = missing_keys(content)
    renamed = _renamed(root, missing)
    for key, right in renamed:
        message = f'from_config looks for "{right}" and takes no other spelling of it'
        yield _finding(resolution, message, key.span, partial(_rename, resolution, key, right))
    absent = [key for key in missing if key not in {right for _, right in renamed}]
    if absent and not any(right == SCOPE_KEY for _, right in renamed):
        message = (
            f"{_listed(absent)} {'is' if len(absent) == 1 else 'are'} missing, and from_config fails without"
        )
        brace = Span(root.span.line, root.span.column, root.span.line, root.span.column + 1)
        yield _finding(resolution, message, brace, partial(_complete, resolution, root, content, absent))
    yield from _without_value(resolution, root, content)


def _renamed(root: Mapping, missing: Sequence[str]) -> list[tuple[Scalar, str]]:
    """Return the keys that were meant as one that is missing, each of those once."""
    found: dict[str, Scalar] = {}
    for key, _ in root.entries:
        right = right_key(str(key.value))
        if right is not None and (right in missing or (right == SCOPE_KEY and missing)):
            found.setdefault(right, key)
    if SCOPE_KEY in found:
        return [(found[SCOPE_KEY], SCOPE_KEY)]
    return [(key, right) for right, key in found.items()]


def _without_value(resolution: Resolution, root: Mapping, content: dict[str, object]) -> Iterator[Finding]:
    """Report what from_config accepts, or fails at otherwise: values that are no text, empty ones, a short Scope."""
    scope = content.get(SCOPE_KEY)
    if scope:
        node = _value(root, SCOPE_KEY)
        if not isinstance(scope, str):
            yield _finding(
                resolution, "Scope must be a text: from_config splits it at the slashes", _start(node)
            )
        elif workspace_of_scope(scope) is None:
            message = "Scope is too short to name a workspace, and from_config fails with IndexError"
            yield _finding(resolution, message, _start(node))
        return
    for key in REQUIRED_KEYS:
        value = content.get(key, key)
        if not (isinstance(value, str) and value.strip()):
            what = "empty" if isinstance(value, str) else "null" if value is None else "no text"
            message = f"{key} is {what}: the client is made, and fails when it is used"
            yield _finding(resolution, message, _start(_value(root, key)))


def _finding(
    resolution: Resolution, message: str, span: Span, make: partial[Iterator[Fix]] | None = None
) -> Finding:
    return Finding(RULE, message, in_file(resolution.file.path, span), make_fixes=make)


def _value(root: Mapping, key: str) -> Node:
    pair = entry(root, key)
    return pair[1] if pair else root


def _start(node: Node) -> Span:
    """Return the span of a scalar, or the bracket that a list or object opens with."""
    if isinstance(node, Scalar):
        return node.span
    return Span(node.span.line, node.span.column, node.span.line, node.span.column + 1)


def _rename(resolution: Resolution, key: Scalar, right: str) -> Iterator[Fix]:
    edit = Edit(in_file(resolution.file.path, key.span), json.dumps(right))
    yield Fix(f"Rename the key to {right}", (edit,), safe=False)


def _complete(
    resolution: Resolution, root: Mapping, content: dict[str, object], absent: Sequence[str]
) -> Iterator[Fix]:
    """Fill in from the one workspace that other files name and that has the values which are here."""
    present = {right_key(name) or name: value for name, value in content.items() if isinstance(value, str)}
    fitting = []
    for workspace, path in known_workspaces(resolution.snapshot, resolution.root, resolution.file.path):
        values = dict(zip(REQUIRED_KEYS, workspace, strict=True))
        if all(
            present.get(key, value).strip().casefold() == value.casefold() for key, value in values.items()
        ):
            fitting.append((values, path))
    if len(fitting) == 1:
        values, path = fitting[0]
        span, added = completed(resolution.file.text, root, {key: values[key] for key in absent})
        title = f"Add {_listed(absent)} as in {path.name}"
        yield Fix(title, (Edit(in_file(resolution.file.path, span), added),), safe=False)


def _listed(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{', '.join(keys[:-1])} and {keys[-1]}"
