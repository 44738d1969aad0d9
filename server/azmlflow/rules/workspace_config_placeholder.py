"""A value in a workspace config is a placeholder, no subscription id, or has stray white space in it.

## What it does

Looks at the values by which a workspace config names its workspace. It finds placeholders (`<subscription-id>`,
`your-resource-group`), a subscription that is not a GUID, and white space and invisible characters before, after or
inside a value.

## Why it is bad

`MLClient.from_config` looks at no value: the client is made, and only its first request fails, with
`SubscriptionNotFound`, `ResourceGroupNotFound` or `AuthorizationFailed`. A space behind the name of a resource group is
part of the name then, and the error shows it as `%20`, if at all.

## Example

```json
{
    "subscription_id": "<subscription-id>",
    "resource_group": "rg-ml ",
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

Safe: only white space and invisible characters around a value go; Azure allows them in none of the three names. Inside a
value they stay, since what was meant is not known. No fix is offered for placeholders and names.

## References

- [MLClient.from_config](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
- [Names that Azure allows](https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Final

from azmlflow.azure.workspace import Stray, is_guid, is_placeholder, stray_characters
from azmlflow.azure.workspace_config import REQUIRED_KEYS, SCOPE_KEY, workspace_of_scope
from azmlflow.parsing.base import Span
from azmlflow.parsing.tree import Scalar, Tree, entry
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Edit, Finding, Fix, Rule, in_file
from azmlflow.rules.config_calls import judged
from azmlflow.workspace.snapshot import FileKind

RULE = Rule(
    code="AZM703",
    name="workspace-config-placeholder",
    summary="a value in a workspace config is a placeholder, no subscription id, or has stray white space in it",
    severity="warning",
    confidence="high",
    since="0.1.0",
    source_url="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
    kinds=frozenset({FileKind.WORKSPACE_CONFIG}),
    fixable="sometimes",
)

_WORDS: Final = dict(zip(REQUIRED_KEYS, ("subscription", "resource group", "workspace"), strict=True))


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding for each stretch of stray characters, each placeholder and a subscription that is none."""
    content = judged(resolution)
    root = resolution.file.facts.root if isinstance(resolution.file.facts, Tree) else None
    if content is None:
        return
    for key in (SCOPE_KEY,) if content.get(SCOPE_KEY) else REQUIRED_KEYS:
        pair = entry(root, key)
        if pair is not None and isinstance(pair[1], Scalar) and isinstance(pair[1].value, str):
            yield from _stray(resolution, key, pair[1], pair[1].value)
            yield from _names(resolution, key, pair[1], pair[1].value.strip())


def _stray(resolution: Resolution, key: str, node: Scalar, value: str) -> Iterator[Finding]:
    for stray in stray_characters(value) if value.strip() else ():
        what = f"there is {stray.name} {_place(stray, value)} {key}, and it is sent to Azure as a part of the name"
        location = in_file(resolution.file.path, _span(resolution, node, value, stray))
        make = None if stray.inside else partial(_trim, resolution, node, value)
        yield Finding(RULE, what, location, severity="error", make_fixes=make)


def _place(stray: Stray, value: str) -> str:
    if stray.inside:
        return "inside"
    return "before" if stray.start == 0 and stray.end < len(value) else "behind"


def _names(resolution: Resolution, key: str, node: Scalar, value: str) -> Iterator[Finding]:
    """Look at the names in a value: one, or the three of a Scope."""
    workspace = workspace_of_scope(value) if key == SCOPE_KEY else None
    names = dict(zip(REQUIRED_KEYS, workspace, strict=True)) if workspace else {key: value}
    for part, name in names.items():
        if part not in _WORDS or not name:
            continue
        if is_placeholder(name):
            message = f"the {_WORDS[part]} is still a placeholder: from_config takes it as it stands, and Azure knows no such name"
        elif part == "subscription_id" and not is_guid(name):
            message = "a subscription is named by its id, a GUID, and Azure does not find this one"
        else:
            continue
        yield Finding(RULE, message, in_file(resolution.file.path, node.span))


def _span(resolution: Resolution, node: Scalar, value: str, stray: Stray) -> Span:
    """Return where the stray characters stand; the whole value when it is written with escapes."""
    text = resolution.file.text
    if text.slice(node.span)[1:-1] != value:
        return node.span
    start = text.offset(node.span.line, node.span.column) + 1
    return text.span(start + stray.start, start + stray.end)


def _trim(resolution: Resolution, node: Scalar, value: str) -> Iterator[Fix]:
    around = [stray for stray in stray_characters(value) if not stray.inside]
    start = next((stray.end for stray in around if stray.start == 0), 0)
    end = next((stray.start for stray in around if stray.end == len(value)), len(value))
    new = json.dumps(value[start:end], ensure_ascii=False)
    yield Fix("Remove the white space", (Edit(in_file(resolution.file.path, node.span), new),), safe=True)
