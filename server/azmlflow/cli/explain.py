"""`azmlflow explain`: says where a script would log, and why."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azmlflow.cli.errors import WrongUse

if TYPE_CHECKING:
    from azmlflow.resolution.resolve import Resolution


def run(arguments: list[str]) -> int:
    """Print where the script that the arguments name would log."""
    parser = argparse.ArgumentParser("azmlflow explain", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "path", metavar="PATH[:LINE]", help="a Python file or a notebook; with a line, what it does there"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (text)")
    options = parser.parse_args(arguments)
    path, line = _split(options.path)
    resolution = _read(path)

    from azmlflow.cli.terminal import output, painter
    from azmlflow.resolution.story import source_line, tell

    def source(link: dict[str, Any]) -> str:
        return source_line(resolution, link, Path.cwd()) if resolution else ""

    story = _explain(path, line, resolution)
    with output() as stream:
        if options.format == "json":
            print(json.dumps(story, indent=2), file=stream)
        else:
            for text in tell(story, source, painter(stream)):
                print(text, file=stream)
    return 0


def _split(argument: str) -> tuple[Path, int | None]:
    """Return the path and the line, which counts from 1."""
    path, colon, line = argument.rpartition(":")
    if colon and line.isdigit() and not os.path.lexists(argument):
        return Path(path), int(line)
    return Path(argument), None


def _read(path: Path) -> Resolution | None:
    """Return what is known about a file, None when it never mentions MLflow or Azure."""
    from azmlflow.cli.collect import read
    from azmlflow.resolution.resolve import Resolution
    from azmlflow.workspace.snapshot import SCRIPT_KINDS

    if path.is_dir():
        raise WrongUse(f"{path} is a folder: give a Python file or a notebook")
    loaded = read([str(path)])
    file = loaded.snapshot.files.get(Path(os.path.abspath(path)))  # noqa: PTH100 - as `load` makes paths absolute
    if file is None:
        return None
    if file.kind not in SCRIPT_KINDS:
        raise WrongUse(f"{path} is not a script: give a Python file or a notebook")
    return Resolution(loaded.snapshot, file)


def _explain(path: Path, line: int | None, resolution: Resolution | None) -> dict[str, Any]:
    from azmlflow.resolution.explain import explain_json, nothing_to_explain

    if resolution is None:
        return nothing_to_explain(path.as_posix(), "it never mentions MLflow or Azure")
    story = explain_json(resolution, _shown)
    if line is not None:
        story["line"] = {"line": line, "events": list(_events(resolution, line))}
    return story


def _events(resolution: Resolution, line: int) -> Iterator[dict[str, Any]]:
    """Yield what the script does to MLflow on a line, in the order of execution."""
    script = resolution.script
    for event in script.events if script else ():
        place = event.location if event.location.path == resolution.file.path else event.entry
        span = place.span
        if place.path == resolution.file.path and span.line < line <= span.end_line + 1:
            run = event.run.span.line + 1 if event.run else None
            yield {
                "what": event.name or event.kind.value,
                "cell": event.location.cell,
                "certain": event.certain,
                "run": run,
            }


def _shown(path: Path) -> str:
    base = Path.cwd()
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()
