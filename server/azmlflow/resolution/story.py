"""What `explain` tells, as a short text: where runs go, because of which lines, and what those lines win over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from os.path import normpath
from pathlib import Path
from typing import Any

from azmlflow.azure.masking import mask
from azmlflow.printable import clean
from azmlflow.resolution.doctor.page import Paint, plain
from azmlflow.resolution.resolve import Resolution
from azmlflow.workspace.snapshot import SCRIPT_KINDS
from azmlflow.workspace.texts import text_of

Source = Callable[[dict[str, Any]], str]
"""Gives the source line of a link of provenance, empty when there is none."""


def tell(story: dict[str, Any], source: Source, paint: Paint = plain) -> Iterator[str]:
    """Yield the lines of the text."""
    path = paint("bold", clean(story["path"]))
    if story["running"]["platform"] is None:
        yield f"{path}: {story['tracking']['reason']}, so nothing of it is logged."
        return
    yield f"{path} is taken for {paint('bold', _run_by(story['running']['platform']))}."
    yield from _links("because", story["running"]["because"], source, paint)
    yield f"Runs go to {paint('bold', clean(_target(story['tracking'])))}."
    yield from _provenance(story["tracking"], source, paint)
    yield f"Experiment: {paint('bold', clean(_value(story['experiment'])))}."
    yield from _provenance(story["experiment"], source, paint)
    if story["identity"]["value"] or story["identity"]["because"]:
        yield f"Signs in as {paint('bold', clean(_value(story['identity'])))}."
        yield from _provenance(story["identity"], source, paint)
    if story["cloud"]["status"] == "resolved":
        yield f"Cloud: {story['cloud']['value']}."
    if "line" in story:
        yield from _line(story["line"])


def source_line(resolution: Resolution, link: dict[str, Any], folder: Path) -> str:
    """Return the source line of a link of provenance, whose path is from a folder or absolute, without secrets."""
    if link["path"] is None:
        return ""
    file = resolution.snapshot.files.get(Path(normpath(folder / link["path"])))
    line = text_of(file, link["cell"]).line(link["line"] - 1) if file else ""
    return mask(line, code=file is not None and file.kind in SCRIPT_KINDS)


def _run_by(platform: str) -> str:
    """Return the words for what a file is, or for who runs it."""
    if platform.startswith("outside"):
        return f"a script that is run {platform}"
    return (
        platform
        if platform.startswith(("a test", "a module", "a scoring", "a library", "a folder"))
        else f"part of {platform}"
    )


def _target(tracking: dict[str, Any]) -> str:
    workspace = tracking["workspace"]
    if workspace:
        name, group = workspace["workspace_name"], workspace["resource_group"]
        return f"the workspace {name} (resource group {group}, subscription {workspace['subscription_id']})"
    if tracking["status"] == "local":
        return f"a local store, {tracking['value']}"
    return _value(tracking)


def _value(answer: dict[str, Any]) -> str:
    if answer["value"] is not None:
        return str(answer["value"])
    return f"unknown, because {answer['reason']}" if answer["reason"] else "unknown"


def _provenance(answer: dict[str, Any], source: Source, paint: Paint) -> Iterator[str]:
    yield from _links("because", answer["because"], source, paint)
    yield from _links("instead of", answer["overrides"], source, paint)


def _links(word: str, links: list[dict[str, Any]], source: Source, paint: Paint) -> Iterator[str]:
    for link in links:
        cell = "" if link["cell"] is None else f"cell {link['cell'] + 1}:"
        place = f" ({clean(link['path'])}:{cell}{link['line']})" if link["path"] else ""
        yield f"  {paint('blue', f'{word:<10}')} {clean(link['what'])}{place}"
        line = clean(source(link).strip())
        if line:
            yield f"  {'':<10} {paint('blue', '|')} {line[:100]}"


def _line(line: dict[str, Any]) -> Iterator[str]:
    yield f"Line {line['line']}:" if line["events"] else f"Line {line['line']} does nothing to MLflow."
    for event in line["events"]:
        run = f", in the run that line {event['run']} starts" if event["run"] else ""
        yield f"  {clean(event['what'])}{'' if event['certain'] else ', in a branch'}{run}"
