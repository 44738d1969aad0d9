"""The formats of `check`: each module has `render(report) -> text`; text alone needs to know the terminal too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from azmlflow.cli.report import Report

FORMATS = ("text", "json", "sarif", "github", "junit")


def render(report: Report, form: str, stream: TextIO, *, statistics: bool = False) -> str:
    """Return the report in a format, as it suits a stream."""
    if form != "text":
        written: str = import_module(f"azmlflow.cli.output.{form}").render(report)
        return written
    from azmlflow.cli import terminal
    from azmlflow.cli.output import text

    paint = terminal.painter(stream)
    return (
        text.statistics(report, paint) if statistics else text.render(report, paint, terminal.width(stream))
    )
