"""Several workspace configs disagree, and which one from_config takes is not the one you would think.

## What it does

Replays the search of `from_config`. It reports a call for which the workspace depends on the folder the script is started
in, and one that passes over a nearer config for another that names a different workspace. The config that is passed over
is reported as well. A nearer config that simply wins over one further up is left alone.

## Why it is bad

`from_config` looks for `.azureml/config.json` in the working folder and twenty folders above it, then for
`aml_config/config.json` in all of them, and only then for `config.json`. So a parent's `.azureml/config.json` wins over
`./config.json`. Runs, models and data land in the other workspace, and nothing says so.

## Example

```text
.azureml/config.json        workspace prod
experiments/config.json     workspace dev
experiments/train.py        MLClient.from_config(credential)    takes prod
```

## Use instead

Keep one config for each folder in which scripts are started, all of them in `.azureml`, or name the file:
`MLClient.from_config(credential, path="experiments/config.json")`. Settings with `target = "config.json"` say which
config counts, and silence this rule.

## References

- [MLClient.from_config](https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from azmlflow.parsing.base import Span
from azmlflow.parsing.tree import Tree, entry
from azmlflow.resolution.configs import Lookup, read_candidate, search
from azmlflow.resolution.model import ConfigCandidate, Platform, ScriptResolution
from azmlflow.resolution.resolve import Resolution
from azmlflow.rules.base import Finding, Related, Rule, in_file
from azmlflow.rules.config_calls import ConfigCall, config_calls, home, is_read_below, shown
from azmlflow.workspace.snapshot import SCRIPT_KINDS, FileKind

RULE = Rule(
    code="AZM704",
    name="workspace-config-ambiguous",
    summary="several workspace configs disagree about the workspace",
    severity="warning",
    confidence="medium",
    since="0.1.0",
    source_url="https://learn.microsoft.com/python/api/azure-ai-ml/azure.ai.ml.mlclient#azure-ai-ml-mlclient-from-config",
    kinds=SCRIPT_KINDS | {FileKind.WORKSPACE_CONFIG},
)


def check(resolution: Resolution) -> Iterator[Finding]:
    """Yield a finding at each call of a script that can surprise, or at a config that is passed over."""
    if resolution.settings.target is not None:
        return
    script = resolution.script
    if script is None:
        yield from _passed_over(resolution)
    elif script.running.platform in (Platform.OUTSIDE, Platform.COMPUTE_INSTANCE):
        yield from _surprising_calls(resolution, script)


def _surprising_calls(resolution: Resolution, script: ScriptResolution) -> Iterator[Finding]:
    for call in config_calls(resolution, script):
        differing = _differing([lookup.search.found for lookup in call.lookups])
        if len(differing) > 1:
            yield _by_folder(resolution, call)
            continue
        lookup = call.lookups[0]
        loser = _nearer_loser(lookup)
        if loser is not None and lookup.search.found is not None:
            message = _wins(resolution, lookup.search.found, loser)
            yield Finding(RULE, message, call.location, _related(resolution, (lookup.search.found, loser)))


def _by_folder(resolution: Resolution, call: ConfigCall) -> Finding:
    taken: dict[Path, Lookup] = {}
    for lookup in call.lookups:
        if lookup.search.found is not None:
            taken.setdefault(lookup.search.found.path, lookup)
    ways = [
        f"{_named(lookup.search.found)} when started in {_folder(lookup.folder, resolution.root)}"
        for lookup in taken.values()
    ]
    message = f"the workspace depends on the folder this is started in: {', '.join(ways)}"
    found = tuple(lookup.search.found for lookup in taken.values() if lookup.search.found)
    return Finding(RULE, message, call.location, _related(resolution, found))


def _passed_over(resolution: Resolution) -> Iterator[Finding]:
    path = resolution.file.path
    own = read_candidate(resolution.snapshot, path)
    winner = search(resolution.snapshot, home(path)).found
    if own.workspace is None or winner is None or len(_differing([own, winner])) < 2:
        return
    if is_read_below(resolution, home(path)):
        message = _wins(resolution, winner, own)
        location = in_file(path, _name_span(resolution))
        yield Finding(RULE, message, location, _related(resolution, (winner,)), severity="information")


def _nearer_loser(lookup: Lookup) -> ConfigCandidate | None:
    """Return a config of another workspace that is nearer to the start than the one that wins, or as near."""
    found = lookup.search.found
    if found is None:
        return None
    for other in lookup.search.others:
        near = home(other.path).is_relative_to(home(found.path))
        if near and len(_differing([found, other])) > 1:
            return other
    return None


def _differing(candidates: list[ConfigCandidate | None]) -> list[ConfigCandidate]:
    """Return one config for each workspace that the candidates name."""
    different: list[ConfigCandidate] = []
    for candidate in candidates:
        if candidate is None or candidate.workspace is None:
            continue
        if not any(other.workspace and candidate.workspace.same_as(other.workspace) for other in different):
            different.append(candidate)
    return different


def _wins(resolution: Resolution, winner: ConfigCandidate, loser: ConfigCandidate) -> str:
    higher = home(winner.path) != home(loser.path)
    why = f"{_place(winner.path)} is looked for {'in every folder above ' if higher else ''}before {_place(loser.path)}"
    first, second = shown(winner.path, resolution.root), shown(loser.path, resolution.root)
    return f"from_config takes {_named(winner)} of {first}, not {_named(loser)} of {second}: {why}"


def _place(path: Path) -> str:
    return path.relative_to(home(path)).as_posix()


def _named(candidate: ConfigCandidate | None) -> str:
    name = candidate.workspace.workspace_name if candidate and candidate.workspace else "nothing"
    return f"workspace {name}"


def _folder(folder: Path, root: Path) -> str:
    return "the project's root" if folder == root else shown(folder, root)


def _related(resolution: Resolution, candidates: tuple[ConfigCandidate, ...]) -> tuple[Related, ...]:
    return tuple(
        Related(
            f"{_named(candidate)}, as {shown(candidate.path, resolution.root)} says",
            in_file(candidate.path, Span.at(0)),
        )
        for candidate in candidates
    )


def _name_span(resolution: Resolution) -> Span:
    """Return where a config names its workspace."""
    root = resolution.file.facts.root if isinstance(resolution.file.facts, Tree) else None
    pair = entry(root, "Scope") or entry(root, "workspace_name")
    return pair[1].span if pair else Span.at(0)
